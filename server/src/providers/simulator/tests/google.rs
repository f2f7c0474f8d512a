//! Gemini: generation, counting, embeddings, models.

use byo_seal::ProviderId;
use serde_json::{Value, json};

use super::{HELLO, ID, get, joined, json as document, pieces, post};

const TEXT: &str = "/candidates/0/content/parts/0/text";

fn body() -> Value {
    json!({
        "systemInstruction": {"parts": [{"text": "Be kind."}], "role": "user"},
        "contents": [{"role": "user", "parts": [{"text": "Hello there"}]}],
    })
}

fn call(call: &str, body: &Value) -> Value {
    document(&post(ProviderId::Google, &format!("/v1beta/models/gemini-x:{call}"), body))
}

#[test]
fn generated_content_has_googles_shape_in_both_versions() {
    let whole = call("generateContent", &body());
    assert_eq!(
        whole,
        json!({
            "candidates": [{
                "content": {"parts": [{"text": HELLO}], "role": "model"},
                "finishReason": "STOP",
                "index": 0,
            }],
            "usageMetadata": {
                "promptTokenCount": 5,
                "candidatesTokenCount": 14,
                "totalTokenCount": 19,
                "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 5}],
            },
            "modelVersion": "gemini-x",
            "responseId": ID,
        })
    );
    let stable = post(ProviderId::Google, "/v1/models/gemini-x:generateContent", &body());
    assert_eq!(document(&stable), whole);
}

/// The parts of a stream say together what the whole answer says.
fn agree(parts: &[Value]) {
    let whole = call("generateContent", &body());
    assert!(parts.len() > 4);
    assert_eq!(joined(parts, TEXT), HELLO);
    let (last, before) = parts.split_last().unwrap();
    assert_eq!(last["usageMetadata"], whole["usageMetadata"]);
    assert_eq!(last["candidates"][0]["finishReason"], "STOP");
    for part in before {
        assert!(part["candidates"][0].get("finishReason").is_none());
        assert_eq!(part["responseId"], whole["responseId"]);
        assert_eq!(part["modelVersion"], "gemini-x");
    }
}

#[test]
fn a_stream_of_events_says_the_same() {
    let target = "/v1beta/models/gemini-x:streamGenerateContent?foo=1&alt=sse";
    let answer = post(ProviderId::Google, target, &body());
    let read = |piece: &str| {
        let data = piece.strip_prefix("data: ").unwrap().strip_suffix("\r\n\r\n").unwrap();
        serde_json::from_str(data).unwrap()
    };
    agree(&pieces(&answer, "text/event-stream").into_iter().map(read).collect::<Vec<_>>());
}

#[test]
fn a_stream_without_events_is_one_array() {
    let answer = post(ProviderId::Google, "/v1beta/models/gemini-x:streamGenerateContent", &body());
    let text = pieces(&answer, "application/json; charset=UTF-8").concat();
    agree(&serde_json::from_str::<Vec<Value>>(&text).unwrap());
}

#[test]
fn instructions_count_in_both_spellings() {
    let older = json!({"system_instruction": body()["systemInstruction"], "contents": body()["contents"]});
    assert_eq!(call("generateContent", &older), call("generateContent", &body()));
}

#[test]
fn counting_agrees_with_the_answer() {
    let counted = call("countTokens", &body());
    assert_eq!(counted["totalTokens"], 5);
    assert_eq!(call("countTokens", &json!({"generateContentRequest": body()})), counted);
}

#[test]
fn contents_are_embedded_one_by_one_and_many_at_once() {
    let request = |text: &str| json!({"content": {"parts": [{"text": text}]}, "outputDimensionality": 8});
    let one = call("embedContent", &request("a"))["embedding"].clone();
    assert_eq!(one["values"].as_array().unwrap().len(), 8);
    let many = call("batchEmbedContents", &json!({"requests": [request("b"), request("a")]}));
    assert_eq!(many["embeddings"][1], one);
    assert_ne!(many["embeddings"][0], one);
    let full = call("embedContent", &json!({"content": {"parts": [{"text": "a"}]}}));
    assert_eq!(full["embedding"]["values"].as_array().unwrap().len(), 3072);
}

#[test]
fn models_are_listed_and_found() {
    let list = document(&get(ProviderId::Google, "/v1beta/models?pageSize=1000"));
    let first = &list["models"][0];
    assert_eq!(first["name"], "models/gemini-2.5-pro");
    assert_eq!(&document(&get(ProviderId::Google, "/v1/models/gemini-2.5-pro")), first);
}
