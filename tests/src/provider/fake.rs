//! A provider of the OpenAI shape, which knows some keys.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{body::Body, http::Response};
use serde_json::json;

use super::{ScriptedProvider, Seen, answer_json, answer_with};

/// What in a body asks for a stream.
const STREAM: &str = "\"stream\":true";

/// A running provider.
pub struct FakeProvider {
    /// For `BYO_PROVIDERS__OPENAI__BASE_URL`.
    pub base_url: String,
    provider: ScriptedProvider,
    keys: Arc<Mutex<Vec<String>>>,
}

impl FakeProvider {
    /// One that knows these keys.
    pub async fn start(keys: &[&str]) -> Self {
        let keys: Vec<_> = keys.iter().map(|&key| key.to_owned()).collect();
        let keys = Arc::new(Mutex::new(keys));
        let provider = ScriptedProvider::start().await;
        let known = Arc::clone(&keys);
        provider.answers(move |seen| answer(seen, &lock(&known)));
        Self { base_url: format!("{}/v1", provider.origin), provider, keys }
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.provider.count()
    }

    /// Leaves requests without an answer until they are let go.
    pub fn hold(&self) {
        self.provider.hold(|_| true);
    }

    /// Answers those held.
    pub fn let_go(&self) {
        self.provider.let_go();
    }

    /// Completes when it has been asked this often.
    pub async fn until_asked(&self, times: usize) {
        self.provider.until_asked(times).await;
    }

    /// Forgets a key.
    pub fn forget(&self, key: &str) {
        lock(&self.keys).retain(|known| known != key);
    }
}

fn answer(seen: &Seen, keys: &[String]) -> Response<Body> {
    let given = seen.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
    if !keys.iter().any(|known| known == given) {
        // Providers echo what they were sent.
        let message = format!("Incorrect API key provided: {given}.");
        let error = json!({"message": message, "type": "invalid_request_error", "param": null, "code": "invalid_api_key"});
        return answer_json(401, &json!({"error": error}));
    }
    if String::from_utf8_lossy(&seen.body).contains(STREAM) {
        let event = json!({"choices": [{"delta": {"content": "Hello."}, "finish_reason": "stop"}]});
        let events = format!("data: {event}\n\ndata: [DONE]\n\n");
        return answer_with(200, &[("content-type", "text/event-stream")], events);
    }
    answer_json(200, &json!({"object": "list", "data": [{"id": "gpt-4.1", "object": "model"}]}))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
