//! The provider and the product's webhook receiver: both write down what byo tells them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::json;
use tokio::sync::Notify;

/// Begins every key that the provider accepts.
pub(crate) const KEYS: &str = "sk-crash-";

/// Everything outside of byo.
#[derive(Clone, Default)]
pub(crate) struct Outside {
    told: Arc<Told>,
}

#[derive(Default)]
struct Told {
    asked_with: Mutex<BTreeSet<String>>,
    delivered: Mutex<BTreeMap<String, Delivered>>,
    again: Notify,
}

/// What came under one webhook-id.
#[derive(Clone)]
pub(crate) struct Delivered {
    pub(crate) times: usize,
    /// Every different body; there is to be one.
    pub(crate) bodies: BTreeSet<Vec<u8>>,
}

impl Outside {
    /// Listens; gives its origin.
    pub(crate) async fn listen(&self) -> String {
        byo_tests::listen(Router::new().fallback(take).with_state(self.clone())).await
    }

    /// The keys that the provider was asked with since it was last asked for them.
    pub(crate) fn asked_with(&self) -> BTreeSet<String> {
        std::mem::take(&mut *lock(&self.told.asked_with))
    }

    /// What was delivered, by webhook-id, once all of these were; when patience ends, whatever was.
    pub(crate) async fn delivered(
        &self,
        ids: &BTreeSet<String>,
        patience: Duration,
    ) -> BTreeMap<String, Delivered> {
        let all = async {
            loop {
                let again = self.told.again.notified();
                if ids.iter().all(|id| lock(&self.told.delivered).contains_key(id)) {
                    return;
                }
                again.await;
            }
        };
        // Whoever asks names those that are missing.
        let _: Result<(), _> = tokio::time::timeout(patience, all).await;
        lock(&self.told.delivered).clone()
    }

    /// As if this had arrived.
    pub(crate) fn pretend(&self, id: &str, body: &[u8]) {
        let mut delivered = lock(&self.told.delivered);
        let entry = delivered.entry(id.to_owned()).or_insert(Delivered { times: 0, bodies: BTreeSet::new() });
        entry.times += 1;
        entry.bodies.insert(body.to_vec());
    }
}

async fn take(State(outside): State<Outside>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if uri.path() == "/webhooks" {
        outside.pretend(header("webhook-id"), &body);
        outside.told.again.notify_waiters();
        return StatusCode::NO_CONTENT.into_response();
    }
    let key = header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    lock(&outside.told.asked_with).insert(key.to_owned());
    if key.starts_with(KEYS) {
        return Json(json!({"object": "list", "data": [{"id": "gpt-4.1", "object": "model"}]}))
            .into_response();
    }
    StatusCode::UNAUTHORIZED.into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
