//! HTTP/1.1 for whoever wants every byte of an answer, its head included, and otherwise no surprises.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A connection that stays open from one request to the next.
pub struct RawWire(TcpStream);

/// An answer as it came.
#[derive(Clone, Debug)]
pub struct RawReply {
    /// Status; 0 when there was no answer.
    pub status: u16,
    /// Every byte, the head included.
    pub bytes: Vec<u8>,
    /// Where the body starts.
    body: usize,
}

impl RawReply {
    /// The body as JSON, or null.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes[self.body..]).unwrap_or_default()
    }
}

impl RawWire {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        #[expect(clippy::disallowed_methods, reason = "a test's own client, towards the server under test")]
        let stream = TcpStream::connect(address).await;
        Self(stream.expect("the server listens"))
    }

    /// Sends a request and reads the answer, whose length must be given, or that comes in chunks. Stays open.
    pub async fn send(&mut self, request: &[u8]) -> RawReply {
        self.0.write_all(request).await.expect("the server reads");
        let mut bytes = Vec::new();
        loop {
            if let Some(reply) = whole(&bytes) {
                return reply;
            }
            let read = self.0.read_buf(&mut bytes).await.expect("the server answers");
            assert!(read > 0, "the answer ends early: {}", String::from_utf8_lossy(&bytes));
        }
    }

    /// Completes when the server closes the connection.
    pub async fn closed(&mut self) {
        let mut rest = Vec::new();
        let _: Result<usize, _> = self.0.read_to_end(&mut rest).await;
    }
}

/// One request on a connection of its own: whatever is sent back until the server closes it. Ask it to.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> RawReply {
    let RawWire(mut stream) = RawWire::open(address).await;
    // A server that refuses early may close before it has read all; what it said first counts.
    let _: Result<(), _> = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let _: Result<usize, _> = stream.read_to_end(&mut bytes).await;
    let status = status(&bytes);
    let body = head_end(&bytes).unwrap_or(bytes.len());
    RawReply { status, bytes, body }
}

fn whole(bytes: &[u8]) -> Option<RawReply> {
    let body = head_end(bytes)?;
    let head = String::from_utf8_lossy(&bytes[..body]).to_ascii_lowercase();
    if head.lines().any(|line| line == "transfer-encoding: chunked") {
        let is_whole = bytes.ends_with(b"\r\n0\r\n\r\n");
        return is_whole.then(|| RawReply { status: status(bytes), bytes: bytes.to_vec(), body });
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().expect("a length is a number"));
    (bytes.len() >= body + length).then(|| RawReply { status: status(bytes), bytes: bytes.to_vec(), body })
}

fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|window| window == b"\r\n\r\n").map(|at| at + 4)
}

fn status(bytes: &[u8]) -> u16 {
    let digits = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// A request, with its length and, unless the headers say otherwise, with JSON in it.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    let usual = [("host", "127.0.0.1"), ("content-type", "application/json"), ("origin", crate::PAGE)];
    let missing = usual.iter().filter(|(name, _)| headers.iter().all(|(given, _)| given != name));
    for (name, value) in missing.chain(headers) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}
