//! Connect sessions.

use std::time::Duration;

use byo_seal::{ProviderId, Purpose};
use byo_server::environment::Environment;
use byo_tests::TestApp;
use serde_json::json;

const KEY: &str = "sk-byo-test-valid-0123456789";

#[tokio::test]
async fn a_session_tells_what_it_may_do() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body =
        json!({"refId": "customer_1", "providers": ["openai", "anthropic"], "allow": ["connect", "test"]});
    let session = app.session(&project, body).await;
    let view = app.get("/v1/connect-session", &session).await.ok();
    assert_eq!(view["refId"], "customer_1");
    assert_eq!(view["providers"], json!(["openai", "anthropic"]));
    assert_eq!(view["allow"], json!(["test", "connect"]));
    assert_eq!(view["environment"], "test");
    assert_eq!(view["projectName"], "Northwind");
}

#[tokio::test]
async fn a_session_is_for_one_customer_and_its_providers() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "customer_1", "providers": ["openai"]})).await;
    let foreign = app.browser(&session).claiming(|claims| claims.ref_id = "customer_2".into());
    foreign.submit(KEY).await.assert_refused(403, "forbidden");
    let other = app.browser(&session).claiming(|claims| claims.provider = ProviderId::Anthropic);
    other.submit(KEY).await.assert_refused(403, "forbidden");
    app.get("/v1/keys?refId=customer_2", &session).await.assert_refused(403, "forbidden");
}

#[tokio::test]
async fn a_session_does_only_what_it_allows() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "customer_1", "allow": ["test"]})).await;
    let browser = app.browser(&session);
    browser.submit(KEY).await.assert_refused(403, "forbidden");
    let testing = app.browser(&session).claiming(|claims| claims.purpose = Purpose::Test);
    let tested = testing.submit(KEY).await.ok();
    assert_eq!((&tested["valid"], &tested["verdict"]), (&json!(true), &json!("valid")));
    let revoke = json!({"provider": "openai", "refId": "customer_1"});
    app.post("/v1/keys/revoke", &session, revoke).await.assert_refused(403, "forbidden");
    assert_eq!(app.get("/v1/keys", &session).await.ok()["data"], json!([]), "a test stores nothing");
}

#[tokio::test]
async fn a_session_writes_once_and_failures_use_nothing_up() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let browser = app.browser(&session);
    browser.submit("sk-byo-test-rejected-0123456789").await.assert_refused(422, "key_rejected");
    browser.submit("sk-byo-test-unreachable-0123").await.assert_refused(502, "provider_unreachable");
    let stored = browser.submit(KEY).await.ok();
    assert_eq!(stored["hint"], "6789");
    browser.submit(KEY).await.assert_refused(409, "session_spent");

    let second = app.browser(&session).claiming(|claims| claims.name = "second".into());
    second.submit(KEY).await.ok();
    let rotating = app.browser(&session).claiming(|claims| claims.purpose = Purpose::Rotate);
    let rotated = rotating.submit("sk-byo-test-valid-rotated-99").await.ok();
    assert_eq!((&rotated["id"], &rotated["updated"]), (&stored["id"], &json!(true)));
    rotating.submit(KEY).await.assert_refused(409, "session_spent");

    let revoke = json!({"provider": "openai", "refId": "customer_1"});
    assert_eq!(app.post("/v1/keys/revoke", &session, revoke).await.ok()["id"], stored["id"]);
}

#[tokio::test]
async fn an_expired_session_is_no_session() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "customer_1", "expiresIn": 60})).await;
    app.get("/v1/connect-session", &session).await.ok();
    app.clock.advance(Duration::from_secs(60));
    app.get("/v1/connect-session", &session).await.assert_refused(401, "unauthenticated");
    app.app.store.sweep(byo_server::clock::Clock::now(&*app.clock)).await.unwrap();
    app.get("/v1/connect-session", &session).await.assert_refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_session_request_is_checked_field_by_field() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    for (body, field) in [
        (json!({}), "refId"),
        (json!({"refId": ""}), "refId"),
        (json!({"refId": "a b"}), "refId"),
        (json!({"refId": "x".repeat(256)}), "refId"),
        (json!({"refId": "customer_1\u{0}"}), "refId"),
        (json!({"refId": 1}), "refId"),
        (json!({"refId": "c", "providers": []}), "providers"),
        (json!({"refId": "c", "providers": ["nobody"]}), "providers"),
        (json!({"refId": "c", "allow": []}), "allow"),
        (json!({"refId": "c", "allow": ["everything"]}), "allow[0]"),
        (json!({"refId": "c", "origins": ["https://a.example/path"]}), "origins"),
        (json!({"refId": "c", "expiresIn": 0}), "expiresIn"),
        (json!({"refId": "c", "expiresIn": 3601}), "expiresIn"),
        (json!({"refId": "c", "expiresIn": -1}), "expiresIn"),
        (json!({"refId": "c", "admin": true}), "admin"),
    ] {
        let answer = app.post("/v1/connect-sessions", &project.secret, body.clone()).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), [field], "{body}: {}", answer.text);
    }
    for token in [&project.publishable, &app.session(&project, json!({"refId": "c"})).await] {
        app.post("/v1/connect-sessions", token, json!({"refId": "c"})).await.assert_refused(403, "forbidden");
    }
}
