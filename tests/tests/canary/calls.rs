//! Calls that pass through to providers: with keys that are stored, sent along, and where none belongs; whole, streamed,
//! refused and broken off.

use byo_tests::ADMIN_KEY;
use serde_json::{Value, json};

use super::{
    transcript::Transcript,
    world::{MANNERS, World},
};

/// Headers that carry a key for one call, and a call that it is for.
const GIVEN: [(&str, &str); 5] = [
    ("x-openai-key", "openai/v1/chat/completions"),
    ("x-chatgpt-key", "openai/v1/embeddings"),
    ("x-claude-key", "anthropic/v1/messages"),
    ("x-gemini-key", "google/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"),
    ("x-deepseek-key", "deepseek/chat/completions"),
];

pub(crate) async fn run(world: &mut World) {
    stored(world).await;
    keyless(world).await;
    sent_along(world).await;
    unified(world).await;
    misplaced(world).await;
    simulated(world).await;
}

fn chat() -> Value {
    json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello"}]})
}

async fn call(
    world: &mut World,
    what: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &Value,
) -> Transcript {
    let bearer = format!("Bearer {}", world.secret);
    let headers: Vec<_> = [("authorization", bearer.as_str())].iter().chain(headers).copied().collect();
    world.send(what, "POST", path, &headers, body.to_string().as_bytes()).await
}

/// Behind base URLs of customers, who let the key in and then show it in every way that is no success.
async fn stored(world: &mut World) {
    for (manner, status) in [("turns", 401), ("overloads", 529), ("turns-chunked", 500), ("streams", 200)] {
        let key = world.made_up(&format!("a stored key for a provider that {manner}"));
        let body = json!({"provider": "openai", "refId": format!("calls_{manner}"), "providerKey": key,
            "providerConfig": {"baseUrl": world.outside.at(manner)}});
        let reply = world.post(&format!("connect with one that {manner}"), "/v1/keys/connect", &body).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
        let ref_id = format!("calls_{manner}");
        let headers = [("x-byo-ref-id", ref_id.as_str())];
        let path = "/v1/proxy/openai/v1/chat/completions";
        let reply = call(world, &format!("a call that {manner}"), path, &headers, &chat()).await;
        assert_eq!(reply.status, status, "{manner}: {}", String::from_utf8_lossy(&reply.bytes));
        let body = json!({"provider": "openai", "model": "m", "prompt": "Hello", "stream": true});
        call(world, &format!("a unified call that {manner}"), "/v1/unified", &headers, &body).await;
    }
    let name = json!({"provider": "openai", "refId": "calls_turns"});
    world.post("revoke after calls", "/v1/keys/revoke", &name).await;
    let headers = [("x-byo-ref-id", "calls_turns")];
    let reply =
        call(world, "a call without a key", "/v1/proxy/openai/v1/chat/completions", &headers, &chat()).await;
    assert_eq!(reply.status, 403);
}

/// What reaches a server that asks for no key must hold no secret at all, least of all what let the call in.
async fn keyless(world: &mut World) {
    let body = json!({"provider": "ollama", "refId": "calls_keyless",
        "providerConfig": {"baseUrl": world.outside.at("keyless")}});
    let reply = world.post("connect without a key", "/v1/keys/connect", &body).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
    let session = world.session("calls_keyless").await;
    let name = json!({"provider": "ollama", "refId": "calls_keyless"});
    world
        .call("check without a key", "POST", "/v1/keys/validate", &session, name.to_string().as_bytes())
        .await;
    let dummy = world.made_up("a dummy beside a token");
    let headers = [("x-byo-ref-id", "calls_keyless"), ("api-key", dummy.as_str())];
    for path in ["ollama/api/chat", "ollama/v1/chat/completions"] {
        let reply =
            call(world, "a call without a key", &format!("/v1/proxy/{path}"), &headers, &chat()).await;
        assert_eq!(reply.status, 401, "{}", String::from_utf8_lossy(&reply.bytes));
    }
    let body = json!({"provider": "ollama", "model": "m", "prompt": "Hello"});
    let headers = [("x-byo-ref-id", "calls_keyless")];
    call(world, "a unified call without a key", "/v1/unified", &headers, &body).await;
    let arrived = world.outside.arrived("keyless");
    assert_eq!(arrived.len(), 5, "two checks and three calls");
    for request in arrived {
        world.record.sink("what reaches a server without a key", request);
    }
}

async fn sent_along(world: &mut World) {
    for (header, path) in GIVEN {
        let key = world.made_up(&format!("a key in {header}"));
        let path = format!("/v1/proxy/{path}");
        for body in [chat(), json!({"stream": true}), json!("no call at all")] {
            call(world, &format!("a call with {header}"), &path, &[(header, &key)], &body).await;
        }
        let twice = [(header, key.as_str()), (header, &key[1..])];
        call(world, "a call with two keys", &path, &twice, &chat()).await;
        call(world, "a call with a key that is none", &path, &[(header, &format!("{key} {key}"))], &chat())
            .await;
        // For another provider, and without anybody who may.
        call(
            world,
            "a call with another's key",
            "/v1/proxy/groq/openai/v1/models",
            &[(header, &key)],
            &chat(),
        )
        .await;
        world.send("a call by nobody", "POST", &path, &[(header, &key)], b"{}").await;
    }
}

/// A generic header carries a key for whichever provider the body names.
async fn unified(world: &mut World) {
    for (provider, manner) in MANNERS {
        let key = world.made_up(&format!("a key for a unified call to one that {manner}"));
        for stream in [false, true] {
            let body = json!({"provider": provider, "model": "m", "prompt": "Hello", "stream": stream});
            let what = format!("a unified call to one that {manner}");
            let reply = call(world, &what, "/v1/unified", &[("x-api-key", &key)], &body).await;
            assert!(reply.status >= 400, "{manner}: {}", String::from_utf8_lossy(&reply.bytes));
        }
    }
}

async fn misplaced(world: &mut World) {
    let key = world.made_up("a key in a call where none belongs");
    let session = world.session("customer_1").await;
    let secret = world.secret.clone();
    for path in [
        format!("openai/v1/models?key={key}"),
        format!("openai/v1/chat/completions?api_key={key}"),
        format!("google/v1beta/models?key={key}&key={secret}"),
        format!("openai/v1/{key}"),
        format!("openai/{key}/models"),
        format!("{key}/v1/models"),
        format!("anthropic/v1/messages/{key}"),
        format!("cohere/v2/chat;{key}"),
        format!("ollama/api/chat%00{key}"),
        format!("openai/v1/models?x={session}"),
    ] {
        let path = format!("/v1/proxy/{path}");
        call(world, "a key in a call's address", &path, &[("x-byo-ref-id", "customer_1")], &chat()).await;
    }
    for (name, value) in [
        ("x-byo-ref-id", format!("{key} {key}")),
        ("x-byo-key-name", format!("{key}!")),
        ("x-byo-sealed-key", key.clone()),
        ("x-api-key", key.clone()),
        ("api-key", format!("byo_{key}")),
        ("x-goog-api-key", secret[1..].to_owned()),
        ("x-admin-key", ADMIN_KEY.to_owned()),
        ("content-type", key.clone()),
        ("content-encoding", key.clone()),
        ("accept", key.clone()),
        ("idempotency-key", key.clone()),
        ("cookie", format!("key={key}")),
    ] {
        for path in ["/v1/proxy/openai/v1/chat/completions", "/v1/unified"] {
            let headers = [("x-byo-ref-id", "nobody"), (name, value.as_str())];
            call(world, "a key in a call's header", path, &headers, &chat()).await;
        }
    }
    for member in ["provider", "model", "prompt", "system", "stop", "maxTokens", "temperature", "unknown"] {
        for value in [json!(key), json!([key]), json!({ key.as_str(): key })] {
            let mut body = json!({"provider": "openai", "prompt": "Hello"});
            body[member] = value;
            let headers = [("x-byo-ref-id", "nobody")];
            call(world, "a key in a unified body", "/v1/unified", &headers, &body).await;
        }
    }
}

/// The simulated provider repeats pieces of its test keys, as providers do.
async fn simulated(world: &mut World) {
    let bearer = format!("Bearer {}", world.test_secret);
    for answer in ["not-provable", "rejected", "denied", "no-quota", "rate-limited", "unreachable"] {
        let key = format!("sk-byo-test-{answer}-{}", world.digits(24));
        world.record.secret("a key in the test environment", key.as_str());
        for (header, path) in GIVEN {
            let headers = [("authorization", bearer.as_str()), (header, key.as_str())];
            let body = chat().to_string();
            let what = format!("a simulated call, {answer}");
            world.send(&what, "POST", &format!("/v1/proxy/{path}"), &headers, body.as_bytes()).await;
        }
    }
}
