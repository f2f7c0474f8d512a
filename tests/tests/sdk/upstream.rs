//! An OpenAI on loopback that knows one key and wants no other credential.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

pub(crate) const KEY: &str = "sk-proj-live-2f61c07e9ab84d35";
pub(crate) const MODEL: &str = "gpt-4.1-mini";
pub(crate) const FORBIDDEN: &str = "gpt-4.1";
pub(crate) const QUESTION: &str = "When does the tide turn at Lerwick?";
pub(crate) const ANSWER: &str = "The tide turns at noon \u{2013} and again a little after midnight.";
/// To this it says that it is asked too often.
pub(crate) const TOO_OFTEN: &str = "And now? And now?";
pub(crate) const RATE_LIMIT: &str = "Slow down: the tide is asked for too often.";

/// Headers in which clients carry credentials.
const CREDENTIALS: [&str; 4] = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

/// A running provider.
pub(crate) struct Upstream {
    /// Ends in `/v1`.
    pub(crate) base_url: String,
    surplus: Arc<Mutex<Vec<String>>>,
}

impl Upstream {
    pub(crate) async fn start() -> Self {
        let surplus = Arc::<Mutex<Vec<String>>>::default();
        let router = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/embeddings", post(embeddings))
            .route("/v1/chat/completions", post(completion))
            .layer(middleware::from_fn_with_state(Arc::clone(&surplus), admit));
        Self { base_url: format!("{}/v1", byo_tests::listen(router).await), surplus }
    }

    /// Headers that came and should not have: names that are byo's, values that tell of it.
    pub(crate) fn surplus(&self) -> Vec<String> {
        self.surplus.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn admit(State(surplus): State<Arc<Mutex<Vec<String>>>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let said =
        headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
    let tells =
        |line: &String| ["x-byo", "byo_", "customer_", "cookie"].iter().any(|word| line.contains(word));
    surplus.lock().unwrap_or_else(PoisonError::into_inner).extend(said.filter(tells));

    let credentials: Vec<_> = CREDENTIALS.iter().flat_map(|&name| headers.get_all(name)).collect();
    if credentials == [format!("Bearer {KEY}").as_str()] {
        return next.run(request).await;
    }
    refuse(StatusCode::UNAUTHORIZED, "Incorrect API key provided.", "authentication_error", "invalid_api_key")
}

async fn models() -> Json<Value> {
    let model = |id| json!({"id": id, "object": "model", "created": 1_790_000_000, "owned_by": "openai"});
    Json(json!({"object": "list", "data": [model(MODEL), model(FORBIDDEN)]}))
}

async fn embeddings() -> Json<Value> {
    Json(json!({
        "object": "list",
        "model": "text-embedding-3-small",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.25, -0.5]}],
        "usage": {"prompt_tokens": 11, "total_tokens": 11},
    }))
}

async fn completion(headers: HeaderMap, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap_or_default();
    let is_json = headers.get(header::CONTENT_TYPE).is_some_and(|value| value == "application/json");
    assert!(is_json && request["model"].is_string(), "{request}");
    if request["messages"][0]["content"] == TOO_OFTEN {
        let said = refuse(StatusCode::TOO_MANY_REQUESTS, RATE_LIMIT, "requests", "rate_limit_exceeded");
        return ([(header::RETRY_AFTER, "0")], said).into_response();
    }
    let head = json!({"id": "chatcmpl-1", "created": 1_790_000_000, "model": request["model"]});
    let with = |more: Value| {
        let mut whole = head.clone();
        whole.as_object_mut().expect("it is one").extend(more.as_object().cloned().unwrap_or_default());
        whole
    };
    if request["stream"] != true {
        let message = json!({"role": "assistant", "content": ANSWER});
        let usage = json!({"prompt_tokens": 11, "completion_tokens": 23, "total_tokens": 34});
        let choices = json!([{"index": 0, "message": message, "finish_reason": "stop"}]);
        return Json(with(json!({"object": "chat.completion", "choices": choices, "usage": usage})))
            .into_response();
    }
    let words = ANSWER.split_inclusive(' ').map(|word| {
        let choices = json!([{"index": 0, "delta": {"content": word}, "finish_reason": null}]);
        format!("data: {}\n\n", with(json!({"object": "chat.completion.chunk", "choices": choices})))
    });
    let events: String = words.chain(["data: [DONE]\n\n".to_owned()]).collect();
    ([(header::CONTENT_TYPE, "text/event-stream")], events).into_response()
}

fn refuse(status: StatusCode, message: &str, kind: &str, code: &str) -> Response {
    let error = json!({"error": {"message": message, "type": kind, "param": null, "code": code}});
    (status, Json(error)).into_response()
}
