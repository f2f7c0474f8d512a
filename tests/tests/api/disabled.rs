//! Who disabled a key, and what that means for the next one.

use byo_seal::{Purpose, Verdict};
use byo_server::{
    clock::Clock,
    entropy::SystemEntropy,
    environment::Environment,
    id::{EventId, KeyId},
    store::{KeyRow, KeyStatus, NewEvent, RecordCheck},
    token::Token,
};
use byo_tests::{Project, TestApp};
use serde_json::{Value, json};

use crate::database;

const KEY: &str = "sk-byo-test-valid-0123456789";

#[tokio::test]
async fn a_key_says_that_the_backend_disabled_it() {
    let (app, project, id) = connected().await;
    assert_eq!(view(&app, &project, &id).await.get("disabledBy"), None);
    let disabled = app.post("/v1/keys/disable", &project.secret, name()).await.ok();
    assert_eq!((&disabled["status"], &disabled["disabledBy"]), (&json!("disabled"), &json!("backend")));
    assert_eq!(view(&app, &project, &id).await["disabledBy"], "backend");
    let listed = app.get("/v1/keys?status=disabled", &project.secret).await.ok();
    assert_eq!(listed["data"][0]["disabledBy"], "backend");
    let session = app.session(&project, json!({"refId": "c"})).await;
    assert_eq!(app.get("/v1/keys", &session).await.ok()["data"][0]["disabledBy"], "backend");
    // Whatever a check finds now, that is who disabled it, and the backend was told by its own call.
    assert!(fail_check(&app, &project, &id).await);
    assert_eq!(view(&app, &project, &id).await["disabledBy"], "backend");
    assert_eq!(told(&app).await, 1);

    let enabled = app.post("/v1/keys/enable", &project.secret, name()).await.ok();
    assert_eq!((&enabled["status"], enabled.get("disabledBy")), (&json!("active"), None));
}

#[tokio::test]
async fn a_key_disabled_by_a_check_is_told_once_and_may_be_replaced_by_the_customer() {
    for purpose in [Purpose::Connect, Purpose::Rotate] {
        let (app, project, id) = connected().await;
        for _ in 0..3 {
            assert!(fail_check(&app, &project, &id).await);
            let view = view(&app, &project, &id).await;
            assert_eq!((&view["status"], &view["disabledBy"]), (&json!("disabled"), &json!("check")));
            assert_eq!(view["verdict"], "rejected");
            assert_eq!(told(&app).await, 1, "once, however often it is checked again");
        }
        let session = app.session(&project, json!({"refId": "c"})).await;
        let browser = app.browser(&session).claiming(|claims| {
            claims.purpose = purpose;
            claims.ref_id = "c".to_owned();
        });
        let replaced = browser.submit("sk-byo-test-valid-another-01").await.ok();
        assert_eq!((&replaced["id"], &replaced["updated"]), (&json!(id), &json!(true)));
        let view = view(&app, &project, &id).await;
        assert_eq!((&view["status"], view.get("disabledBy")), (&json!("active"), None));

        // What a check found of the version before says nothing about this one.
        assert!(!fail_check_of(&app, &project, &id, 1).await);
        assert_eq!(self::view(&app, &project, &id).await["status"], "active");
        assert!(fail_check_of(&app, &project, &id, 2).await);
        assert_eq!(told(&app).await, 2, "another key, another event");
    }
}

#[tokio::test]
async fn the_backend_may_take_over_what_a_check_did() {
    let (app, project, id) = connected().await;
    fail_check(&app, &project, &id).await;
    let disabled = app.post("/v1/keys/disable", &project.secret, name()).await.ok();
    assert_eq!(disabled["disabledBy"], "backend");
    let session = app.session(&project, json!({"refId": "c"})).await;
    let browser = app.browser(&session).claiming(|claims| claims.ref_id = "c".to_owned());
    browser.submit(KEY).await.assert_refused(409, "key_disabled");
    assert_eq!(view(&app, &project, &id).await["disabledBy"], "backend");
    app.post("/v1/keys/enable", &project.secret, name()).await.ok();
    browser.submit(KEY).await.ok();
}

#[tokio::test]
async fn a_revoked_key_was_disabled_by_nobody() {
    let (app, project, id) = connected().await;
    fail_check(&app, &project, &id).await;
    app.post("/v1/keys/revoke", &project.secret, name()).await.ok();
    let view = view(&app, &project, &id).await;
    assert_eq!((&view["status"], view.get("disabledBy")), (&json!("revoked"), None));
    assert!(!fail_check(&app, &project, &id).await, "there is nothing to check");
}

async fn connected() -> (TestApp, Project, String) {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body = json!({"provider": "openai", "refId": "c", "providerKey": KEY});
    let stored = app.post("/v1/keys/connect", &project.secret, body).await.ok();
    let id = stored["id"].as_str().expect("ids are text").to_owned();
    (app, project, id)
}

fn name() -> Value {
    json!({"provider": "openai", "refId": "c"})
}

async fn view(app: &TestApp, project: &Project, id: &str) -> Value {
    app.get(&format!("/v1/keys/{id}"), &project.secret).await.ok()
}

async fn told(app: &TestApp) -> i64 {
    database::count(app, "SELECT count(*) FROM events WHERE type = 'key.disabled'").await
}

async fn fail_check(app: &TestApp, project: &Project, id: &str) -> bool {
    fail_check_of(app, project, id, 1).await
}

/// As the proxy does when the provider refuses the key for good.
async fn fail_check_of(app: &TestApp, project: &Project, id: &str, version: i64) -> bool {
    let hash = Token::parse(&project.secret).expect("it is well-formed").hash();
    let found = app.app.store.token_by_hash(&hash).await.expect("the database works");
    let environment = found.expect("it is in use").1.environment.id;
    let now = app.clock.now();
    let event = move |key: &KeyRow| NewEvent {
        id: EventId::new(now, &SystemEntropy),
        environment,
        kind: "key.disabled",
        ref_id: key.address.ref_id.clone(),
        body: "{}".to_owned(),
        created_at: now,
    };
    let check = RecordCheck {
        id: KeyId::parse(id).expect("the API gave it"),
        version,
        status: KeyStatus::Disabled,
        verdict: Verdict::Rejected,
        models: None,
        at: now,
        event: Some(Box::new(event)),
    };
    app.app.store.record_check(check).await.expect("the database works")
}
