//! What each kind of key meets, and what a wrong body does, in each provider's shape.

use byo_seal::ProviderId;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{super::SimulatedAnswer, ID, VALID, document, post, with_key};

/// A chat that works with a valid key, for every provider.
fn chat(provider: ProviderId) -> (&'static str, Value) {
    let messages = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]});
    match provider {
        ProviderId::Azure => ("/openai/v1/chat/completions", messages),
        ProviderId::Anthropic => ("/v1/messages", messages),
        ProviderId::Google => {
            ("/v1beta/models/m:generateContent", json!({"contents": [{"parts": [{"text": "Hi"}]}]}))
        }
        ProviderId::Cohere => ("/v2/chat", messages),
        _ => ("/v1/chat/completions", messages),
    }
}

fn models(provider: ProviderId) -> &'static str {
    match provider {
        ProviderId::Azure => "/openai/v1/models",
        ProviderId::Google => "/v1beta/models",
        _ => "/v1/models",
    }
}

fn chat_with(key: &str, provider: ProviderId) -> SimulatedAnswer {
    let (target, body) = chat(provider);
    with_key(key, provider, (Method::POST, target), body.to_string().as_bytes()).unwrap()
}

fn list_with(key: &str, provider: ProviderId) -> SimulatedAnswer {
    with_key(key, provider, (Method::GET, models(provider)), b"").unwrap()
}

#[test]
fn keys_meet_what_they_are_named_for_at_every_provider() {
    for provider in ProviderId::ALL.iter().copied() {
        let refused = match provider {
            ProviderId::Google | ProviderId::Xai => 400,
            _ => 401,
        };
        let broke = match provider {
            ProviderId::Anthropic => 400,
            ProviderId::Openai
            | ProviderId::Azure
            | ProviderId::Google
            | ProviderId::Groq
            | ProviderId::Xai => 429,
            _ => 402,
        };
        let unlisted = if provider == ProviderId::Azure { 401 } else { 403 };
        for (key, on_chat, on_list) in [
            (VALID, 200, 200),
            ("sk-byo-test-restricted-abc", 200, unlisted),
            ("sk-byo-test-no-quota-abc", broke, 200),
            ("sk-byo-test-rate-limited", 429, 429),
            ("sk-byo-test-rejected", refused, refused),
            ("sk-proj-somebodys-own", refused, refused),
        ] {
            assert_eq!(chat_with(key, provider).status, on_chat, "{provider} {key}");
            assert_eq!(list_with(key, provider).status, on_list, "{provider} {key}");
        }
    }
}

#[test]
fn an_unreachable_provider_gives_no_answer_at_all() {
    for provider in ProviderId::ALL {
        let call = (Method::GET, models(*provider));
        assert!(with_key("sk-byo-test-unreachable-1", *provider, call, b"").is_none());
    }
}

#[test]
fn the_key_is_looked_at_before_path_and_body() {
    let call =
        |key, body| with_key(key, ProviderId::Openai, (Method::POST, "/v1/nothing"), body).unwrap().status;
    assert_eq!(call("sk-byo-test-rejected", b""), StatusCode::UNAUTHORIZED);
    assert_eq!(call(VALID, b""), StatusCode::NOT_FOUND);
}

#[test]
fn throttled_clients_are_told_when_to_come_back() {
    for provider in ProviderId::ALL {
        let retry = |key| {
            let headers = chat_with(key, *provider).headers;
            headers.into_iter().find(|header| header.0 == "retry-after").map(|header| header.1)
        };
        assert_eq!(retry("sk-byo-test-rate-limited").as_deref(), Some("1"), "{provider}");
        assert_eq!(retry("sk-byo-test-no-quota"), None, "{provider}");
    }
}

/// Some providers repeat pieces of a key they refuse; the simulator does so for test keys alone.
#[test]
fn a_refused_test_key_is_repeated_in_part_and_no_other() {
    for (provider, told) in [
        (ProviderId::Openai, "Incorrect API key provided: sk-byo-t***************Zq9W."),
        (ProviderId::Deepseek, "Authentication Fails, Your api key: ****Zq9W is invalid"),
        (ProviderId::Xai, "Incorrect API key provided: sk***9W."),
    ] {
        let body = document(&chat_with("sk-byo-test-rejected-xyZq9W", provider));
        assert!(body.to_string().contains(told), "{body}");
    }
    for provider in ProviderId::ALL.iter().copied() {
        let body = document(&chat_with("sk-proj-somebodys-own-Zq9W", provider)).to_string();
        assert!(!body.contains("sk-proj") && !body.contains("Zq9W"), "{body}");
        assert!(body.contains("knows only test keys: sk-byo-test-valid, "));
    }
}

#[test]
fn openais_errors_have_its_shape() {
    let error = |key| document(&chat_with(key, ProviderId::Openai))["error"].clone();
    let refused = error("sk-byo-test-rejected-xyZq9W");
    let told = "Incorrect API key provided: sk-byo-t***************Zq9W.";
    let (kind, code) = ("authentication_error", "invalid_api_key");
    assert_eq!(refused, json!({"message": told, "type": kind, "param": null, "code": code}));
    let broke = error("sk-byo-test-no-quota");
    assert_eq!(
        (&broke["type"], &broke["code"]),
        (&json!("insufficient_quota"), &json!("insufficient_quota"))
    );
    assert_eq!(error("sk-byo-test-rate-limited")["code"], "rate_limit_exceeded");
    let unlisted = document(&list_with("sk-byo-test-restricted", ProviderId::Openai));
    assert!(unlisted["error"]["message"].as_str().unwrap().contains("Missing scopes: api.model.read"));
}

#[test]
fn neighbours_of_openai_keep_their_own_shapes() {
    let refused = |provider| document(&chat_with("sk-byo-test-rejected", provider));
    assert_eq!(refused(ProviderId::Azure)["error"]["code"], "401");
    let mistral = refused(ProviderId::Mistral);
    assert_eq!((&mistral["object"], &mistral["code"]), (&json!("error"), &json!("invalid_api_key")));
    let xai = refused(ProviderId::Xai);
    assert_eq!((&xai["code"], xai["error"].is_string()), (&json!("invalid-argument"), true));
    assert_eq!(refused(ProviderId::Cohere)["message"], "invalid api token");
}

#[test]
fn anthropics_errors_have_its_shape() {
    let body = |key| document(&chat_with(key, ProviderId::Anthropic));
    let message = "invalid x-api-key";
    let error = json!({"type": "authentication_error", "message": message});
    let expected = json!({"type": "error", "error": error, "request_id": format!("req_{ID}")});
    assert_eq!(body("sk-byo-test-rejected"), expected);
    let broke = body("sk-byo-test-no-quota");
    assert_eq!(broke["error"]["type"], "invalid_request_error");
    assert!(broke["error"]["message"].as_str().unwrap().contains("credit balance is too low"));
    assert_eq!(body("sk-byo-test-rate-limited")["error"]["type"], "rate_limit_error");
}

#[test]
fn googles_errors_have_its_shape() {
    let error = |key| document(&chat_with(key, ProviderId::Google))["error"].clone();
    let refused = error("sk-byo-test-rejected");
    assert_eq!((&refused["code"], &refused["status"]), (&json!(400), &json!("INVALID_ARGUMENT")));
    assert_eq!(refused["details"][0]["reason"], "API_KEY_INVALID");
    for key in ["sk-byo-test-rate-limited", "sk-byo-test-no-quota"] {
        assert_eq!((&error(key)["code"], &error(key)["status"]), (&json!(429), &json!("RESOURCE_EXHAUSTED")));
    }
}

#[test]
fn a_wrong_body_is_refused_by_every_shape() {
    for provider in ProviderId::ALL.iter().copied() {
        let (target, _) = chat(provider);
        for body in ["", "no json", "[]", "{}", r#"{"model":"m","messages":[],"contents":[]}"#] {
            let answer = with_key(VALID, provider, (Method::POST, target), body.as_bytes()).unwrap();
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{provider} {body}");
            assert!(document(&answer).is_object());
        }
    }
}

#[test]
fn the_missing_member_is_named() {
    let missing = |provider, target, body: Value| document(&post(provider, target, &body)).to_string();
    let messages = json!([{"role": "user", "content": "Hi"}]);
    for (provider, target, body, name) in [
        (ProviderId::Openai, "/v1/chat/completions", json!({"messages": messages}), "model"),
        (ProviderId::Openai, "/v1/chat/completions", json!({"model": "m"}), "messages"),
        (ProviderId::Openai, "/v1/responses", json!({"model": "m"}), "input"),
        (ProviderId::Openai, "/v1/embeddings", json!({"model": "m"}), "input"),
        (ProviderId::Anthropic, "/v1/messages", json!({"model": "m", "messages": messages}), "max_tokens"),
        (ProviderId::Google, "/v1/models/m:generateContent", json!({}), "contents"),
        (ProviderId::Ollama, "/api/generate", json!({"model": "m"}), "prompt"),
    ] {
        let told = missing(provider, target, body);
        assert!(told.contains(&format!("'{name}'")) || told.contains(&format!("{name}: ")), "{told}");
    }
}

#[test]
fn a_small_request_gets_no_huge_answer() {
    for body in [
        json!({"model": "m", "input": vec!["a"; 3000]}),
        json!({"model": "m", "input": "a", "dimensions": 5000}),
        json!({"model": "m", "input": "a", "dimensions": 0}),
        json!({"model": "m", "input": []}),
        json!({"model": "m", "input": [""]}),
    ] {
        assert_eq!(post(ProviderId::Openai, "/v1/embeddings", &body).status, StatusCode::BAD_REQUEST);
    }
}
