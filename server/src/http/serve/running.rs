//! How many requests of a connection are being answered, and whether the client takes the answers.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, response::Response};
use hyper::body::{Frame, SizeHint};
use tokio::{sync::watch, time::Instant};

/// Requests between their head's arrival and their answer's last byte.
pub(super) struct Running(watch::Sender<Requests>);

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
        Self(watch::Sender::new(Requests { running: 0, offered: 0, moved: Instant::now() }))
    }

    /// Counts one more until its answer has been handed over whole, or dropped.
    pub(super) fn count<E, A: Future<Output = Result<Response, E>>>(
        &self,
        answer: A,
    ) -> impl Future<Output = Result<hyper::Response<Counted<Body>>, E>> + use<E, A> {
        let mut one = One::new(&self.0);
        async move {
            let answer = answer.await?;
            one.offer();
            Ok(answer.map(|body| Counted { body, one }))
        }
    }

    /// Completes when nothing has been running for this long.
    pub(super) async fn idle_for(&self, patience: Duration) {
        let mut requests = self.0.subscribe();
        loop {
            let _: Result<_, _> = requests.wait_for(|now| now.running == 0).await;
            // One that came and went between two looks was never seen running, but it moved.
            let (is_idle, end) = {
                let now = self.0.borrow();
                (now.running == 0, now.moved + patience)
            };
            if is_idle && end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }

    /// Completes when an answer has been there for the client to take, and nothing has moved, for this long.
    ///
    /// Time in which only handlers or their streams are waited for does not count.
    pub(super) async fn stuck_for(&self, patience: Duration) {
        let mut requests = self.0.subscribe();
        loop {
            let _: Result<_, _> = requests.wait_for(|now| now.offered > 0).await;
            // An offer is a move too, so whatever is on offer has been since then at least.
            let end = self.0.borrow().moved + patience;
            if end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }
}

/// One running request.
struct One {
    requests: watch::Sender<Requests>,
    offered: bool,
}

impl One {
    fn new(requests: &watch::Sender<Requests>) -> Self {
        let one = Self { requests: requests.clone(), offered: false };
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
        self.requests.send_if_modified(|now| {
            let before = (now.running > 0, now.offered > 0);
            change(now);
            now.moved = Instant::now();
            // Nobody waits for anything else, and a stream may have many frames.
            before != (now.running > 0, now.offered > 0)
        });
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.take();
        self.change(|now| now.running -= 1);
    }
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
