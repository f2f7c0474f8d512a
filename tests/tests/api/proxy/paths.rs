//! Which calls are forwarded, and where they arrive.

use byo_seal::ProviderId;
use byo_tests::ScriptedProvider;
use http::Method;
use serde_json::json;

use super::stage::{APIS, Stage, api_of};

use ProviderId::{
    Anthropic, Azure, Cohere, Deepseek, Google, Groq, Mistral, Ollama, Openai, Openrouter, Together, Xai,
};

/// What each provider's official clients call: on the proxy, and below the base URL's own path.
const CALLS: &[(ProviderId, &str, &str, &str)] = &[
    (Openai, "POST", "/v1/chat/completions", "/chat/completions"),
    (Openai, "POST", "/v1/responses", "/responses"),
    (Openai, "GET", "/v1/responses/resp_1?include[]=x", "/responses/resp_1?include[]=x"),
    (Openai, "DELETE", "/v1/files/file-1", "/files/file-1"),
    (Openai, "POST", "/v1/embeddings", "/embeddings"),
    (Openai, "GET", "/v1/models", "/models"),
    (Openai, "GET", "/v1/models/ft:gpt-4.1:org::abc", "/models/ft:gpt-4.1:org::abc"),
    (Openai, "POST", "/v1/audio/transcriptions", "/audio/transcriptions"),
    (Anthropic, "POST", "/v1/messages", "/v1/messages"),
    (Anthropic, "POST", "/v1/messages?beta=true", "/v1/messages?beta=true"),
    (Anthropic, "POST", "/v1/messages/count_tokens", "/v1/messages/count_tokens"),
    (Anthropic, "POST", "/v1/messages/batches/msgbatch_1/cancel", "/v1/messages/batches/msgbatch_1/cancel"),
    (
        Google,
        "POST",
        "/v1beta/models/gemini-2.5-flash:generateContent",
        "/v1beta/models/gemini-2.5-flash:generateContent",
    ),
    (
        Google,
        "POST",
        "/v1/models/gemini-2.5-flash:generateContent",
        "/v1/models/gemini-2.5-flash:generateContent",
    ),
    (
        Google,
        "POST",
        "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
        "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    ),
    (Google, "POST", "/v1beta/openai/chat/completions", "/v1beta/openai/chat/completions"),
    (Google, "GET", "/v1beta/models", "/v1beta/models"),
    (
        Azure,
        "POST",
        "/openai/deployments/prod/chat/completions?api-version=2024-10-21",
        "/openai/deployments/prod/chat/completions?api-version=2024-10-21",
    ),
    (Azure, "POST", "/openai/v1/responses", "/openai/v1/responses"),
    (Azure, "POST", "/openai/responses?api-version=preview", "/openai/responses?api-version=preview"),
    (Azure, "POST", "/anthropic/v1/messages", "/anthropic/v1/messages"),
    (Deepseek, "POST", "/chat/completions", "/chat/completions"),
    (Deepseek, "POST", "/v1/chat/completions", "/v1/chat/completions"),
    (Deepseek, "POST", "/beta/completions", "/beta/completions"),
    (Deepseek, "POST", "/anthropic/v1/messages", "/anthropic/v1/messages"),
    (Mistral, "POST", "/v1/chat/completions", "/chat/completions"),
    (Mistral, "POST", "/v1/fim/completions", "/fim/completions"),
    (Groq, "POST", "/openai/v1/chat/completions", "/chat/completions"),
    (Groq, "POST", "/openai/v1/responses", "/responses"),
    (Openrouter, "POST", "/api/v1/chat/completions", "/chat/completions"),
    (Openrouter, "GET", "/api/v1/models/openai/gpt-4o/endpoints", "/models/openai/gpt-4o/endpoints"),
    (Together, "POST", "/v1/chat/completions", "/chat/completions"),
    (Together, "POST", "/v1/rerank", "/rerank"),
    (Xai, "POST", "/v1/chat/completions", "/chat/completions"),
    (Xai, "POST", "/v1/messages", "/messages"),
    (Cohere, "POST", "/v2/chat", "/v2/chat"),
    (Cohere, "POST", "/v1/embed", "/v1/embed"),
    (Cohere, "POST", "/compatibility/v1/chat/completions", "/compatibility/v1/chat/completions"),
    (Ollama, "POST", "/api/chat", "/api/chat"),
    (Ollama, "POST", "/v1/chat/completions", "/v1/chat/completions"),
    (Ollama, "GET", "/api/tags", "/api/tags"),
];

/// Calls that spend, train, manage or reach outside; some are those of another provider.
const UNLISTED: &[(ProviderId, &str, &str)] = &[
    (Openai, "POST", "/v1/fine_tuning/jobs"),
    (Openai, "GET", "/v1/organization/costs"),
    (Openai, "POST", "/v1/organization/admin_api_keys"),
    (Openai, "DELETE", "/v1/models/ft:gpt-4.1"),
    (Openai, "POST", "/v1/realtime/client_secrets"),
    (Openai, "POST", "/v1/chat"),
    (Openai, "POST", "/v1/chat/completionsx"),
    (Openai, "POST", "/v1/Chat/Completions"),
    (Anthropic, "GET", "/v1/organizations/me"),
    (Anthropic, "POST", "/v1/messages/anything"),
    (Google, "POST", "/v9/models/x:generateContent"),
    (Google, "POST", "/v1beta/corpora"),
    (Google, "DELETE", "/v1beta/models/x"),
    (Azure, "GET", "/openai/deployments"),
    (Azure, "POST", "/management/keys"),
    (Deepseek, "GET", "/user/balance"),
    (Mistral, "POST", "/v1/agents"),
    (Groq, "POST", "/openai/v1/fine_tunings"),
    (Openrouter, "GET", "/api/v1/key"),
    (Openrouter, "POST", "/api/v1/keys"),
    (Together, "POST", "/v1/fine-tunes"),
    (Xai, "GET", "/v1/api-key"),
    (Cohere, "POST", "/v1/check-api-key"),
    (Cohere, "POST", "/v1/connectors"),
    (Ollama, "POST", "/api/pull"),
    (Ollama, "DELETE", "/api/delete"),
];

async fn arrives(stage: &Stage, upstream: &ScriptedProvider, base_path: &str, headers: &[(&str, &str)]) {
    for (provider, method, tail, arrived) in CALLS {
        let api = api_of(*provider);
        let before = upstream.count();
        let body = if *method == "POST" { r#"{ "model":"m" ,"unknown":[1e400,"\u0041"]}"# } else { "" };
        let method: Method = method.parse().expect("a method");
        let answer = stage.send(method.clone(), &api.at(tail), &stage.project.secret, headers, body).await;
        assert_eq!(answer.status, 200, "{provider} {method} {tail}: {}", answer.text);
        assert_eq!(upstream.count(), before + 1);
        let seen = upstream.last();
        assert_eq!(seen.target, format!("{base_path}{arrived}"), "{provider} {method} {tail}");
        assert_eq!((seen.method, &seen.body[..]), (method, body.as_bytes()), "{provider} {tail}");
    }
}

#[tokio::test]
async fn every_call_arrives_at_its_place_below_the_base_url() {
    // As the providers' own: with a version or nothing; then below a gateway; then at the root.
    let stage = Stage::new().await;
    for api in &APIS {
        stage.connect(api.id, "customer_1").await;
    }
    for (provider, method, tail, arrived) in CALLS {
        let api = api_of(*provider);
        let headers = [("x-byo-ref-id", "customer_1")];
        let method: Method = method.parse().unwrap();
        let answer = stage.send(method, &api.at(tail), &stage.project.secret, &headers, "").await;
        assert_eq!(answer.status, 200, "{provider} {tail}: {}", answer.text);
        assert_eq!(stage.upstream.last().target, format!("{}{arrived}", api.root), "{provider} {tail}");
    }
    for path in ["/gateway/llm", "", "/x/"] {
        let gateway = ScriptedProvider::start().await;
        let change = |setup: &mut byo_tests::Setup| {
            for base in setup.providers.values_mut() {
                *base = format!("{}{path}", gateway.origin);
            }
        };
        let stage = Stage::with(change).await;
        for api in &APIS {
            stage.connect(api.id, "customer_1").await;
        }
        arrives(&stage, &gateway, path.trim_end_matches('/'), &[("x-byo-ref-id", "customer_1")]).await;
    }
}

#[tokio::test]
async fn a_customers_base_url_takes_the_place_of_the_providers() {
    let stage = Stage::new().await;
    let own = ScriptedProvider::start().await;
    for (number, path) in ["", "/v1", "/deep/gateway/v9", "/trailing/"].into_iter().enumerate() {
        let ref_id = format!("customer_{number}");
        for api in &APIS {
            let base = format!("{}{path}", own.origin);
            let body = json!({"provider": api.id, "refId": ref_id, "providerConfig": {"baseUrl": base}});
            stage.connect_as(body).await;
        }
        for (provider, method, tail, arrived) in CALLS {
            let api = api_of(*provider);
            let headers = [("x-byo-ref-id", ref_id.as_str())];
            let method: Method = method.parse().unwrap();
            let before = stage.upstream.count();
            let answer = stage.send(method, &api.at(tail), &stage.project.secret, &headers, "").await;
            assert_eq!(answer.status, 200, "{provider} {path} {tail}: {}", answer.text);
            // People paste a segment too many: one that calls of this provider bring along.
            let brings_it = matches!(provider, Anthropic | Google | Deepseek | Cohere | Ollama);
            let base = if path == "/v1" && brings_it { "" } else { path.trim_end_matches('/') };
            assert_eq!(own.last().target, format!("{base}{arrived}"), "{provider} {path} {tail}");
            assert_eq!(stage.upstream.count(), before, "{provider}: the provider's own was asked");
        }
    }
}

#[tokio::test]
async fn what_people_paste_too_much_of_azures_address_is_left_out() {
    let stage = Stage::new().await;
    let own = ScriptedProvider::start().await;
    for (number, path) in ["", "/openai", "/openai/v1"].into_iter().enumerate() {
        for (name, azure) in [("v1", json!({})), ("dated", json!({"azure": {"apiVersion": "2024-10-21"}}))] {
            let ref_id = format!("{name}_{number}");
            let mut config = azure;
            config["baseUrl"] = json!(format!("{}{path}", own.origin));
            stage.connect_as(json!({"provider": "azure", "refId": ref_id, "providerConfig": config})).await;
            for tail in
                ["/openai/v1/chat/completions", "/openai/deployments/prod/embeddings?api-version=2024-10-21"]
            {
                let answer = stage.post(&api_of(Azure).at(tail), &ref_id, &json!({})).await;
                assert_eq!(answer.status, 200, "{path} {name} {tail}: {}", answer.text);
                assert_eq!(own.last().target, tail, "{path} {name}");
            }
        }
    }
}

#[tokio::test]
async fn anthropics_version_decides_which_header_carries_the_key() {
    let stage = Stage::new().await;
    let (key, _) = stage.connect(Anthropic, "customer_1").await;
    for (version, header, arrived) in [
        (None, "x-api-key", "2023-06-01"),
        (Some("2023-01-01"), "x-api-key", "2023-01-01"),
        (Some("2023-06-01"), "x-api-key", "2023-06-01"),
        (Some("2026-10-21"), "authorization", "2026-10-21"),
    ] {
        let mut headers = vec![("x-byo-ref-id", "customer_1"), ("anthropic-beta", "files-api-2025-04-14")];
        headers.extend(version.map(|version| ("anthropic-version", version)));
        let answer =
            stage.send(Method::POST, &api_of(Anthropic).path(), &stage.project.secret, &headers, "{}").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let seen = stage.upstream.last();
        let credential = if header == "authorization" { format!("Bearer {key}") } else { key.clone() };
        assert_eq!(seen.header(header), credential, "{version:?}");
        assert_eq!(seen.header("anthropic-version"), arrived);
        assert_eq!(seen.header("anthropic-beta"), "files-api-2025-04-14");
        let other = if header == "authorization" { "x-api-key" } else { "authorization" };
        assert!(!seen.headers.contains_key(other), "{version:?}: the key goes in one header");
    }
}

#[tokio::test]
async fn what_the_table_does_not_name_takes_the_environments_leave() {
    let stage = Stage::new().await;
    for api in &APIS {
        stage.connect(api.id, "customer_1").await;
    }
    let headers = [("x-byo-ref-id", "customer_1")];
    for allowed in [false, true, false] {
        stage.settings(json!({"allowAllPaths": allowed})).await;
        for (provider, method, tail) in UNLISTED {
            let (api, method) = (api_of(*provider), method.parse::<Method>().unwrap());
            let before = stage.upstream.count();
            let answer = stage.send(method, &api.at(tail), &stage.project.secret, &headers, "").await;
            if allowed {
                assert_eq!(answer.status, 200, "{provider} {tail}: {}", answer.text);
                assert_eq!(stage.upstream.count(), before + 1);
                assert_eq!(stage.upstream.last().target, *tail, "{provider}");
            } else {
                assert_eq!(answer.status, 404, "{provider} {tail}: {}", answer.text);
                assert_eq!(stage.upstream.count(), before, "{provider} {tail}");
            }
        }
        // What is not below the provider's root is never forwarded, nor what two readers could read differently.
        for path in [
            "openai/v2/chat/completions",
            "groq/v1/chat/completions",
            "openrouter/v1/chat/completions",
            "openai/v1",
            "openai/",
            "openai",
            "nobody/v1/models",
            "OpenAI/v1/models",
        ] {
            let before = stage.upstream.count();
            let answer = stage
                .send(Method::POST, &format!("/v1/proxy/{path}"), &stage.project.secret, &headers, "{}")
                .await;
            assert!(
                [400, 404].contains(&answer.status.as_u16()),
                "{path}: {} {}",
                answer.status,
                answer.text
            );
            assert_eq!(stage.upstream.count(), before, "{path}");
        }
        for tail in [
            "/v1/../v1/models",
            "/v1/%2e%2e/models",
            "/v1//models",
            "/v1/models/",
            "/v1/a%2fb",
            "/v1/a%252fb",
            "/v1/a;b",
            "/v1/models/a%5cb",
            "/v1/models/%00",
        ] {
            let before = stage.upstream.count();
            let path = format!("/v1/proxy/openai{tail}");
            let answer = stage.send(Method::GET, &path, &stage.project.secret, &headers, "").await;
            assert_eq!(answer.status, 400, "{tail}: {}", answer.text);
            assert_eq!(stage.upstream.count(), before, "{tail}");
        }
    }
}

#[tokio::test]
async fn web_sockets_are_not_there_so_clients_post() {
    let stage = Stage::new().await;
    stage.connect(Openai, "customer_1").await;
    stage.settings(json!({"allowAllPaths": true})).await;
    let before = stage.upstream.count();
    for path in ["/v1/proxy/openai/v1/responses", "/v1/proxy/openai/v1/realtime?model=gpt-realtime"] {
        let headers = [
            ("x-byo-ref-id", "customer_1"),
            ("connection", "Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ];
        let answer = stage.send(Method::GET, path, &stage.project.secret, &headers, "").await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text);
        assert_eq!(answer.json["error"]["type"], "not_found_error");
        assert_eq!(stage.upstream.count(), before, "{path}");
    }
}
