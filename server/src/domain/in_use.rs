//! What runs with a key, so that ending the key ends it.
//!
//! Whoever is about to use a key reads [`InUse::epoch`], then the database, then takes a lease, then looks at the epoch
//! again. When it has not moved, no change was acknowledged between the reading and the lease; and every later change
//! finds the lease. Whoever ends a key commits first, then calls [`Carried::end`], and answers once that has returned: by
//! then nothing uses the key any more.
//!
//! The same goes for runtime tokens: a lease of a call that is made with one ends with it as well.
//!
//! A lease is taken by every proxied call and a key is hardly ever ended, so taking one is cheap and ending looks through
//! all there are.

mod carried;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use slab::Slab;
use tokio::sync::Notify;

pub(super) use self::carried::{Carried, carry, set_off};
use crate::id::{EnvironmentId, TokenId};

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
    uses: Mutex<Slab<Arc<Use>>>,
}

struct Use {
    of: String,
    through: Option<Box<Through>>,
    state: Mutex<State>,
    /// Told when an ended use has been given back.
    given_back: Notify,
}

#[derive(Default)]
struct State {
    is_ended: bool,
    is_given_back: bool,
    waiting: Option<Waker>,
    held: Option<Arc<dyn Held>>,
}

/// A runtime token that a call is made with, and the secret key that made it: the end of either ends the use.
#[derive(Clone, Debug)]
pub struct Through {
    /// The runtime token.
    pub token: TokenId,
    /// The secret key.
    pub made_by: TokenId,
}

/// What a use holds while nobody may be polling it.
pub trait Held: Send + Sync {
    /// Lets go of it, from whatever task.
    fn let_go(&self);
}

/// One use. It ends when dropped.
pub struct Lease {
    place: usize,
    this: Arc<Use>,
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
        self.lease_through(of, None)
    }

    /// The same, by a call that is made with this runtime token, if with any.
    #[must_use]
    pub fn lease_through(&self, of: &str, through: Option<Through>) -> Lease {
        let this = Arc::new(Use {
            of: of.to_owned(),
            through: through.map(Box::new),
            state: Mutex::default(),
            given_back: Notify::new(),
        });
        let place = lock(&self.0.uses).insert(Arc::clone(&this));
        Lease { place, this, shared: Arc::clone(&self.0) }
    }

    /// Something else changed that decides about uses: those being prepared look again. To be called before the change is
    /// acknowledged; one that never is may go untold.
    pub fn changed(&self) {
        self.0.epoch.fetch_add(1, Ordering::SeqCst);
    }

    /// Ends every use of this key, or through this token, and waits until all have let go.
    async fn end(&self, of: &str) {
        self.changed();
        let ended: Vec<_> = lock(&self.0.uses)
            .iter()
            .filter(|(_, one)| one.ends_with(of))
            .map(|(_, one)| Arc::clone(one))
            .collect();
        ended.iter().for_each(|one| one.end());
        let all_given_back = async {
            for one in &ended {
                one.given_back().await;
            }
        };
        if tokio::time::timeout(PATIENCE, all_given_back).await.is_err() {
            let users = ended.iter().filter(|one| !lock(&one.state).is_given_back).count();
            tracing::warn!(users, "uses of an ended key have not let go yet");
        }
    }

    /// How many uses there are.
    #[must_use]
    pub fn len(&self) -> usize {
        lock(&self.0.uses).len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Use {
    fn ends_with(&self, of: &str) -> bool {
        let is_through = |through: &Through| through.token.as_str() == of || through.made_by.as_str() == of;
        self.of == of || self.through.as_deref().is_some_and(is_through)
    }

    fn end(&self) {
        let (waiting, held) = {
            let mut state = lock(&self.state);
            state.is_ended = true;
            (state.waiting.take(), state.held.take())
        };
        // Giving the lease back looks at the state, so not while that is locked.
        if let Some(held) = held {
            held.let_go();
        }
        if let Some(waiting) = waiting {
            waiting.wake();
        }
    }

    async fn given_back(&self) {
        let mut told = std::pin::pin!(self.given_back.notified());
        // From here on it is not missed.
        told.as_mut().enable();
        if !lock(&self.state).is_given_back {
            told.await;
        }
    }
}

impl Lease {
    /// Completes once the key has ended. One task at a time waits for it: the last that asked is woken.
    pub async fn ended(&self) {
        std::future::poll_fn(|context| self.poll_ended(context)).await;
    }

    /// The same, for futures written by hand.
    pub fn poll_ended(&self, context: &Context<'_>) -> Poll<()> {
        let mut state = lock(&self.this.state);
        if state.is_ended {
            return Poll::Ready(());
        }
        if !state.waiting.as_ref().is_some_and(|waiting| waiting.will_wake(context.waker())) {
            state.waiting = Some(context.waker().clone());
        }
        Poll::Pending
    }

    /// Whether the key has ended.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        lock(&self.this.state).is_ended
    }

    /// Has this let go when the key ends; at once when it has ended already.
    pub fn entrust(&self, held: &Arc<dyn Held>) {
        let is_ended = {
            let mut state = lock(&self.this.state);
            if !state.is_ended {
                state.held = Some(Arc::clone(held));
            }
            state.is_ended
        };
        if is_ended {
            held.let_go();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        lock(&self.shared.uses).remove(self.place);
        let (is_ended, held) = {
            let mut state = lock(&self.this.state);
            state.is_given_back = true;
            (state.is_ended, state.held.take())
        };
        // What is held may hold this lease: it is not dropped while the state is locked.
        drop(held);
        if is_ended {
            self.this.given_back.notify_waiters();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
        lease.ended().await;
        assert!(in_use.epoch() > before);
        assert!(!ending.is_finished() && !other.is_ended());
        // One that comes later is another use, which this end does not reach.
        let later = in_use.lease("key_1");
        drop(lease);
        ending.await.unwrap();
        assert!(!later.is_ended());
        assert_eq!(in_use.len(), 2);
    }

    #[tokio::test]
    async fn a_use_through_a_token_ends_with_the_key_the_token_and_the_tokens_maker() {
        let [token, maker, another] = [1, 2, 3].map(|time| {
            TokenId::new(crate::clock::Timestamp::from_millis(time), &crate::entropy::SystemEntropy)
        });
        let through = |token: &TokenId, made_by: &TokenId| {
            Some(Through { token: token.clone(), made_by: made_by.clone() })
        };
        for of in ["key_1", token.as_str(), maker.as_str()] {
            let in_use = InUse::default();
            let lease = in_use.lease_through("key_1", through(&token, &maker));
            let others = [in_use.lease("key_2"), in_use.lease_through("key_2", through(&another, &another))];
            let before = in_use.epoch();
            tokio::join!(in_use.end(of), async {
                lease.ended().await;
                drop(lease);
            });
            assert!(in_use.epoch() > before);
            assert!(others.iter().all(|other| !other.is_ended()), "{of}");
            assert_eq!(in_use.len(), 2);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_that_end_the_same_key_both_wait_no_longer_than_it_is_used() {
        let in_use = InUse::default();
        let lease = in_use.lease("key_1");
        let began = tokio::time::Instant::now();
        let user = async {
            lease.ended().await;
            tokio::task::yield_now().await;
            drop(lease);
        };
        tokio::join!(in_use.end("key_1"), in_use.end("key_1"), user);
        // The clock goes on only when nobody has anything to do but wait.
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[tokio::test]
    async fn nothing_is_left_of_uses_that_ended() {
        let in_use = InUse::default();
        let leases: Vec<_> = (0..100).map(|n| in_use.lease(&format!("key_{}", n % 10))).collect();
        assert_eq!(in_use.len(), 100);
        in_use.end("key_nobody_uses").await;
        drop(leases);
        assert!(in_use.is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn a_user_that_does_not_let_go_holds_the_end_up_for_a_while_only() {
        let in_use = InUse::default();
        let _stuck = in_use.lease("key_1");
        in_use.end("key_1").await;
    }

    struct Line(AtomicU64);

    impl Held for Line {
        fn let_go(&self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_lease_holds_is_let_go_of_at_the_end_whoever_polls_it() {
        let in_use = InUse::default();
        let line = Arc::new(Line(AtomicU64::new(0)));
        let (before, after) = (in_use.lease("key_1"), in_use.lease("key_1"));
        let held = Arc::clone(&line) as Arc<dyn Held>;
        before.entrust(&held);
        in_use.end("key_1").await;
        assert_eq!(line.0.load(Ordering::SeqCst), 1);
        after.entrust(&held);
        assert_eq!(line.0.load(Ordering::SeqCst), 2);
        drop((before, after, held));
        assert_eq!(Arc::strong_count(&line), 1);
    }
}
