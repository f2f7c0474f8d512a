//! What providers are sent.

use super::{super::outgoing, *};

fn sent(call: &UnifiedCall, config: &ProviderConfig) -> (Outgoing, Value) {
    let outgoing = outgoing(call, config).expect("something to send");
    let body = serde_json::from_slice(&outgoing.body).unwrap();
    (outgoing, body)
}

fn faults(call: &UnifiedCall, config: &ProviderConfig) -> Vec<&'static str> {
    outgoing(call, config).unwrap_err().iter().map(|fault| fault.field).collect()
}

/// A call with everything that can be said.
fn full(provider: ProviderId, stream: bool) -> UnifiedCall {
    call(json!({
        "provider": provider, "model": "m-1", "system": "Be kind.", "maxTokens": 64, "temperature": 0.5, "topP": 0.9,
        "stop": "END", "stream": stream,
        "messages": [
            {"role": "user", "content": "One"},
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Two"},
            {"role": "assistant", "content": "Three"},
            {"role": "user", "content": "Four"},
        ],
    }))
}

fn full_chat(more: &Value) -> Value {
    let mut body = json!({
        "model": "m-1", "temperature": 0.5, "top_p": 0.9, "stop": ["END"],
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": "One"},
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Two"},
            {"role": "assistant", "content": "Three"},
            {"role": "user", "content": "Four"},
        ],
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

#[test]
fn every_provider_is_called_where_its_own_client_calls() {
    use ProviderId::*;
    let usual = ProviderConfig::default;
    let undated = ProviderConfig { azure: None, ..azure("") };
    for (provider, config, path, query) in [
        (Openai, usual(), "/v1/chat/completions", None),
        (Openai, responses(), "/v1/responses", None),
        (Openai, at("https://openrouter.ai/api/v1"), "/v1/chat/completions", None),
        (Anthropic, usual(), "/v1/messages", None),
        (Anthropic, at("https://gateway.example/anthropic/"), "/v1/messages", None),
        (Anthropic, at("https://gateway.example/anthropic/v1"), "/v1/messages", None),
        (Google, usual(), "/v1beta/models/m-1:generateContent", None),
        (Google, at("https://gateway.example/v1beta/openai"), "/v1beta/models/m-1:generateContent", None),
        (Azure, ProviderConfig { azure: None, ..azure("") }, "/openai/v1/chat/completions", None),
        (Azure, at("https://acme.services.ai.azure.com/openai/v1"), "/openai/v1/chat/completions", None),
        (Deepseek, usual(), "/chat/completions", None),
        (Deepseek, at("https://api.deepseek.com/v1"), "/chat/completions", None),
        (Mistral, usual(), "/v1/chat/completions", None),
        (Mistral, at("https://gateway.example/eu/mistral/v1"), "/v1/chat/completions", None),
        (Groq, usual(), "/openai/v1/chat/completions", None),
        (Openrouter, usual(), "/api/v1/chat/completions", None),
        (Together, usual(), "/v1/chat/completions", None),
        (Xai, usual(), "/v1/chat/completions", None),
        (Cohere, usual(), "/v2/chat", None),
        (Ollama, usual(), "/v1/chat/completions", None),
        (Ollama, at("https://ollama.example/api"), "/v1/chat/completions", None),
        (Azure, undated, "/openai/v1/chat/completions", None::<&str>),
    ] {
        let call = UnifiedCall { model: Some("m-1".to_owned()), ..ask(provider) };
        let (outgoing, _) = sent(&call, &config);
        assert_eq!(
            (outgoing.path.as_str(), outgoing.query.as_deref()),
            (path, query),
            "{provider} {config:?}"
        );
        assert_eq!((outgoing.provider, outgoing.model.as_str()), (provider, "m-1"));
    }
}

#[test]
fn azures_dated_versions_have_the_deployment_in_the_path() {
    let call = UnifiedCall { model: None, ..ask(ProviderId::Azure) };
    let (dated, body) = sent(&call, &azure("2024-10-21"));
    assert_eq!(dated.path, "/openai/deployments/chat-prod/chat/completions");
    assert_eq!(dated.query.as_deref(), Some("api-version=2024-10-21"));
    assert_eq!((dated.model.as_str(), &body["model"]), ("chat-prod", &json!("chat-prod")));
    for undated in ["v1", "preview"] {
        let (outgoing, body) = sent(&call, &azure(undated));
        assert_eq!((outgoing.path.as_str(), outgoing.query), ("/openai/v1/chat/completions", None));
        assert_eq!(body["model"], "chat-prod");
    }
}

#[test]
fn chat_says_everything_in_each_providers_dialect() {
    use ProviderId::*;
    let usual = ProviderConfig::default;
    for (provider, config, limit, asks) in [
        (Openai, usual(), "max_completion_tokens", true),
        (Openai, at("https://eu.api.openai.com/v1"), "max_completion_tokens", true),
        (Openai, at("https://api.mistral.ai/v1"), "max_tokens", false),
        (Openai, at("https://api.openai.com.example/v1"), "max_tokens", false),
        (Azure, ProviderConfig { azure: None, ..azure("") }, "max_completion_tokens", true),
        (Deepseek, usual(), "max_tokens", true),
        (Mistral, usual(), "max_tokens", false),
        (Groq, usual(), "max_completion_tokens", false),
        (Openrouter, usual(), "max_tokens", false),
        (Together, usual(), "max_tokens", false),
        (Xai, usual(), "max_tokens", true),
        (Ollama, usual(), "max_tokens", true),
    ] {
        let (_, body) = sent(&full(provider, false), &config);
        assert_eq!(body, full_chat(&json!({limit: 64})), "{provider} {config:?}");
        let (_, body) = sent(&full(provider, true), &config);
        let mut expected = json!({limit: 64, "stream": true});
        if asks {
            expected["stream_options"] = json!({"include_usage": true});
        }
        assert_eq!(body, full_chat(&expected), "{provider} {config:?}");
    }
}

#[test]
fn azure_follows_openai_since_september_2024() {
    let call = UnifiedCall { model: None, max_tokens: Some(5), stream: true, ..ask(ProviderId::Azure) };
    for (version, limit, asks) in [
        ("2023-05-15", "max_tokens", false),
        ("2024-06-01", "max_tokens", false),
        ("2024-08-01-preview", "max_tokens", false),
        ("2024-09-01-preview", "max_completion_tokens", true),
        ("2024-10-21", "max_completion_tokens", true),
        ("2025-04-01-preview", "max_completion_tokens", true),
    ] {
        let (_, body) = sent(&call, &azure(version));
        assert_eq!((&body[limit], body.get("stream_options").is_some()), (&json!(5), asks), "{version}");
    }
}

#[test]
fn the_responses_api_keeps_nothing() {
    let call = UnifiedCall { stop: Vec::new(), ..full(ProviderId::Openai, true) };
    let (outgoing, body) = sent(&call, &responses());
    let expected = json!({
        "model": "m-1", "max_output_tokens": 64, "temperature": 0.5, "top_p": 0.9, "store": false, "stream": true,
        "input": full_chat(&json!({}))["messages"],
    });
    assert_eq!((outgoing.wire, body), (Wire::Responses, expected));
}

#[test]
fn the_responses_api_knows_no_stop() {
    assert_eq!(faults(&full(ProviderId::Openai, false), &responses()), ["stop"]);
}

#[test]
fn anthropic_has_the_instructions_apart_and_the_turns_alternate() {
    let (outgoing, body) = sent(&full(ProviderId::Anthropic, true), &ProviderConfig::default());
    let expected = json!({
        "model": "m-1", "system": "Be kind.\n\nBe brief.", "max_tokens": 64, "temperature": 0.5, "top_p": 0.9,
        "stop_sequences": ["END"], "stream": true,
        "messages": [
            {"role": "user", "content": "One\n\nTwo"},
            {"role": "assistant", "content": "Three"},
            {"role": "user", "content": "Four"},
        ],
    });
    assert_eq!(body, expected);
    assert!(outgoing.headers.contains(&("anthropic-version", "2023-06-01")));
}

#[test]
fn anthropic_is_always_given_a_limit() {
    let (_, body) = sent(&ask(ProviderId::Anthropic), &ProviderConfig::default());
    let messages = json!([{"role": "user", "content": "Hello?"}]);
    assert_eq!(body, json!({"model": "asked-for", "max_tokens": 1024, "messages": messages}));
}

#[test]
fn anthropic_takes_half_the_temperature() {
    let hot = UnifiedCall { temperature: Some(1.1), ..ask(ProviderId::Anthropic) };
    assert_eq!(faults(&hot, &ProviderConfig::default()), ["temperature"]);
    let openai = UnifiedCall { provider: ProviderId::Openai, ..hot };
    assert!(outgoing(&openai, &ProviderConfig::default()).is_ok());
}

#[test]
fn google_has_parts_and_roles_of_its_own() {
    let (outgoing, body) = sent(&full(ProviderId::Google, true), &ProviderConfig::default());
    let expected = json!({
        "systemInstruction": {"parts": [{"text": "Be kind.\n\nBe brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "One\n\nTwo"}]},
            {"role": "model", "parts": [{"text": "Three"}]},
            {"role": "user", "parts": [{"text": "Four"}]},
        ],
        "generationConfig": {
            "maxOutputTokens": 64, "temperature": 0.5, "topP": 0.9, "stopSequences": ["END"],
        },
    });
    assert_eq!(body, expected);
    assert_eq!(outgoing.path, "/v1beta/models/m-1:streamGenerateContent");
    assert_eq!(outgoing.query.as_deref(), Some("alt=sse"));
    let (_, body) = sent(&ask(ProviderId::Google), &ProviderConfig::default());
    assert_eq!(body, json!({"contents": [{"role": "user", "parts": [{"text": "Hello?"}]}]}));
}

#[test]
fn cohere_has_names_of_its_own() {
    let (_, body) = sent(&full(ProviderId::Cohere, true), &ProviderConfig::default());
    let expected = json!({
        "model": "m-1", "max_tokens": 64, "temperature": 0.5, "p": 0.9, "stop_sequences": ["END"], "stream": true,
        "messages": full_chat(&json!({}))["messages"],
    });
    assert_eq!(body, expected);
    let (_, body) = sent(&ask(ProviderId::Cohere), &ProviderConfig::default());
    assert_eq!(body["stream"], false);
}

#[test]
fn headers_say_what_is_sent_and_what_is_wanted() {
    for provider in ProviderId::ALL {
        for (stream, accept) in [(false, "application/json"), (true, "text/event-stream")] {
            let call = UnifiedCall { stream, ..ask(*provider) };
            let (outgoing, _) = sent(&call, &ProviderConfig::default());
            assert!(outgoing.headers.contains(&("content-type", "application/json")), "{provider}");
            assert!(outgoing.headers.contains(&("accept", accept)), "{provider}");
        }
    }
}

#[test]
fn without_a_model_a_provider_has_one_and_a_server_has_none() {
    for provider in ProviderId::ALL {
        let call = UnifiedCall { model: None, ..ask(*provider) };
        let config = ProviderConfig::default();
        match default_model(*provider) {
            Some(model) => assert_eq!(sent(&call, &config).0.model, model),
            None => assert_eq!(faults(&call, &config), ["model"], "{provider}"),
        }
    }
    let call = UnifiedCall { model: None, ..ask(ProviderId::Openai) };
    assert_eq!(faults(&call, &at("http://localhost:8000/v1")), ["model"]);
    assert_eq!(sent(&call, &at("https://eu.api.openai.com/v1")).0.model, "gpt-4.1-mini");
}

#[test]
fn a_key_for_one_deployment_calls_no_other() {
    let call = ask(ProviderId::Azure);
    assert_eq!(faults(&call, &azure("2024-10-21")), ["model"]);
    let same = UnifiedCall { model: Some("chat-prod".to_owned()), ..call };
    assert!(outgoing(&same, &azure("2024-10-21")).is_ok());
}

#[test]
fn a_model_that_stands_in_the_path_stays_in_its_place() {
    let open = ProviderConfig {
        azure: Some(AzureConfig { api_version: "2024-10-21".to_owned(), deployment: None }),
        ..ProviderConfig::default()
    };
    for model in
        ["../x", "a/b", "a:b", "..", "a%2fb", "a?b", "a#b", "models/../x", "models/", "tunedModels/x"]
    {
        for (provider, config) in
            [(ProviderId::Google, &ProviderConfig::default()), (ProviderId::Azure, &open)]
        {
            let call = UnifiedCall { model: Some(model.to_owned()), ..ask(provider) };
            assert_eq!(faults(&call, config), ["model"], "{provider} {model}");
        }
    }
    let call = UnifiedCall { model: Some("models/gemini-2.5-pro".to_owned()), ..ask(ProviderId::Google) };
    let (outgoing, _) = sent(&call, &ProviderConfig::default());
    assert_eq!(outgoing.path, "/v1beta/models/gemini-2.5-pro:generateContent");
    assert_eq!(outgoing.model, "gemini-2.5-pro");
}

#[test]
fn a_version_stays_in_its_place_too() {
    let call = UnifiedCall { model: None, ..ask(ProviderId::Azure) };
    for version in ["2024-10-21&key=x", "2024#", "2024 10", "2024%0a"] {
        assert_eq!(faults(&call, &azure(version)), ["providerConfig.azure.apiVersion"], "{version}");
    }
}

#[test]
fn an_answer_is_told_with_what_was_sent() {
    let outgoing = outgoing(&ask(ProviderId::Cohere), &ProviderConfig::default()).unwrap();
    let served = outgoing.served("server");
    let expected = Served {
        wire: Wire::Cohere,
        provider: ProviderId::Cohere,
        model: "asked-for".to_owned(),
        mode: "server",
    };
    assert_eq!(served, expected);
}
