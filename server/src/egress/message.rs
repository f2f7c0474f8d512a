//! What goes out and what comes back.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::destination::Destination;

/// A request. Headers are typed, so no line break can stand in one. No `Debug`: it holds keys.
pub struct Request {
    pub(super) method: Method,
    pub(super) destination: Destination,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) timeout: Duration,
    pub(super) body_limit: BodyLimit,
}

/// How much of the answer's body is read, in bytes, and what happens past it.
#[derive(Clone, Copy)]
pub(super) enum BodyLimit {
    Refuse(usize),
    Truncate(usize),
}

impl Request {
    /// A request without a body. It waits 15 seconds in all and takes an answer of up to 1 MiB.
    #[must_use]
    pub fn new(method: Method, destination: Destination) -> Self {
        Self {
            method,
            destination,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            timeout: Duration::from_secs(15),
            body_limit: BodyLimit::Refuse(1 << 20),
        }
    }

    /// Sets a header. Values that are secret are marked sensitive by the caller.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// Sets the body and its content type.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header(http::header::CONTENT_TYPE, HeaderValue::from_static(content_type))
    }

    /// The longest wait for the whole exchange, name look-up to last byte.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A longer answer is [`super::EgressError::TooLarge`].
    #[must_use]
    pub fn refuse_body_over(mut self, bytes: usize) -> Self {
        self.body_limit = BodyLimit::Refuse(bytes);
        self
    }

    /// A longer answer is cut off here and the rest never read, for callers that want the status only.
    #[must_use]
    pub fn truncate_body_at(mut self, bytes: usize) -> Self {
        self.body_limit = BodyLimit::Truncate(bytes);
        self
    }
}

/// An answer, read to its end or to the cap. Written by the other side: not to be shown, logged or stored as it is.
pub struct Response {
    /// Its status; a redirect is returned like any other.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as sent, never decompressed.
    pub body: Bytes,
}
