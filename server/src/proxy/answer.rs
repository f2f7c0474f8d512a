//! What a call is answered with.

use std::{
    collections::VecDeque,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use hyper::body::{Body, Frame, SizeHint};

use super::relay::{BrokenOff, Relay};

/// An answer.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers, those that pass.
    pub headers: HeaderMap,
    /// Its body.
    pub body: AnswerBody,
    /// The provider said that it does not take the key.
    pub key_refused: bool,
}

/// Its body.
pub enum AnswerBody {
    /// All of it is there.
    Whole(Option<Bytes>),
    /// Parts of it, one after another.
    Parts(VecDeque<Bytes>),
    /// It is still coming in.
    Relayed(Box<Relay>),
}

impl AnswerBody {
    /// All of it.
    #[must_use]
    pub fn whole(bytes: impl Into<Bytes>) -> Self {
        Self::Whole(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty()))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(body.take().map(|body| Ok(Frame::data(body)))),
            Self::Parts(parts) => Poll::Ready(parts.pop_front().map(|part| Ok(Frame::data(part)))),
            Self::Relayed(body) => Pin::new(body.as_mut()).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_none(),
            Self::Parts(parts) => parts.is_empty(),
            Self::Relayed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Parts(_) => SizeHint::default(),
            Self::Relayed(body) => body.size_hint(),
        }
    }
}
