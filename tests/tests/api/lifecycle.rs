//! A stored key's life: checked, disabled, rotated, revoked.

use byo_seal::{ProviderId, Purpose};
use byo_server::environment::Environment;
use byo_tests::{FakeProvider, Setup, TestApp, unique};
use serde_json::json;
use sqlx::Connection;

#[tokio::test]
async fn a_key_the_provider_forgot_becomes_suspect_and_recovers() {
    let key = unique("sk-live-");
    let provider = FakeProvider::start(&[&key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = TestApp::with(Setup { providers, ..Setup::default() }).await;
    let project = app.project(Environment::Live).await;
    let name = json!({"provider": "openai", "refId": "c"});
    let body = json!({"provider": "openai", "refId": "c", "providerKey": key});
    let stored = app.post("/v1/keys/connect", &project.secret, body.clone()).await.ok();
    let path = format!("/v1/keys/{}", stored["id"].as_str().unwrap());

    provider.forget(&key);
    let checked = app.post("/v1/keys/validate", &project.secret, name.clone()).await.ok();
    assert_eq!((&checked["valid"], &checked["verdict"]), (&json!(false), &json!("rejected")));
    assert!(!checked.to_string().contains(&key), "{checked}");
    assert_eq!(app.get(&path, &project.secret).await.ok()["status"], "suspect");

    let again = app.post("/v1/keys/rotate", &project.secret, body).await;
    again.assert_refused(422, "key_rejected");
    assert_eq!(app.get(&path, &project.secret).await.ok()["status"], "suspect");
}

#[tokio::test]
async fn a_disabled_key_stays_until_the_backend_enables_it() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let stored = app.browser(&project.publishable).submit("sk-byo-test-valid-0123456789").await.ok();
    let name = json!({"provider": "openai", "refId": "customer_1"});
    let disabled = app.post("/v1/keys/disable", &project.secret, name.clone()).await.ok();
    assert_eq!((&disabled["status"], &disabled["id"]), (&json!("disabled"), &stored["id"]));
    assert_eq!(app.post("/v1/keys/disable", &project.secret, name.clone()).await.ok()["status"], "disabled");

    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    for purpose in [Purpose::Connect, Purpose::Rotate] {
        let browser = app.browser(&session).claiming(|claims| claims.purpose = purpose);
        browser.submit("sk-byo-test-valid-another-01").await.assert_refused(409, "key_disabled");
    }
    app.post("/v1/keys/enable", &session, name.clone()).await.assert_refused(403, "forbidden");
    assert_eq!(app.post("/v1/keys/enable", &project.secret, name.clone()).await.ok()["status"], "active");
    assert_eq!(app.post("/v1/keys/validate", &project.secret, name).await.ok()["valid"], true);
}

#[tokio::test]
async fn rotating_keeps_the_id_and_needs_a_key_to_rotate() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body = |key: &str| json!({"provider": "openai", "refId": "c", "providerKey": key});
    let missing = app.post("/v1/keys/rotate", &project.secret, body("sk-byo-test-valid-0123456789")).await;
    missing.assert_refused(404, "not_found");
    let first =
        app.post("/v1/keys/connect", &project.secret, body("sk-byo-test-valid-first-0001")).await.ok();
    let second =
        app.post("/v1/keys/rotate", &project.secret, body("sk-byo-test-valid-second-002")).await.ok();
    assert_eq!(first["id"], second["id"]);
    assert_ne!(first["fingerprint"], second["fingerprint"]);
    assert_eq!(second["hint"], "-002");
}

#[tokio::test]
async fn revoking_destroys_the_ciphertext_and_is_idempotent() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let stored = app.browser(&project.publishable).submit("sk-byo-test-valid-0123456789").await.ok();
    let id = byo_server::id::KeyId::parse(stored["id"].as_str().unwrap()).unwrap();
    let hash = byo_server::token::Token::parse(&project.secret).unwrap().hash();
    let (_, scope) = app.app.store.token_by_hash(&hash).await.unwrap().unwrap();
    let row = app.app.store.key_by_id(&scope.environment.id, &id).await.unwrap().unwrap();
    assert!(row.sealed.is_some());

    let name = json!({"provider": "openai", "refId": "customer_1"});
    let first = app.post("/v1/keys/revoke", &project.secret, name.clone()).await.ok();
    assert_eq!((&first["id"], &first["status"]), (&stored["id"], &json!("revoked")));
    let again = app.post("/v1/keys/revoke", &project.secret, name.clone()).await.ok();
    assert!(again["id"].is_null());

    let row = app.app.store.key_by_id(&scope.environment.id, &id).await.unwrap().unwrap();
    assert!(row.sealed.is_none());
    app.post("/v1/keys/validate", &project.secret, name.clone()).await.assert_refused(404, "not_found");
    app.post("/v1/keys/enable", &project.secret, name).await.assert_refused(404, "not_found");
    let view = app.get(&format!("/v1/keys/{id}"), &project.secret).await.ok();
    assert_eq!(view["status"], "revoked");
}

#[tokio::test]
async fn a_key_connected_after_a_revoke_is_a_new_one() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body = json!({"provider": "openai", "refId": "c", "providerKey": "sk-byo-test-valid-0123456789"});
    let first = app.post("/v1/keys/connect", &project.secret, body.clone()).await.ok();
    app.post("/v1/keys/revoke", &project.secret, json!({"provider": "openai", "refId": "c"})).await.ok();
    let second = app.post("/v1/keys/connect", &project.secret, body).await.ok();
    assert_ne!(first["id"], second["id"]);
    assert_eq!(second["updated"], false);
}

#[tokio::test]
async fn a_row_whose_configuration_was_edited_in_the_database_does_not_open() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body = json!({
        "provider": "openai", "refId": "c", "providerKey": "sk-byo-test-valid-0123456789",
        "providerConfig": {"baseUrl": "https://openrouter.ai/api/v1"},
    });
    app.post("/v1/keys/connect", &project.secret, body).await.ok();
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(app.folder.path("byo.db"));
    let mut db = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("UPDATE provider_keys SET provider_config = '{\"baseUrl\":\"https://evil.example.com/v1\"}'")
        .execute(&mut db)
        .await
        .unwrap();
    let answer =
        app.post("/v1/keys/validate", &project.secret, json!({"provider": "openai", "refId": "c"})).await;
    answer.assert_refused(500, "internal");
    assert!(!answer.text.contains("evil"), "{}", answer.text);
}

#[tokio::test]
async fn concurrent_writes_of_one_key_leave_one_key_that_opens() {
    let app = std::sync::Arc::new(TestApp::new().await);
    let project = app.project(Environment::Test).await;
    let writes: Vec<_> = (0..24)
        .map(|number| {
            let (app, secret) = (std::sync::Arc::clone(&app), project.secret.clone());
            tokio::spawn(async move {
                let key = format!("sk-byo-test-valid-{number:010}");
                let body = json!({"provider": "openai", "refId": "c", "providerKey": key});
                app.post("/v1/keys/connect", &secret, body).await
            })
        })
        .collect();
    let mut created = 0;
    for write in writes {
        let answer = write.await.unwrap();
        assert!([200, 503].contains(&answer.status.as_u16()), "{}", answer.text);
        created += usize::from(answer.json["updated"] == false);
    }
    assert_eq!(created, 1);
    let name = json!({"provider": "openai", "refId": "c"});
    assert_eq!(app.post("/v1/keys/validate", &project.secret, name).await.ok()["valid"], true);
}

#[tokio::test]
async fn a_backends_key_checked_while_the_customer_is_revoked_is_not_stored() {
    let key = unique("sk-live-");
    let provider = FakeProvider::start(&[&key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = std::sync::Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
    let project = app.project(Environment::Live).await;
    provider.hold();
    let connecting = tokio::spawn({
        let (app, secret) = (std::sync::Arc::clone(&app), project.secret.clone());
        let body = json!({"provider": "openai", "refId": "c", "providerKey": key});
        async move { app.post("/v1/keys/connect", &secret, body).await }
    });
    provider.until_asked(1).await;
    app.clock.advance(std::time::Duration::from_millis(1));
    app.post("/v1/keys/revoke", &project.secret, json!({"provider": "openai", "refId": "c"})).await.ok();
    provider.let_go();
    connecting.await.unwrap().assert_refused(409, "revoked_meanwhile");
    assert_eq!(app.get("/v1/keys", &project.secret).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_check_under_way_ends_with_the_revoke() {
    let key = unique("sk-live-");
    let provider = FakeProvider::start(&[&key]).await;
    let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
    let app = std::sync::Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
    let project = app.project(Environment::Live).await;
    let name = json!({"provider": "openai", "refId": "c"});
    let body = json!({"provider": "openai", "refId": "c", "providerKey": key});
    app.post("/v1/keys/connect", &project.secret, body).await.ok();
    let asked = provider.asked();
    provider.hold();
    let validating = tokio::spawn({
        let (app, secret, name) = (std::sync::Arc::clone(&app), project.secret.clone(), name.clone());
        async move { app.post("/v1/keys/validate", &secret, name).await }
    });
    provider.until_asked(asked + 1).await;
    app.post("/v1/keys/revoke", &project.secret, name).await.ok();
    // Although the provider has not answered and never will.
    validating.await.unwrap().assert_refused(404, "not_found");
    assert_eq!(provider.asked(), asked + 1, "nothing went out after the revoke");
}
