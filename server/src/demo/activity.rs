//! What happened at the pretend product's backend lately, in memory, for the page to follow.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use serde::Serialize;
use tokio::sync::watch;

use crate::{clock::Timestamp, environment::Environment};

/// How many are kept. The oldest go first.
const MOST: usize = 50;
/// Anyone can post something unsigned, so those may take only so many of the places.
const MOST_REFUSED: usize = 5;
/// How many webhook ids are remembered, to tell a second delivery from a new event.
const MOST_IDS: usize = 500;

/// One thing that happened.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Activity {
    /// Counts up from 1.
    pub(super) seq: u64,
    received_at: Timestamp,
    #[serde(flatten)]
    what: What,
    /// The customer it is about; `None` is shown to everybody.
    #[serde(skip)]
    ref_id: Option<String>,
}

/// What it was.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", rename_all_fields = "camelCase")]
pub(super) enum What {
    /// A webhook came in.
    Webhook {
        /// Both signatures are right.
        verified: bool,
        checks: Checks,
        webhook_id: Option<String>,
        bytes: usize,
        /// The body as it came, only when verified.
        body: Option<String>,
    },
    /// The backend made a connect session. The token is not here: only the page that asked gets it.
    Session {
        environment: Environment,
        /// The body as it was sent.
        request: String,
        expires_at: String,
    },
}

/// Which signatures of a webhook are right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Checks {
    /// `X-BYO-Signature`.
    pub(super) byo_signature: bool,
    /// `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    pub(super) standard_webhooks: bool,
}

impl Checks {
    /// Both are right.
    pub(super) const fn pass(self) -> bool {
        self.byo_signature && self.standard_webhooks
    }
}

/// The newest activities, and word of new ones.
pub(super) struct ActivityLog {
    entries: Mutex<Entries>,
    progress: watch::Sender<Progress>,
}

/// How far the log has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Progress {
    latest: u64,
    /// Nothing follows; streams end, so that the process can.
    pub(super) closed: bool,
}

#[derive(Default)]
struct Entries {
    kept: VecDeque<Arc<Activity>>,
    ids: VecDeque<String>,
    latest: u64,
}

impl ActivityLog {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self { entries: Mutex::default(), progress: watch::Sender::new(Progress::default()) }
    }

    /// Notes what happened, about one customer or, with `None`, for everybody to see.
    pub(super) fn note(&self, now: Timestamp, ref_id: Option<String>, what: What) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(now, ref_id, what);
        let latest = entries.latest;
        drop(entries);
        self.progress.send_modify(|progress| progress.latest = latest);
    }

    /// True the first time it is asked about a webhook id: webhooks come at least once.
    pub(super) fn is_new(&self, webhook_id: &str) -> bool {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.ids.iter().any(|id| id == webhook_id) {
            return false;
        }
        entries.ids.push_back(webhook_id.to_owned());
        if entries.ids.len() > MOST_IDS {
            entries.ids.pop_front();
        }
        true
    }

    /// The first one after `seq` that this customer's page may see.
    pub(super) fn next_after(&self, seq: u64, ref_id: &str) -> Option<Arc<Activity>> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = |entry: &&Arc<Activity>| entry.ref_id.as_deref().is_none_or(|about| about == ref_id);
        entries.kept.iter().filter(|entry| entry.seq > seq).find(shown).cloned()
    }

    /// Tells of every change from now on.
    pub(super) fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Ends every stream.
    pub(super) fn close(&self) {
        self.progress.send_modify(|progress| progress.closed = true);
    }
}

impl Entries {
    fn push(&mut self, received_at: Timestamp, ref_id: Option<String>, what: What) {
        self.latest += 1;
        self.kept.push_back(Arc::new(Activity { seq: self.latest, received_at, what, ref_id }));
        if self.kept.iter().filter(|entry| entry.is_refused()).count() > MOST_REFUSED
            && let Some(oldest) = self.kept.iter().position(|entry| entry.is_refused())
        {
            self.kept.remove(oldest);
        }
        if self.kept.len() > MOST {
            self.kept.pop_front();
        }
    }
}

impl Activity {
    const fn is_refused(&self) -> bool {
        matches!(self.what, What::Webhook { verified: false, .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn webhook(verified: bool) -> What {
        let checks = Checks { byo_signature: verified, standard_webhooks: verified };
        What::Webhook { verified, checks, webhook_id: None, bytes: 2, body: None }
    }

    fn seen(log: &ActivityLog, ref_id: &str) -> Vec<u64> {
        let mut seqs = vec![];
        while let Some(entry) = log.next_after(seqs.last().copied().unwrap_or(0), ref_id) {
            seqs.push(entry.seq);
        }
        seqs
    }

    #[test]
    fn only_the_newest_fifty_are_kept() {
        let log = ActivityLog::new();
        (0..60).for_each(|_| log.note(NOW, Some("a".into()), webhook(true)));
        assert_eq!(seen(&log, "a"), (11..=60).collect::<Vec<_>>());
    }

    #[test]
    fn a_customer_sees_its_own_and_what_concerns_nobody() {
        let log = ActivityLog::new();
        log.note(NOW, Some("a".into()), webhook(true));
        log.note(NOW, Some("b".into()), webhook(true));
        log.note(NOW, None, webhook(false));
        assert_eq!(seen(&log, "a"), [1, 3]);
        assert_eq!(seen(&log, "b"), [2, 3]);
    }

    #[test]
    fn a_flood_of_unsigned_posts_does_not_push_real_events_out() {
        let log = ActivityLog::new();
        log.note(NOW, Some("a".into()), webhook(true));
        (0..200).for_each(|_| log.note(NOW, None, webhook(false)));
        assert_eq!(seen(&log, "a"), [1, 197, 198, 199, 200, 201]);
    }

    #[test]
    fn a_webhook_id_is_new_once() {
        let log = ActivityLog::new();
        assert!(log.is_new("evt_1"));
        assert!(!log.is_new("evt_1"));
        assert!(log.is_new("evt_2"));
    }
}
