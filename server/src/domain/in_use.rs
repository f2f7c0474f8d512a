//! What runs with a key, so that ending the key ends it.
//!
//! Whoever is about to use a key reads [`InUse::epoch`], then the database, then takes a lease, then looks at the epoch
//! again. When it has not moved, no change was acknowledged between the reading and the lease; and every later change
//! finds the lease. Whoever ends a key commits first, then calls [`InUse::end`], and answers once that has returned: by
//! then nothing uses the key any more.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio_util::{
    sync::CancellationToken,
    task::{TaskTracker, task_tracker::TaskTrackerToken},
};

use crate::id::EnvironmentId;

/// What stands for all uses of keys that a customer sent along with requests.
#[must_use]
pub(super) fn customer(environment: &EnvironmentId, ref_id: &str) -> String {
    format!("{environment}/{ref_id}")
}

/// Users are told at once and only drop what they hold; one that takes longer does not hold the answer up.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who uses what.
#[derive(Clone, Default)]
pub struct InUse(Arc<Shared>);

#[derive(Default)]
struct Shared {
    epoch: AtomicU64,
    uses: Mutex<HashMap<String, Uses>>,
}

#[derive(Clone, Default)]
struct Uses {
    ended: CancellationToken,
    users: TaskTracker,
}

/// One use. It ends when dropped.
pub struct Lease {
    of: String,
    ended: CancellationToken,
    user: Option<TaskTrackerToken>,
    shared: Arc<Shared>,
}

impl InUse {
    /// Counts the acknowledged changes that a use must not miss.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.0.epoch.load(Ordering::SeqCst)
    }

    /// A use of this key, or of all keys of this customer.
    #[must_use]
    pub fn lease(&self, of: &str) -> Lease {
        let mut all = self.0.lock();
        let uses = all.entry(of.to_owned()).or_default();
        Lease {
            of: of.to_owned(),
            ended: uses.ended.clone(),
            user: Some(uses.users.token()),
            shared: Arc::clone(&self.0),
        }
    }

    /// Something else changed that decides about uses: those being prepared look again.
    pub fn changed(&self) {
        self.0.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends every use and waits until all have let go.
    pub async fn end(&self, of: &str) {
        self.changed();
        let Some(uses) = self.0.lock().remove(of) else { return };
        uses.ended.cancel();
        uses.users.close();
        if tokio::time::timeout(PATIENCE, uses.users.wait()).await.is_err() {
            tracing::warn!(users = uses.users.len(), "uses of an ended key have not let go yet");
        }
    }

    /// How many uses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().values().map(|uses| uses.users.len()).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Lease {
    /// What ends it.
    #[must_use]
    pub const fn ended(&self) -> &CancellationToken {
        &self.ended
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut all = self.shared.lock();
        drop(self.user.take());
        // An entry of that name may be a later one, with users of its own.
        if all.get(&self.of).is_some_and(|uses| uses.users.is_empty()) {
            all.remove(&self.of);
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Uses>> {
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ending_a_key_tells_its_users_and_waits_for_them() {
        let in_use = InUse::default();
        let (lease, other) = (in_use.lease("key_1"), in_use.lease("key_2"));
        let before = in_use.epoch();
        let ending = tokio::spawn({
            let in_use = in_use.clone();
            async move { in_use.end("key_1").await }
        });
        lease.ended().cancelled().await;
        assert!(in_use.epoch() > before);
        assert!(!ending.is_finished() && !other.ended().is_cancelled());
        // One that comes later is another use, which this end does not reach.
        let later = in_use.lease("key_1");
        drop(lease);
        ending.await.unwrap();
        assert!(!later.ended().is_cancelled());
        assert_eq!(in_use.len(), 2);
    }

    #[tokio::test]
    async fn nothing_is_left_of_uses_that_ended() {
        let in_use = InUse::default();
        let leases: Vec<_> = (0..100).map(|n| in_use.lease(&format!("key_{}", n % 10))).collect();
        assert_eq!(in_use.len(), 100);
        in_use.end("key_nobody_uses").await;
        drop(leases);
        assert!(in_use.is_empty() && in_use.0.lock().is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_user_that_does_not_let_go_holds_the_end_up_for_a_while_only() {
        let in_use = InUse::default();
        let _stuck = in_use.lease("key_1");
        in_use.end("key_1").await;
    }
}
