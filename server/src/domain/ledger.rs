//! What was used, summed up in memory and written down every few seconds. What a crash loses is at most that.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::store::{Store, StoreResult, UsageKey, UsageSum};

/// The sums since they were last written down.
#[derive(Default)]
pub struct Ledger(Mutex<HashMap<UsageKey, UsageSum>>);

impl Ledger {
    /// Counts an answer.
    pub fn add(&self, key: UsageKey, sum: UsageSum) {
        let mut sums = self.lock();
        let total = sums.entry(key).or_default();
        total.requests = total.requests.saturating_add(sum.requests);
        total.input_tokens = total.input_tokens.saturating_add(sum.input_tokens);
        total.output_tokens = total.output_tokens.saturating_add(sum.output_tokens);
        total.cached_input_tokens = total.cached_input_tokens.saturating_add(sum.cached_input_tokens);
        total.reasoning_tokens = total.reasoning_tokens.saturating_add(sum.reasoning_tokens);
    }

    /// Writes the sums down.
    ///
    /// # Errors
    /// When the store fails. The sums are kept then.
    pub async fn write_down(&self, store: &dyn Store) -> StoreResult<()> {
        let sums: Vec<_> = mem::take(&mut *self.lock()).into_iter().collect();
        if sums.is_empty() {
            return Ok(());
        }
        let written = store.add_usage(sums.clone()).await;
        if written.is_err() {
            sums.into_iter().for_each(|(key, sum)| self.add(key, sum));
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UsageKey, UsageSum>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
