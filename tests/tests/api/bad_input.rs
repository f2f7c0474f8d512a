//! Bad input: each the error of the contract, nothing stored, nothing leaked.

use axum::body::Body;
use byo_server::environment::Environment;
use byo_tests::{Project, Setup, TestApp};
use http::{Method, Request};
use serde_json::{Value, json};

async fn setup() -> (TestApp, Project) {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    (app, project)
}

fn raw(method: Method, path: &str, token: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", content_type)
        .header("origin", byo_tests::PAGE)
        .body(body.into())
        .expect("tests write good requests")
}

async fn nothing_is_stored(app: &TestApp, project: &Project) {
    assert_eq!(app.get("/v1/keys", &project.secret).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn malformed_json_is_400() {
    let (app, project) = setup().await;
    for body in ["", "{", "{\"provider\":", "nonsense", "{} {}", "{\"provider\":\"openai\",}", "\u{feff}{}"] {
        let request =
            raw(Method::POST, "/v1/keys/connect", &project.secret, "application/json", body.to_owned());
        app.send(request).await.assert_refused(400, "malformed_json");
    }
    nothing_is_stored(&app, &project).await;
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let (app, project) = setup().await;
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"]
    {
        let request = raw(Method::POST, "/v1/keys/connect", &project.secret, content_type, "{}");
        app.send(request).await.assert_refused(415, "unsupported_media_type");
    }
    let request =
        raw(Method::POST, "/v1/keys/connect", &project.secret, "Application/JSON; charset=utf-8", "{}");
    app.send(request).await.assert_refused(422, "invalid_request");
}

#[tokio::test]
async fn a_large_body_is_413_with_and_without_a_declared_length() {
    let (app, project) = setup().await;
    let body = vec![b' '; 10 * 1024 * 1024];
    let request = raw(Method::POST, "/v1/keys/connect", &project.secret, "application/json", body.clone());
    app.send(request).await.assert_refused(413, "payload_too_large");
    let page =
        raw(Method::POST, "/v1/keys/connect", &project.publishable, "application/json", vec![b' '; 20_000]);
    let answer = app.send(page).await;
    answer.assert_refused(413, "payload_too_large");
    assert_eq!(answer.headers["access-control-allow-origin"], "*", "pages can read it");
    let mut declared = raw(Method::POST, "/v1/keys/connect", &project.secret, "application/json", body);
    declared.headers_mut().insert("content-length", "10485760".parse().unwrap());
    app.send(declared).await.assert_refused(413, "payload_too_large");
}

#[tokio::test]
async fn unknown_members_are_named() {
    let (app, project) = setup().await;
    for (body, field) in [
        (json!({"isAdmin": true}), "isAdmin"),
        (
            json!({"provider": "openai", "refId": "c", "providerConfig": {"headers": {}}}),
            "providerConfig.headers",
        ),
        (json!({"provider": "openai", "refId": "c", "sealedKey": {"v": 1, "extra": 1}}), "sealedKey.extra"),
        (json!({"status": "active"}), "status"),
        (json!({"environment_id": "env_1"}), "environment_id"),
    ] {
        let answer = app.post("/v1/keys/connect", &project.secret, body.clone()).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), [field], "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn wrong_types_and_values_are_named_and_never_repeated() {
    let (app, project) = setup().await;
    let marker = "sk-proj-canary-0123456789";
    for (body, field) in [
        (json!({"provider": 7}), "provider"),
        (json!({"refId": [marker]}), "refId"),
        (json!({"provider": "openai", "refId": "c", "sealedKey": marker}), "sealedKey"),
        (json!({"provider": "openai", "refId": "c", "sealedKey": {"v": marker}}), "sealedKey.v"),
        (json!({"provider": "openai", "refId": "c", "sealedKey": {"kid": marker}}), "sealedKey.kid"),
        (json!({"provider": "openai", "refId": "c", "sealedKey": {"suite": marker}}), "sealedKey.suite"),
        (json!({"provider": "openai", "refId": "c", "sealedKey": {"enc": "!"}}), "sealedKey.enc"),
        (
            json!({"provider": "openai", "refId": "c", "sealedKey": {"ciphertext": "A".repeat(9000)}}),
            "sealedKey.ciphertext",
        ),
        (json!({"provider": "openai", "refId": "c", "providerConfig": marker}), "providerConfig"),
        (
            json!({"provider": "openai", "refId": "c", "providerConfig": {"wireApi": marker}}),
            "providerConfig.wireApi",
        ),
        (json!({"provider": "openai", "refId": "c", "providerKey": {"key": marker}}), "providerKey"),
        (json!([marker]), "body"),
        (json!(marker), "body"),
        (json!({marker: 1}), "(unknown member)"),
    ] {
        let answer = app.post("/v1/keys/connect", &project.secret, body.clone()).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), [field], "{body}: {}", answer.text);
        assert!(!answer.text.contains("canary"), "{}", answer.text);
    }
    nothing_is_stored(&app, &project).await;
}

#[tokio::test]
async fn every_wrong_field_is_told_at_once() {
    let (app, project) = setup().await;
    let body = json!({"provider": "nobody", "refId": "", "name": "a b", "providerKey": "with space"});
    let answer = app.post("/v1/keys/connect", &project.secret, body).await;
    answer.assert_refused(422, "invalid_request");
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(fields, ["name", "provider", "providerKey", "refId"]);
}

#[tokio::test]
async fn ref_ids_are_limited_in_length_and_characters_and_compared_byte_for_byte() {
    let (app, project) = setup().await;
    let connect = |ref_id: &str| json!({"provider": "openai", "refId": ref_id, "providerKey": "sk-byo-test-valid-0123456789"});
    for ref_id in ["", "a b", "a/b", "a\u{0}b", "a\nb", "ä", "a%b", "<a>", "a'b", &"x".repeat(256)] {
        let answer = app.post("/v1/keys/connect", &project.secret, connect(ref_id)).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), ["refId"], "{ref_id:?}");
    }
    for ref_id in ["a", "A", "abc", "abcdef", "user_1@example.com", "~.:|+=,-", &"x".repeat(255)] {
        assert_eq!(
            app.post("/v1/keys/connect", &project.secret, connect(ref_id)).await.ok()["updated"],
            false
        );
    }
    let listed = app.get("/v1/keys?refId=abc", &project.secret).await.ok();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn unknown_addresses_are_404_and_wrong_methods_405_with_allow() {
    let (app, project) = setup().await;
    for path in
        ["/v1/nothing", "/v1/keys/connect/", "/v1//keys", "/V1/keys", "/v1/keys/%2e%2e/admin", "/.env", "/v2"]
    {
        app.get(path, &project.secret).await.assert_refused(404, "not_found");
    }
    for (method, path) in [
        (Method::GET, "/v1/keys/connect"),
        (Method::DELETE, "/v1/keys"),
        (Method::PUT, "/v1/connect-sessions"),
        (Method::POST, "/healthz"),
        (Method::POST, "/connect.js"),
    ] {
        let answer = app.call(method.clone(), path, &project.secret, None).await;
        answer.assert_refused(405, "method_not_allowed");
        assert!(answer.headers.contains_key("allow"), "{method} {path}");
    }
}

#[tokio::test]
async fn paths_that_are_no_text_are_refused() {
    let (app, project) = setup().await;
    app.get("/v1/keys/%ff%fe", &project.secret).await.assert_refused(400, "malformed_request");
    app.get("/v1/keys/key_%00", &project.secret).await.assert_refused(404, "not_found");
}

#[tokio::test]
async fn list_parameters_are_checked() {
    let (app, project) = setup().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("status=broken", "status"),
        ("provider=nobody", "provider"),
        ("cursor=1", "cursor"),
        ("refId=%00", "refId"),
        ("refId=a&refId=b", "refId"),
        ("order=asc", "order"),
    ] {
        let answer = app.get(&format!("/v1/keys?{query}"), &project.secret).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), [field], "{query}: {}", answer.text);
    }
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repetition() {
    let (app, project) = setup().await;
    for number in 0..7 {
        let body = json!({"provider": "openai", "refId": format!("c{number}"), "providerKey": "sk-byo-test-valid-0123456789"});
        app.post("/v1/keys/connect", &project.secret, body).await.ok();
    }
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let query = cursor.as_str().map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
        let page = app.get(&format!("/v1/keys?limit=3{query}"), &project.secret).await.ok();
        seen.extend(
            page["data"].as_array().unwrap().iter().map(|key| key["refId"].as_str().unwrap().to_owned()),
        );
        cursor = page["nextCursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    seen.sort();
    assert_eq!(seen, ["c0", "c1", "c2", "c3", "c4", "c5", "c6"]);
}

#[tokio::test]
async fn base_urls_inside_the_network_are_refused_without_a_reason() {
    let app = TestApp::with(Setup { allow: Vec::new(), ..Setup::default() }).await;
    let project = app.project(Environment::Test).await;
    for url in [
        "http://example.com/v1",
        "https://10.0.0.1/v1",
        "https://169.254.169.254/latest",
        "https://[::1]/v1",
        "https://[::ffff:127.0.0.1]/v1",
        "https://localhost/v1",
        "https://example.com:8443/v1",
        "https://user:pass@example.com/v1",
        "https://0x7f000001/v1",
        "ftp://example.com",
        "nonsense",
    ] {
        let body = json!({
            "provider": "openai", "refId": "c", "providerKey": "sk-byo-test-valid-0123456789",
            "providerConfig": {"baseUrl": url},
        });
        let answer = app.post("/v1/keys/connect", &project.secret, body).await;
        answer.assert_refused(422, "destination_not_allowed");
        assert!(!answer.text.contains("127.0.0.1") && !answer.text.contains("10.0.0.1"), "{}", answer.text);
    }
    nothing_is_stored(&app, &project).await;
}

#[tokio::test]
async fn a_bare_publishable_key_brings_no_base_url_of_its_own_without_leave() {
    let (app, project) = setup().await;
    let browser = app.browser(&project.publishable).claiming(|claims| {
        claims.config.base_url = Some("https://openrouter.ai/api/v1".to_owned());
    });
    browser.submit("sk-byo-test-valid-0123456789").await.assert_refused(403, "forbidden");
    app.settings(&project, Environment::Test, json!({"allowCustomBaseUrl": true})).await;
    browser.submit("sk-byo-test-valid-0123456789").await.ok();
}
