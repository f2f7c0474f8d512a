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

#[tokio::test]
async fn a_session_ends_with_the_secret_key_that_made_it() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    app.get("/v1/connect-session", &session).await.ok();
    let path = format!("/v1/admin/projects/{}/tokens", project.id);
    let tokens = app.admin(http::Method::GET, &path, None).await.ok();
    let secret = tokens["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|token| (&token["kind"], &token["environment"]) == (&json!("secret"), &json!("test")));
    let end = format!("/v1/admin/tokens/{}", secret.unwrap()["id"].as_str().unwrap());
    assert_eq!(app.admin(http::Method::DELETE, &end, None).await.status, 204);
    app.get("/v1/connect-session", &session).await.assert_refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_page_that_a_session_sees_nothing_of_still_leads_to_the_next() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    for (provider, name) in [("openai", "a"), ("openai", "b"), ("anthropic", "c")] {
        let body = json!({"provider": provider, "refId": "c", "name": name, "providerKey": KEY});
        app.post("/v1/keys/connect", &project.secret, body).await.ok();
        app.clock.advance(Duration::from_millis(1));
    }
    let session = app.session(&project, json!({"refId": "c", "providers": ["anthropic"]})).await;
    let (mut cursor, mut seen) = (String::new(), Vec::new());
    loop {
        let page = app.get(&format!("/v1/keys?limit=1{cursor}"), &session).await.ok();
        seen.extend(page["data"].as_array().unwrap().iter().map(|key| key["name"].clone()));
        let Some(next) = page["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ["c"]);
}

#[tokio::test]
async fn every_write_of_a_session_comes_out_of_its_budget() {
    let mut setup = byo_tests::Setup::default();
    setup.limits.session_per_minute = 3;
    let app = TestApp::with(setup).await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "c"})).await;
    let name = json!({"provider": "openai", "refId": "c"});
    for _ in 0..3 {
        app.post("/v1/keys/revoke", &session, name.clone()).await.ok();
    }
    app.post("/v1/keys/revoke", &session, name.clone()).await.assert_refused(429, "rate_limited");
    app.post("/v1/keys/revoke", &project.secret, name).await.ok();
}
