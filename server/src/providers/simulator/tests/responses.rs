//! OpenAI's responses.

use byo_seal::ProviderId;
use serde_json::{Value, json};

use super::{HELLO, ID, joined, json as document, post, typed_events, types, with};

const RESPONSES: &str = "/v1/responses";

fn body() -> Value {
    json!({"model": "gpt-x", "input": "Hello there", "instructions": "Be kind."})
}

#[test]
fn a_response_has_openais_shape() {
    let whole = document(&post(ProviderId::Openai, RESPONSES, &body()));
    assert_eq!(whole["id"], format!("resp_{ID}"));
    assert_eq!((&whole["object"], &whole["status"]), (&json!("response"), &json!("completed")));
    assert_eq!((&whole["model"], &whole["instructions"]), (&json!("gpt-x"), &json!("Be kind.")));
    assert_eq!(
        whole["output"],
        json!([{
            "type": "message",
            "id": format!("msg_{ID}"),
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": HELLO, "annotations": [], "logprobs": []}],
        }])
    );
    assert_eq!((&whole["usage"]["input_tokens"], &whole["usage"]["output_tokens"]), (&json!(5), &json!(14)));
}

#[test]
fn a_streamed_response_says_the_same_in_numbered_events() {
    let whole = document(&post(ProviderId::Openai, RESPONSES, &body()));
    let events = typed_events(&post(ProviderId::Openai, RESPONSES, &with(&body(), "stream", true)));
    assert_eq!(
        types(&events),
        [
            "response.created",
            "response.in_progress",
            "response.output_item.added",
            "response.content_part.added",
            "response.output_text.delta",
            "response.output_text.done",
            "response.content_part.done",
            "response.output_item.done",
            "response.completed",
        ]
    );
    assert_eq!(joined(&events, "/delta"), HELLO);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
        for (member, id) in [("item_id", "msg_"), ("output_index", ""), ("content_index", "")] {
            let Some(value) = event.get(member) else { continue };
            assert_eq!(value, &if id.is_empty() { json!(0) } else { json!(format!("{id}{ID}")) });
        }
    }
    assert_eq!(events.last().unwrap()["response"], whole);
    let begun = &events[0]["response"];
    assert_eq!((&begun["id"], &begun["status"]), (&whole["id"], &json!("in_progress")));
    assert_eq!((&begun["output"], &begun["usage"]), (&json!([]), &Value::Null));
    let item_done = &events[events.len() - 2]["item"];
    assert_eq!(item_done, &whole["output"][0]);
}

#[test]
fn the_last_words_of_the_user_are_repeated() {
    let input = json!([
        {"role": "user", "content": "First"},
        {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Yes?"}]},
        {"role": "user", "content": [{"type": "input_text", "text": "Hello there"}]},
        {"type": "function_call_output", "call_id": "c", "output": "42"},
    ]);
    let whole = document(&post(ProviderId::Openai, RESPONSES, &json!({"model": "m", "input": input})));
    assert_eq!(whole["output"][0]["content"][0]["text"], HELLO);
}
