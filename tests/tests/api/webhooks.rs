//! Webhooks: written with the change, signed, delivered at least once.

use std::{sync::Arc, time::Duration};

use byo_server::{
    environment::Environment,
    webhook::{Signatures, WebhookSecret, verify},
};
use byo_tests::{Delivery, Project, Receiver, Setup, TestApp};
use http::Method;
use serde_json::{Value, json};
use sqlx::Connection;

use crate::working::Working;

const KEY: &str = "sk-byo-test-valid-0123456789";

async fn endpoint(app: &TestApp, project: &Project, body: Value) -> Value {
    let made = app.post("/v1/webhook-endpoints", &project.secret, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json
}

fn signatures(delivery: &Delivery) -> Signatures {
    let header = |name: &str| delivery.header(name).to_owned();
    Signatures {
        byo: header("x-byo-signature"),
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        standard: header("webhook-signature"),
    }
}

#[tokio::test]
async fn a_connect_is_told_and_both_signatures_fit() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let receiver = Receiver::start(&[]).await;
    let made = endpoint(&app, &project, json!({"url": receiver.url})).await;
    let working = Working::start(&app);
    let stored = app.browser(&project.publishable).submit(KEY).await.ok();
    let delivery = receiver.first(1).await.remove(0);
    let event = delivery.json();
    assert_eq!(event["type"], "key.connected");
    assert_eq!(event["environment"], "test");
    assert_eq!(event["projectId"], project.id);
    assert_eq!(event["id"], delivery.header("webhook-id"));
    assert_eq!(
        event["data"],
        json!({
            "keyId": stored["id"], "provider": "openai", "refId": "customer_1", "name": "default",
            "status": "active", "verdict": "valid", "fingerprint": stored["fingerprint"], "replaced": false,
        })
    );
    assert!(!String::from_utf8_lossy(&delivery.body).contains(KEY));
    let secret = WebhookSecret::parse(made["secret"].as_str().unwrap()).unwrap();
    let now = byo_server::clock::Clock::now(&*app.clock);
    assert_eq!(verify(&secret, &signatures(&delivery), now, &delivery.body), Ok(()));
    working.stop().await;
}

#[tokio::test]
async fn every_change_is_told_in_order_and_nothing_else() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let receiver = Receiver::start(&[]).await;
    endpoint(&app, &project, json!({"url": receiver.url})).await;
    let body = |key: &str| json!({"provider": "openai", "refId": "c", "providerKey": key});
    let name = json!({"provider": "openai", "refId": "c"});
    let post = |path: &'static str, body: Value| app.post(path, &project.secret, body);
    let mut types = Vec::new();
    let working = Working::start(&app);
    for (path, body, event) in [
        ("/v1/keys/connect", body("sk-byo-test-rejected-0123456789"), "key.validation_failed"),
        ("/v1/keys/connect", body(KEY), "key.connected"),
        ("/v1/keys/connect", body(KEY), "key.connected"),
        ("/v1/keys/rotate", body(KEY), "key.rotated"),
        ("/v1/keys/disable", name.clone(), "key.disabled"),
        ("/v1/keys/enable", name.clone(), "key.enabled"),
        ("/v1/keys/revoke", name.clone(), "key.revoked"),
    ] {
        post(path, body).await;
        types.push(event);
        let arrived = receiver.first(types.len()).await;
        assert_eq!(arrived.last().unwrap().json()["type"], event);
    }
    // These change nothing, so there is nothing to tell.
    post("/v1/keys/revoke", name.clone()).await;
    post("/v1/keys/test", body(KEY)).await;
    post("/v1/keys/connect", body("sk-byo-test-unreachable-0123")).await;
    post("/v1/keys/connect", json!({})).await;
    post("/v1/keys/connect", body(KEY)).await;
    let arrived = receiver.first(types.len() + 1).await;
    let last = arrived.last().unwrap().json();
    assert_eq!((&last["type"], &last["data"]["replaced"]), (&json!("key.connected"), &json!(false)));
    let refused = arrived[0].json();
    assert_eq!(refused["data"]["keyId"], Value::Null);
    assert_eq!(refused["data"]["verdict"], "rejected");
    assert_eq!(arrived[2].json()["data"]["replaced"], true);
    working.stop().await;
    assert_eq!(receiver.count(), types.len() + 1);
}

#[tokio::test]
async fn endpoints_get_what_they_ask_for() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let (all, revoked) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    endpoint(&app, &project, json!({"url": all.url})).await;
    endpoint(&app, &project, json!({"url": revoked.url, "events": ["key.revoked"]})).await;
    let working = Working::start(&app);
    app.browser(&project.publishable).submit(KEY).await.ok();
    app.post("/v1/keys/revoke", &project.secret, json!({"provider": "openai", "refId": "customer_1"}))
        .await
        .ok();
    assert_eq!(revoked.first(1).await[0].json()["type"], "key.revoked");
    all.first(2).await;
    working.stop().await;
    assert_eq!(revoked.count(), 1);
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_with_the_same_id_and_body() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let receiver = Receiver::start(&[500, 302, 429]).await;
    endpoint(&app, &project, json!({"url": receiver.url})).await;
    app.browser(&project.publishable).submit(KEY).await.ok();
    for attempt in 1..=4 {
        let working = Working::start(&app);
        receiver.first(attempt).await;
        working.stop().await;
        app.clock.advance(Duration::from_hours(1));
    }
    let arrived = receiver.first(4).await;
    assert!(arrived.iter().all(|delivery| delivery.body == arrived[0].body));
    assert!(arrived.iter().all(|delivery| delivery.header("webhook-id") == arrived[0].header("webhook-id")));
    assert_ne!(arrived[0].header("webhook-timestamp"), arrived[3].header("webhook-timestamp"));
    assert_eq!(app.app.store.next_delivery_due().await.unwrap(), None, "the fourth was taken");
}

#[tokio::test]
async fn a_delivery_survives_a_restart() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let receiver = Receiver::start(&[]).await;
    endpoint(&app, &project, json!({"url": receiver.url})).await;
    app.browser(&project.publishable).submit(KEY).await.ok();
    assert_eq!(receiver.count(), 0, "no worker ran yet");
    let app = app.restart(Setup::default()).await;
    let working = Working::start(&app);
    assert_eq!(receiver.first(1).await[0].json()["type"], "key.connected");
    working.stop().await;
}

#[tokio::test]
async fn a_delivery_whose_sender_died_is_sent_when_its_lease_ends() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let receiver = Receiver::start(&[]).await;
    endpoint(&app, &project, json!({"url": receiver.url})).await;
    app.browser(&project.publishable).submit(KEY).await.ok();
    let now = byo_server::clock::Clock::now(&*app.clock);
    let lease = now.after(Duration::from_secs(30));
    let taken = app.app.store.claim_deliveries(now, lease, 10).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert!(app.app.store.claim_deliveries(now, lease, 10).await.unwrap().is_empty(), "leased");
    app.clock.advance(Duration::from_secs(30));
    let working = Working::start(&app);
    let arrived = receiver.first(1).await;
    assert_eq!(arrived[0].header("webhook-id"), taken[0].event_id.as_str());
    working.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_gets_nothing_more() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let receiver = Receiver::start(&[410]).await;
    endpoint(&app, &project, json!({"url": receiver.url})).await;
    app.browser(&project.publishable).submit(KEY).await.ok();
    let working = Working::start(&app);
    receiver.first(1).await;
    working.stop().await;
    let listed = app.get("/v1/webhook-endpoints", &project.secret).await.ok();
    assert!(listed["data"][0]["disabledAt"].is_string(), "{listed}");
    app.post("/v1/keys/revoke", &project.secret, json!({"provider": "openai", "refId": "customer_1"}))
        .await
        .ok();
    assert_eq!(app.app.store.next_delivery_due().await.unwrap(), None);
}

#[tokio::test]
async fn a_bare_publishable_key_tells_of_refusals_once_a_minute() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let receiver = Receiver::start(&[]).await;
    endpoint(&app, &project, json!({"url": receiver.url})).await;
    let browser = app.browser(&project.publishable);
    let working = Working::start(&app);
    for _ in 0..5 {
        browser.submit("sk-byo-test-rejected-0123456789").await.assert_refused(422, "key_rejected");
    }
    receiver.first(1).await;
    app.clock.advance(Duration::from_secs(61));
    browser.submit("sk-byo-test-rejected-0123456789").await.assert_refused(422, "key_rejected");
    receiver.first(2).await;
    working.stop().await;
    assert_eq!(receiver.count(), 2);
}

#[tokio::test]
async fn endpoints_are_checked_listed_and_removed() {
    let app = TestApp::with(Setup { allow: Vec::new(), ..Setup::default() }).await;
    let project = app.project(Environment::Test).await;
    for url in ["http://example.com/x", "https://10.0.0.1/x", "https://localhost/x", "nonsense"] {
        let answer = app.post("/v1/webhook-endpoints", &project.secret, json!({"url": url})).await;
        answer.assert_refused(422, "destination_not_allowed");
    }
    let unknown = json!({"url": "https://example.com/x", "events": ["key.stolen"]});
    let answer = app.post("/v1/webhook-endpoints", &project.secret, unknown).await;
    answer.assert_refused(422, "invalid_request");
    assert_eq!(answer.fields(), ["events"]);

    let made = endpoint(&app, &project, json!({"url": "https://example.com/x?a=1"})).await;
    let listed = app.get("/v1/webhook-endpoints", &project.secret).await;
    assert_eq!(listed.json["data"][0]["id"], made["id"]);
    assert!(!listed.text.contains("whsec_"));
    let other = app.project(Environment::Test).await;
    let path = format!("/v1/webhook-endpoints/{}", made["id"].as_str().unwrap());
    app.call(Method::DELETE, &path, &other.secret, None).await.assert_refused(404, "not_found");
    assert_eq!(app.call(Method::DELETE, &path, &project.secret, None).await.status, 204);
    app.call(Method::DELETE, &path, &project.secret, None).await.assert_refused(404, "not_found");
}

#[tokio::test]
async fn an_endpoint_whose_url_was_edited_in_the_database_gets_nothing() {
    let app = Arc::new(TestApp::new().await);
    let project = app.project(Environment::Test).await;
    let (own, thief) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    endpoint(&app, &project, json!({"url": own.url})).await;
    app.browser(&project.publishable).submit(KEY).await.ok();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(app.folder.path("byo.db"));
    let mut db = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("UPDATE webhook_endpoints SET url = $1").bind(&thief.url).execute(&mut db).await.unwrap();
    let working = Working::start(&app);
    let outcome = loop {
        let outcome: Option<String> =
            sqlx::query_scalar("SELECT outcome FROM webhook_attempts").fetch_optional(&mut db).await.unwrap();
        if let Some(outcome) = outcome {
            break outcome;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(outcome, "secret_unreadable");
    working.stop().await;
    assert_eq!((own.count(), thief.count()), (0, 0));
}

#[tokio::test]
async fn an_attempt_that_ends_after_its_endpoint_was_switched_off_leaves_nothing_due() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    endpoint(&app, &project, json!({"url": "http://127.0.0.1:9/hooks"})).await;
    for ref_id in ["a", "b"] {
        let body = json!({"provider": "openai", "refId": ref_id, "providerKey": KEY});
        app.post("/v1/keys/connect", &project.secret, body).await.ok();
    }
    let now = byo_server::clock::Clock::now(&*app.clock);
    let taken = app.app.store.claim_deliveries(now, now.after(Duration::from_secs(30)), 10).await.unwrap();
    let finish = |delivery: &byo_server::store::DueDelivery, next| byo_server::store::FinishedAttempt {
        delivery: delivery.id.clone(),
        endpoint: delivery.endpoint_id.clone(),
        number: 1,
        at: now,
        duration_ms: 1,
        outcome: "http_error",
        status: Some(410),
        next,
    };
    use byo_server::store::AfterAttempt::{DisableEndpoint, Retry};
    app.app.store.finish_attempt(finish(&taken[0], DisableEndpoint)).await.unwrap();
    app.app.store.finish_attempt(finish(&taken[1], Retry(now))).await.unwrap();
    assert_eq!(app.app.store.next_delivery_due().await.unwrap(), None);
}
