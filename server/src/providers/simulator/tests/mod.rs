//! Every shape: what is said whole, what is streamed, and what is refused.

mod anthropic;
mod demo;
mod faults;
mod google;
mod odd;
mod openai;
mod others;
mod responses;
mod routes;
mod words;

use byo_seal::ProviderId;
use http::{Method, StatusCode};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{SimulatedAnswer, SimulatedBody, SimulatedCall, answer};
use crate::secret::ProviderKey;

pub(super) const ID: &str = "0123abcd";
pub(super) const NOW: i64 = 1_790_000_000;
pub(super) const VALID: &str = "sk-byo-test-valid-7Q2x";
pub(super) const HELLO: &str = r#"This is byo's test environment. You said: "Hello there"."#;

/// What a call with this key is answered. `target` is the path with its query.
pub(super) fn with_key(
    key: &str,
    provider: ProviderId,
    call: (Method, &str),
    body: &[u8],
) -> Option<SimulatedAnswer> {
    let key = ProviderKey::of(provider, Zeroizing::new(key.as_bytes().to_vec())).unwrap();
    let (method, target) = call;
    let (path, query) = split(target);
    let (id, unix_seconds) = (ID, NOW);
    answer(&SimulatedCall { provider, method: &method, path, query, body, key: &key, id, unix_seconds })
}

pub(super) fn split(target: &str) -> (&str, Option<&str>) {
    target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)))
}

pub(super) fn post(provider: ProviderId, target: &str, body: &Value) -> SimulatedAnswer {
    with_key(VALID, provider, (Method::POST, target), body.to_string().as_bytes()).unwrap()
}

pub(super) fn get(provider: ProviderId, target: &str) -> SimulatedAnswer {
    with_key(VALID, provider, (Method::GET, target), b"").unwrap()
}

/// The document of an answer that went well.
pub(super) fn json(answer: &SimulatedAnswer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    document(answer)
}

/// The document of any answer.
pub(super) fn document(answer: &SimulatedAnswer) -> Value {
    assert_eq!(answer.content_type, "application/json");
    let SimulatedBody::Whole(body) = &answer.body else { panic!("{answer:?}") };
    serde_json::from_slice(body).unwrap()
}

/// The pieces of a stream, each a text.
pub(super) fn pieces<'a>(answer: &'a SimulatedAnswer, content_type: &str) -> Vec<&'a str> {
    assert_eq!((answer.status, answer.content_type), (StatusCode::OK, content_type), "{answer:?}");
    let SimulatedBody::Events(pieces) = &answer.body else { panic!("{answer:?}") };
    pieces.iter().map(|piece| std::str::from_utf8(piece).unwrap()).collect()
}

/// The data of a stream whose events are named by their data's `type`.
pub(super) fn typed_events(answer: &SimulatedAnswer) -> Vec<Value> {
    let read = |piece: &str| {
        let (name, data) =
            piece.strip_prefix("event: ").unwrap().strip_suffix("\n\n").unwrap().split_once('\n').unwrap();
        let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
        assert_eq!(data["type"], name);
        data
    };
    pieces(answer, "text/event-stream; charset=utf-8").into_iter().map(read).collect()
}

/// The texts at this pointer, put together.
pub(super) fn joined(events: &[Value], pointer: &str) -> String {
    events.iter().filter_map(|event| event.pointer(pointer)?.as_str()).collect()
}

/// The types of events, repetitions taken together.
pub(super) fn types(events: &[Value]) -> Vec<&str> {
    let mut types: Vec<_> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    types.dedup();
    types
}

/// With one member more, or another.
pub(super) fn with(body: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut body = body.clone();
    body[name] = value.into();
    body
}
