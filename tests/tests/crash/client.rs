//! A client that knows whether a request was sent, and whether it was answered.

use std::{net::SocketAddr, time::Duration};

use byo_tests::{ADMIN_KEY, PAGE, Reply, Wire};
use serde_json::Value;

/// So long that only a server that hangs reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

/// One connection at a time, kept open.
pub(crate) struct Client {
    to: SocketAddr,
    wire: Option<Wire>,
}

/// What became of a request.
pub(crate) enum Sent {
    Answered(Reply),
    /// Not a byte of it left.
    Unsent,
    /// It may have been carried out, or not.
    Unanswered,
}

impl Client {
    pub(crate) const fn new(to: SocketAddr) -> Self {
        Self { to, wire: None }
    }

    pub(crate) async fn post(&mut self, path: &str, token: &str, body: &Value) -> Sent {
        self.call("POST", path, token, Some(body)).await
    }

    /// Calls with a token, or with the operator's key when that is given.
    pub(crate) async fn call(&mut self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Sent {
        let body = body.map(ToString::to_string).unwrap_or_default();
        let credential = if token == ADMIN_KEY {
            format!("x-admin-key: {token}")
        } else {
            format!("authorization: Bearer {token}")
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\n{credential}\r\norigin: {PAGE}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.to,
            body.len(),
        );
        tokio::time::timeout(PATIENCE, self.exchange(method, request.as_bytes()))
            .await
            .unwrap_or_else(|_| panic!("{method} {path} is not answered"))
    }

    /// Calls a server that is there, and gives the JSON of its success.
    pub(crate) async fn ok(&mut self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Value {
        match self.call(method, path, token, body).await {
            Sent::Answered(reply) if (200..300).contains(&reply.status) => reply.json(),
            Sent::Answered(reply) => panic!("{method} {path}: {reply}"),
            Sent::Unsent | Sent::Unanswered => panic!("{method} {path}: the server is gone"),
        }
    }

    async fn exchange(&mut self, method: &str, request: &[u8]) -> Sent {
        let wire = match &mut self.wire {
            Some(wire) => wire,
            none => match Wire::open(self.to).await {
                Ok(wire) => none.insert(wire),
                Err(_) => return Sent::Unsent,
            },
        };
        let answer = match wire.send(request).await {
            Ok(()) => wire.answer(method).await,
            Err(error) => Err(error),
        };
        if let Ok(Some(reply)) = answer {
            return Sent::Answered(reply);
        }
        self.wire = None;
        Sent::Unanswered
    }
}
