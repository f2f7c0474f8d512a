//! A provider's stream as byo's own events.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame};

use crate::{
    proxy::{
        AnswerBody,
        events::{Part, Splitter},
    },
    unified::{Served, StreamReader, UnifiedEvent},
};

/// Events longer than this are no part of an answer.
const LONGEST_EVENT: usize = 256 * 1024;

/// The body. It ends with `done` when the provider's stream ended as it should, else with `error`, and at once.
pub(super) struct Unified {
    provider: AnswerBody,
    splitter: Splitter,
    /// Gone once the end has been told.
    reader: Option<StreamReader>,
    ready: VecDeque<Bytes>,
}

impl Unified {
    pub(super) fn new(provider: AnswerBody, served: Served) -> Self {
        Self {
            provider,
            splitter: Splitter::new(LONGEST_EVENT),
            reader: Some(StreamReader::new(served)),
            ready: VecDeque::new(),
        }
    }

    fn take(&mut self, chunk: Bytes) {
        let Self { splitter, reader: Some(reader), ready, .. } = self else { return };
        let mut too_long = false;
        splitter.push(chunk, &mut |part| match part {
            Part::Event(bytes) if !too_long => ready.extend(reader.event(&bytes).iter().map(encoded)),
            Part::Event(_) => {}
            Part::Oversized(_) => too_long = true,
        });
        // Nothing more can come of it, however long the provider goes on.
        if too_long || reader.has_failed() {
            self.end(false);
        }
    }

    fn end(&mut self, whole: bool) {
        let Some(mut reader) = self.reader.take() else { return };
        if let Some(rest) = self.splitter.finish().filter(|_| whole) {
            self.ready.extend(reader.event(&rest).iter().map(encoded));
        }
        let last = match reader.finish() {
            // What broke off is not complete, whatever came before.
            Ok(done) if whole => Some(done),
            Ok(UnifiedEvent::Done { provider, .. }) => Some(UnifiedEvent::broken_off(provider)),
            Ok(_) => None,
            Err(cut) => cut.event,
        };
        self.ready.extend(last.iter().map(encoded));
    }
}

fn encoded(event: &UnifiedEvent) -> Bytes {
    event.encode().into()
}

impl Body for Unified {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        loop {
            if let Some(ready) = this.ready.pop_front() {
                return Poll::Ready(Some(Ok(Frame::data(ready))));
            }
            if this.reader.is_none() {
                return Poll::Ready(None);
            }
            match Pin::new(&mut this.provider).poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(frame))) => {
                    if let Ok(chunk) = frame.into_data() {
                        this.take(chunk);
                    }
                }
                Poll::Ready(Some(Err(_))) => this.end(false),
                Poll::Ready(None) => this.end(true),
            }
        }
    }
}
