//! A provider by hand: HTTP/1.1 on a raw socket, every byte it gets written down, every byte it sends the test's own.
//!
//! Calls are handed to the test, which answers them with whatever bytes it likes, waits, hangs up or resets. Only lists
//! of models are answered without asking, so that keys can be connected and checked, until told otherwise. A test that has a rule for its
//! answers rather than bytes is better served by a [`crate::ScriptedProvider`].

mod call;
mod connection;
mod framing;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet},
};

pub use call::Call;
pub use connection::Over;
pub use framing::{chunk, head};

use call::Kept;
use connection::{Reading, Record};

/// A running provider. It ends when dropped.
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    calls: tokio::sync::Mutex<mpsc::UnboundedReceiver<Call>>,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    heads: Mutex<Vec<Vec<u8>>>,
    /// From which ports, in this order.
    accepted: watch::Sender<Vec<u16>>,
    records: Mutex<Vec<(Weak<TcpStream>, Arc<Record>)>>,
    open: watch::Sender<usize>,
    /// Whether lists of models are for the test to answer.
    hands_over_lists: AtomicBool,
}

impl Upstream {
    /// Starts it.
    pub async fn start() -> Self {
        let socket = TcpSocket::new_v4().expect("sockets can be made");
        socket.bind(([127, 0, 0, 1], 0).into()).expect("loopback has a free port");
        let listener = socket.listen(4096).expect("it is bound");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared::default());
        let (hand_over, calls) = mpsc::unbounded_channel();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared), hand_over));
        Self { address, calls: tokio::sync::Mutex::new(calls), shared, accepting }
    }

    /// From now on lists of models are handed over too.
    pub fn hand_over_lists(&self) {
        self.shared.hands_over_lists.store(true, Ordering::SeqCst);
    }

    /// The next call.
    pub async fn call(&self) -> Call {
        self.calls.lock().await.recv().await.expect("it runs until it is dropped")
    }

    /// The call that came and has not been taken, if there is one.
    pub async fn waiting(&self) -> Option<Call> {
        self.calls.lock().await.try_recv().ok()
    }

    /// The heads of all calls, lists of models left out.
    pub fn heads(&self) -> Vec<Vec<u8>> {
        lock(&self.shared.heads).clone()
    }

    /// How many connections there have been.
    pub fn accepted(&self) -> usize {
        self.shared.accepted.borrow().len()
    }

    /// Everything that ever came, connection by connection.
    pub fn received(&self) -> Vec<Vec<u8>> {
        lock(&self.shared.records).iter().map(|(_, record)| record.bytes()).collect()
    }

    /// Stops listening and closes every connection that is not with a test.
    pub async fn stop(&mut self) {
        self.accepting.abort();
        let _: Result<(), _> = (&mut self.accepting).await;
    }

    /// Completes when no connection is open any more.
    pub async fn quiet(&self) {
        let mut open = self.shared.open.subscribe();
        open.wait_for(|open| *open == 0).await.expect("it lives as long as this");
    }

    /// Takes down all that has reached this machine by now; gives how much that is, connection by connection.
    pub async fn mark(&self) -> Mark {
        // Connections are accepted in their order: once this one is, so are all that were there before it.
        let socket = TcpSocket::new_v4().expect("sockets can be made");
        let last = socket.connect(self.address).await.expect("it listens");
        let port = last.local_addr().expect("it is connected").port();
        let mut accepted = self.shared.accepted.subscribe();
        accepted.wait_for(|ports| ports.contains(&port)).await.expect("it lives as long as this");
        let records = lock(&self.shared.records);
        let lengths = records.iter().map(|(stream, record)| record.drain(stream.upgrade().as_deref()));
        Mark(lengths.collect())
    }
}

/// How much came over each connection until some moment.
#[derive(Debug)]
pub struct Mark(Vec<usize>);

impl Mark {
    /// Whether nothing came from there to here.
    pub fn is_the_last_before(&self, later: &Self) -> bool {
        later.0.starts_with(&self.0) && later.0[self.0.len()..].iter().all(|&length| length == 0)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, calls: mpsc::UnboundedSender<Call>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, peer)) = accepted else { continue };
                let _: Result<(), _> = stream.set_nodelay(true);
                let stream = Arc::new(stream);
                let record = Arc::new(Record::default());
                lock(&shared.records).push((Arc::downgrade(&stream), Arc::clone(&record)));
                shared.accepted.send_modify(|ports| ports.push(peer.port()));
                connections.spawn(converse(stream, record, Arc::clone(&shared), calls.clone()));
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}

/// One connection, from request to request.
async fn converse(
    stream: Arc<TcpStream>,
    record: Arc<Record>,
    shared: Arc<Shared>,
    calls: mpsc::UnboundedSender<Call>,
) {
    let reading = Reading::start(&stream, &record, &shared);
    let mut open = Kept { stream, reading, read: 0 };
    while let Some(head) = record.head(open.read).await {
        let (kept, keeps) = oneshot::channel();
        let Kept { stream, reading, read } = open;
        let read = read + head.len();
        let call = Call { head, record: Arc::clone(&record), stream, reading, read, kept };
        let is_list = call.method() == "GET" && call.target().contains("/models");
        if is_list && !shared.hands_over_lists.load(Ordering::SeqCst) {
            call.answer("200 OK", &[("content-type", "application/json")], MODELS.as_bytes()).await;
            let _: bool = call.keep();
        } else {
            lock(&shared.heads).push(call.head.clone());
            let _: Result<(), _> = calls.send(call);
        }
        let Ok(kept) = keeps.await else { return };
        open = kept;
    }
}

/// Of the OpenAI, Anthropic and Google shapes all at once.
const MODELS: &str =
    r#"{"object":"list","data":[{"id":"gpt-4.1","object":"model"}],"models":[{"name":"models/gemini"}]}"#;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
