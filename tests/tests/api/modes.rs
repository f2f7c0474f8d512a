//! What a session tells its page: who answers the customer's calls, and where their keys are used.

use axum::body::Body;
use byo_seal::{AzureConfig, ProviderConfig, ProviderId, Purpose, WireApi};
use byo_server::environment::Environment;
use byo_tests::{Answer, Project, TestApp};
use http::{Method, Request};
use serde_json::{Value, json};

use crate::database;

const KEY: &str = "sk-byo-test-valid-0123456789";

async fn test_project() -> (TestApp, Project) {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    (app, project)
}

async fn view(app: &TestApp, project: &Project, body: Value) -> Value {
    let session = app.session(project, body).await;
    app.get("/v1/connect-session", &session).await.ok()
}

/// What the proxy says of a call for this customer.
async fn answered_by(app: &TestApp, project: &Project, provider: &str) -> String {
    let request = Request::builder()
        .method(Method::POST)
        .uri("/v1/unified")
        .header("authorization", format!("Bearer {}", project.secret))
        .header("content-type", "application/json")
        .header("x-byo-ref-id", "customer_1");
    let body = json!({"provider": provider, "prompt": "Hello"}).to_string();
    let answer = app.send(request.body(Body::from(body)).expect("a good request")).await;
    match answer.headers.get("x-byo-mode") {
        Some(mode) => mode.to_str().expect("modes are words").to_owned(),
        None => {
            assert_eq!(answer.status, 403, "{}", answer.text);
            "none".to_owned()
        }
    }
}

/// Every way in which settings, the operator's key and the customer's own can stand, beside what a call then meets.
#[tokio::test]
async fn a_session_tells_for_each_provider_who_answers_and_calls_meet_just_that() {
    let mut seen = std::collections::BTreeSet::new();
    for (platform_keys, demo, platform) in [
        (false, false, true),
        (false, true, true),
        (true, false, false),
        (true, false, true),
        (true, true, false),
        (true, true, true),
    ] {
        for own in ["none", "active", "disabled", "revoked", "of another name"] {
            let (app, project) = test_project().await;
            let settings = json!({"platformKeys": platform_keys, "demo": demo});
            app.settings(&project, Environment::Test, settings).await;
            if platform {
                let path =
                    format!("/v1/admin/projects/{}/environments/test/platform-keys/openai", project.id);
                app.admin(Method::PUT, &path, Some(json!({"providerKey": KEY}))).await.ok();
            }
            own_key(&app, &project, own).await;
            let found = view(&app, &project, json!({"refId": "customer_1"})).await["modes"]["openai"].clone();
            let case =
                format!("platform keys {platform_keys}, demo {demo}, platform key {platform}, own key {own}");
            assert_eq!(found["mode"], json!(answered_by(&app, &project, "openai").await), "{case}");
            app.post(
                "/v1/keys/revoke",
                &project.secret,
                json!({"provider": "openai", "refId": "customer_1"}),
            )
            .await
            .ok();
            assert_eq!(found["fallback"], json!(answered_by(&app, &project, "openai").await), "{case}");
            seen.insert(found.to_string());
        }
    }
    assert_eq!(seen.len(), 8, "every mode with every fallback that it can have: {seen:?}");
}

async fn own_key(app: &TestApp, project: &Project, own: &str) {
    if own == "none" {
        return;
    }
    let name = if own == "of another name" { "second" } else { "default" };
    let mut key = json!({"provider": "openai", "refId": "customer_1", "name": name});
    let stored = json!({"provider": "openai", "refId": "customer_1", "name": name, "providerKey": KEY});
    app.post("/v1/keys/connect", &project.secret, stored).await.ok();
    if let "disabled" | "revoked" = own {
        let call = if own == "disabled" { "disable" } else { "revoke" };
        app.post(&format!("/v1/keys/{call}"), &project.secret, key.take()).await.ok();
    }
}

#[tokio::test]
async fn modes_are_of_the_sessions_own_customer_and_providers() {
    let (app, project) = test_project().await;
    let other = app.project(Environment::Test).await;
    for (project, ref_id) in [(&project, "customer_2"), (&other, "customer_1")] {
        let body = json!({"provider": "openai", "refId": ref_id, "providerKey": KEY});
        app.post("/v1/keys/connect", &project.secret, body).await.ok();
    }
    let all = view(&app, &project, json!({"refId": "customer_1"})).await;
    let modes = all["modes"].as_object().unwrap();
    assert_eq!(modes.len(), ProviderId::ALL.len());
    assert!(modes.values().all(|mode| *mode == json!({"mode": "none", "fallback": "none"})), "{modes:?}");
    let some = view(&app, &project, json!({"refId": "customer_2", "providers": ["openai", "xai"]})).await;
    let expected = json!({
        "openai": {"mode": "byok", "fallback": "none"},
        "xai": {"mode": "none", "fallback": "none"},
    });
    assert_eq!(some["modes"], expected);
}

fn proxy_url() -> Value {
    json!({"baseUrl": "https://openrouter.ai/api/v1", "wireApi": "responses"})
}

#[tokio::test]
async fn what_a_session_fixes_is_given_back_as_it_came() {
    let (app, project) = test_project().await;
    let configs = json!({
        "openai": proxy_url(),
        "azure": {"baseUrl": "https://x.openai.azure.com", "azure": {"apiVersion": "2024-10-21", "deployment": "d"}},
        "anthropic": {},
    });
    let found = view(&app, &project, json!({"refId": "customer_1", "providerConfigs": configs})).await;
    assert_eq!(found["providerConfigs"], configs);
    let none = view(&app, &project, json!({"refId": "customer_1"})).await;
    assert_eq!(none["providerConfigs"], json!({}));
}

#[tokio::test]
async fn what_could_not_be_stored_with_a_key_is_not_taken_for_a_session() {
    let (app, project) = test_project().await;
    let make = async |body: Value| app.post("/v1/connect-sessions", &project.secret, body).await;
    for (configs, words) in [
        (json!({"nobody": {}}), "must be one of"),
        (json!({"OpenAI": {}}), "must be one of"),
        (json!({"azure": {}}), "of azure: baseUrl is required"),
        (json!({"openai": {"region": "eu"}}), "of openai: region means nothing"),
        (json!({"google": {"wireApi": "responses"}}), "of google: wireApi means nothing"),
        (
            json!({"azure": {"baseUrl": "https://x.openai.azure.com", "azure": {"apiVersion": "../x"}}}),
            "of azure: azure.apiVersion may hold",
        ),
    ] {
        let refused = make(json!({"refId": "c", "providerConfigs": configs})).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), ["providerConfigs"], "{configs}");
        assert!(refused.text.contains(words), "{}", refused.text);
    }
    for base_url in [
        "http://169.254.169.254/v1",
        "https://10.0.0.1/v1",
        "https://user:pw@example.com",
        "ftp://a.example",
        "no-url-at-all",
    ] {
        let refused = make(json!({"refId": "c", "providerConfigs": {"openai": {"baseUrl": base_url}}})).await;
        refused.assert_refused(422, "destination_not_allowed");
        assert!(!refused.text.contains(base_url), "{}", refused.text);
    }
    let left_out = json!({"refId": "c", "providers": ["openai"], "providerConfigs": {"anthropic": {}}});
    let refused = make(left_out).await;
    refused.assert_refused(422, "invalid_request");
    assert_eq!(refused.fields(), ["providerConfigs"]);
    for configs in [json!([]), json!("x"), json!({"openai": {"unknown": 1}}), json!({"openai": null})] {
        make(json!({"refId": "c", "providerConfigs": configs})).await.assert_refused(422, "invalid_request");
    }
    assert_eq!(database::count(&app, "SELECT count(*) FROM connect_sessions").await, 0);
}

#[tokio::test]
async fn a_page_uses_keys_as_its_session_says_and_not_otherwise() {
    let (app, project) = test_project().await;
    let fixed = config(proxy_url());
    let body = json!({"refId": "customer_1", "providerConfigs": {"openai": fixed, "anthropic": {}}});
    let session = app.session(&project, body).await;
    let submit = async |provider: ProviderId, purpose: Purpose, config: &ProviderConfig| -> Answer {
        let browser = app.browser(&session).claiming(|claims| {
            claims.provider = provider;
            claims.purpose = purpose;
            claims.config = config.clone();
        });
        browser.submit(KEY).await
    };
    let others = [
        ProviderConfig::default(),
        config(json!({"baseUrl": "https://evil.example.com/v1", "wireApi": "responses"})),
        config(json!({"baseUrl": "https://openrouter.ai/api/v1"})),
        config(json!({"baseUrl": "https://openrouter.ai/api/v1/", "wireApi": "responses"})),
        ProviderConfig { wire_api: Some(WireApi::Completions), ..fixed.clone() },
        ProviderConfig {
            azure: Some(AzureConfig { api_version: "v1".to_owned(), deployment: None }),
            ..fixed.clone()
        },
    ];
    for purpose in [Purpose::Test, Purpose::Connect, Purpose::Rotate] {
        for other in &others {
            let refused = submit(ProviderId::Openai, purpose, other).await;
            refused.assert_refused(403, "forbidden");
            assert!(refused.text.contains("connect session says where"), "{}", refused.text);
        }
        submit(ProviderId::Openai, purpose, &fixed).await.ok();
        // Nothing is also something that a session can say.
        let elsewhere = config(json!({"baseUrl": "https://evil.example.com"}));
        submit(ProviderId::Anthropic, purpose, &elsewhere).await.assert_refused(403, "forbidden");
        submit(ProviderId::Anthropic, purpose, &ProviderConfig::default()).await.ok();
        // What it leaves out is the page's own.
        submit(ProviderId::Mistral, purpose, &config(json!({"baseUrl": "https://m.example.com/v1"})))
            .await
            .ok();
    }
    let keys = app.get("/v1/keys?provider=openai", &project.secret).await.ok();
    assert_eq!(keys["data"][0]["providerConfig"], proxy_url());
    // The backend is bound by nothing that it told a page.
    let body = json!({"provider": "openai", "refId": "customer_1", "providerKey": KEY});
    app.post("/v1/keys/connect", &project.secret, body).await.ok();
}

#[tokio::test]
async fn a_key_for_requests_is_used_as_its_session_says() {
    let (app, project) = test_project().await;
    let fixed = config(json!({"baseUrl": "https://openrouter.ai/api/v1"}));
    let body = json!({"refId": "customer_1", "allow": ["request"], "providerConfigs": {"openai": fixed}});
    let session = app.session(&project, body).await;
    for (config, status) in [(fixed, 200), (ProviderConfig::default(), 403)] {
        let browser = app.browser(&session).claiming(|claims| claims.config = config.clone());
        let sealed = browser.seal_for_request(KEY).await;
        let request = Request::builder()
            .uri("/v1/proxy/openai/v1/models")
            .header("authorization", format!("Bearer {}", project.secret))
            .header("x-byo-ref-id", "customer_1")
            .header("x-byo-sealed-key", sealed);
        let answer = app.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    }
}

/// Whoever can write to the database must not choose where keys go that are yet to be typed.
#[tokio::test]
async fn what_a_session_fixes_cannot_be_moved_or_changed_in_the_database() {
    let (app, project) = test_project().await;
    let evil = json!({"refId": "customer_1", "providerConfigs": {"openai": {"baseUrl": "https://evil.example.com/v1"}}});
    let other = app.project(Environment::Test).await;
    app.session(&other, evil).await;
    let body = json!({"refId": "customer_1", "providerConfigs": {"openai": proxy_url()}});
    let session = app.session(&project, body).await;
    let mut db = database::open(&app).await;
    for change in [
        "UPDATE connect_sessions SET sealed_provider_configs =
             (SELECT sealed_provider_configs FROM connect_sessions ORDER BY rowid LIMIT 1)
         WHERE rowid = (SELECT max(rowid) FROM connect_sessions)",
        "UPDATE connect_sessions SET sealed_provider_configs = CAST('{\"openai\":{}}' AS BLOB)",
        "UPDATE connect_sessions SET sealed_provider_configs = x''",
    ] {
        assert!(sqlx::query(change).execute(&mut db).await.unwrap().rows_affected() > 0);
        let answer = app.get("/v1/connect-session", &session).await;
        answer.assert_refused(500, "internal");
        assert!(!answer.text.contains("evil"), "{}", answer.text);
        app.get("/v1/connect/params", &session).await.assert_refused(500, "internal");
    }
}

fn config(json: Value) -> ProviderConfig {
    serde_json::from_value(json).expect("a configuration")
}
