//! Every machine of the world, on the ports that matter: takes connections, and remembers which address was dialled and
//! what was asked there.

mod answers;

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use http::{header, request::Parts};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::LazyConfigAcceptor;

use crate::authority::Authority;

pub(crate) use answers::{CHAT, ELSEWHERE, EVENTS, MODELS};

/// The customer's key; providers of this world know no other.
pub(crate) const KEY: &str = "sk-good-0123456789abcdef";

/// Where proxies named in the environment would be.
pub(crate) const PROXY: &str = "10.99.99.99:3128";

/// Services that attackers look for, and the ports this suite's own destinations name.
const PORTS: &[u16] =
    &[22, 25, 80, 443, 2375, 3000, 3128, 5432, 6379, 8000, 8080, 8443, 8500, 9200, 10250, 11211, 11434];

/// One connection.
#[derive(Clone, Debug)]
pub(crate) struct Arrival {
    /// The address that was dialled.
    pub(crate) to: SocketAddr,
    /// The name in the TLS greeting, once it is known.
    pub(crate) name: Option<String>,
    /// What was asked on it until now.
    pub(crate) asked: Vec<Asked>,
    number: usize,
}

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Method, path and query.
    pub(crate) line: String,
    /// The header `Host`.
    pub(crate) host: String,
    /// The customer's key came along, wherever in it.
    pub(crate) brings_key: bool,
}

impl Asked {
    fn new(head: &Parts, body: &Bytes) -> Self {
        let line = format!("{} {}", head.method, head.uri);
        let host = head.headers.get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes()));
        let host = host.unwrap_or_default().into_owned();
        let has_key = |bytes: &[u8]| bytes.windows(KEY.len()).any(|window| window == KEY.as_bytes());
        let brings_key = has_key(line.as_bytes())
            || has_key(body)
            || head.headers.values().any(|value| has_key(value.as_bytes()));
        Self { line, host, brings_key }
    }
}

impl Arrival {
    /// Whether something was asked with this method.
    pub(crate) fn was_asked(&self, method: &str) -> bool {
        self.asked.iter().any(|asked| asked.line.split(' ').next() == Some(method))
    }
}

/// The listeners; they end with the test's runtime.
pub(crate) struct Sinks(Arc<Log>);

#[derive(Default)]
struct Log {
    arrivals: Mutex<Vec<Arrival>>,
    counted: AtomicUsize,
}

impl Log {
    /// Writes a connection down; gives its number.
    fn arrived(&self, to: SocketAddr) -> usize {
        let number = self.counted.fetch_add(1, Ordering::SeqCst);
        lock(&self.arrivals).push(Arrival { to, name: None, asked: Vec::new(), number });
        number
    }

    fn learned(&self, number: usize, learn: impl FnOnce(&mut Arrival)) {
        let mut arrivals = lock(&self.arrivals);
        if let Some(arrival) = arrivals.iter_mut().find(|arrival| arrival.number == number) {
            learn(arrival);
        }
    }
}

impl Sinks {
    pub(crate) async fn open(authority: Arc<Authority>) -> Self {
        let log = Arc::<Log>::default();
        for &port in PORTS {
            // Takes IPv4 as well, in mapped form.
            let listener = TcpListener::bind((Ipv6Addr::UNSPECIFIED, port)).await;
            let listener = listener.unwrap_or_else(|error| panic!("port {port}: {error}"));
            tokio::spawn(accept(listener, Arc::clone(&log), Arc::clone(&authority)));
        }
        Self(log)
    }

    /// What has arrived since this was last asked.
    pub(crate) fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut *lock(&self.0.arrivals))
    }

    /// How many connections there were in all.
    pub(crate) fn counted(&self) -> u64 {
        u64::try_from(self.0.counted.load(Ordering::SeqCst)).expect("not that many")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, log: Arc<Log>, authority: Arc<Authority>) {
    while let Ok((stream, _)) = listener.accept().await {
        let local = stream.local_addr().expect("an accepted connection has an address");
        let to = SocketAddr::new(local.ip().to_canonical(), local.port());
        let number = log.arrived(to);
        tokio::spawn(serve(stream, to.ip(), number, Arc::clone(&log), Arc::clone(&authority)));
    }
}

async fn serve(stream: TcpStream, at: IpAddr, number: usize, log: Arc<Log>, authority: Arc<Authority>) {
    let mut first = [0];
    let is_tls = matches!(stream.peek(&mut first).await, Ok(1)) && first[0] == 0x16;
    if !is_tls {
        return speak(stream, number, &log).await;
    }
    let Ok(hello) = LazyConfigAcceptor::new(rustls::server::Acceptor::default(), stream).await else {
        return;
    };
    let hello_name = hello.client_hello().server_name().map(str::to_owned);
    let config = authority.impersonate(hello_name.as_deref(), at);
    log.learned(number, |arrival| arrival.name = hello_name);
    if let Ok(stream) = hello.into_stream(config).await {
        speak(stream, number, &log).await;
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, number: usize, log: &Log) {
    let service = service_fn(|request: http::Request<Incoming>| async move {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        log.learned(number, |arrival| arrival.asked.push(Asked::new(&head, &body)));
        Ok::<_, Infallible>(answers::answer(&head, &body))
    });
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// The addresses dialled, each once.
pub(crate) fn dialled(arrivals: &[Arrival]) -> std::collections::BTreeSet<IpAddr> {
    arrivals.iter().map(|arrival| arrival.to.ip()).collect()
}
