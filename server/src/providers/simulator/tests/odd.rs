//! Clients send anything; whatever it is, the answer is one a client can read.

use byo_seal::ProviderId;
use http::{Method, StatusCode};
use proptest::{prelude::*, sample::select, test_runner::RngSeed};
use serde_json::{Value, json};

use super::{super::SimulatedBody, VALID, document, with_key};

const TARGETS: &[&str] = &[
    "/v1/chat/completions",
    "/v1/responses",
    "/v1/embeddings",
    "/openai/deployments/d/embeddings?api-version=1",
    "/openai/deployments/d",
    "/v1/messages",
    "/v1/messages/count_tokens",
    "/v1beta/models/m:generateContent",
    "/v1beta/models/m:streamGenerateContent?alt=sse",
    "/v1beta/models/m:countTokens",
    "/v1beta/models/m:batchEmbedContents",
    "/v2/chat",
    "/api/chat",
    "/api/generate",
];

const MEMBERS: &[&str] = &[
    "model",
    "messages",
    "input",
    "contents",
    "requests",
    "content",
    "prompt",
    "stream",
    "stream_options",
    "max_tokens",
    "dimensions",
    "outputDimensionality",
    "encoding_format",
    "system",
    "instructions",
    "role",
    "parts",
    "text",
    "generateContentRequest",
];

/// Documents of the names that mean something, with values that may mean nothing.
fn documents() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        select(&["user", "base64", "assistant"][..]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(select(MEMBERS), inner, 0..5).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// What every shape asks for, so that more than refusals is seen.
fn complete(mut document: Value) -> Value {
    let usual = [("model", json!("m")), ("max_tokens", json!(9)), ("input", json!("a"))];
    if let Some(members) = document.as_object_mut() {
        for (name, value) in usual {
            members.entry(name).or_insert(value);
        }
        for name in ["messages", "contents"] {
            members.entry(name).or_insert(json!([{"content": "a"}]));
        }
    }
    document
}

fn readable(provider: ProviderId, target: &str, body: &[u8]) -> Result<(), TestCaseError> {
    let answer = with_key(VALID, provider, (Method::POST, target), body).expect("the provider is reachable");
    if let SimulatedBody::Events(pieces) = &answer.body {
        prop_assert_eq!(answer.status, StatusCode::OK);
        prop_assert!(pieces.len() > 2 && pieces.iter().all(|piece| std::str::from_utf8(piece).is_ok()));
        return Ok(());
    }
    let document = document(&answer);
    let told = document.get("error").is_some() || document.get("message").is_some();
    prop_assert!(answer.status == StatusCode::OK || told, "{} {}", answer.status, document);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(4), ..ProptestConfig::default() })]

    #[test]
    fn any_document_gets_a_readable_answer(
        provider in select(ProviderId::ALL),
        target in select(TARGETS),
        document in documents(),
    ) {
        readable(provider, target, document.to_string().as_bytes())?;
        readable(provider, target, complete(document).to_string().as_bytes())?;
    }

    #[test]
    fn any_path_and_any_bytes_get_a_readable_answer(
        provider in select(ProviderId::ALL),
        target in "(/|/v1|/v1beta|/openai|/models|/deployments|/anthropic|/api|[a-z:/?&=%]){0,8}",
        known in select(TARGETS),
        body in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        readable(provider, &target, &body)?;
        readable(provider, known, &body)?;
    }
}
