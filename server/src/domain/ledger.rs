//! What was used, summed up in memory and written down every few seconds. What a crash loses is at most that.
//!
//! What it takes is bounded, however long the store fails and whatever the answers and their callers name: models by
//! customer as in the store ([`UsageKey::MOST_MODELS`]), and all sums by [`MOST`]. Beyond it requests and tokens are still
//! counted, but no longer to whom.

use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::store::{Mode, Store, StoreResult, UsageKey, UsageSum};

/// So many sums tell customer and model apart, at some three hundred bytes each, and up to a kilobyte where names are as
/// long as they may be.
const MOST: usize = 50_000;
/// And so many more tell only environment, day, provider and mode apart. What is beyond these too is not counted.
const MOST_SUMMARY: usize = 10_000;

/// The sums since they were last written down.
#[derive(Default)]
pub struct Ledger(Mutex<Sums>);

#[derive(Default)]
struct Sums {
    sums: HashMap<UsageKey, UsageSum>,
    /// How many names there are, with empty names in the place of models.
    names: HashMap<UsageKey, usize>,
    /// How many answers had no room.
    lost: u64,
}

impl Ledger {
    /// Counts an answer.
    pub fn add(&self, key: UsageKey, sum: UsageSum) {
        self.lock().add(key, sum);
    }

    /// Writes the sums down.
    ///
    /// # Errors
    /// When the store fails. The sums are kept then.
    pub async fn write_down(&self, store: &dyn Store) -> StoreResult<()> {
        let Sums { sums, lost, .. } = mem::take(&mut *self.lock());
        if lost > 0 {
            tracing::error!(lost, "there was no room to count these answers");
        }
        if sums.is_empty() {
            return Ok(());
        }
        let sums: Vec<_> = sums.into_iter().collect();
        let written = store.add_usage(sums.clone()).await;
        if written.is_err() {
            let mut kept = self.lock();
            sums.into_iter().for_each(|(key, sum)| kept.add(key, sum));
        }
        written
    }

    fn lock(&self) -> MutexGuard<'_, Sums> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sums {
    fn add(&mut self, key: UsageKey, sum: UsageSum) {
        if let Some(total) = self.sums.get_mut(&key) {
            return add(total, sum);
        }
        match self.place(key) {
            Some(key) => add(self.sums.entry(key).or_default(), sum),
            None => self.lost = self.lost.saturating_add(sum.requests),
        }
    }

    /// Where something new is counted.
    fn place(&mut self, key: UsageKey) -> Option<UsageKey> {
        let mut key = key;
        if !key.model.is_empty() {
            let customer = UsageKey { model: String::new(), mode: Mode::Byok, ..key.clone() };
            match self.names.get_mut(&customer) {
                Some(names) if *names >= UsageKey::MOST_MODELS => key.model.clear(),
                _ if self.sums.len() >= MOST => {}
                Some(names) => *names += 1,
                None => drop(self.names.insert(customer, 1)),
            }
        }
        if self.sums.len() < MOST || self.sums.contains_key(&key) {
            return Some(key);
        }
        let summary = UsageKey { ref_id: String::new(), model: String::new(), ..key };
        (self.sums.len() < MOST + MOST_SUMMARY || self.sums.contains_key(&summary)).then_some(summary)
    }
}

fn add(total: &mut UsageSum, sum: UsageSum) {
    total.requests = total.requests.saturating_add(sum.requests);
    total.input_tokens = total.input_tokens.saturating_add(sum.input_tokens);
    total.output_tokens = total.output_tokens.saturating_add(sum.output_tokens);
    total.cached_input_tokens = total.cached_input_tokens.saturating_add(sum.cached_input_tokens);
    total.reasoning_tokens = total.reasoning_tokens.saturating_add(sum.reasoning_tokens);
}

#[cfg(test)]
mod tests;
