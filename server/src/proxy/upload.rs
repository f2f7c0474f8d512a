//! A request's body on its way to the provider. Whoever waits for the answer must not count the time it takes.

use std::{
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

use crate::egress::{EgressError, Line};

/// How far a request has come on its way out.
#[derive(Clone)]
pub(super) struct Progress {
    line: Line,
    /// When something last went up.
    last: Arc<Mutex<Instant>>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { line: Line::default(), last: Arc::new(Mutex::new(Instant::now())) }
    }

    /// What it sends.
    pub(super) const fn line(&self) -> &Line {
        &self.line
    }

    /// The same body, whose progress is noted.
    pub(super) fn of(&self, body: UnsyncBoxBody<Bytes, EgressError>) -> UnsyncBoxBody<Bytes, EgressError> {
        Upload { body, progress: self.clone() }.boxed_unsync()
    }

    /// Waits, but no longer than this after the last progress; `None` then.
    pub(super) async fn wait<T>(&self, patience: Duration, answer: impl Future<Output = T>) -> Option<T> {
        let mut answer = pin!(answer);
        loop {
            let until = *self.last() + patience;
            tokio::select! {
                biased;
                answer = &mut answer => return Some(answer),
                () = sleep_until(until) => {}
            }
            if *self.last() + patience <= until {
                return None;
            }
        }
    }

    fn last(&self) -> MutexGuard<'_, Instant> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Upload {
    body: UnsyncBoxBody<Bytes, EgressError>,
    progress: Progress,
}

impl Drop for Upload {
    fn drop(&mut self) {
        // A body without a byte is not polled.
        self.progress.line.take_turn();
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = EgressError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, EgressError>>> {
        self.progress.line.take_turn();
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() {
            *self.progress.last() = Instant::now();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
