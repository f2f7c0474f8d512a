//! The time of a server under test.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use byo_server::clock::{Clock, Timestamp};

/// Time that moves only when told to.
pub struct TestClock(AtomicI64);

impl Default for TestClock {
    fn default() -> Self {
        Self(AtomicI64::new(1_790_000_000_000))
    }
}

impl TestClock {
    /// Moves on.
    pub fn advance(&self, by: Duration) {
        let millis = i64::try_from(by.as_millis()).expect("tests move by less than ages");
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
