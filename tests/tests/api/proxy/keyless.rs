//! A server of Ollama's is used by its address alone: nothing that byo sends there speaks of a key.

use std::time::Duration;

use byo_seal::{ProviderConfig, ProviderId, Purpose};
use byo_server::environment::Environment;
use byo_tests::{Answer, Browser, PAGE, Seen, answer_json, answer_with, unique};
use http::Method;
use serde_json::{Value, json};

use super::stage::{Stage, chat_body};
use crate::database;

const CHAT: &str = "/v1/proxy/ollama/api/chat";
const OPENAI_CHAT: &str = "/v1/proxy/ollama/v1/chat/completions";

/// What a key or a token could stand in.
const CREDENTIALS: [&str; 6] =
    ["authorization", "proxy-authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"];

fn assert_nobody_said(seen: &Seen) {
    for header in CREDENTIALS {
        assert!(!seen.headers.contains_key(header), "{} {}: {:?}", seen.method, seen.target, seen.headers);
    }
    assert!(!seen.holds("byo_") && !seen.holds("Bearer"), "{} {}", seen.method, seen.target);
}

/// The customer's own server, without a key.
fn keyless(stage: &Stage) -> Value {
    json!({"provider": "ollama", "refId": "customer_1", "providerConfig": {"baseUrl": stage.upstream.origin}})
}

fn with_key(stage: &Stage, key: &str) -> Value {
    let mut body = keyless(stage);
    body["providerKey"] = json!(key);
    body
}

async fn post(stage: &Stage, path: &str, body: Value) -> Answer {
    stage.app.post(path, &stage.project.secret, body).await
}

async fn connected(stage: &Stage) -> Value {
    post(stage, "/v1/keys/connect", keyless(stage)).await.ok()
}

/// A gate in front of the server: who brings this token is let in.
fn put_up_gate(stage: &Stage, token: &str) {
    let expected = format!("Bearer {token}");
    stage.upstream.answers(move |seen| {
        if seen.header("authorization") == expected {
            answer_json(200, &json!({"models": [{"name": "llama3.2"}]}))
        } else {
            answer_json(401, &json!({"error": "unauthorized"}))
        }
    });
}

#[tokio::test]
async fn it_is_tested_connected_checked_rotated_and_called_and_no_header_says_a_key() {
    let stage = Stage::new().await;
    let name = json!({"provider": "ollama", "refId": "customer_1"});
    let tested = post(&stage, "/v1/keys/test", keyless(&stage)).await.ok();
    assert_eq!((&tested["verdict"], &tested["valid"]), (&json!("not_provable"), &json!(false)));
    assert_eq!(tested["error"]["code"], "no_key_needed");
    assert_eq!(tested["models"], json!(["models/gpt-4.1"]));

    let first = connected(&stage).await;
    assert_eq!((&first["status"], &first["verdict"]), (&json!("active"), &json!("not_provable")));
    assert_eq!((&first["hint"], &first["updated"]), (&json!(""), &json!(false)));
    for nothing in [json!(""), json!(null)] {
        let mut body = keyless(&stage);
        body["providerKey"] = nothing;
        let again = post(&stage, "/v1/keys/rotate", body).await.ok();
        assert_eq!((&again["id"], &again["fingerprint"]), (&first["id"], &first["fingerprint"]));
    }
    let checked = post(&stage, "/v1/keys/validate", name).await.ok();
    assert_eq!((&checked["verdict"], &checked["models"]), (&json!("not_provable"), &tested["models"]));

    let unified = json!({"provider": "ollama", "model": "llama3.2", "prompt": "Hello"});
    for (path, body) in
        [(CHAT, chat_body("llama3.2")), (OPENAI_CHAT, chat_body("llama3.2")), ("/v1/unified", unified)]
    {
        // What SDKs send for want of a key goes nowhere either.
        let headers = [("x-byo-ref-id", "customer_1"), ("api-key", "ollama")];
        let answer = stage.send(Method::POST, path, &stage.project.secret, &headers, body.to_string()).await;
        assert_eq!((answer.status.as_u16(), &answer.headers["x-byo-mode"]), (200, &"byok".parse().unwrap()));
        assert_eq!(answer.headers["x-byo-key-id"], first["id"].as_str().unwrap(), "{path}");
    }
    let tags = stage
        .send(
            Method::GET,
            "/v1/proxy/ollama/api/tags",
            &stage.project.secret,
            &[("x-byo-ref-id", "customer_1")],
            "",
        )
        .await;
    assert_eq!(tags.status, 200, "{}", tags.text);
    let runtime = stage.runtime(|_| ()).await;
    let answer = stage.send(Method::POST, CHAT, &runtime, &[], chat_body("llama3.2").to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);

    let seen = stage.upstream.seen();
    assert_eq!(seen.len(), 10, "five checks of one call each, and five calls");
    seen.iter().for_each(assert_nobody_said);
}

#[tokio::test]
async fn a_browser_seals_nothing_as_it_seals_a_key() {
    let stage = Stage::new().await;
    let session = stage.app.session(&stage.project, json!({"refId": "customer_1"})).await;
    let config =
        ProviderConfig { base_url: Some(stage.upstream.origin.clone()), ..ProviderConfig::default() };
    let ollama = |purpose| {
        stage.app.browser(&session).claiming(|claims| {
            claims.provider = ProviderId::Ollama;
            claims.config = config.clone();
            claims.purpose = purpose;
        })
    };
    let tested = ollama(Purpose::Test).submit("").await.ok();
    assert_eq!(tested["verdict"], "not_provable");
    let stored = ollama(Purpose::Connect).submit("").await.ok();
    let rotated = ollama(Purpose::Rotate).submit("").await.ok();
    assert_eq!((&stored["id"], &rotated["updated"]), (&rotated["id"], &json!(true)));
    // The envelope is what vouches for the address: without one a browser connects nothing.
    let mut bare = keyless(&stage);
    let refused = stage.app.post("/v1/keys/connect", &session, bare.clone()).await;
    refused.assert_refused(422, "invalid_request");
    assert_eq!(refused.fields(), ["sealedKey"]);
    bare["providerKey"] = json!("");
    let refused = stage.app.post("/v1/keys/connect", &session, bare).await;
    assert_eq!((refused.status.as_u16(), refused.fields()), (422, vec!["providerKey"]));
    // Nor does it vouch for another address.
    let mut moved: Browser<'_> = ollama(Purpose::Rotate);
    moved.said.config.base_url = Some(format!("{}/elsewhere", stage.upstream.origin));
    moved.submit("").await.assert_refused(422, "envelope_invalid");

    assert_eq!(stage.post(CHAT, "customer_1", &chat_body("llama3.2")).await.status, 200);
    stage.upstream.seen().iter().for_each(assert_nobody_said);
}

#[tokio::test]
async fn every_other_provider_asks_for_a_key_and_blanks_are_none() {
    let stage = Stage::new().await;
    let session = stage.app.session(&stage.project, json!({"refId": "customer_1"})).await;
    for provider in ProviderId::ALL.iter().filter(|provider| !provider.is_key_optional()) {
        let body = json!({"provider": provider, "refId": "customer_1", "providerKey": ""});
        let refused = post(&stage, "/v1/keys/connect", body).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.json["errors"], json!([{"field": "providerKey", "message": "is empty"}]));
        let body = json!({"provider": provider, "refId": "customer_1"});
        let refused = post(&stage, "/v1/keys/connect", body).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (422, vec!["sealedKey"]), "{provider}");
        let sealed =
            stage.app.browser(&session).claiming(|claims| claims.provider = *provider).submit("").await;
        sealed.assert_refused(422, "invalid_request");
        assert_eq!(
            sealed.json["errors"],
            json!([{"field": "sealedKey", "message": "holds a provider key that is empty"}])
        );
    }
    for blank in [" ", "\t", "\r\n", "\0", "\u{a0}", "\u{200b}", "  "] {
        let refused = post(&stage, "/v1/keys/connect", with_key(&stage, blank)).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (422, vec!["providerKey"]), "{blank:?}");
        let sealed = stage.app.browser(&session).claiming(|claims| claims.provider = ProviderId::Ollama);
        let refused = sealed.submit(blank).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (422, vec!["sealedKey"]), "{blank:?}");
    }
    assert_eq!(stage.upstream.count(), 0, "nobody was asked");
    assert_eq!(stage.app.get("/v1/keys", &stage.project.secret).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_gate_in_front_is_told_of_and_its_token_takes_the_place_of_none() {
    let stage = Stage::new().await;
    let first = connected(&stage).await;
    let token = unique("gate-");
    put_up_gate(&stage, &token);
    for path in ["/v1/keys/connect", "/v1/keys/rotate"] {
        let refused = post(&stage, path, keyless(&stage)).await;
        refused.assert_refused(422, "key_rejected");
        assert_eq!(
            refused.json["detail"],
            "Ollama does not answer there without a key. Enter the one that it expects."
        );
    }
    let rotated = post(&stage, "/v1/keys/rotate", with_key(&stage, &token)).await.ok();
    assert_eq!((&rotated["id"], &rotated["verdict"]), (&first["id"], &json!("valid")));
    assert_eq!(rotated["hint"], token[token.len() - 4..]);
    assert_ne!(rotated["fingerprint"], first["fingerprint"]);
    assert_eq!(stage.post(CHAT, "customer_1", &chat_body("llama3.2")).await.status, 200);
    assert_eq!(stage.upstream.last().header("authorization"), format!("Bearer {token}"));
    // And back, once the gate is gone.
    stage.upstream.answers_well();
    let back = post(&stage, "/v1/keys/rotate", keyless(&stage)).await.ok();
    assert_eq!((&back["fingerprint"], &back["hint"]), (&first["fingerprint"], &json!("")));
    assert_eq!(stage.post(CHAT, "customer_1", &chat_body("llama3.2")).await.status, 200);
    assert_nobody_said(&stage.upstream.last());
}

#[tokio::test]
async fn fingerprints_tell_servers_apart_and_nothing_is_stored_in_clear() {
    let stage = Stage::new().await;
    let connect = async |ref_id: &str, path: &str| {
        let base = format!("{}{path}", stage.upstream.origin);
        let body = json!({"provider": "ollama", "refId": ref_id, "providerConfig": {"baseUrl": base}});
        post(&stage, "/v1/keys/connect", body).await.ok()
    };
    let (one, other, same) =
        (connect("a", "/one").await, connect("b", "/other").await, connect("c", "/one").await);
    assert_eq!(one["fingerprint"].as_str().unwrap().len(), 8);
    assert_ne!(one["fingerprint"], other["fingerprint"]);
    assert_eq!(one["fingerprint"], same["fingerprint"]);
    let project = stage.app.project(Environment::Live).await;
    let body = json!({"provider": "ollama", "refId": "a", "providerConfig": {"baseUrl": format!("{}/one", stage.upstream.origin)}});
    let elsewhere = stage.app.post("/v1/keys/connect", &project.secret, body).await.ok();
    assert_ne!(one["fingerprint"], elsewhere["fingerprint"], "another product cannot tell");

    let rows = "SELECT count(DISTINCT sealed) FROM provider_keys WHERE sealed IS NOT NULL";
    assert_eq!(database::count(&stage.app, rows).await, 4, "each a record of its own");
    let listed = stage.app.get("/v1/keys?provider=ollama", &stage.project.secret).await.ok();
    let hints: Vec<_> = listed["data"].as_array().unwrap().iter().map(|key| &key["hint"]).collect();
    assert_eq!(hints, [&json!(""); 3]);
    let name = json!({"provider": "ollama", "refId": "a"});
    assert_eq!(post(&stage, "/v1/keys/revoke", name).await.ok()["id"], one["id"]);
    assert_eq!(database::count(&stage.app, rows).await, 3);
    let gone = stage.post(CHAT, "a", &chat_body("llama3.2")).await;
    assert_eq!(gone.status, 403, "{}", gone.text);
}

#[tokio::test]
async fn what_the_server_says_passes_as_it_is_when_there_is_no_key_to_look_for() {
    let stage = Stage::new().await;
    connected(&stage).await;
    let refusal = json!({"error": "model \"x\" not found; see sk-...abcd, **** and Bearer"});
    let sent = refusal.clone();
    stage.upstream.answers(move |_| answer_json(404, &sent));
    let answer = stage.post(CHAT, "customer_1", &chat_body("x")).await;
    assert_eq!((answer.status.as_u16(), &answer.json), (404, &refusal));

    let events = "data: {\"id\":\"1\"}\n\ndata: {\"error\":{\"message\":\"it broke\"}}\n\n";
    let headers = [("content-type", "text/event-stream"), ("x-request-id", "req_1"), ("x-ratelimit-a", "")];
    stage.upstream.answers(move |_| answer_with(200, &headers, events));
    let answer = stage.post(OPENAI_CHAT, "customer_1", &chat_body("x")).await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, events));
    assert_eq!(answer.headers["x-request-id"], "req_1");
}

#[tokio::test]
async fn a_server_that_closes_its_gate_later_is_checked_again_and_paused() {
    let stage = Stage::new().await;
    let id = connected(&stage).await["id"].as_str().unwrap().to_owned();
    stage.app.clock.advance(Duration::from_secs(31));
    put_up_gate(&stage, "another");
    let answer = stage.post(CHAT, "customer_1", &chat_body("llama3.2")).await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    stage.settled().await;
    assert_eq!(stage.status(&id).await, "disabled");
    stage.upstream.seen().iter().for_each(assert_nobody_said);
    // Its token connects it again.
    post(&stage, "/v1/keys/connect", with_key(&stage, "another")).await.ok();
    assert_eq!(stage.status(&id).await, "active");
}

#[tokio::test]
async fn sealed_for_requests_nothing_is_a_key_too_and_an_empty_header_is_none() {
    let stage = Stage::new().await;
    let wishes = json!({"refId": "customer_1", "allow": ["request"], "origins": [PAGE]});
    let session = stage.app.session(&stage.project, wishes).await;
    let config =
        ProviderConfig { base_url: Some(stage.upstream.origin.clone()), ..ProviderConfig::default() };
    let seal = async |provider| {
        let browser = stage.app.browser(&session).claiming(|claims| {
            claims.provider = provider;
            claims.config = config.clone();
        });
        browser.seal_for_request("").await
    };
    let sealed = seal(ProviderId::Ollama).await;
    let headers = [("x-byo-ref-id", "customer_1"), ("x-byo-sealed-key", sealed.as_str())];
    let unified = json!({"provider": "ollama", "model": "llama3.2", "prompt": "Hello"});
    for (path, body) in [(CHAT, chat_body("llama3.2")), ("/v1/unified", unified.clone())] {
        let answer = stage.send(Method::POST, path, &stage.project.secret, &headers, body.to_string()).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert_nobody_said(&stage.upstream.last());
    }
    let before = stage.upstream.count();
    let sealed = seal(ProviderId::Openai).await;
    let headers = [("x-byo-ref-id", "customer_1"), ("x-byo-sealed-key", sealed.as_str())];
    let path = "/v1/proxy/openai/v1/chat/completions";
    let refused = stage.send(Method::POST, path, &stage.project.secret, &headers, "{}").await;
    assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (422, &json!("envelope_invalid")));
    // A variable that the backend did not set must not stand in the way of what is stored.
    let headers = [("x-byo-ref-id", "customer_1"), ("x-api-key", "")];
    let refused =
        stage.send(Method::POST, "/v1/unified", &stage.project.secret, &headers, unified.to_string()).await;
    refused.assert_refused(400, "malformed_request");
    assert_eq!(stage.upstream.count(), before);
}

#[tokio::test]
async fn the_test_environment_has_a_server_without_a_key() {
    let stage = Stage::new().await;
    let project = stage.app.project(Environment::Test).await;
    let stored = stage.app.post("/v1/keys/connect", &project.secret, keyless(&stage)).await.ok();
    assert_eq!((&stored["verdict"], &stored["status"]), (&json!("not_provable"), &json!("active")));
    assert!(!stored["models"].as_array().unwrap().is_empty());
    let headers = [("x-byo-ref-id", "customer_1")];
    for path in [CHAT, OPENAI_CHAT] {
        let body = chat_body("test-model-small").to_string();
        let answer = stage.send(Method::POST, path, &project.secret, &headers, body).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        assert!(answer.text.contains("environment. "), "{path}: {}", answer.text);
    }
    assert_eq!(stage.upstream.count(), 0, "nobody was asked");
}

#[tokio::test]
async fn the_operators_own_server_serves_customers_without_one() {
    let stage = Stage::new().await;
    stage.settings(json!({"platformKeys": true})).await;
    let at = |provider: &str| {
        let project = &stage.project.id;
        format!("/v1/admin/projects/{project}/environments/live/platform-keys/{provider}")
    };
    let body = json!({"providerKey": "", "providerConfig": {"baseUrl": stage.upstream.origin}});
    let refused = stage.app.admin(Method::PUT, &at("openai"), Some(body.clone())).await;
    assert_eq!((refused.status.as_u16(), refused.fields()), (422, vec!["providerKey"]));
    let stored = stage.app.admin(Method::PUT, &at("ollama"), Some(body)).await.ok();
    assert_eq!((&stored["verdict"], &stored["hint"]), (&json!("not_provable"), &json!("")));
    let answer = stage.post(CHAT, "nobody", &chat_body("llama3.2")).await;
    assert_eq!((answer.status.as_u16(), &answer.headers["x-byo-mode"]), (200, &"server".parse().unwrap()));
    stage.upstream.seen().iter().for_each(assert_nobody_said);
}
