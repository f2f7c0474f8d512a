//! How many requests of a connection are being answered.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, response::Response};
use hyper::body::{Frame, SizeHint};
use tokio::sync::watch;

/// Requests between their head's arrival and their answer's last byte.
#[derive(Default)]
pub(super) struct Running(watch::Sender<usize>);

impl Running {
    /// Counts one more until its answer has been handed over whole, or dropped.
    pub(super) fn count<E, A: Future<Output = Result<Response, E>>>(
        &self,
        answer: A,
    ) -> impl Future<Output = Result<hyper::Response<Counted<Body>>, E>> + use<E, A> {
        let one = One::new(&self.0);
        async move { Ok(answer.await?.map(|body| Counted { body, _one: one })) }
    }

    /// Completes when nothing has been running for this long.
    pub(super) async fn idle_for(&self, patience: Duration) {
        let mut count = self.0.subscribe();
        loop {
            let _: Result<_, _> = count.wait_for(|count| *count == 0).await;
            let busy_again = tokio::time::timeout(patience, count.wait_for(|count| *count > 0)).await.is_ok();
            if !busy_again {
                return;
            }
        }
    }
}

/// One running request.
struct One(watch::Sender<usize>);

impl One {
    fn new(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

/// A body whose request counts as running.
pub(super) struct Counted<B> {
    body: B,
    _one: One,
}

impl<B: hyper::body::Body + Unpin> hyper::body::Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
