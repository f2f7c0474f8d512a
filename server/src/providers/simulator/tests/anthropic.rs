//! Anthropic's messages, counting and models.

use byo_seal::ProviderId;
use serde_json::{Value, json};

use super::{HELLO, ID, get, joined, json as document, post, typed_events, types, with};

fn body() -> Value {
    json!({
        "model": "claude-x",
        "max_tokens": 100,
        "system": "Be kind.",
        "messages": [{"role": "user", "content": "Hello there"}],
    })
}

fn whole(body: &Value) -> Value {
    document(&post(ProviderId::Anthropic, "/v1/messages", body))
}

#[test]
fn a_message_has_anthropics_shape() {
    let answer = post(ProviderId::Anthropic, "/v1/messages", &body());
    assert_eq!(answer.headers, [("request-id", format!("req_{ID}"))]);
    let whole = document(&answer);
    assert_eq!(whole["id"], format!("msg_{ID}"));
    assert_eq!((&whole["type"], &whole["role"]), (&json!("message"), &json!("assistant")));
    assert_eq!(whole["model"], "claude-x");
    assert_eq!(whole["content"], json!([{"type": "text", "text": HELLO}]));
    assert_eq!((&whole["stop_reason"], &whole["stop_sequence"]), (&json!("end_turn"), &Value::Null));
    assert_eq!((&whole["usage"]["input_tokens"], &whole["usage"]["output_tokens"]), (&json!(5), &json!(14)));
}

#[test]
fn blocks_read_like_texts() {
    let blocks = |text: &str| json!([{"type": "text", "text": text}]);
    let messages = json!([{"role": "user", "content": blocks("Hello there")}]);
    let body_of_blocks = with(&with(&body(), "system", blocks("Be kind.")), "messages", messages);
    assert_eq!(whole(&body_of_blocks), whole(&body()));
}

#[test]
fn a_streamed_message_says_the_same() {
    let events = typed_events(&post(ProviderId::Anthropic, "/v1/messages", &with(&body(), "stream", true)));
    assert_eq!(
        types(&events),
        [
            "message_start",
            "content_block_start",
            "ping",
            "content_block_delta",
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
    );
    assert_eq!(joined(&events, "/delta/text"), HELLO);
    let (whole, started) = (whole(&body()), &events[0]["message"]);
    for member in ["id", "type", "role", "model"] {
        assert_eq!(started[member], whole[member]);
    }
    assert_eq!((&started["content"], &started["stop_reason"]), (&json!([]), &Value::Null));
    assert_eq!(started["usage"]["input_tokens"], whole["usage"]["input_tokens"]);
    let ended = &events[events.len() - 2];
    assert_eq!(ended["delta"]["stop_reason"], "end_turn");
    assert_eq!(ended["usage"]["output_tokens"], whole["usage"]["output_tokens"]);
}

#[test]
fn counting_agrees_with_the_message() {
    let counted = document(&post(ProviderId::Anthropic, "/v1/messages/count_tokens", &body()));
    assert_eq!(counted["input_tokens"], whole(&body())["usage"]["input_tokens"]);
}

#[test]
fn models_are_listed_and_found() {
    let list = document(&get(ProviderId::Anthropic, "/v1/models?limit=1000"));
    let models = list["data"].as_array().unwrap();
    assert_eq!((&list["first_id"], &list["last_id"]), (&models[0]["id"], &models[models.len() - 1]["id"]));
    assert_eq!(list["has_more"], false);
    let id = models[0]["id"].as_str().unwrap();
    assert_eq!(document(&get(ProviderId::Anthropic, &format!("/v1/models/{id}"))), models[0]);
}
