//! A name server that answers by script, over UDP and TCP.

mod script;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use hickory_proto::op::{Message, OpCode};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UdpSocket},
};

pub(crate) use script::{BEHAVIOURS, Expect, PUBLIC_V4, PUBLIC_V6, ZONE};
use script::{Question, Reply};

/// For `egress.name_servers`.
pub(crate) const ADDRESS: &str = "127.0.0.53:53";

/// The name server; it ends with the test's runtime.
pub(crate) struct NameServer(Arc<State>);

#[derive(Default)]
struct State {
    asked: Mutex<BTreeMap<String, usize>>,
    sending: AtomicBool,
    datagrams: AtomicU64,
    connections: AtomicU64,
}

impl NameServer {
    pub(crate) async fn open() -> Self {
        let state = Arc::<State>::default();
        let udp = UdpSocket::bind(ADDRESS).await.expect("port 53 is free in a new namespace");
        let tcp = TcpListener::bind(ADDRESS).await.expect("port 53 is free in a new namespace");
        tokio::spawn(answer_datagrams(udp, Arc::clone(&state)));
        tokio::spawn(answer_connections(tcp, Arc::clone(&state)));
        Self(state)
    }

    /// From now on names that change their mind give their second answer.
    pub(crate) fn change_minds(&self) {
        self.0.sending.store(true, Ordering::SeqCst);
    }

    /// Every question so far, `a.name. A` for example, and how often it was asked.
    pub(crate) fn asked(&self) -> BTreeMap<String, usize> {
        self.0.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Datagrams taken and sent.
    pub(crate) fn datagrams(&self) -> u64 {
        self.0.datagrams.load(Ordering::SeqCst)
    }

    /// Connections taken.
    pub(crate) fn connections(&self) -> u64 {
        self.0.connections.load(Ordering::SeqCst)
    }
}

impl State {
    /// The bytes to answer with; `None` is silence.
    fn answer(&self, bytes: &[u8], over_tcp: bool) -> Option<Vec<u8>> {
        let asked = Message::from_vec(bytes).ok()?;
        let query = asked.queries.first()?.clone();
        let nth = {
            let mut counts = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counts.entry(format!("{} {}", query.name, query.query_type)).or_default();
            *count += 1;
            *count
        };
        let question = Question {
            name: query.name.clone(),
            of: query.query_type,
            over_tcp,
            nth,
            sending: self.sending.load(Ordering::SeqCst),
        };
        let mut response = Message::response(asked.metadata.id, OpCode::Query);
        response.metadata.recursion_desired = true;
        response.metadata.recursion_available = true;
        response.add_query(query);
        match script::reply(&question, response) {
            Reply::Message(message) => Some(message.to_vec().expect("scripts write good messages")),
            Reply::Bytes(bytes) => Some(bytes),
            Reply::Silence => None,
        }
    }
}

async fn answer_datagrams(socket: UdpSocket, state: Arc<State>) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
        state.datagrams.fetch_add(1, Ordering::SeqCst);
        send(&socket, from, state.answer(&buffer[..length], false), &state).await;
    }
}

async fn send(socket: &UdpSocket, to: SocketAddr, answer: Option<Vec<u8>>, state: &State) {
    let Some(answer) = answer else { return };
    state.datagrams.fetch_add(1, Ordering::SeqCst);
    socket.send_to(&answer, to).await.expect("loopback takes a datagram");
}

async fn answer_connections(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        state.connections.fetch_add(1, Ordering::SeqCst);
        let state = Arc::clone(&state);
        tokio::spawn(async move { drop(converse(stream, &state).await) });
    }
}

/// Each message is preceded by its length, RFC 1035 section 4.2.2.
async fn converse(mut stream: TcpStream, state: &State) -> std::io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut message = vec![0; usize::from(length)];
        stream.read_exact(&mut message).await?;
        let Some(answer) = state.answer(&message, true) else { return Ok(()) };
        let length = u16::try_from(answer.len()).expect("scripts write messages that fit");
        stream.write_all(&[&length.to_be_bytes()[..], &answer].concat()).await?;
    }
}
