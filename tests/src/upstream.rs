//! A provider by hand: HTTP/1.1 on a raw socket, every byte it gets written down, every byte it sends the test's own.
//!
//! Calls are handed to the test, which answers them with whatever bytes it likes, waits, hangs up or resets. Only lists
//! of models are answered without asking, so that keys can be connected and checked.

use std::{
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot, watch},
    task::{JoinHandle, JoinSet},
};

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
}

/// All that came over a connection.
#[derive(Default)]
struct Record {
    bytes: Mutex<Vec<u8>>,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Default)]
struct State {
    received: usize,
    over: Option<Over>,
}

/// How the other side ended a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// It sent all it had.
    Finished,
    /// It broke the connection.
    Reset,
}

/// A request that waits for its answer. Dropped, its connection is closed.
pub struct Call {
    /// The request's line and headers, with the empty line.
    pub head: Vec<u8>,
    record: Arc<Record>,
    stream: Arc<TcpStream>,
    reading: Reading,
    /// How much of what came over the connection has been read.
    read: usize,
    kept: oneshot::Sender<Kept>,
}

/// What a connection goes on with after an answer.
struct Kept {
    stream: Arc<TcpStream>,
    reading: Reading,
    read: usize,
}

/// Reads for as long as it is there.
struct Reading(JoinHandle<()>);

impl Reading {
    fn start(stream: &Arc<TcpStream>, record: &Arc<Record>, shared: &Arc<Shared>) -> Self {
        let open = Open::new(Arc::clone(shared));
        Self(tokio::spawn(pump(Arc::clone(stream), Arc::clone(record), open)))
    }

    /// Completes when the connection is closed, so far as it is up to it.
    async fn stop(mut self) {
        self.0.abort();
        let _: Result<(), _> = (&mut self.0).await;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A connection that counts as open.
struct Open(Arc<Shared>);

impl Open {
    fn new(shared: Arc<Shared>) -> Self {
        shared.open.send_modify(|open| *open += 1);
        Self(shared)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|open| *open -= 1);
    }
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
        lock(&self.shared.records).iter().map(|(_, record)| lock(&record.bytes).clone()).collect()
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
        let lengths = records.iter().map(|(stream, record)| {
            let mut bytes = lock(&record.bytes);
            if let Some(stream) = stream.upgrade() {
                drain(&stream, &mut bytes);
                record.state.send_modify(|state| state.received = bytes.len());
            }
            bytes.len()
        });
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

/// Straight from the socket, whatever the runtime has heard of it.
fn drain(stream: &TcpStream, bytes: &mut Vec<u8>) {
    let socket = socket2::SockRef::from(stream);
    let mut buffer = [0; 16 * 1024];
    while let Ok(read @ 1..) = io::Read::read(&mut &*socket, &mut buffer) {
        bytes.extend_from_slice(&buffer[..read]);
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
        if call.method() == "GET" && call.target().contains("/models") {
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

async fn pump(stream: Arc<TcpStream>, record: Arc<Record>, _open: Open) {
    let over = loop {
        if stream.readable().await.is_err() {
            break Over::Reset;
        }
        let mut bytes = lock(&record.bytes);
        let mut buffer = [0; 64 * 1024];
        let read = stream.try_read(&mut buffer);
        if let Ok(read) = read {
            bytes.extend_from_slice(&buffer[..read]);
        }
        let received = bytes.len();
        drop(bytes);
        record.state.send_modify(|state| state.received = received);
        match read {
            Ok(0) => break Over::Finished,
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => break Over::Reset,
        }
    };
    record.state.send_modify(|state| state.over = Some(over));
}

impl Record {
    /// The head that starts there; `None` when the connection ends first.
    async fn head(&self, from: usize) -> Option<Vec<u8>> {
        self.wait(|bytes| {
            let end = bytes.get(from..)?.windows(4).position(|four| four == b"\r\n\r\n")?;
            Some(bytes[from..from + end + 4].to_vec())
        })
        .await
    }

    /// What is to be found in all that came; `None` when the connection ends first.
    async fn wait<T>(&self, find: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
        let mut state = self.state.subscribe();
        loop {
            let over = state.borrow_and_update().over.is_some();
            if let Some(found) = find(&lock(&self.bytes)) {
                return Some(found);
            }
            if over || state.changed().await.is_err() {
                return None;
            }
        }
    }
}

impl Call {
    /// The request's first line, word by word.
    fn word(&self, index: usize) -> String {
        let line = self.head.split(|&byte| byte == b'\r').next().unwrap_or_default();
        let word = line.split(|&byte| byte == b' ').nth(index).unwrap_or_default();
        String::from_utf8_lossy(word).into_owned()
    }

    /// Its method.
    pub fn method(&self) -> String {
        self.word(0)
    }

    /// Its path and query.
    pub fn target(&self) -> String {
        self.word(1)
    }

    /// Its headers as they came.
    pub fn headers(&self) -> Vec<(String, String)> {
        let head = String::from_utf8_lossy(&self.head);
        let lines = head.trim_end_matches("\r\n").split("\r\n").skip(1);
        let pairs = lines.filter_map(|line| line.split_once(':'));
        pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
    }

    /// A header's value, if it is there.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Its body, without the transfer coding; `None` when the connection ended first.
    pub async fn body(&mut self) -> Option<Vec<u8>> {
        let chunked = self.header("transfer-encoding").is_some_and(|coding| coding == "chunked");
        let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let from = self.read;
        let (body, end) = self
            .record
            .wait(|bytes| {
                let rest = bytes.get(from..)?;
                if chunked { dechunked(rest) } else { Some((rest.get(..length)?.to_vec(), length)) }
            })
            .await?;
        self.read += end;
        Some(body)
    }

    /// Completes when these bytes have come, in whatever coding; `false` when the connection ended first.
    pub async fn has(&self, wanted: &[u8]) -> bool {
        let find = |bytes: &[u8]| bytes.windows(wanted.len()).any(|some| some == wanted).then_some(());
        self.record.wait(find).await.is_some()
    }

    /// Sends these bytes; `false` when the other side is gone.
    pub async fn send(&self, bytes: &[u8]) -> bool {
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.try_write(&bytes[sent..]) {
                Ok(more) => sent += more,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if self.stream.writable().await.is_err() {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
        true
    }

    /// Sends a whole answer with its length.
    pub async fn answer(&self, status: &str, headers: &[(&str, &str)], body: &[u8]) -> bool {
        self.send(
            &[head(status, headers, &format!("content-length: {}", body.len())).as_bytes(), body].concat(),
        )
        .await
    }

    /// Sends the head of an answer in chunks.
    pub async fn begin(&self, status: &str, headers: &[(&str, &str)]) -> bool {
        self.send(head(status, headers, "transfer-encoding: chunked").as_bytes()).await
    }

    /// Sends the head of a stream of events.
    pub async fn stream(&self) -> bool {
        self.begin("200 OK", &[("content-type", "text/event-stream")]).await
    }

    /// Sends one chunk.
    pub async fn chunk(&self, bytes: &[u8]) -> bool {
        self.send(&chunk(bytes)).await
    }

    /// Completes when the other side has ended the connection.
    pub async fn over(&self) -> Over {
        let mut state = self.record.state.subscribe();
        let state = state.wait_for(|state| state.over.is_some()).await.expect("it lives as long as this");
        state.over.expect("it was waited for")
    }

    /// Whether the other side has ended the connection.
    pub fn is_over(&self) -> bool {
        self.record.state.borrow().over.is_some()
    }

    /// All that came over the connection until now.
    pub fn received(&self) -> Vec<u8> {
        lock(&self.record.bytes).clone()
    }

    /// Takes the next request on this connection; `false` when it is gone.
    pub fn keep(self) -> bool {
        let Self { stream, reading, read, kept, .. } = self;
        kept.send(Kept { stream, reading, read }).is_ok()
    }

    /// Says that nothing more comes, and still listens.
    pub fn finish(&self) {
        let _: Result<(), _> = socket2::SockRef::from(&*self.stream).shutdown(std::net::Shutdown::Write);
    }

    /// Closes the connection.
    pub async fn close(self) {
        self.let_go().await;
    }

    /// Breaks the connection.
    pub async fn reset(self) {
        let _: Result<(), _> = self.stream.set_zero_linger();
        self.let_go().await;
    }

    async fn let_go(self) {
        let Self { stream, reading, .. } = self;
        reading.stop().await;
        drop(stream);
    }
}

/// The head of an answer.
pub fn head(status: &str, headers: &[(&str, &str)], length: &str) -> String {
    let mut head = format!("HTTP/1.1 {status}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head + length + "\r\n\r\n"
}

/// Bytes as one chunk.
pub fn chunk(bytes: &[u8]) -> Vec<u8> {
    [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat()
}

/// What is in the chunks, and how long they are together.
fn dechunked(bytes: &[u8]) -> Option<(Vec<u8>, usize)> {
    let (mut body, mut at) = (Vec::new(), 0);
    loop {
        let line = bytes[at..].windows(2).position(|two| two == b"\r\n")?;
        let size = std::str::from_utf8(&bytes[at..at + line]).ok()?;
        let size = usize::from_str_radix(size, 16).ok()?;
        at += line + 2;
        body.extend_from_slice(bytes.get(at..at + size)?);
        at += size + 2;
        if at > bytes.len() {
            return None;
        }
        if size == 0 {
            return Some((body, at));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
