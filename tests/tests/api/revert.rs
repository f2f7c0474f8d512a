//! A customer's keys all at once: `POST /v1/customers/{refId}/revert`.

use std::{sync::Arc, time::Duration};

use axum::body::Body;
use byo_seal::ProviderId;
use byo_server::{environment::Environment, id::KeyId, token::Token};
use byo_tests::{Answer, Project, Receiver, ScriptedProvider, Setup, TestApp};
use http::{Method, Request};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::database;

const KEY: &str = "sk-byo-test-valid-0123456789";
const PATH: &str = "/v1/customers/customer_1/revert";

fn confirmed() -> Value {
    json!({"confirm": true})
}

async fn test_project() -> (TestApp, Project) {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    (app, project)
}

async fn connect(app: &TestApp, secret: &str, provider: &str, ref_id: &str, name: &str) -> String {
    let body = json!({"provider": provider, "refId": ref_id, "name": name, "providerKey": KEY});
    let stored = app.post("/v1/keys/connect", secret, body).await.ok();
    // Ids made within a millisecond are in no order.
    app.clock.advance(Duration::from_millis(1));
    stored["id"].as_str().expect("ids are text").to_owned()
}

/// Three keys of customer_1, one of them disabled by the backend, and one of customer_2.
async fn four(app: &TestApp, project: &Project) -> [String; 4] {
    let secret = &project.secret;
    let ids = [
        connect(app, secret, "openai", "customer_1", "default").await,
        connect(app, secret, "openai", "customer_1", "second").await,
        connect(app, secret, "anthropic", "customer_1", "default").await,
        connect(app, secret, "openai", "customer_2", "default").await,
    ];
    let name = json!({"provider": "openai", "refId": "customer_1", "name": "second"});
    app.post("/v1/keys/disable", secret, name).await.ok();
    ids
}

async fn statuses(app: &TestApp, project: &Project, ids: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for id in ids {
        let key = app.get(&format!("/v1/keys/{id}"), &project.secret).await.ok();
        found.push(key["status"].as_str().expect("a state is text").to_owned());
    }
    found
}

#[tokio::test]
async fn every_key_of_the_customer_is_destroyed_and_no_other() {
    for by_session in [false, true] {
        let (app, project) = test_project().await;
        let ids = four(&app, &project).await;
        let session = app.session(&project, json!({"refId": "customer_1"})).await;
        let token = if by_session { &session } else { &project.secret };
        let answer = app.post(PATH, token, confirmed()).await.ok();
        let expected = json!({"refId": "customer_1", "mode": "none", "revoked": [
            {"id": ids[0], "provider": "openai", "name": "default"},
            {"id": ids[1], "provider": "openai", "name": "second"},
            {"id": ids[2], "provider": "anthropic", "name": "default"},
        ]});
        assert_eq!(answer, expected);
        assert_eq!(statuses(&app, &project, &ids).await, ["revoked", "revoked", "revoked", "active"]);

        let hash = Token::parse(&project.secret).unwrap().hash();
        let (_, scope) = app.app.store.token_by_hash(&hash).await.unwrap().unwrap();
        for id in &ids[..3] {
            let id = KeyId::parse(id).unwrap();
            let row = app.app.store.key_by_id(&scope.environment.id, &id).await.unwrap().unwrap();
            assert!(row.sealed.is_none(), "its ciphertext is gone");
        }
        let again = app.post(PATH, token, confirmed()).await.ok();
        assert_eq!((&again["revoked"], &again["refId"]), (&json!([]), &json!("customer_1")));
        assert_eq!(told(&app).await, 3, "and nothing is told twice");
    }
}

#[tokio::test]
async fn the_backend_is_told_of_each_key() {
    let (app, project) = test_project().await;
    let receiver = Receiver::start(&[]).await;
    let hook = json!({"url": receiver.url, "events": ["key.revoked"]});
    assert_eq!(app.post("/v1/webhook-endpoints", &project.secret, hook).await.status, 201);
    let ids = four(&app, &project).await;
    app.post(PATH, &project.secret, confirmed()).await.ok();
    tokio::spawn(app.worker().run(std::future::pending()));
    let mut told: Vec<_> = receiver
        .first(3)
        .await
        .iter()
        .map(|delivery| {
            let event = delivery.json();
            assert_eq!(event["type"], "key.revoked");
            assert_eq!(
                (&event["data"]["refId"], &event["data"]["status"]),
                (&json!("customer_1"), &json!("revoked"))
            );
            event["data"]["keyId"].as_str().unwrap().to_owned()
        })
        .collect();
    told.sort();
    let mut wanted = ids[..3].to_vec();
    wanted.sort();
    assert_eq!(told, wanted);
}

#[tokio::test]
async fn the_mode_is_that_of_a_customer_without_keys() {
    for (settings, platform_key, mode) in [
        (json!({}), false, "none"),
        (json!({"demo": true}), false, "demo"),
        (json!({"platformKeys": true}), false, "none"),
        (json!({"platformKeys": true, "demo": true}), true, "platform"),
        (json!({"platformKeys": false, "demo": true}), true, "demo"),
    ] {
        let (app, project) = test_project().await;
        app.settings(&project, Environment::Test, settings.clone()).await;
        if platform_key {
            let path = format!("/v1/admin/projects/{}/environments/test/platform-keys/google", project.id);
            app.admin(Method::PUT, &path, Some(json!({"providerKey": KEY}))).await.ok();
        }
        connect(&app, &project.secret, "openai", "customer_1", "default").await;
        let answer = app.post(PATH, &project.secret, confirmed()).await.ok();
        assert_eq!(answer["mode"], mode, "{settings}");
        assert_eq!(answer["revoked"].as_array().unwrap().len(), 1, "the operator's key is no customer's");
    }
}

#[tokio::test]
async fn nothing_happens_unless_it_is_confirmed() {
    let (app, project) = test_project().await;
    let ids = four(&app, &project).await;
    for body in [json!({"confirm": false}), json!({}), json!({"confirm": "true"}), json!({"confirm": 1})] {
        let refused = app.post(PATH, &project.secret, body.clone()).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), ["confirm"], "{body}");
    }
    let more = json!({"confirm": true, "provider": "openai"});
    app.post(PATH, &project.secret, more).await.assert_refused(422, "invalid_request");
    app.call(Method::POST, PATH, &project.secret, None).await.assert_refused(415, "unsupported_media_type");
    assert_eq!(statuses(&app, &project, &ids).await, ["active", "disabled", "active", "active"]);
}

#[tokio::test]
async fn a_session_that_may_less_reverts_nothing() {
    let (app, project) = test_project().await;
    let ids = four(&app, &project).await;
    for body in [
        json!({"refId": "customer_2"}),
        json!({"refId": "Customer_1"}),
        json!({"refId": "customer_1", "allow": ["test", "connect", "rotate", "request"]}),
        json!({"refId": "customer_1", "providers": ["openai"]}),
        json!({"refId": "customer_1", "providers": ["openai", "anthropic"]}),
        json!({"refId": "customer_1", "providers": every_provider()}),
    ] {
        let session = app.session(&project, body.clone()).await;
        for confirm in [true, false] {
            let refused = app.post(PATH, &session, json!({"confirm": confirm})).await;
            refused.assert_refused(403, "forbidden");
        }
    }
    app.post(PATH, &project.publishable, confirmed()).await.assert_refused(403, "forbidden");
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    app.settings(&project, Environment::Test, json!({"writes": "off"})).await;
    app.post(PATH, &session, confirmed()).await.assert_refused(403, "forbidden");
    assert_eq!(statuses(&app, &project, &ids).await, ["active", "disabled", "active", "active"]);
    assert_eq!(told(&app).await, 0);
}

fn every_provider() -> Vec<ProviderId> {
    ProviderId::ALL.to_vec()
}

#[tokio::test]
async fn another_tenant_is_told_that_there_is_no_such_customer() {
    let (app, project) = test_project().await;
    let ids = four(&app, &project).await;
    let other = app.project(Environment::Test).await;
    let foreign = app.post(PATH, &other.secret, confirmed()).await;
    foreign.assert_refused(404, "not_found");
    let unknown = app.post("/v1/customers/nobody/revert", &other.secret, confirmed()).await;
    assert_eq!(foreign.json["detail"], unknown.json["detail"]);
    app.post("/v1/customers/nobody/revert", &other.secret, confirmed())
        .await
        .assert_refused(404, "not_found");
    // A session of theirs for a customer of that name has one of its own, without keys.
    let session = app.session(&other, json!({"refId": "customer_1"})).await;
    assert_eq!(app.post(PATH, &session, confirmed()).await.ok()["revoked"], json!([]));
    assert_eq!(statuses(&app, &project, &ids).await, ["active", "disabled", "active", "active"]);
}

#[tokio::test]
async fn a_ref_id_that_is_none_is_refused() {
    let (app, project) = test_project().await;
    for ref_id in ["%20", "a%2Fb", "%00", "%C3%A9", &"a".repeat(256)] {
        let refused = app.post(&format!("/v1/customers/{ref_id}/revert"), &project.secret, confirmed()).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), ["refId"], "{ref_id}");
    }
}

#[tokio::test]
async fn a_session_disconnects_each_key_once_and_otherwise_reverts_none() {
    let (app, project) = test_project().await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let first = connect(&app, &project.secret, "openai", "customer_1", "default").await;
    let name = json!({"provider": "openai", "refId": "customer_1"});
    assert_eq!(app.post("/v1/keys/revoke", &session, name).await.ok()["id"], json!(first));
    app.clock.advance(Duration::from_millis(1));
    let ids = [
        connect(&app, &project.secret, "anthropic", "customer_1", "default").await,
        connect(&app, &project.secret, "openai", "customer_1", "default").await,
    ];
    app.post(PATH, &session, confirmed()).await.assert_refused(409, "session_spent");
    assert_eq!(statuses(&app, &project, &ids).await, ["active", "active"]);
    assert_eq!(database::count(&app, "SELECT count(*) FROM session_uses").await, 1, "nothing was used up");

    let another = app.session(&project, json!({"refId": "customer_1"})).await;
    assert_eq!(app.post(PATH, &another, confirmed()).await.ok()["revoked"].as_array().unwrap().len(), 2);
    // What a revert disconnected, its session does not disconnect again.
    app.clock.advance(Duration::from_millis(1));
    connect(&app, &project.secret, "openai", "customer_1", "default").await;
    let name = json!({"provider": "openai", "refId": "customer_1"});
    app.post("/v1/keys/revoke", &another, name).await.assert_refused(409, "session_spent");
}

#[tokio::test]
async fn what_was_sealed_before_it_stores_nothing_after_it() {
    let (app, project) = test_project().await;
    connect(&app, &project.secret, "anthropic", "customer_1", "default").await;
    let browser = app.browser(&project.publishable);
    let body = browser.body(&browser.seal(&browser.params().await, KEY));
    app.post(PATH, &project.secret, confirmed()).await.ok();
    browser.post(body).await.assert_refused(409, "challenge_stale");
    app.clock.advance(Duration::from_millis(1));
    browser.submit(KEY).await.ok();
}

/// Also of a customer that nobody heard of: a publishable key may have sealed for them.
#[tokio::test]
async fn keys_sealed_for_requests_end_with_it() {
    for with_session in [true, false] {
        let (app, project) = test_project().await;
        let session = app.session(&project, json!({"refId": "customer_1", "allow": ["request"]})).await;
        let (token, status) = if with_session { (&session, 200) } else { (&project.publishable, 404) };
        if !with_session {
            app.clock.advance(Duration::from_hours(49));
            app.app.store.sweep(byo_server::clock::Clock::now(&*app.clock)).await.unwrap();
        }
        let sealed = app.browser(token).seal_for_request(KEY).await;
        assert_eq!(models(&app, &project, &sealed).await.status, 200);
        assert_eq!(app.post(PATH, &project.secret, confirmed()).await.status, status);
        let refused = models(&app, &project, &sealed).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json["error"]["code"]),
            (403, &json!("request_key_expired"))
        );
    }
}

async fn models(app: &TestApp, project: &Project, sealed: &str) -> Answer {
    let request = Request::builder()
        .uri("/v1/proxy/openai/v1/models")
        .header("authorization", format!("Bearer {}", project.secret))
        .header("x-byo-ref-id", "customer_1")
        .header("x-byo-sealed-key", sealed);
    app.send(request.body(Body::empty()).expect("a good request")).await
}

/// A server whose providers leave every call without an answer, and two customers' calls that wait there.
struct Waiting {
    app: Arc<TestApp>,
    project: Project,
    upstream: ScriptedProvider,
    /// Of customer_1, with two providers, and of customer_2.
    calls: [JoinHandle<Answer>; 3],
}

async fn waiting() -> Waiting {
    let upstream = ScriptedProvider::start().await;
    let base = format!("{}/v1", upstream.origin);
    let providers = [(ProviderId::Openai, base.clone()), (ProviderId::Mistral, base)].into();
    let app = Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
    let project = app.project(Environment::Live).await;
    let of = [("openai", "customer_1"), ("mistral", "customer_1"), ("openai", "customer_2")];
    for (provider, ref_id) in of {
        connect(&app, &project.secret, provider, ref_id, "default").await;
    }
    let before = upstream.count();
    upstream.hold(|_| true);
    let calls = of.map(|(provider, ref_id)| {
        let (app, secret) = (Arc::clone(&app), project.secret.clone());
        tokio::spawn(async move {
            let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}]});
            let request = Request::builder()
                .method(Method::POST)
                .uri(format!("/v1/proxy/{provider}/v1/chat/completions"))
                .header("authorization", format!("Bearer {secret}"))
                .header("content-type", "application/json")
                .header("x-byo-ref-id", ref_id);
            app.send(request.body(Body::from(body.to_string())).expect("a good request")).await
        })
    });
    upstream.until_asked(before + 3).await;
    assert_eq!(app.app.in_use.len(), 3);
    Waiting { app, project, upstream, calls }
}

async fn ended(call: JoinHandle<Answer>) {
    let answer = call.await.expect("no call panics");
    let told = (answer.status.as_u16(), &answer.json["error"]["code"]);
    assert_eq!(told, (403, &json!("no_key_connected")), "{}", answer.text);
}

/// When the revert has answered, neither call goes on.
#[tokio::test]
async fn calls_under_way_end_before_it_answers() {
    let Waiting { app, project, upstream, calls: [one, two, others] } = waiting().await;
    let answer = app.post(PATH, &project.secret, confirmed()).await.ok();
    assert_eq!(answer["revoked"].as_array().unwrap().len(), 2);
    assert_eq!(app.app.in_use.len(), 1, "only the other customer's call still holds its key");
    // The provider has not answered and never will.
    ended(one).await;
    ended(two).await;
    upstream.let_go();
    assert_eq!(others.await.unwrap().status, 200);
}

/// The last of three fails. The first two were not destroyed, nobody is told, and a later try does it all.
#[tokio::test]
async fn it_happens_whole_or_not_at_all() {
    let (app, project) = test_project().await;
    let ids = four(&app, &project).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let mut db = database::open(&app).await;
    sqlx::query(
        "CREATE TRIGGER fails BEFORE UPDATE ON provider_keys WHEN new.status = 'revoked' AND new.provider = 'anthropic'
         BEGIN SELECT RAISE(ABORT, 'as if the disk were full'); END",
    )
    .execute(&mut db)
    .await
    .unwrap();
    for token in [&project.secret, &session] {
        assert_eq!(app.post(PATH, token, confirmed()).await.status, 503);
        assert_eq!(statuses(&app, &project, &ids).await, ["active", "disabled", "active", "active"]);
        assert_eq!(told(&app).await, 0);
        for table in ["SELECT count(*) FROM session_uses", "SELECT count(*) FROM revocations"] {
            assert_eq!(database::count(&app, table).await, 0, "{table}");
        }
    }
    sqlx::query("DROP TRIGGER fails").execute(&mut db).await.unwrap();
    assert_eq!(app.post(PATH, &session, confirmed()).await.ok()["revoked"].as_array().unwrap().len(), 3);
    assert_eq!(told(&app).await, 3);
}

async fn told(app: &TestApp) -> i64 {
    database::count(app, "SELECT count(*) FROM events WHERE type = 'key.revoked'").await
}
