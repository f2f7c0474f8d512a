//! A provider of the OpenAI shape on loopback, which knows some keys.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::json;
use tokio::sync::{Notify, watch};

/// What in a body asks for a stream.
const STREAM: &[u8] = b"\"stream\":true";

/// A running provider.
pub struct FakeProvider {
    /// For `BYO_PROVIDERS__OPENAI__BASE_URL`.
    pub base_url: String,
    state: Arc<Shared>,
}

struct Shared {
    keys: Mutex<Vec<String>>,
    asked: AtomicUsize,
    asked_again: Notify,
    held: watch::Sender<bool>,
}

impl FakeProvider {
    /// One that knows these keys.
    pub async fn start(keys: &[&str]) -> Self {
        let shared = Arc::new(Shared {
            keys: Mutex::new(keys.iter().map(|&key| key.to_owned()).collect()),
            asked: AtomicUsize::new(0),
            asked_again: Notify::new(),
            held: watch::channel(false).0,
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let base_url = format!("{}/v1", crate::receiver::listen(router).await);
        Self { base_url, state: shared }
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.state.asked.load(Ordering::SeqCst)
    }

    /// Leaves requests without an answer until they are let go.
    pub fn hold(&self) {
        self.state.held.send_replace(true);
    }

    /// Answers those held.
    pub fn let_go(&self) {
        self.state.held.send_replace(false);
    }

    /// Completes when it has been asked this often.
    pub async fn until_asked(&self, times: usize) {
        loop {
            let again = self.state.asked_again.notified();
            if self.asked() >= times {
                return;
            }
            again.await;
        }
    }

    /// Forgets a key.
    pub fn forget(&self, key: &str) {
        self.state.keys.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| known != key);
    }
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    shared.asked.fetch_add(1, Ordering::SeqCst);
    shared.asked_again.notify_waiters();
    let mut held = shared.held.subscribe();
    let _: Result<_, _> = held.wait_for(|held| !held).await;
    let given = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.strip_prefix("Bearer ").unwrap_or_default();
    if shared.keys.lock().unwrap_or_else(PoisonError::into_inner).iter().any(|known| known == given) {
        if body.windows(STREAM.len()).any(|window| window == STREAM) {
            let event = json!({"choices": [{"delta": {"content": "Hello."}, "finish_reason": "stop"}]});
            let events = format!("data: {event}\n\ndata: [DONE]\n\n");
            return ([("content-type", "text/event-stream")], events).into_response();
        }
        return Json(json!({"object": "list", "data": [{"id": "gpt-4.1", "object": "model"}]}))
            .into_response();
    }
    // Providers echo what they were sent.
    let message = format!("Incorrect API key provided: {given}.");
    let error = json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": "invalid_api_key"}});
    (StatusCode::UNAUTHORIZED, Json(error)).into_response()
}
