//! An answer, taken apart.

use std::{
    fmt,
    io::{self, ErrorKind},
};

use serde_json::Value;

/// An answer that came whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Names in lower case, and values.
    pub headers: Vec<(String, String)>,
    /// Its body, without the transfer coding.
    pub body: Vec<u8>,
}

/// Where an answer's body ends.
pub(super) enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

impl Reply {
    /// A header's value, if it is there.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON, or null.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether the server will close the connection after it.
    pub fn closes(&self) -> bool {
        self.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }

    /// What a head says; the body is empty.
    pub(super) fn of_head(head: &[u8]) -> io::Result<Self> {
        let text = std::str::from_utf8(head).map_err(|_| broken("a head is text"))?;
        let mut lines = text.trim_end_matches("\r\n").split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.")?.get(2..5)?.parse().ok());
        let status = status.ok_or_else(|| broken("a status line"))?;
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(':').ok_or_else(|| broken("a header"))?;
            Ok((name.to_ascii_lowercase(), value.trim().to_owned()))
        });
        Ok(Self { status, headers: headers.collect::<io::Result<_>>()?, body: Vec::new() })
    }

    /// Where the body ends, of an answer to a request of this method.
    pub(super) fn framing(&self, method: &str) -> io::Result<Framing> {
        if method == "HEAD" || self.status == 204 || self.status == 304 {
            return Ok(Framing::Length(0));
        }
        match (self.header("transfer-encoding"), self.header("content-length")) {
            (Some("chunked"), None) => Ok(Framing::Chunked),
            (None, Some(length)) => {
                length.parse().map(Framing::Length).map_err(|_| broken("a content-length is a number"))
            }
            (None, None) => Ok(Framing::UntilClosed),
            _ => Err(broken("an answer has one length")),
        }
    }
}

/// For a failure's message.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status, String::from_utf8_lossy(&self.body))
    }
}

/// An answer that is none.
pub(super) fn broken(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}
