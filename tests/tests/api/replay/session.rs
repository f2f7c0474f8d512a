//! A connect session used up by a crowd.

use std::{collections::BTreeMap, sync::Arc};

use byo_seal::{ProviderId, Purpose};
use byo_server::environment::Environment;
use byo_tests::{Project, TestApp};
use serde_json::{Value, json};

use super::crowd::{CROWD, at_once, with};
use crate::database::count;

const VALID: &str = "sk-byo-test-valid-0123456789";
const USES: &str = "SELECT count(*) FROM session_uses";

/// What a session can do once each: a write, a provider and a name. The key to rotate is connected by the backend.
const SLOTS: [(Purpose, ProviderId, &str); 5] = [
    (Purpose::Connect, ProviderId::Openai, "default"),
    (Purpose::Connect, ProviderId::Openai, "second"),
    (Purpose::Connect, ProviderId::Anthropic, "default"),
    (Purpose::Rotate, ProviderId::Openai, "standing"),
    (Purpose::Connect, ProviderId::Openai, "standing"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_used_a_thousandfold_at_once_does_each_write_once() {
    let (app, project, session) = stage().await;
    let answers = at_once(&app, crowd(&app, &session, |_| VALID).await).await;
    let mut successes = BTreeMap::new();
    for (place, answer) in answers.iter().enumerate() {
        let expected = matches!((answer.status.as_u16(), answer.code()), (200, "") | (409, "session_spent"));
        assert!(expected, "request {place}: {}", answer.text);
        *successes.entry(place % SLOTS.len()).or_insert(0) += usize::from(answer.status == 200);
    }
    assert!(successes.values().all(|times| *times == 1), "{successes:?}");
    assert_eq!(count(&app, USES).await, 5);
    // Three new keys, the standing one rotated and connected again: an event each, and one from the backend.
    assert_eq!(count(&app, "SELECT count(*) FROM events").await, 6);
    assert_eq!(count(&app, "SELECT max(version) FROM provider_keys").await, 3);
    let listed = app.get("/v1/keys?limit=100", &project.secret).await.ok();
    assert_eq!(listed["data"].as_array().unwrap().len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_failures_at_once_use_nothing_of_a_session_up() {
    let (app, _, session) = stage().await;
    let failing = |place: usize| {
        if place.is_multiple_of(2) {
            "sk-byo-test-rejected-0123456789"
        } else {
            "sk-byo-test-unreachable-0123"
        }
    };
    let answers = at_once(&app, crowd(&app, &session, failing).await).await;
    assert_eq!(with(&answers, 422, "key_rejected"), CROWD / 2);
    assert_eq!(with(&answers, 502, "provider_unreachable"), CROWD / 2);
    assert_eq!(count(&app, USES).await, 0);
    let answers = at_once(&app, crowd(&app, &session, |_| VALID).await).await;
    assert_eq!(with(&answers, 200, ""), SLOTS.len());
    assert_eq!(with(&answers, 409, "session_spent"), CROWD - SLOTS.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_revokes_a_key_once_however_often_it_asks() {
    let (app, project, session) = stage().await;
    let body = json!({"provider": "openai", "refId": "customer_1", "name": "standing"});
    let posts = (0..CROWD).map(|_| ("/v1/keys/revoke", session.as_str(), body.clone())).collect();
    let answers = at_once(&app, posts).await;
    assert_eq!(with(&answers, 200, ""), CROWD, "revoking what is not there is no error");
    assert_eq!(answers.iter().filter(|answer| answer.json["id"].is_string()).count(), 1);
    assert_eq!(count(&app, "SELECT count(*) FROM events WHERE type = 'key.revoked'").await, 1);
    // The backend brings the key back; the session had its one go.
    app.clock.advance(std::time::Duration::from_millis(1));
    connect_standing(&app, &project).await;
    app.post("/v1/keys/revoke", &session, body).await.assert_refused(409, "session_spent");
}

async fn stage() -> (Arc<TestApp>, Project, String) {
    let app = Arc::new(TestApp::new().await);
    let project = app.project(Environment::Test).await;
    connect_standing(&app, &project).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    (app, project, session)
}

async fn connect_standing(app: &TestApp, project: &Project) {
    let standing =
        json!({"provider": "openai", "refId": "customer_1", "name": "standing", "providerKey": VALID});
    app.post("/v1/keys/connect", &project.secret, standing).await.ok();
}

/// A thousand envelopes, each with a challenge of its own, spread over the slots; and the key in each.
async fn crowd<'a>(
    app: &TestApp,
    session: &'a str,
    key: impl Fn(usize) -> &'static str,
) -> Vec<(&'static str, &'a str, Value)> {
    let mut posts = Vec::with_capacity(CROWD);
    for place in 0..CROWD {
        let (purpose, provider, name) = SLOTS[place % SLOTS.len()];
        let browser = app.browser(session).claiming(|claims| {
            claims.purpose = purpose;
            claims.provider = provider;
            claims.name = name.to_owned();
        });
        let path = if purpose == Purpose::Rotate { "/v1/keys/rotate" } else { "/v1/keys/connect" };
        let body = browser.body(&browser.seal(&browser.params().await, key(place)));
        posts.push((path, session, body));
    }
    posts
}
