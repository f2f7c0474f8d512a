//! Cohere, and Ollama's own API.

use byo_seal::ProviderId;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{HELLO, VALID, get, joined, json as document, pieces, post, typed_events, types, with, with_key};

fn body() -> Value {
    json!({"model": "m-1", "messages": [{"role": "user", "content": "Hello there"}]})
}

#[test]
fn cohere_chats_whole_and_in_events() {
    let whole = document(&post(ProviderId::Cohere, "/v2/chat", &body()));
    assert_eq!(whole["message"]["content"], json!([{"type": "text", "text": HELLO}]));
    assert_eq!(whole["finish_reason"], "COMPLETE");
    assert_eq!(whole["usage"]["tokens"], json!({"input_tokens": 3, "output_tokens": 14}));
    let events = typed_events(&post(ProviderId::Cohere, "/v2/chat", &with(&body(), "stream", true)));
    let expected = ["message-start", "content-start", "content-delta", "content-end", "message-end"];
    assert_eq!(types(&events), expected);
    assert_eq!(joined(&events, "/delta/message/content/text"), HELLO);
    assert_eq!(events.last().unwrap()["delta"]["usage"], whole["usage"]);
    assert_eq!(events[0]["id"], whole["id"]);
}

#[test]
fn cohere_lists_models_and_knows_the_key() {
    let list = document(&get(ProviderId::Cohere, "/v1/models"));
    assert_eq!(list["models"][0]["name"], "test-model-large");
    assert_eq!(document(&post(ProviderId::Cohere, "/v1/check-api-key", &json!({})))["valid"], true);
}

/// Streams unless told not to, and says the same.
fn ollama(target: &str, body: &Value, text: &str) {
    let whole = document(&post(ProviderId::Ollama, target, &with(body, "stream", false)));
    assert_eq!(whole.pointer(text), Some(&json!(HELLO)));
    assert_eq!(whole["created_at"], "2026-09-21T14:13:20Z");
    assert_eq!((&whole["done"], &whole["done_reason"]), (&json!(true), &json!("stop")));
    assert_eq!((&whole["prompt_eval_count"], &whole["eval_count"]), (&json!(3), &json!(14)));
    let answer = post(ProviderId::Ollama, target, body);
    let read = |line: &str| serde_json::from_str(line.strip_suffix('\n').unwrap()).unwrap();
    let lines: Vec<Value> = pieces(&answer, "application/x-ndjson").into_iter().map(read).collect();
    assert_eq!(joined(&lines, text), HELLO);
    let (last, before) = lines.split_last().unwrap();
    assert!(before.len() > 4 && before.iter().all(|line| line["done"] == false));
    for member in ["model", "done", "prompt_eval_count", "eval_count"] {
        assert_eq!(last[member], whole[member]);
    }
}

#[test]
fn ollama_chats_and_generates_whole_and_in_lines() {
    ollama("/api/chat", &body(), "/message/content");
    ollama("/api/generate", &json!({"model": "m-1", "prompt": "Hello there"}), "/response");
}

#[test]
fn ollama_lists_models_and_tells_its_version() {
    assert_eq!(document(&get(ProviderId::Ollama, "/api/tags"))["models"][0]["name"], "test-model-large");
    assert_eq!(get(ProviderId::Ollama, "/api/version").status, StatusCode::OK);
}

#[test]
fn ollama_without_a_key_answers_as_with_a_good_one() {
    let chat = serde_json::to_vec(&with(&body(), "stream", false)).unwrap();
    for (method, target, body) in [
        (Method::POST, "/api/chat", chat.as_slice()),
        (Method::POST, "/v1/chat/completions", chat.as_slice()),
        (Method::GET, "/api/tags", b""),
        (Method::GET, "/v1/models", b""),
    ] {
        let ask = |key| with_key(key, ProviderId::Ollama, (method.clone(), target), body).unwrap();
        assert_eq!(document(&ask("")), document(&ask(VALID)), "{target}");
    }
}
