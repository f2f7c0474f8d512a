//! A hold on what one request sends.
//!
//! Dropping an exchange tells the task that writes to its connection, which may just then be writing the request it was
//! handed. Whoever has promised that nothing more goes out cuts the line: once that has returned, not a byte more of
//! the request leaves the process. A line that is cut after its turn on the connection does nothing to the next.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tokio::time::{Instant, sleep_until};

use super::gate::Gate;

/// What one request sends.
#[derive(Clone)]
pub struct Line(Arc<Mutex<Followed>>);

struct Followed {
    connection: Option<CaptureConnection>,
    /// The request's turn on its connection, from when it is written.
    turn: Option<u64>,
    /// When something last went up.
    moved: Instant,
}

impl Line {
    /// Of a request that is about to be sent.
    #[expect(clippy::new_without_default, reason = "it starts to measure time")]
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Followed { connection: None, turn: None, moved: Instant::now() })))
    }

    /// Lets nothing more of the request out. Its connection is closed, unless all of the request has gone out.
    pub fn cut(&self) {
        let followed = self.lock();
        if let Some(gate) = followed.gate() {
            gate.close(followed.turn);
        }
    }

    /// Waits for the answer, but no longer than this after something of the request last went up; `None` then.
    pub async fn wait<T>(
        &self,
        patience: Duration,
        mut answer: Pin<&mut impl Future<Output = T>>,
    ) -> Option<T> {
        loop {
            let until = self.lock().moved + patience;
            tokio::select! {
                biased;
                answer = answer.as_mut() => return Some(answer),
                () = sleep_until(until) => {}
            }
            if self.lock().moved + patience <= until {
                return None;
            }
        }
    }

    pub(super) fn follow<B>(&self, request: &mut http::Request<B>) {
        self.lock().connection = Some(capture_connection(request));
    }

    /// To be called by the request's body, which the connection's task looks at in the request's turn alone.
    pub(super) fn took_turn(&self, moved: bool) {
        let mut followed = self.lock();
        if followed.turn.is_none() {
            followed.turn = followed.gate().map(|gate| gate.turn());
        }
        if moved {
            followed.moved = Instant::now();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Followed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Followed {
    fn gate(&self) -> Option<Gate> {
        let mut extras = http::Extensions::new();
        self.connection.as_ref()?.connection_metadata().as_ref()?.get_extras(&mut extras);
        extras.get().cloned()
    }
}
