//! Which paths are answered.

use byo_seal::ProviderId;
use http::{Method, StatusCode};
use serde_json::json;

use super::{VALID, get, json as document, post, with_key};

#[test]
fn compatible_providers_answer_under_the_paths_of_their_base_urls() {
    let body = json!({"model": "m-1", "messages": [{"role": "user", "content": "Hi"}]});
    for (provider, target) in [
        (ProviderId::Openai, "/v1/chat/completions"),
        (ProviderId::Azure, "/openai/v1/chat/completions"),
        (ProviderId::Azure, "/openai/v1/chat/completions?api-version=preview"),
        (ProviderId::Azure, "/openai/deployments/m-1/chat/completions?api-version=2024-10-21"),
        (ProviderId::Deepseek, "/chat/completions"),
        (ProviderId::Deepseek, "/v1/chat/completions"),
        (ProviderId::Mistral, "/v1/chat/completions"),
        (ProviderId::Groq, "/openai/v1/chat/completions"),
        (ProviderId::Openrouter, "/api/v1/chat/completions"),
        (ProviderId::Together, "/v1/chat/completions"),
        (ProviderId::Xai, "/v1/chat/completions"),
        (ProviderId::Ollama, "/v1/chat/completions"),
        (ProviderId::Google, "/v1beta/openai/chat/completions"),
        (ProviderId::Cohere, "/compatibility/v1/chat/completions"),
    ] {
        let whole = document(&post(provider, target, &body));
        assert_eq!(
            (&whole["object"], &whole["model"]),
            (&json!("chat.completion"), &json!("m-1")),
            "{target}"
        );
    }
}

#[test]
fn azures_deployment_stands_for_the_model() {
    let body = json!({"messages": [{"role": "user", "content": "Hi"}]});
    let target = "/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21";
    assert_eq!(document(&post(ProviderId::Azure, target, &body))["model"], "my-gpt");
    let embeddings = "/openai/deployments/my-gpt/embeddings?api-version=2024-10-21";
    assert_eq!(document(&post(ProviderId::Azure, embeddings, &json!({"input": "a"})))["model"], "my-gpt");
    assert_eq!(get(ProviderId::Azure, "/openai/models?api-version=2024-10-21").status, StatusCode::OK);
}

#[test]
fn azure_serves_claude_too() {
    let body = json!({"model": "c", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]});
    assert_eq!(document(&post(ProviderId::Azure, "/anthropic/v1/messages", &body))["type"], "message");
}

#[test]
fn together_lists_models_in_a_bare_array() {
    assert_eq!(document(&get(ProviderId::Together, "/v1/models"))[0]["id"], "test-model-large");
}

#[test]
fn other_paths_and_methods_are_unknown() {
    for (provider, method, target) in [
        (ProviderId::Openai, Method::POST, "/chat/completions"),
        (ProviderId::Openai, Method::GET, "/v1/chat/completions"),
        (ProviderId::Openai, Method::POST, "/v1/chat/completions/"),
        (ProviderId::Openai, Method::POST, "/v1//chat/completions"),
        (ProviderId::Openai, Method::POST, "/v1chat/completions"),
        (ProviderId::Openai, Method::DELETE, "/v1/models/gpt-4.1"),
        (ProviderId::Openai, Method::GET, "/v1/models/nope"),
        (ProviderId::Openai, Method::GET, "/"),
        (ProviderId::Openai, Method::GET, ""),
        (ProviderId::Azure, Method::POST, "/v1/chat/completions"),
        (ProviderId::Azure, Method::POST, "/openai/chat/completions"),
        (ProviderId::Azure, Method::POST, "/openai/deployments/d/chat/completions"),
        (ProviderId::Anthropic, Method::POST, "/messages"),
        (ProviderId::Anthropic, Method::GET, "/v1/models/nope"),
        (ProviderId::Google, Method::POST, "/v1beta/models/m:predict"),
        (ProviderId::Google, Method::POST, "/v2/models/m:generateContent"),
        (ProviderId::Google, Method::GET, "/v1beta/models/nope"),
        (ProviderId::Cohere, Method::POST, "/v1/chat"),
        (ProviderId::Ollama, Method::POST, "/api/pull"),
    ] {
        let answer = with_key(VALID, provider, (method, target), b"{}").unwrap();
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{provider} {target}");
    }
}
