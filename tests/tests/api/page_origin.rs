//! Calls from byo's own frame, which names the page around it.

use axum::body::Body;
use byo_seal::Purpose;
use byo_server::environment::Environment;
use byo_tests::{Answer, Claims, PAGE, Project, SERVER, TestApp};
use http::{Method, Request};
use serde_json::{Value, json};

const KEY: &str = "sk-byo-test-valid-0123456789";
const OTHER: &str = "https://other.example.com";

type Headers<'a> = [(&'a str, &'a str)];

/// What a browser sends from the frame in this page.
fn framed(page: &str) -> [(&'static str, String); 2] {
    [("origin", SERVER.to_owned()), ("x-byo-page-origin", page.to_owned())]
}

async fn call(
    app: &TestApp,
    method: Method,
    path: &str,
    token: &str,
    headers: &Headers<'_>,
    body: Option<&Value>,
) -> Answer {
    let request =
        Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let request = match body {
        Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    };
    app.send(request.expect("tests write good requests")).await
}

async fn params(app: &TestApp, token: &str, headers: &Headers<'_>) -> Answer {
    call(app, Method::GET, "/v1/connect/params", token, headers, None).await
}

/// From the frame in this page, with an envelope that was sealed for that one.
async fn submit(app: &TestApp, token: &str, purpose: Purpose, page: &str, sealed_for: &str) -> Answer {
    let headers = framed(page);
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    let fresh = params(app, token, &headers).await;
    if fresh.status != 200 {
        return fresh;
    }
    let mut claims = Claims::new(SERVER, token, "customer_1");
    claims.purpose = purpose;
    claims.origin = sealed_for.to_owned();
    let body = claims.body(&claims.seal(&fresh.json, KEY));
    call(app, Method::POST, &format!("/v1/keys/{purpose}"), token, &headers, Some(&body)).await
}

async fn live() -> (TestApp, Project) {
    let app = TestApp::new().await;
    let project = app.project(Environment::Live).await;
    (app, project)
}

/// Test keys are answered without a provider, and this environment's list is one page.
async fn one_page() -> (TestApp, Project) {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    app.settings(&project, Environment::Test, json!({"allowedOrigins": [PAGE]})).await;
    (app, project)
}

#[tokio::test]
async fn a_key_is_connected_tested_and_rotated_from_the_frame_in_an_allowed_page() {
    let (app, project) = one_page().await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    for (token, purposes) in [
        (&project.publishable, vec![Purpose::Connect]),
        (&session, vec![Purpose::Test, Purpose::Connect, Purpose::Rotate]),
    ] {
        for purpose in purposes {
            submit(&app, token, purpose, PAGE, PAGE).await.ok();
        }
        let name = json!({"provider": "openai", "refId": "customer_1"});
        app.post("/v1/keys/revoke", &project.secret, name).await.ok();
        app.clock.advance(std::time::Duration::from_millis(1));
    }
}

#[tokio::test]
async fn a_frame_in_another_page_is_refused_as_that_page_itself_would_be() {
    let (app, project) = live().await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let own = app.session(&project, json!({"refId": "customer_1", "origins": [OTHER]})).await;
    for (token, page, passes) in [
        (&project.publishable, PAGE, true),
        (&project.publishable, OTHER, false),
        (&project.publishable, "null", false),
        (&session, PAGE, true),
        (&session, OTHER, false),
        (&session, "null", false),
        (&session, "https://app.example.com:444", false),
        (&session, "http://app.example.com", false),
        (&own, OTHER, true),
        (&own, PAGE, false),
    ] {
        let headers = framed(page);
        let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = params(&app, token, &headers).await;
        if passes {
            answer.ok();
        } else {
            answer.assert_refused(403, "origin_not_allowed");
        }
    }
    // byo's own origin alone is no page of a publishable key; the header makes the difference.
    params(&app, &project.publishable, &[("origin", SERVER)]).await.assert_refused(403, "origin_not_allowed");
}

#[tokio::test]
async fn a_list_of_another_project_opens_nothing() {
    let (app, one) = live().await;
    let two = app.project(Environment::Live).await;
    app.settings(&two, Environment::Live, json!({"allowedOrigins": [OTHER]})).await;
    for (project, page, passes) in
        [(&one, PAGE, true), (&one, OTHER, false), (&two, OTHER, true), (&two, PAGE, false)]
    {
        let headers = [("origin", SERVER), ("x-byo-page-origin", page)];
        let answer = params(&app, &project.publishable, &headers).await;
        assert_eq!(answer.status.as_u16(), if passes { 200 } else { 403 }, "{}", answer.text);
    }
}

#[tokio::test]
async fn what_was_sealed_for_one_page_does_not_open_for_another() {
    let app = TestApp::new().await;
    // Any page may be around it here: only the envelope tells them apart.
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    for token in [&project.publishable, &session] {
        for (page, sealed_for) in [(PAGE, OTHER), (OTHER, PAGE), (PAGE, SERVER), (PAGE, ""), (SERVER, PAGE)] {
            let answer = submit(&app, token, Purpose::Connect, page, sealed_for).await;
            answer.assert_refused(422, "envelope_invalid");
        }
    }
    for purpose in [Purpose::Test, Purpose::Connect, Purpose::Rotate] {
        submit(&app, &session, purpose, PAGE, OTHER).await.assert_refused(422, "envelope_invalid");
        submit(&app, &session, purpose, PAGE, PAGE).await.ok();
    }
}

#[tokio::test]
async fn a_key_for_requests_is_sealed_for_the_page_around_the_frame() {
    let (app, project) = one_page().await;
    let body = json!({"refId": "customer_1", "allow": ["request"]});
    let session = app.session(&project, body).await;
    for token in [&project.publishable, &session] {
        let path = "/v1/connect/params?purpose=request&expiresIn=600";
        let headers = [("origin", SERVER), ("x-byo-page-origin", PAGE)];
        let fresh = call(&app, Method::GET, path, token, &headers, None).await.ok();
        for (page, status) in [(PAGE, 200), (OTHER, 403)] {
            let mut claims = Claims::new(SERVER, token, "customer_1");
            claims.origin = page.to_owned();
            let sealed = claims.seal_for_request(&fresh, KEY).to_text().unwrap();
            let headers = [("x-byo-ref-id", "customer_1"), ("x-byo-sealed-key", sealed.as_str())];
            let models = "/v1/proxy/openai/v1/models";
            let answer = call(&app, Method::GET, models, &project.secret, &headers, None).await;
            assert_eq!(answer.status.as_u16(), status, "{page}: {}", answer.text);
        }
        let foreign = [("origin", SERVER), ("x-byo-page-origin", OTHER)];
        call(&app, Method::GET, path, token, &foreign, None).await.assert_refused(403, "origin_not_allowed");
    }
}

/// Nobody but a page of byo's own is believed, however good the page is that is named.
#[tokio::test]
async fn the_header_is_refused_from_anywhere_else() {
    let (app, project) = live().await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let named = ("x-byo-page-origin", PAGE);
    let same = ("sec-fetch-site", "same-origin");
    let refused: [&Headers<'_>; 14] = [
        &[named],
        &[named, ("origin", PAGE)],
        &[named, ("origin", OTHER)],
        &[named, ("origin", "null")],
        &[named, ("origin", "")],
        &[named, ("origin", "https://byo.example.com:444")],
        &[named, ("origin", "http://byo.example.com")],
        &[named, ("origin", "https://byo.example.com.evil.com")],
        &[named, ("origin", "https://BYO.example.com")],
        &[named, ("origin", SERVER), ("origin", SERVER)],
        &[named, ("origin", SERVER), ("origin", OTHER)],
        &[named, ("sec-fetch-site", "same-site")],
        &[named, ("sec-fetch-site", "cross-site")],
        &[named, same, ("origin", PAGE)],
    ];
    for token in [&project.publishable, &session] {
        for headers in refused {
            let answer = params(&app, token, headers).await;
            answer.assert_refused(400, "malformed_request");
            assert!(answer.text.contains("X-BYO-Page-Origin"), "{}", answer.text);
            assert_eq!(answer.headers["access-control-allow-origin"], "*", "a refusal stays readable");
        }
        params(&app, token, &[named, same]).await.ok();
        params(&app, token, &[named, ("origin", SERVER)]).await.ok();
    }
    // A browser names the origin of every POST.
    let body = json!({"provider": "openai", "refId": "customer_1"});
    for path in
        ["/v1/keys/connect", "/v1/keys/test", "/v1/keys/rotate", "/v1/keys/validate", "/v1/keys/revoke"]
    {
        let answer = call(&app, Method::POST, path, &session, &[named, same], Some(&body)).await;
        answer.assert_refused(400, "malformed_request");
    }
}

#[tokio::test]
async fn the_header_names_one_origin_as_browsers_write_it() {
    let app = TestApp::new().await;
    // Where any page is allowed, whatever was taken for a page would pass.
    let project = app.project(Environment::Test).await;
    for page in [
        "",
        "*",
        "app.example.com",
        "https://app.example.com/",
        "https://app.example.com/path",
        "https://app.example.com:443",
        "https://APP.example.com",
        "https://user@app.example.com",
        "https://app.example.com, https://app.example.com",
        "https://app.example.com https://b.example.com",
        "file:///tmp",
        "data:,",
        "about:srcdoc",
        "NULL",
        "undefined",
        "javascript:alert(1)",
    ] {
        let headers = [("origin", SERVER), ("x-byo-page-origin", page)];
        params(&app, &project.publishable, &headers).await.assert_refused(400, "malformed_request");
    }
    let twice = [("origin", SERVER), ("x-byo-page-origin", PAGE), ("x-byo-page-origin", PAGE)];
    params(&app, &project.publishable, &twice).await.assert_refused(400, "malformed_request");
    let null = [("origin", SERVER), ("x-byo-page-origin", "null")];
    params(&app, &project.publishable, &null).await.assert_refused(403, "origin_not_allowed");
}

#[tokio::test]
async fn every_call_of_a_page_goes_by_the_page_around_the_frame() {
    let (app, project) = live().await;
    let session = app.session(&project, json!({"refId": "customer_1"})).await;
    let name = json!({"provider": "openai", "refId": "customer_1"});
    let calls = [
        (Method::GET, "/v1/connect/params", None, 200),
        (Method::GET, "/v1/connect-session", None, 200),
        (Method::GET, "/v1/keys", None, 200),
        (Method::GET, "/v1/keys/key_00000000000000000000000000", None, 404),
        (Method::POST, "/v1/keys/validate", Some(&name), 404),
        (Method::POST, "/v1/keys/revoke", Some(&name), 200),
        (Method::POST, "/v1/customers/customer_1/revert", Some(&json!({"confirm": true})), 200),
    ];
    for (method, path, body, status) in calls {
        let inside = [("origin", SERVER), ("x-byo-page-origin", PAGE)];
        let answer = call(&app, method.clone(), path, &session, &inside, body).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
        let outside = [("origin", SERVER), ("x-byo-page-origin", OTHER)];
        call(&app, method.clone(), path, &session, &outside, body)
            .await
            .assert_refused(403, "origin_not_allowed");
        let forged = [("origin", PAGE), ("x-byo-page-origin", PAGE)];
        call(&app, method, path, &session, &forged, body).await.assert_refused(400, "malformed_request");
    }
}

#[tokio::test]
async fn no_other_page_may_send_the_header_at_all() {
    let app = TestApp::new().await;
    for path in ["/v1/connect/params", "/v1/keys/connect", "/v1/connect-session"] {
        let preflight = Request::builder()
            .method(Method::OPTIONS)
            .uri(path)
            .header("origin", PAGE)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type,x-byo-page-origin")
            .body(Body::empty())
            .unwrap();
        let answer = app.send(preflight).await;
        let allowed = answer.headers["access-control-allow-headers"].to_str().unwrap().to_ascii_lowercase();
        assert_eq!(allowed, "authorization,content-type");
    }
}

#[tokio::test]
async fn a_backend_is_no_page_whatever_it_sends() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body = json!({"provider": "openai", "refId": "customer_1", "providerKey": KEY});
    for headers in [
        &[("x-byo-page-origin", PAGE)][..],
        &[("x-byo-page-origin", "nonsense"), ("origin", OTHER)],
        &[("origin", SERVER), ("x-byo-page-origin", OTHER)],
    ] {
        call(&app, Method::POST, "/v1/keys/connect", &project.secret, headers, Some(&body)).await.ok();
    }
    let mut claims = Claims::new(SERVER, &project.secret, "customer_1");
    claims.origin = String::new();
    let params = app.get("/v1/connect/params", &project.publishable).await.ok();
    let body = claims.body(&claims.seal(&params, KEY));
    let headers = [("origin", SERVER), ("x-byo-page-origin", PAGE)];
    call(&app, Method::POST, "/v1/keys/connect", &project.secret, &headers, Some(&body)).await.ok();
}
