//! What is said at every address: an OpenAI-compatible provider, a webhook receiver, and redirects to wherever a path
//! names.

use axum::body::Body;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts};

use super::KEY;

/// The models, as the provider lists them.
pub(crate) const MODELS: &str = r#"{"object": "list", "data": [{"id": "llama-4", "object": "model"}]}"#;
/// Its answer to a question.
pub(crate) const CHAT: &str = r#"{"id": "c-1", "object": "chat.completion", "model": "llama-4", "choices": [{"index": 0, "message": {"role": "assistant", "content": "pong"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}"#;
/// The same as a stream.
pub(crate) const EVENTS: &str = "data: {\"id\":\"c-1\",\"model\":\"llama-4\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"pong\"}}]}\n\n\
     data: {\"id\":\"c-1\",\"model\":\"llama-4\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n\
     data: [DONE]\n\n";

/// Headers that send a client elsewhere, whatever the status.
pub(crate) const ELSEWHERE: [HeaderName; 5] = [
    header::LOCATION,
    header::CONTENT_LOCATION,
    header::REFRESH,
    header::LINK,
    HeaderName::from_static("alt-svc"),
];

/// A path such as `/redirect/307/https/10.0.0.5/…` is answered so. An answer is the last on its connection, so that every
/// request shows where it was dialled, but for a path that begins with `/keep` and no query.
pub(super) fn answer(head: &Parts, body: &Bytes) -> Response<Body> {
    let mut answer = usual(head, body);
    let mut parts = head.uri.path().split('/').skip(1);
    if let (Some("redirect"), Some(status), Some(kind), Some(host)) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    {
        redirect(&mut answer, status, &location(kind, host));
    }
    if !head.uri.path().starts_with("/keep/") || head.uri.query().is_some() {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

fn usual(head: &Parts, body: &Bytes) -> Response<Body> {
    let knows =
        head.headers.get(header::AUTHORIZATION).is_some_and(|given| *given == format!("Bearer {KEY}"));
    let asks = head.uri.path().ends_with("/chat/completions");
    let streams = String::from_utf8_lossy(body).contains(r#""stream":true"#);
    let (status, content_type, text) = match head.method {
        Method::POST if !asks => (StatusCode::NO_CONTENT, "text/plain", ""),
        _ if !knows => {
            (StatusCode::UNAUTHORIZED, "application/json", r#"{"error": {"code": "invalid_api_key"}}"#)
        }
        Method::POST if streams => (StatusCode::OK, "text/event-stream", EVENTS),
        Method::POST => (StatusCode::OK, "application/json", CHAT),
        _ => (StatusCode::OK, "application/json", MODELS),
    };
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .body(Body::from(text))
        .expect("a good answer")
}

/// What the answer would have held stays in it, so that following is not all that a client can do wrong.
fn redirect(answer: &mut Response<Body>, status: &str, location: &str) {
    *answer.status_mut() = status.parse().expect("paths in tests name a status");
    for name in ELSEWHERE {
        let value = match name.as_str() {
            "refresh" => format!("0; url={location}"),
            "link" => format!("<{location}>; rel=\"canonical\""),
            "alt-svc" => format!("http/1.1=\"{location}\""),
            _ => location.to_owned(),
        };
        let value = HeaderValue::from_str(&value).expect("hosts in tests are header values");
        answer.headers_mut().insert(name, value);
    }
}

/// How an answer can say where to go on.
fn location(kind: &str, host: &str) -> String {
    // A base URL's path holds no brackets.
    let host = if host.contains("::") { format!("[{host}]") } else { host.to_owned() };
    match kind {
        "http" | "https" => format!("{kind}://{host}/models"),
        "any-scheme" => format!("//{host}/models"),
        "backslash" => format!("/\\{host}/models"),
        "user" => format!("https://93.184.216.50@{host}/models"),
        "root" => format!("/{host}/models"),
        "dots" => format!("../../{host}/models"),
        _ => panic!("no way to say {kind}"),
    }
}
