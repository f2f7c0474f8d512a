//! How many requests of a connection are being answered, and whether the client takes the answers.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, response::Response};
use futures_util::TryFutureExt;
use hyper::body::{Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

/// Requests between their head's arrival and their answer's last byte.
pub(super) struct Running(Arc<Mutex<Requests>>);

struct Requests {
    running: usize,
    /// Those of which hyper holds a part of the answer and has not come back for the next one. It comes back when it
    /// has room, and the client decides when that is: by HTTP/2's windows, or by not reading.
    offered: usize,
    /// When a request last came or ended, or a part of an answer was last offered or taken.
    moved: Instant,
}

impl Running {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Requests { running: 0, offered: 0, moved: Instant::now() })))
    }

    /// Counts one more until its answer has been handed over whole, or dropped.
    pub(super) fn count<E, A: Future<Output = Result<Response, E>>>(
        &self,
        answer: A,
    ) -> impl Future<Output = Result<hyper::Response<Counted<Body>>, E>> + use<E, A> {
        let mut one = One::new(&self.0);
        answer.map_ok(move |answer| {
            one.offer();
            answer.map(|body| Counted { body, one })
        })
    }

    /// Completes when nothing has been running for this long.
    pub(super) async fn idle_for(&self, patience: Duration) {
        self.holds_for(|now| now.running == 0, patience).await;
    }

    /// Completes when an answer has been there for the client to take, and nothing has moved, for this long.
    ///
    /// Time in which only handlers or their streams are waited for does not count.
    pub(super) async fn stuck_for(&self, patience: Duration) {
        self.holds_for(|now| now.offered > 0, patience).await;
    }

    /// Whatever changes is a move, so what holds has held since the last one. Nobody is told of moves, of which there
    /// are several with each request: what does not hold now will not have held for long enough before `patience` is
    /// over once more.
    async fn holds_for(&self, holds: impl Fn(&Requests) -> bool, patience: Duration) {
        loop {
            let (now, end) = {
                let requests = lock(&self.0);
                let now = Instant::now();
                (now, if holds(&requests) { requests.moved } else { now } + patience)
            };
            if end <= now {
                return;
            }
            sleep_until(end).await;
        }
    }
}

/// One running request.
struct One {
    requests: Arc<Mutex<Requests>>,
    offered: bool,
}

impl One {
    fn new(requests: &Arc<Mutex<Requests>>) -> Self {
        let one = Self { requests: Arc::clone(requests), offered: false };
        one.change(|now| now.running += 1);
        one
    }

    /// hyper has a part of the answer.
    fn offer(&mut self) {
        if !self.offered {
            self.offered = true;
            self.change(|now| now.offered += 1);
        }
    }

    /// hyper has room for more.
    fn take(&mut self) {
        if self.offered {
            self.offered = false;
            self.change(|now| now.offered -= 1);
        }
    }

    fn change(&self, change: impl FnOnce(&mut Requests)) {
        let mut now = lock(&self.requests);
        change(&mut now);
        now.moved = Instant::now();
    }
}

impl Drop for One {
    fn drop(&mut self) {
        let offered = usize::from(self.offered);
        self.change(|now| {
            now.offered -= offered;
            now.running -= 1;
        });
    }
}

fn lock(requests: &Mutex<Requests>) -> MutexGuard<'_, Requests> {
    requests.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A body whose request counts as running.
pub(super) struct Counted<B> {
    body: B,
    one: One,
}

impl<B: hyper::body::Body + Unpin> hyper::body::Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.one.take();
        let frame = Pin::new(&mut self.body).poll_frame(context);
        if frame.is_ready() {
            self.one.offer();
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
