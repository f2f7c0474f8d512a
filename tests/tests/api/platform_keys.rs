//! The operator's own keys: checked, stored and destroyed like a customer's, and no customer's.

use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{Answer, FakeProvider, Project, Setup, TestApp, unique};
use http::Method;
use serde_json::{Value, json};

use crate::database;

const KEY: &str = "sk-byo-test-valid-0123456789";

#[tokio::test]
async fn a_platform_key_is_checked_stored_replaced_listed_and_never_shown() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    assert_eq!(list(&app, &project, "test").await, json!([]));
    let first = put(&app, &project, "test/platform-keys/openai", json!({"providerKey": KEY})).await.ok();
    let wanted = json!({
        "provider": "openai", "status": "active", "hint": "6789", "verdict": "valid",
        "fingerprint": first["fingerprint"], "models": first["models"], "providerConfig": {},
        "updatedAt": "2026-09-21T14:13:20.000Z", "checkedAt": "2026-09-21T14:13:20.000Z",
    });
    assert_eq!(first, wanted);
    assert_eq!(first["fingerprint"].as_str().unwrap().len(), 8);
    assert!(!first["models"].as_array().unwrap().is_empty());

    app.clock.advance(std::time::Duration::from_secs(1));
    let other = json!({"providerKey": "sk-byo-test-no-quota-another1"});
    let second = put(&app, &project, "test/platform-keys/openai", other).await.ok();
    assert_eq!((&second["verdict"], &second["hint"]), (&json!("no_quota"), &json!("her1")));
    assert_ne!(second["fingerprint"], first["fingerprint"]);
    let third = put(&app, &project, "test/platform-keys/anthropic", json!({"providerKey": KEY})).await.ok();
    assert_eq!(list(&app, &project, "test").await, json!([third, second]));
    assert_eq!(list(&app, &project, "live").await, json!([]), "the halves are apart");

    // The prefix of test keys stands in the simulator's own words.
    let bytes = app.folder.bytes();
    assert!(!bytes.windows(9).any(|window| window == b"-another1"), "it stands nowhere in the clear");
}

#[tokio::test]
async fn a_platform_key_that_the_provider_does_not_take_changes_nothing() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = "test/platform-keys/openai";
    for standing in [json!([]), json!([put(&app, &project, path, json!({"providerKey": KEY})).await.ok()])] {
        let standing = if standing == json!([]) { list(&app, &project, "test").await } else { standing };
        for (kind, status, code, verdict) in [
            ("rejected", 422, "key_rejected", "rejected"),
            ("unreachable", 502, "provider_unreachable", "unreachable"),
        ] {
            let key = format!("sk-byo-test-{kind}-0123456789");
            let refused = put(&app, &project, path, json!({"providerKey": key})).await;
            refused.assert_refused(status, code);
            assert_eq!(refused.json["verdict"], verdict);
            assert!(!refused.text.contains(&key));
            assert_eq!(list(&app, &project, "test").await, standing);
        }
    }
}

#[tokio::test]
async fn a_removed_platform_key_is_destroyed_and_removing_it_again_is_fine() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = "test/platform-keys/openai";
    let ciphertexts = "SELECT count(*) FROM provider_keys WHERE sealed IS NOT NULL";
    assert_eq!(remove(&app, &project, path).await.status, 204, "there was none");
    put(&app, &project, path, json!({"providerKey": KEY})).await.ok();
    assert_eq!(database::count(&app, ciphertexts).await, 1);
    for _ in 0..2 {
        let removed = remove(&app, &project, path).await;
        assert_eq!((removed.status.as_u16(), removed.text.as_str()), (204, ""));
        assert_eq!(database::count(&app, ciphertexts).await, 0);
        assert_eq!(list(&app, &project, "test").await, json!([]));
    }
    put(&app, &project, path, json!({"providerKey": KEY})).await.ok();
    assert_eq!(list(&app, &project, "test").await.as_array().unwrap().len(), 1, "another can follow");
}

#[tokio::test]
async fn removing_or_replacing_a_platform_key_ends_its_uses_before_it_answers() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = "test/platform-keys/openai";
    put(&app, &project, path, json!({"providerKey": KEY})).await.ok();
    let id = id(&app).await;
    for removes in [false, true] {
        let (lease, other) = (app.app.in_use.lease(&id), app.app.in_use.lease("key_another"));
        let user = tokio::spawn(async move { lease.ended().await });
        if removes {
            assert_eq!(remove(&app, &project, path).await.status, 204);
        } else {
            put(&app, &project, path, json!({"providerKey": KEY})).await.ok();
        }
        assert!(!other.is_ended());
        assert_eq!(app.app.in_use.len(), 1, "the other alone");
        user.await.unwrap();
    }
}

#[tokio::test]
async fn a_platform_key_is_no_customers_key_and_no_webhook_tells_of_it() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = "test/platform-keys/openai";
    put(&app, &project, path, json!({"providerKey": KEY})).await.ok();
    put(&app, &project, path, json!({"providerKey": KEY})).await.ok();
    for query in ["", "?provider=openai", "?status=active"] {
        let listed = app.get(&format!("/v1/keys{query}"), &project.secret).await.ok();
        assert_eq!(listed["data"], json!([]), "{query}");
    }
    let id = id(&app).await;
    app.get(&format!("/v1/keys/{id}"), &project.secret).await.assert_refused(404, "not_found");
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    assert_eq!(app.get("/v1/keys", &session).await.ok()["data"], json!([]));
    app.get(&format!("/v1/keys/{id}"), &session).await.assert_refused(404, "not_found");
    remove(&app, &project, path).await;
    put(&app, &project, path, json!({"providerKey": "sk-byo-test-rejected-0123456789"})).await;
    assert_eq!(database::count(&app, "SELECT count(*) FROM events").await, 0);
}

/// The customer under which platform keys stand has an empty refId, which nothing takes.
#[tokio::test]
async fn no_call_takes_an_empty_ref_id() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    put(&app, &project, "test/platform-keys/openai", json!({"providerKey": KEY})).await.ok();
    let name = json!({"provider": "openai", "refId": "", "name": "default"});
    let key = json!({"provider": "openai", "refId": "", "name": "default", "providerKey": KEY});
    for (path, body) in [
        ("/v1/keys/connect", &key),
        ("/v1/keys/test", &key),
        ("/v1/keys/rotate", &key),
        ("/v1/keys/validate", &name),
        ("/v1/keys/revoke", &name),
        ("/v1/keys/disable", &name),
        ("/v1/keys/enable", &name),
        ("/v1/connect-sessions", &json!({"refId": ""})),
        ("/v1/runtime-tokens", &json!({"refId": ""})),
    ] {
        let refused = app.post(path, &project.secret, body.clone()).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), ["refId"], "{path}");
    }
    for path in ["/v1/keys?refId=", "/v1/runtime-tokens?refId="] {
        app.get(path, &project.secret).await.assert_refused(422, "invalid_request");
    }
    let browser = app.browser(&project.publishable).claiming(|claims| claims.ref_id = String::new());
    browser.submit(KEY).await.assert_refused(422, "invalid_request");
    let listed = list(&app, &project, "test").await;
    assert_eq!((&listed[0]["status"], &listed[0]["hint"]), (&json!("active"), &json!("6789")));
}

#[tokio::test]
async fn in_the_live_environment_the_provider_decides_and_destinations_are_refused() {
    let key = unique("sk-live-");
    let provider = FakeProvider::start(&[&key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = TestApp::with(Setup { providers, allow: Vec::new(), ..Setup::default() }).await;
    let project = app.project(Environment::Live).await;
    let path = "live/platform-keys/openai";
    let stored = put(&app, &project, path, json!({"providerKey": key})).await.ok();
    assert_eq!(stored["models"], json!(["gpt-4.1"]));
    let wrong = put(&app, &project, path, json!({"providerKey": "sk-live-wrong-0123456789"})).await;
    wrong.assert_refused(422, "key_rejected");
    assert!(!wrong.text.contains("sk-live-wrong"), "{}", wrong.text);
    let asked = provider.asked();
    for base_url in ["http://127.0.0.1:1/v1", "https://169.254.169.254/v1"] {
        let body = json!({"providerKey": key, "providerConfig": {"baseUrl": base_url}});
        put(&app, &project, path, body).await.assert_refused(422, "destination_not_allowed");
    }
    assert_eq!(provider.asked(), asked);
    assert_eq!(list(&app, &project, "live").await, json!([stored]));
}

#[tokio::test]
async fn a_platform_key_request_is_checked_field_by_field() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = "test/platform-keys/openai";
    for (body, field) in [
        (json!({}), "providerKey"),
        (json!({"providerKey": ""}), "providerKey"),
        (json!({"providerKey": "sk spaced"}), "providerKey"),
        (json!({"providerKey": "k".repeat(4001)}), "providerKey"),
        (json!({"providerKey": 7}), "providerKey"),
        (json!({"providerKey": KEY, "sealedKey": {}}), "sealedKey"),
        (json!({"providerKey": KEY, "refId": "c"}), "refId"),
        (json!({"providerKey": KEY, "providerConfig": {"port": 1}}), "providerConfig.port"),
        (json!({"providerKey": KEY, "providerConfig": {"region": "eu"}}), "providerConfig.region"),
    ] {
        let refused = put(&app, &project, path, body.clone()).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), [field], "{body}: {}", refused.text);
    }
    let unknown =
        Project { id: "prj_00000000000000000000000000".to_owned(), ..app.project(Environment::Test).await };
    let body = json!({"providerKey": KEY});
    for path in ["staging/platform-keys/openai", "test/platform-keys/nobody", "test/platform-keys/OpenAI"] {
        put(&app, &project, path, body.clone()).await.assert_refused(404, "not_found");
        remove(&app, &project, path).await.assert_refused(404, "not_found");
    }
    put(&app, &unknown, "test/platform-keys/openai", body).await.assert_refused(404, "not_found");
    remove(&app, &unknown, "test/platform-keys/openai").await.assert_refused(404, "not_found");
    for (project, half) in [(&project, "staging"), (&unknown, "test")] {
        let path = format!("/v1/admin/projects/{}/environments/{half}/platform-keys", project.id);
        app.admin(Method::GET, &path, None).await.assert_refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_platform_key_removed_while_another_is_being_checked_stays_removed() {
    let key = unique("sk-live-");
    let provider = FakeProvider::start(&[&key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = std::sync::Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
    let project = std::sync::Arc::new(app.project(Environment::Live).await);
    provider.hold();
    let putting = tokio::spawn({
        let (app, project, body) = (app.clone(), project.clone(), json!({"providerKey": key}));
        async move { put(&app, &project, "live/platform-keys/openai", body).await }
    });
    provider.until_asked(1).await;
    app.clock.advance(std::time::Duration::from_millis(1));
    assert_eq!(remove(&app, &project, "live/platform-keys/openai").await.status, 204);
    provider.let_go();
    putting.await.unwrap().assert_refused(409, "revoked_meanwhile");
    assert_eq!(list(&app, &project, "live").await, json!([]));
}

#[tokio::test]
async fn many_platform_keys_at_once_are_all_taken_one_after_another() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let project = std::sync::Arc::new(app.project(Environment::Test).await);
    let writes: Vec<_> = (0..48)
        .map(|number| {
            let (app, project) = (app.clone(), project.clone());
            let body = json!({"providerKey": format!("sk-byo-test-valid-{number:010}")});
            tokio::spawn(async move { put(&app, &project, "test/platform-keys/openai", body).await })
        })
        .collect();
    for write in writes {
        write.await.unwrap().ok();
    }
    assert_eq!(database::count(&app, "SELECT count(*) FROM provider_keys").await, 1);
    assert_eq!(database::count(&app, "SELECT version FROM provider_keys").await, 48);
    assert_eq!(list(&app, &project, "test").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn only_the_operator_has_platform_keys() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = format!("/v1/admin/projects/{}/environments/test/platform-keys", project.id);
    let one = format!("{path}/openai");
    let body = || Some(json!({"providerKey": KEY}));
    app.call(Method::PUT, &one, &project.secret, body()).await.assert_refused(400, "conflicting_credentials");
    app.get(&path, &project.secret).await.assert_refused(400, "conflicting_credentials");
    let nobody = http::Request::get(&path).body(axum::body::Body::empty()).unwrap();
    app.send(nobody).await.assert_refused(401, "unauthenticated");
    assert_eq!(list(&app, &project, "test").await, json!([]));
}

async fn put(app: &TestApp, project: &Project, path: &str, body: Value) -> Answer {
    let path = format!("/v1/admin/projects/{}/environments/{path}", project.id);
    app.admin(Method::PUT, &path, Some(body)).await
}

async fn remove(app: &TestApp, project: &Project, path: &str) -> Answer {
    let path = format!("/v1/admin/projects/{}/environments/{path}", project.id);
    app.admin(Method::DELETE, &path, None).await
}

async fn list(app: &TestApp, project: &Project, half: &str) -> Value {
    let path = format!("/v1/admin/projects/{}/environments/{half}/platform-keys", project.id);
    let listed = app.admin(Method::GET, &path, None).await;
    assert!(!listed.text.contains("sk-"), "{}", listed.text);
    listed.ok()["data"].clone()
}

/// The id of the one key there is; no call tells it.
async fn id(app: &TestApp) -> String {
    let query = sqlx::query_scalar("SELECT id FROM provider_keys WHERE status <> 'revoked'");
    query.fetch_one(&mut database::open(app).await).await.expect("there is one")
}
