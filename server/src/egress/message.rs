//! What goes out and what comes back.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use http_body_util::{Full, combinators::UnsyncBoxBody};
use hyper::body::{Body, Frame, SizeHint};

use super::{destination::Destination, error::EgressError, line::Line};

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

    /// All headers, to be changed.
    pub fn headers(&mut self) -> &mut HeaderMap {
        &mut self.headers
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

/// A request whose body and answer pass through without being held. No `Debug`: it holds keys.
pub struct Exchange {
    /// Its method.
    pub method: Method,
    /// Where it goes.
    pub destination: Destination,
    /// Its headers. Values that are secret are marked sensitive by the caller.
    pub headers: HeaderMap,
    /// Its body.
    pub body: OutgoingBody,
}

/// What goes out as a body.
pub struct OutgoingBody {
    content: Content,
    line: Option<Line>,
}

enum Content {
    Whole(Full<Bytes>),
    Stream(UnsyncBoxBody<Bytes, EgressError>),
}

impl OutgoingBody {
    /// All of it is there.
    #[must_use]
    pub fn whole(bytes: Bytes) -> Self {
        Self { content: Content::Whole(Full::new(bytes)), line: None }
    }

    /// It is still coming in.
    #[must_use]
    pub const fn stream(body: UnsyncBoxBody<Bytes, EgressError>) -> Self {
        Self { content: Content::Stream(body), line: None }
    }

    pub(super) fn follow(&mut self, line: &Line) {
        self.line = Some(line.clone());
    }
}

impl Drop for OutgoingBody {
    fn drop(&mut self) {
        // One without a byte is not polled.
        if let Some(line) = &self.line {
            line.took_turn(false);
        }
    }
}

impl Body for OutgoingBody {
    type Data = Bytes;
    type Error = EgressError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, EgressError>>> {
        let this = self.get_mut();
        let polled = match &mut this.content {
            Content::Whole(body) => Pin::new(body).poll_frame(context).map_err(|never| match never {}),
            Content::Stream(body) => Pin::new(body).poll_frame(context),
        };
        if let Some(line) = &this.line {
            line.took_turn(polled.is_ready());
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(body) => body.is_end_stream(),
            Content::Stream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(body) => body.size_hint(),
            Content::Stream(body) => body.size_hint(),
        }
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
