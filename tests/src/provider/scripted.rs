//! A provider that answers by a rule.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, Response, StatusCode},
};
use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its method.
    pub method: Method,
    /// Its path and query.
    pub target: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Seen {
    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Whether this text stands anywhere in the request.
    pub fn holds(&self, text: &str) -> bool {
        let has = |bytes: &[u8]| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        has(self.target.as_bytes())
            || has(&self.body)
            || self.headers.iter().any(|(name, value)| has(name.as_str().as_bytes()) || has(value.as_bytes()))
    }
}

type Answering = Arc<dyn Fn(&Seen) -> Response<Body> + Send + Sync>;
type Which = Arc<dyn Fn(&Seen) -> bool + Send + Sync>;

/// A running provider, which remembers every request.
pub struct ScriptedProvider {
    /// Where it listens, without a path.
    pub origin: String,
    shared: Arc<Shared>,
}

struct Shared {
    seen: Mutex<Vec<Seen>>,
    answering: Mutex<Answering>,
    again: Notify,
    held: watch::Sender<Option<Which>>,
}

impl ScriptedProvider {
    /// One that lets everybody in, whichever provider it stands for.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            seen: Mutex::default(),
            answering: Mutex::new(Arc::new(|_| good())),
            again: Notify::new(),
            held: watch::channel(None).0,
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        Self { origin: crate::receiver::listen(router).await, shared }
    }

    /// From now on it answers like this.
    pub fn answers(&self, how: impl Fn(&Seen) -> Response<Body> + Send + Sync + 'static) {
        *lock(&self.shared.answering) = Arc::new(how);
    }

    /// Every request until now.
    pub fn seen(&self) -> Vec<Seen> {
        lock(&self.shared.seen).clone()
    }

    /// The last request.
    pub fn last(&self) -> Seen {
        self.seen().pop().expect("it was asked")
    }

    /// How many requests until now.
    pub fn count(&self) -> usize {
        lock(&self.shared.seen).len()
    }

    /// Leaves these requests without an answer until they are let go.
    pub fn hold(&self, which: impl Fn(&Seen) -> bool + Send + Sync + 'static) {
        self.shared.held.send_replace(Some(Arc::new(which)));
    }

    /// Answers those held.
    pub fn let_go(&self) {
        self.shared.held.send_replace(None);
    }

    /// Answers as at first again.
    pub fn answers_well(&self) {
        self.answers(|_| good());
    }

    /// Completes when it has been asked this often.
    pub async fn until_asked(&self, times: usize) {
        loop {
            let again = self.shared.again.notified();
            if self.count() >= times {
                return;
            }
            again.await;
        }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let target = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let seen = Seen { method: parts.method, target, headers: parts.headers, body };
    lock(&shared.seen).push(seen.clone());
    shared.again.notify_waiters();
    let mut held = shared.held.subscribe();
    let is_free = |held: &Option<Which>| held.as_ref().is_none_or(|is_held| !is_held(&seen));
    let _: Result<_, _> = held.wait_for(is_free).await;
    let answering = Arc::clone(&lock(&shared.answering));
    answering(&seen)
}

/// What proves a key to every row of the provider table, and reads as an answer that used five tokens.
fn good() -> Response<Body> {
    answer_json(
        200,
        &json!({
            "0": {"id": "gpt-4.1"},
            "data": [{"id": "gpt-4.1"}],
            "models": [{"name": "models/gpt-4.1"}],
            "is_available": true,
            "valid": true,
            "redacted_api_key": "xai-...",
            "model": "gpt-4.1",
            "choices": [{"message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
        }),
    )
}

/// An answer of JSON.
pub fn answer_json(status: u16, body: &Value) -> Response<Body> {
    answer_with(status, &[("content-type", "application/json")], body.to_string())
}

/// Any answer.
pub fn answer_with(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Response<Body> {
    let status = StatusCode::from_u16(status).expect("a status");
    let answer = Response::builder().status(status);
    let answer = headers.iter().fold(answer, |answer, (name, value)| answer.header(*name, *value));
    answer.body(body.into()).expect("tests write good headers")
}

fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
