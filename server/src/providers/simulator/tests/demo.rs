//! Demo mode: no key, other words, the same shapes.

use byo_seal::ProviderId;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    super::{DemoCall, SimulatedAnswer, demo_answer},
    ID, NOW, document, joined, split, typed_events, with,
};

const DEMO: &str = "This is a demo answer. Connect your own key to get real ones. You said: \"Hello there\".";

fn demo(provider: ProviderId, method: &Method, target: &str, body: &Value) -> SimulatedAnswer {
    let (path, query) = split(target);
    let body = body.to_string();
    let (id, unix_seconds) = (ID, NOW);
    demo_answer(&DemoCall { provider, method, path, query, body: body.as_bytes(), id, unix_seconds })
}

#[test]
fn every_shape_says_that_it_is_a_demo() {
    let messages = json!([{"role": "user", "content": "Hello there"}]);
    let chat = json!({"model": "m", "max_tokens": 9, "stream": false, "messages": messages});
    let contents = json!({"contents": [{"parts": [{"text": "Hello there"}]}]});
    let response = json!({"model": "m", "input": "Hello there"});
    for (provider, target, body, text) in [
        (ProviderId::Openai, "/v1/chat/completions", &chat, "/choices/0/message/content"),
        (ProviderId::Openai, "/v1/responses", &response, "/output/0/content/0/text"),
        (ProviderId::Anthropic, "/v1/messages", &chat, "/content/0/text"),
        (
            ProviderId::Google,
            "/v1beta/models/m:generateContent",
            &contents,
            "/candidates/0/content/parts/0/text",
        ),
        (ProviderId::Cohere, "/v2/chat", &chat, "/message/content/0/text"),
        (ProviderId::Ollama, "/api/chat", &chat, "/message/content"),
    ] {
        let answer = demo(provider, &Method::POST, target, body);
        assert_eq!(answer.status, StatusCode::OK, "{target}");
        assert_eq!(document(&answer).pointer(text), Some(&json!(DEMO)), "{target}");
    }
    let streamed = demo(ProviderId::Anthropic, &Method::POST, "/v1/messages", &with(&chat, "stream", true));
    assert_eq!(joined(&typed_events(&streamed), "/delta/text"), DEMO);
}

#[test]
fn it_lists_models_and_refuses_only_what_it_cannot_read() {
    let list = demo(ProviderId::Openai, &Method::GET, "/v1/models", &Value::Null);
    assert_eq!(list.status, StatusCode::OK);
    let unread = demo(ProviderId::Openai, &Method::POST, "/v1/chat/completions", &json!("text"));
    assert_eq!(unread.status, StatusCode::BAD_REQUEST);
    let unknown = document(&demo(ProviderId::Openai, &Method::POST, "/v1/files", &json!({})));
    assert_eq!(unknown["error"]["message"], "Demo mode does not answer POST /v1/files.");
}
