//! Every machine of the world, on the ports that matter: takes connections, remembers which address was dialled, and
//! answers as an OpenAI-compatible provider and as a webhook receiver.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::body::Body;
use http::{HeaderMap, Method, Response, StatusCode, header};
use http_body_util::BodyExt;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::LazyConfigAcceptor;

use crate::authority::Authority;

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
    /// What was asked, method and path, once it is known.
    pub(crate) asked: Option<String>,
    number: usize,
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
        lock(&self.arrivals).push(Arrival { to, asked: None, number });
        number
    }

    fn asked(&self, number: usize, asked: String) {
        let mut arrivals = lock(&self.arrivals);
        if let Some(arrival) = arrivals.iter_mut().find(|arrival| arrival.number == number) {
            arrival.asked = Some(asked);
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
    let config = authority.impersonate(hello.client_hello().server_name(), at);
    if let Ok(stream) = hello.into_stream(config).await {
        speak(stream, number, &log).await;
    }
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin, number: usize, log: &Log) {
    let service = service_fn(|request: http::Request<Incoming>| {
        log.asked(number, format!("{} {}", request.method(), request.uri()));
        async move {
            let (head, body) = request.into_parts();
            let _read = body.collect().await;
            Ok::<_, Infallible>(answer(&head.method, head.uri.path(), &head.headers))
        }
    });
    // One request a connection, so that every request shows where it was dialled.
    let _ended =
        http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service).await;
}

/// A path such as `/redirect/307/https/10.0.0.5/…` is answered so.
fn answer(method: &Method, path: &str, headers: &HeaderMap) -> Response<Body> {
    let mut parts = path.split('/').skip(1);
    if let (Some("redirect"), Some(status), Some(scheme), Some(host)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    {
        let location = format!("{scheme}://{host}/models");
        return Response::builder()
            .status(status)
            .header(header::LOCATION, location)
            .body(Body::empty())
            .expect("a good answer");
    }
    let knows = headers.get(header::AUTHORIZATION).is_some_and(|given| *given == format!("Bearer {KEY}"));
    let (status, body) = match *method {
        Method::POST => (StatusCode::NO_CONTENT, ""),
        _ if knows => {
            (StatusCode::OK, r#"{"object": "list", "data": [{"id": "llama-4", "object": "model"}]}"#)
        }
        _ => (StatusCode::UNAUTHORIZED, r#"{"error": {"code": "invalid_api_key"}}"#),
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body))
        .expect("a good answer")
}

/// The addresses dialled, each once.
pub(crate) fn dialled(arrivals: &[Arrival]) -> std::collections::BTreeSet<IpAddr> {
    arrivals.iter().map(|arrival| arrival.to.ip()).collect()
}
