//! Whether the server can do its work.

use std::time::Duration;

use tokio::sync::Mutex;

use super::Refusal;
use crate::{app::App, clock::Timestamp};

/// Anybody may ask, and the answer costs a durable write: it is good for this long.
const GOOD_FOR: Duration = Duration::from_secs(1);

/// What the last look at the database found.
#[derive(Default)]
pub struct Readiness(Mutex<Option<Timestamp>>);

impl Readiness {
    /// Succeeds when the database takes writes, or did a moment ago. Failures are not remembered.
    pub async fn check(&self, app: &App) -> Result<(), Refusal> {
        let mut last_good = self.0.lock().await;
        let now = app.clock.now();
        if last_good.is_some_and(|at| at <= now && now.since(at) < GOOD_FOR) {
            return Ok(());
        }
        *last_good = None;
        app.store.ping().await?;
        *last_good = Some(now);
        Ok(())
    }
}
