//! Challenges: fresh, and used once.

mod crowd;
mod envelopes;
mod revoke;
mod session;
mod sockets;

use std::{sync::Arc, time::Duration};

use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{FakeProvider, Setup, TestApp};
use serde_json::json;

const KEY: &str = "sk-byo-test-valid-0123456789";

#[tokio::test]
async fn the_identical_request_gets_the_first_answer_again() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let body = browser.body(&browser.seal(&browser.params().await, KEY));
    let first = browser.post(body.clone()).await.ok();
    let again = browser.post(body).await.ok();
    assert_eq!(first, again);
    let events = app.get("/v1/keys", &project.secret).await.ok();
    assert_eq!(events["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_repeated_too() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let body = browser.body(&browser.seal(&browser.params().await, "sk-byo-test-rejected-0123456789"));
    browser.post(body.clone()).await.assert_refused(422, "key_rejected");
    browser.post(body).await.assert_refused(422, "key_rejected");
}

#[tokio::test]
async fn a_challenge_used_for_another_envelope_is_refused() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let params = browser.params().await;
    browser.post(browser.body(&browser.seal(&params, KEY))).await.ok();
    let other = browser.body(&browser.seal(&params, KEY));
    browser.post(other).await.assert_refused(409, "sealed_key_replayed");
}

#[tokio::test]
async fn an_unreachable_provider_uses_no_challenge_up() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let body = browser.body(&browser.seal(&browser.params().await, "sk-byo-test-unreachable-0123"));
    browser.post(body.clone()).await.assert_refused(502, "provider_unreachable");
    browser.post(body).await.assert_refused(502, "provider_unreachable");
}

#[tokio::test]
async fn an_expired_challenge_is_answered_with_a_fresh_one() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let sealed = browser.seal(&browser.params().await, KEY);
    app.clock.advance(Duration::from_mins(10));
    let answer = browser.post(browser.body(&sealed)).await;
    answer.assert_refused(409, "challenge_stale");
    browser.post(browser.body(&browser.seal(&answer.json["params"], KEY))).await.ok();
}

#[tokio::test]
async fn an_envelope_made_before_a_revoke_brings_no_key_back() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let captured = browser.body(&browser.seal(&browser.params().await, KEY));
    browser.post(captured.clone()).await.ok();
    let unused = browser.body(&browser.seal(&browser.params().await, KEY));
    let revoke = json!({"provider": "openai", "refId": "customer_1"});
    app.post("/v1/keys/revoke", &project.secret, revoke).await.ok();
    browser.post(captured).await.assert_refused(409, "challenge_stale");
    browser.post(unused).await.assert_refused(409, "challenge_stale");
    let listed = app.get("/v1/keys?status=active", &project.secret).await.ok();
    assert_eq!(listed["data"], json!([]));

    app.clock.advance(Duration::from_millis(1));
    browser.submit(KEY).await.ok();
}

#[tokio::test]
async fn a_revoke_while_the_provider_is_asked_wins() {
    let key = "sk-live-0123456789abcdef";
    let provider = FakeProvider::start(&[key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
    let project = app.project(Environment::Live).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    provider.hold();
    let connecting = tokio::spawn({
        let (app, session) = (Arc::clone(&app), session.clone());
        async move { app.browser(&session).submit(key).await }
    });
    provider.until_asked(1).await;
    let revoke = json!({"provider": "openai", "refId": "customer_1"});
    app.post("/v1/keys/revoke", &project.secret, revoke).await.ok();
    provider.let_go();
    connecting.await.unwrap().assert_refused(409, "challenge_stale");
    assert_eq!(app.get("/v1/keys", &project.secret).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_hundred_copies_at_once_ask_the_provider_once_and_agree() {
    let key = "sk-live-0123456789abcdef";
    let provider = FakeProvider::start(&[key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
    let project = app.project(Environment::Live).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let browser = app.browser(&session);
    let body = browser.body(&browser.seal(&browser.params().await, key));
    let copies: Vec<_> = (0..100)
        .map(|_| {
            let (app, session, body) = (Arc::clone(&app), session.clone(), body.clone());
            tokio::spawn(async move { app.post("/v1/keys/connect", &session, body).await.ok() })
        })
        .collect();
    let mut answers = Vec::new();
    for copy in copies {
        answers.push(copy.await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(provider.asked(), 1);
}

#[tokio::test]
async fn a_browser_that_goes_away_does_not_stop_the_write() {
    let key = "sk-live-0123456789abcdef";
    let provider = FakeProvider::start(&[key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
    let project = app.project(Environment::Live).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let browser = app.browser(&session);
    let body = browser.body(&browser.seal(&browser.params().await, key));
    provider.hold();
    let gone = tokio::spawn({
        let (app, session, body) = (Arc::clone(&app), session.clone(), body.clone());
        async move { app.post("/v1/keys/connect", &session, body).await }
    });
    provider.until_asked(1).await;
    gone.abort();
    provider.let_go();
    // The same request waits for the first one's end and gets its answer.
    let answer = browser.post(body).await.ok();
    assert_eq!(answer["updated"], false);
    assert_eq!(provider.asked(), 1);
}
