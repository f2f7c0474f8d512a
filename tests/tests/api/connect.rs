//! Connecting a key.

use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{FakeProvider, Setup, TestApp, unique};
use serde_json::json;

async fn live_app(provider: &FakeProvider) -> TestApp {
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    TestApp::with(Setup { providers, ..Setup::default() }).await
}

#[tokio::test]
async fn a_sealed_key_is_checked_stored_and_told_coarsely_to_a_publishable_key() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let answer = app.browser(&project.publishable).submit("sk-byo-test-valid-0123456789").await.ok();
    assert_eq!(answer["provider"], "openai");
    assert_eq!(answer["refId"], "customer_1");
    assert_eq!(answer["name"], "default");
    assert_eq!(answer["status"], "active");
    assert_eq!(answer["verdict"], "valid");
    assert_eq!(answer["updated"], false);
    assert_eq!(answer["fingerprint"].as_str().unwrap().len(), 8);
    assert!(answer.get("hint").is_none() && answer.get("models").is_none(), "{answer}");

    let stored = app.get(&format!("/v1/keys/{}", answer["id"].as_str().unwrap()), &project.secret).await.ok();
    assert_eq!(stored["hint"], "6789");
    assert_eq!(stored["fingerprint"], answer["fingerprint"]);
    assert!(!stored["models"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn every_storable_verdict_stores_and_every_other_does_not() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    for (kind, verdict, status) in [
        ("valid", "valid", 200),
        ("restricted", "restricted", 200),
        ("no-quota", "no_quota", 200),
        ("rate-limited", "rate_limited", 200),
        ("rejected", "rejected", 422),
        ("unreachable", "unreachable", 502),
    ] {
        let ref_id = format!("customer_{kind}");
        let browser = app.browser(&project.publishable).claiming(|claims| claims.ref_id.clone_from(&ref_id));
        let answer = browser.submit(&format!("sk-byo-test-{kind}-0123456789")).await;
        assert_eq!(answer.status.as_u16(), status, "{kind}: {}", answer.text);
        assert_eq!(answer.json["verdict"], verdict, "{kind}");
        let listed = app.get(&format!("/v1/keys?refId={ref_id}"), &project.secret).await.ok();
        assert_eq!(listed["data"].as_array().unwrap().len(), usize::from(status == 200), "{kind}");
    }
}

#[tokio::test]
async fn the_key_stands_nowhere_in_the_database() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let key = unique("sk-byo-test-valid-");
    app.browser(&project.publishable).submit(&key).await.ok();
    let bytes = app.folder.bytes();
    assert!(bytes.windows(5).any(|window| window == b"valid"), "the files were read");
    for start in 0..=key.len() - 8 {
        let part = &key.as_bytes()[start..start + 8];
        // The prefix of test keys stands in the simulator's own words.
        if start >= "sk-byo-test-valid-".len() {
            assert!(!bytes.windows(8).any(|window| window == part), "8 bytes from {start}");
        }
    }
    for secret in [&project.secret, &project.publishable] {
        assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "a token");
    }
}

#[tokio::test]
async fn a_backend_may_send_a_key_in_the_clear_and_a_browser_may_not() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body =
        json!({"provider": "openai", "refId": "customer_1", "providerKey": "sk-byo-test-valid-0123456789"});
    let refused = app.post("/v1/keys/connect", &project.publishable, body.clone()).await;
    refused.assert_refused(422, "invalid_request");
    assert_eq!(refused.fields(), ["providerKey"]);
    assert!(!refused.text.contains("0123456789"));
    let answer = app.post("/v1/keys/connect", &project.secret, body).await.ok();
    assert_eq!(answer["hint"], "6789");
    assert_eq!(answer["verdict"], "valid");
}

#[tokio::test]
async fn in_the_live_environment_the_provider_decides() {
    let key = unique("sk-live-");
    let provider = FakeProvider::start(&[&key]).await;
    let app = live_app(&provider).await;
    let project = app.project(Environment::Live).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let browser = app.browser(&session);

    let wrong = browser.submit("sk-live-wrong-0123456789").await;
    wrong.assert_refused(422, "key_rejected");
    assert_eq!(wrong.json["verdict"], "rejected");
    assert!(!wrong.text.contains("sk-live-wrong"), "{}", wrong.text);

    let answer = browser.submit(&key).await.ok();
    assert_eq!(answer["models"], json!(["gpt-4.1"]));
    assert!(provider.asked() >= 2);
}

#[tokio::test]
async fn the_test_environment_asks_no_provider() {
    let provider = FakeProvider::start(&[]).await;
    let app = live_app(&provider).await;
    let project = app.project(Environment::Test).await;
    app.browser(&project.publishable).submit("sk-byo-test-valid-0123456789").await.ok();
    assert_eq!(provider.asked(), 0);
}

#[tokio::test]
async fn a_rejected_key_never_replaces_a_working_one() {
    let key = unique("sk-live-");
    let provider = FakeProvider::start(&[&key]).await;
    let app = live_app(&provider).await;
    let project = app.project(Environment::Live).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let stored = app.browser(&session).submit(&key).await.ok();
    let before = app.get(&format!("/v1/keys/{}", stored["id"].as_str().unwrap()), &project.secret).await.ok();

    let other = app.session(&project, json!({"refId": "customer_1"})).await;
    for purpose in [byo_seal::Purpose::Connect, byo_seal::Purpose::Rotate] {
        let browser = app.browser(&other).claiming(|claims| claims.purpose = purpose);
        browser.submit("sk-live-wrong-0123456789").await.assert_refused(422, "key_rejected");
    }
    let after = app.get(&format!("/v1/keys/{}", stored["id"].as_str().unwrap()), &project.secret).await.ok();
    assert_eq!(before, after);
    let check = json!({"provider": "openai", "refId": "customer_1"});
    assert_eq!(app.post("/v1/keys/validate", &project.secret, check).await.ok()["valid"], true);
}

#[tokio::test]
async fn in_open_mode_a_publishable_key_creates_but_never_overwrites() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let first = browser.submit("sk-byo-test-valid-first-0123").await.ok();
    browser.submit("sk-byo-test-rejected-0123456").await.assert_refused(422, "key_rejected");
    browser.submit("sk-byo-test-valid-second-012").await.assert_refused(409, "connect_session_required");
    let stored = app.get(&format!("/v1/keys/{}", first["id"].as_str().unwrap()), &project.secret).await.ok();
    assert_eq!(stored["hint"], "0123");

    app.settings(&project, Environment::Test, json!({"writes": "open_replace"})).await;
    let second = browser.submit("sk-byo-test-valid-second-012").await.ok();
    assert_eq!((&second["id"], &second["updated"]), (&first["id"], &json!(true)));
    assert_ne!(second["fingerprint"], first["fingerprint"]);

    for writes in ["session", "off"] {
        app.settings(&project, Environment::Test, json!({"writes": writes})).await;
        browser.submit("sk-byo-test-valid-third-0123").await.assert_refused(403, "forbidden");
    }
}

#[tokio::test]
async fn names_and_providers_are_different_keys() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    for (provider, name) in
        [(ProviderId::Openai, "default"), (ProviderId::Openai, "second"), (ProviderId::Anthropic, "default")]
    {
        let browser = app.browser(&project.publishable).claiming(|claims| {
            claims.provider = provider;
            claims.name = name.to_owned();
        });
        assert_eq!(browser.submit("sk-byo-test-valid-0123456789").await.ok()["updated"], false);
    }
    let listed = app.get("/v1/keys?refId=customer_1", &project.secret).await.ok();
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn keys_survive_a_restart() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    app.browser(&project.publishable).submit("sk-byo-test-valid-0123456789").await.ok();
    let app = app.restart(Setup::default()).await;
    let check = json!({"provider": "openai", "refId": "customer_1"});
    let checked = app.post("/v1/keys/validate", &project.secret, check).await.ok();
    assert_eq!((&checked["valid"], &checked["verdict"]), (&json!(true), &json!("valid")));
}
