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

use crate::{domain::Lease, egress::EgressError};

/// When something last went up.
#[derive(Clone)]
pub(super) struct Progress(Arc<Mutex<Instant>>);

impl Progress {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    /// The same body, whose progress is noted. It is a use of the key like the call itself: the task that writes to the
    /// provider has it until all is written, or until it has noticed that nobody waits for the answer any more.
    pub(super) fn of(
        &self,
        body: UnsyncBoxBody<Bytes, EgressError>,
        lease: Option<Lease>,
    ) -> UnsyncBoxBody<Bytes, EgressError> {
        Upload { body, progress: self.clone(), _lease: lease }.boxed_unsync()
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Upload {
    body: UnsyncBoxBody<Bytes, EgressError>,
    progress: Progress,
    _lease: Option<Lease>,
}

impl Body for Upload {
    type Data = Bytes;
    type Error = EgressError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, EgressError>>> {
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
