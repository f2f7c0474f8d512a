//! A connection as a provider sees it: all that came, and whether more may.

use std::{
    io::{self, ErrorKind},
    sync::{Arc, Mutex},
};

use tokio::{net::TcpStream, sync::watch, task::JoinHandle};

use super::{Shared, lock};

/// All that came over a connection.
#[derive(Default)]
pub(super) struct Record {
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

/// Reads for as long as it is there.
pub(super) struct Reading(JoinHandle<()>);

impl Reading {
    pub(super) fn start(stream: &Arc<TcpStream>, record: &Arc<Record>, shared: &Arc<Shared>) -> Self {
        let open = Open::new(Arc::clone(shared));
        Self(tokio::spawn(pump(Arc::clone(stream), Arc::clone(record), open)))
    }

    /// Completes when the connection is closed, so far as it is up to it.
    pub(super) async fn stop(mut self) {
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

impl Record {
    /// All of it until now.
    pub(super) fn bytes(&self) -> Vec<u8> {
        lock(&self.bytes).clone()
    }

    /// How the other side has ended the connection, if it has.
    pub(super) fn over(&self) -> Option<Over> {
        self.state.borrow().over
    }

    /// Completes when the other side has ended the connection.
    pub(super) async fn ended(&self) -> Over {
        let mut state = self.state.subscribe();
        let state = state.wait_for(|state| state.over.is_some()).await.expect("it lives as long as this");
        state.over.expect("it was waited for")
    }

    /// Takes down what has reached the socket, whatever the runtime has heard of it; gives how much there is in all.
    pub(super) fn drain(&self, stream: Option<&TcpStream>) -> usize {
        let mut bytes = lock(&self.bytes);
        if let Some(stream) = stream {
            let socket = socket2::SockRef::from(stream);
            let mut buffer = [0; 16 * 1024];
            while let Ok(read @ 1..) = io::Read::read(&mut &*socket, &mut buffer) {
                bytes.extend_from_slice(&buffer[..read]);
            }
            self.state.send_modify(|state| state.received = bytes.len());
        }
        bytes.len()
    }

    /// The head that starts there; `None` when the connection ends first.
    pub(super) async fn head(&self, from: usize) -> Option<Vec<u8>> {
        self.wait(|bytes| {
            let end = bytes.get(from..)?.windows(4).position(|four| four == b"\r\n\r\n")?;
            Some(bytes[from..from + end + 4].to_vec())
        })
        .await
    }

    /// What is to be found in all that came; `None` when the connection ends first.
    pub(super) async fn wait<T>(&self, find: impl Fn(&[u8]) -> Option<T>) -> Option<T> {
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
