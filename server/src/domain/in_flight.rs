//! Requests that say the same wait for one another.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OwnedMutexGuard;

type Locks = Mutex<HashMap<[u8; 32], Arc<tokio::sync::Mutex<()>>>>;

/// One lock a challenge, for as long as somebody uses it.
#[derive(Default)]
pub struct InFlight {
    locks: Arc<Locks>,
}

/// The turn of one request. The next comes when it is dropped.
pub struct Turn {
    hash: [u8; 32],
    locks: Arc<Locks>,
    lock: Option<OwnedMutexGuard<()>>,
}

impl InFlight {
    /// Waits until no other request uses this challenge.
    pub async fn turn(&self, hash: [u8; 32]) -> Turn {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(locks.entry(hash).or_default())
        };
        Turn { hash, locks: Arc::clone(&self.locks), lock: Some(lock.lock_owned().await) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.lock.take());
        // The map's own reference is the last one: nobody waits.
        if locks.get(&self.hash).is_some_and(|lock| Arc::strong_count(lock) == 1) {
            locks.remove(&self.hash);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_come_one_after_another_and_leave_nothing_behind() {
        let in_flight = Arc::new(InFlight::default());
        let first = in_flight.turn([1; 32]).await;
        let other = in_flight.turn([2; 32]).await;
        let waiting = tokio::spawn({
            let in_flight = Arc::clone(&in_flight);
            async move { drop(in_flight.turn([1; 32]).await) }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(first);
        waiting.await.unwrap();
        drop(other);
        assert!(in_flight.locks.lock().unwrap().is_empty());
    }
}
