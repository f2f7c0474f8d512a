//! `GET /api/events`: one customer's activities as server-sent events, first the kept ones, then live.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use futures_util::{Stream, stream};
use serde::Deserialize;
use tokio::sync::watch;

use super::{
    DemoState,
    activity::{ActivityLog, Progress},
    customer::RefId,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Follow {
    ref_id: RefId,
}

/// Never ends by itself. `Last-Event-ID` continues after a broken connection.
pub(super) async fn events(
    State(demo): State<Arc<DemoState>>,
    Query(follow): Query<Follow>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let follower = Follower::new(&demo, follow.ref_id, last_event_id(&headers));
    let events = stream::unfold(follower, |mut follower| async {
        let event = follower.next().await?;
        Some((Ok(event), follower))
    });
    Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15)))
}

fn last_event_id(headers: &HeaderMap) -> u64 {
    headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok()).unwrap_or(0)
}

struct Follower {
    log: Arc<ActivityLog>,
    progress: watch::Receiver<Progress>,
    ref_id: RefId,
    seq: u64,
    caught_up: bool,
}

impl Follower {
    fn new(demo: &DemoState, ref_id: RefId, seq: u64) -> Self {
        // Watching before reading: what is noted in between wakes the first wait.
        let progress = demo.log.watch();
        Self { log: Arc::clone(&demo.log), progress, ref_id, seq, caught_up: false }
    }

    /// `None` once the log is closed.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if self.progress.borrow_and_update().closed {
                return None;
            }
            if let Some(activity) = self.log.next_after(self.seq, self.ref_id.as_str()) {
                self.seq = activity.seq;
                let event = Event::default().event("activity").id(activity.seq.to_string());
                return Some(
                    event.json_data(&*activity).expect("an activity is plain data with string keys"),
                );
            }
            if !self.caught_up {
                self.caught_up = true;
                return Some(Event::default().event("caught-up").data("{}"));
            }
            self.progress.changed().await.ok()?;
        }
    }
}
