//! Whatever a server says, be it an answer or not: nothing of it may be lost on the way to the record.

use std::net::SocketAddr;

use byo_tests::Wire;
use serde_json::Value;

/// Every byte that came until the server closed the connection.
#[derive(Clone, Debug)]
pub(crate) struct Transcript {
    /// The first answer's status; 0 when there was no answer.
    pub(crate) status: u16,
    /// Heads and bodies.
    pub(crate) bytes: Vec<u8>,
}

impl Transcript {
    /// Sends a request on a connection of its own, and listens to the end. Let it ask for that end.
    pub(crate) async fn of(address: SocketAddr, request: &[u8]) -> Self {
        let mut wire = Wire::open(address).await.expect("the server listens");
        // A server that refuses early may close before it has read all; what it said first counts.
        let _: Result<(), _> = wire.send(request).await;
        let (bytes, _) = wire.all().await;
        let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok());
        Self { status: status.and_then(|digits| digits.parse().ok()).unwrap_or(0), bytes }
    }

    /// The body as JSON, or null.
    pub(crate) fn json(&self) -> Value {
        let head = self.bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let body = head.map_or(&[][..], |at| &self.bytes[at + 4..]);
        serde_json::from_slice(body).unwrap_or_default()
    }
}
