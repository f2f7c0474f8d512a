//! Credentials, where they stand, and which pages may use them.

use axum::body::Body;
use byo_server::environment::Environment;
use byo_tests::{PAGE, Setup, TestApp};
use http::{Method, Request};
use serde_json::json;

fn get(path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let request = Request::builder().uri(path);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(Body::empty()).expect("tests write good requests")
}

#[tokio::test]
async fn every_credential_that_is_not_good_gets_the_same_answer() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let revoked = app.project(Environment::Test).await;
    let tokens =
        app.admin(Method::GET, &format!("/v1/admin/projects/{}/tokens", revoked.id), None).await.ok();
    for token in tokens["data"].as_array().unwrap() {
        let path = format!("/v1/admin/tokens/{}", token["id"].as_str().unwrap());
        assert_eq!(app.admin(Method::DELETE, &path, None).await.status, 204);
    }
    let typo = format!("{}x", &project.secret[..project.secret.len() - 1]);
    let live = project.secret.replace("_test_", "_live_");
    let kind = project.secret.replace("_sk_", "_pk_");
    let mut texts = Vec::new();
    for authorization in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        "Bearer nonsense".to_owned(),
        format!("Basic {}", project.secret),
        format!("Bearer {typo}"),
        format!("Bearer {live}"),
        format!("Bearer {kind}"),
        format!("Bearer {}", revoked.secret),
        "Bearer ' OR 1=1 --".to_owned(),
        format!("Bearer  {}", project.secret),
    ] {
        let mut answer = app.send(get("/v1/keys", &[("authorization", &authorization)])).await;
        answer.assert_refused(401, "unauthenticated");
        answer.json["requestId"] = json!("");
        texts.push(answer.json.to_string());
    }
    texts.push({
        let mut answer = app.send(get("/v1/keys", &[])).await;
        answer.json["requestId"] = json!("");
        answer.json.to_string()
    });
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[tokio::test]
async fn the_same_scheme_in_other_letters_is_taken() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    app.send(get("/v1/keys", &[("authorization", &format!("bearer {}", project.secret))])).await.ok();
}

#[tokio::test]
async fn two_credentials_are_refused_wherever_they_stand() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let bearer = format!("Bearer {}", project.secret);
    for second in ["x-api-key", "x-goog-api-key", "api-key"] {
        let request = get("/v1/keys", &[("authorization", &bearer), (second, &project.secret)]);
        app.send(request).await.assert_refused(400, "conflicting_credentials");
    }
    let twice = get("/v1/keys", &[("authorization", &bearer), ("authorization", &bearer)]);
    app.send(twice).await.assert_refused(400, "conflicting_credentials");
    let admin = get("/v1/keys", &[("authorization", &bearer), ("x-admin-key", "x")]);
    app.send(admin).await.assert_refused(400, "conflicting_credentials");
}

#[tokio::test]
async fn a_credential_in_the_url_is_refused_and_not_repeated() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let answer = app.send(get(&format!("/v1/keys?key={}", project.secret), &[])).await;
    answer.assert_refused(400, "credential_in_url");
    assert!(!answer.text.contains(&project.secret));
}

#[tokio::test]
async fn a_token_of_one_project_sees_nothing_of_another() {
    let app = TestApp::new().await;
    let (one, two) = (app.project(Environment::Test).await, app.project(Environment::Test).await);
    let key = app.browser(&one.publishable).submit("sk-byo-test-valid-0123456789").await.ok();
    let id = key["id"].as_str().unwrap();
    let foreign = app.get(&format!("/v1/keys/{id}"), &two.secret).await;
    let unknown = app.get("/v1/keys/key_00000000000000000000000000", &two.secret).await;
    foreign.assert_refused(404, "not_found");
    assert_eq!(foreign.json["detail"], unknown.json["detail"]);
    let name = json!({"provider": "openai", "refId": "customer_1"});
    for call in ["validate", "disable", "enable"] {
        app.post(&format!("/v1/keys/{call}"), &two.secret, name.clone())
            .await
            .assert_refused(404, "not_found");
    }
    assert!(app.post("/v1/keys/revoke", &two.secret, name).await.ok()["id"].is_null());
    app.get(&format!("/v1/keys/{id}"), &one.secret).await.ok();
}

#[tokio::test]
async fn test_and_live_are_apart() {
    let app = TestApp::new().await;
    let made = app.admin(Method::POST, "/v1/admin/projects", Some(json!({"name": "Both"}))).await;
    let token = |environment: &str, kind: &str| {
        made.json["environments"][environment][kind].as_str().unwrap().to_owned()
    };
    let body = json!({"provider": "openai", "refId": "c", "providerKey": "sk-byo-test-valid-0123456789"});
    app.post("/v1/keys/connect", &token("test", "secretKey"), body).await.ok();
    assert_eq!(app.get("/v1/keys", &token("live", "secretKey")).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_live_publishable_key_and_session_work_only_on_allowed_pages() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Live).await;
    let session = app.session(&project, json!({"refId": "c"})).await;
    for token in [&project.publishable, &session] {
        let bearer = format!("Bearer {token}");
        for origin in [
            "https://app.example.com.evil.com",
            "http://app.example.com",
            "https://app.example.com:444",
            "https://evil.example.com",
            "null",
            "",
        ] {
            let request = get("/v1/connect/params", &[("authorization", &bearer), ("origin", origin)]);
            let answer = app.send(request).await;
            answer.assert_refused(403, "origin_not_allowed");
            assert_eq!(answer.headers["access-control-allow-origin"], "*", "a refusal stays readable");
            assert!(!answer.headers.contains_key("access-control-allow-credentials"));
        }
        app.send(get("/v1/connect/params", &[("authorization", &bearer), ("origin", PAGE)])).await.ok();
        let missing = get("/v1/connect/params", &[("authorization", &bearer)]);
        app.send(missing).await.assert_refused(403, "origin_not_allowed");
        let same =
            get("/v1/connect/params", &[("authorization", &bearer), ("sec-fetch-site", "same-origin")]);
        app.send(same).await.ok();
    }
    let hosted = get(
        "/v1/connect/params",
        &[("authorization", &format!("Bearer {session}")), ("origin", byo_tests::SERVER)],
    );
    app.send(hosted).await.ok();
}

#[tokio::test]
async fn a_session_may_name_its_own_pages() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Live).await;
    let session =
        app.session(&project, json!({"refId": "c", "origins": ["https://other.example.com"]})).await;
    let bearer = format!("Bearer {session}");
    let other =
        get("/v1/connect-session", &[("authorization", &bearer), ("origin", "https://other.example.com")]);
    app.send(other).await.ok();
    let usual = get("/v1/connect-session", &[("authorization", &bearer), ("origin", PAGE)]);
    app.send(usual).await.assert_refused(403, "origin_not_allowed");
}

#[tokio::test]
async fn browser_routes_answer_any_origins_preflight_and_others_none() {
    let app = TestApp::new().await;
    let preflight = |path: &str| {
        Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", "https://anywhere.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type")
            .body(Body::empty())
            .unwrap()
    };
    for path in ["/v1/keys/connect", "/v1/connect/params", "/v1/keys/rotate", "/v1/connect-session"] {
        let answer = app.send(preflight(path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
        assert!(!answer.headers.contains_key("access-control-allow-credentials"));
    }
    for path in ["/v1/connect-sessions", "/v1/admin/projects", "/v1/webhook-endpoints"] {
        let answer = app.send(preflight(path)).await;
        assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn another_host_is_421_except_for_health() {
    let app = TestApp::new().await;
    for host in
        ["evil.example.com", "byo.example.com.evil.com", "byo.example.com:444", "byo.example.com/x", "a?"]
    {
        let request = get("/v1/keys", &[("host", host)]);
        app.send(request).await.assert_refused(421, "misdirected_request");
        let health = app.send(get("/healthz", &[("host", host)])).await;
        assert_eq!(health.status, 200);
    }
    let two = get("/v1/keys", &[("host", "byo.example.com"), ("host", "byo.example.com")]);
    app.send(two).await.assert_refused(421, "misdirected_request");
}

#[tokio::test]
async fn strangers_who_guess_are_slowed_down_and_sessions_are_not() {
    let mut setup = Setup::default();
    setup.limits.failures_per_hour = 5;
    setup.limits.failed_authentications_per_minute = 3;
    let app = TestApp::with(setup).await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    for _ in 0..5 {
        browser.submit("sk-byo-test-rejected-0123456789").await.assert_refused(422, "key_rejected");
    }
    let limited = browser.submit("sk-byo-test-valid-0123456789").await;
    limited.assert_refused(429, "rate_limited");
    assert!(limited.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 60);
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    app.browser(&session).submit("sk-byo-test-valid-0123456789").await.ok();

    for _ in 0..3 {
        app.get("/v1/keys", "byo_sk_test_nonsense").await.assert_refused(401, "unauthenticated");
    }
    app.get("/v1/keys", &project.secret).await.ok();
}

#[tokio::test]
async fn guessing_is_slowed_down_and_hurts_nobody_else_at_that_address() {
    let mut setup = Setup::default();
    setup.limits.failed_authentications_per_minute = 3;
    let app = TestApp::with(setup).await;
    let project = app.project(Environment::Test).await;
    let other = TestApp::new().await.project(Environment::Test).await;
    for _ in 0..3 {
        app.get("/v1/keys", &other.secret).await.assert_refused(401, "unauthenticated");
    }
    app.get("/v1/keys", &other.secret).await.assert_refused(429, "rate_limited");
    app.get("/v1/keys", &project.secret).await.ok();
}
