//! OpenAI's chat, embeddings and models.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use byo_seal::ProviderId;
use serde_json::{Value, json};

use super::{HELLO, ID, NOW, get, joined, json as document, pieces, post, with};

const CHAT: &str = "/v1/chat/completions";

fn chat() -> Value {
    json!({"model": "gpt-x", "messages": [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello there"},
    ]})
}

fn chunks(body: &Value) -> Vec<Value> {
    let answer = post(ProviderId::Openai, CHAT, body);
    let mut pieces = pieces(&answer, "text/event-stream; charset=utf-8");
    assert_eq!(pieces.pop(), Some("data: [DONE]\n\n"));
    let read = |piece: &str| piece.strip_prefix("data: ").unwrap().strip_suffix("\n\n").unwrap().to_owned();
    pieces.into_iter().map(|piece| serde_json::from_str(&read(piece)).unwrap()).collect()
}

fn vectors(body: &Value) -> Vec<Vec<f64>> {
    let list = document(&post(ProviderId::Openai, "/v1/embeddings", body));
    let numbers = |item: &Value| -> Vec<f64> { serde_json::from_value(item["embedding"].clone()).unwrap() };
    list["data"].as_array().unwrap().iter().map(numbers).collect()
}

#[test]
fn a_chat_has_openais_shape() {
    let answer = post(ProviderId::Openai, CHAT, &chat());
    assert_eq!(answer.headers, [("x-request-id", format!("req_{ID}"))]);
    let whole = document(&answer);
    assert_eq!(
        whole["choices"],
        json!([{
            "index": 0,
            "message": {"role": "assistant", "content": HELLO, "refusal": null, "annotations": []},
            "logprobs": null,
            "finish_reason": "stop",
        }])
    );
    assert_eq!(whole["id"], format!("chatcmpl-{ID}"));
    assert_eq!(whole["object"], "chat.completion");
    assert_eq!(whole["created"], NOW);
    assert_eq!(whole["model"], "gpt-x");
    // "Be kind." and "Hello there" are 19 characters, the answer 56.
    let usage = &whole["usage"];
    assert_eq!((&usage["prompt_tokens"], &usage["completion_tokens"]), (&json!(5), &json!(14)));
    assert_eq!(usage["total_tokens"], 19);
}

#[test]
fn a_streamed_chat_says_the_same() {
    let whole = document(&post(ProviderId::Openai, CHAT, &chat()));
    let asked = with(&with(&chat(), "stream", true), "stream_options", json!({"include_usage": true}));
    let chunks = chunks(&asked);
    assert_eq!(joined(&chunks, "/choices/0/delta/content"), HELLO);
    assert!(chunks.len() > 6, "the text comes in several pieces");
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    let (usage, finished) = (&chunks[chunks.len() - 1], &chunks[chunks.len() - 2]);
    assert_eq!(finished["choices"][0]["finish_reason"], "stop");
    assert_eq!((&usage["choices"], &usage["usage"]), (&json!([]), &whole["usage"]));
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk");
        assert_eq!((&chunk["id"], &chunk["model"]), (&whole["id"], &whole["model"]));
    }
    assert!(chunks[..chunks.len() - 1].iter().all(|chunk| chunk["usage"].is_null()));
}

#[test]
fn a_stream_counts_only_when_asked_to() {
    let chunks = chunks(&with(&chat(), "stream", true));
    assert_eq!(joined(&chunks, "/choices/0/delta/content"), HELLO);
    assert!(chunks.iter().all(|chunk| chunk.get("usage").is_none() && chunk["choices"] != json!([])));
}

#[test]
fn what_is_said_may_stand_in_parts() {
    let picture = json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}});
    let parts = json!([{"type": "text", "text": "Hello there"}, picture]);
    let body = json!({"model": "m", "messages": [{"role": "user", "content": parts}]});
    let whole = document(&post(ProviderId::Openai, CHAT, &body));
    assert_eq!(whole["choices"][0]["message"]["content"], HELLO);
    assert_eq!(whole["usage"]["prompt_tokens"], 3);
}

#[test]
fn an_embedding_is_its_inputs_own_and_always_the_same() {
    let one = vectors(&json!({"model": "text-embedding-3-small", "input": "a"}));
    let two = vectors(&json!({"model": "text-embedding-3-small", "input": ["b", "a"]}));
    assert_eq!((one.len(), two.len(), one[0].len()), (1, 2, 1536));
    assert_eq!(one[0], two[1]);
    assert_ne!(one[0], two[0]);
    let length: f64 = one[0].iter().map(|x| x * x).sum();
    assert!((length - 1.0).abs() < 1e-3, "{length}");
    assert!(one[0].iter().any(|x| *x < 0.0));
    assert_eq!(vectors(&json!({"model": "text-embedding-3-large", "input": "a"}))[0].len(), 3072);
    assert_eq!(vectors(&json!({"model": "m", "input": "a", "dimensions": 7}))[0].len(), 7);
}

#[test]
fn tokens_are_embedded_like_texts() {
    assert_eq!(vectors(&json!({"model": "m", "input": [1, 2, 3]})).len(), 1);
    assert_eq!(vectors(&json!({"model": "m", "input": [[1, 2], [3]]})).len(), 2);
    let answer = post(ProviderId::Openai, "/v1/embeddings", &json!({"model": "m", "input": [[1, 2], [3]]}));
    assert_eq!(document(&answer)["usage"], json!({"prompt_tokens": 3, "total_tokens": 3}));
}

#[test]
fn an_embedding_in_base64_holds_the_same_numbers() {
    let body = json!({"model": "m", "input": "a"});
    let list =
        document(&post(ProviderId::Openai, "/v1/embeddings", &with(&body, "encoding_format", "base64")));
    let bytes = STANDARD.decode(list["data"][0]["embedding"].as_str().unwrap()).unwrap();
    let read = |chunk: &[u8]| f64::from(f32::from_le_bytes(chunk.try_into().unwrap()));
    let numbers: Vec<f64> = bytes.chunks(4).map(read).collect();
    let plain = &vectors(&body)[0];
    assert_eq!(numbers.len(), plain.len());
    assert!(numbers.iter().zip(plain).all(|(a, b)| (a - b).abs() < 1e-6));
}

#[test]
fn models_are_listed_and_found() {
    let list = document(&get(ProviderId::Openai, "/v1/models"));
    assert_eq!(list["object"], "list");
    let first = &list["data"][0];
    let found = document(&get(ProviderId::Openai, &format!("/v1/models/{}", first["id"].as_str().unwrap())));
    assert_eq!(&found, first);
    assert_eq!((&found["object"], &found["id"]), (&json!("model"), &json!("gpt-4.1")));
}
