//! Deliveries.

use std::time::Duration;

use super::reader::Reader;

/// Deliveries.
#[derive(Clone, Copy, Debug)]
pub struct WebhooksConfig {
    /// For one attempt.
    pub timeout: Duration,
    /// Attempts under way at once.
    pub concurrency: usize,
}

pub(super) fn read(reader: &mut Reader) -> Option<WebhooksConfig> {
    let timeout = reader.duration("webhooks.timeout", Duration::from_millis(100)..=Duration::from_mins(2));
    let concurrency = reader.count("webhooks.concurrency", 1..=10_000);
    Some(WebhooksConfig { timeout: timeout?, concurrency: concurrency? })
}
