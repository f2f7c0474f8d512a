//! The operator's calls, health, and the document.

use axum::body::Body;
use byo_server::environment::Environment;
use byo_tests::{Setup, TestApp};
use http::{Method, Request};
use serde_json::json;

#[tokio::test]
async fn a_project_is_made_with_two_tokens_in_each_environment() {
    let app = TestApp::new().await;
    let made = app.admin(Method::POST, "/v1/admin/projects", Some(json!({"name": "Northwind"}))).await;
    assert_eq!(made.status, 201);
    for (environment, kind, prefix) in [
        ("test", "publishableKey", "byo_pk_test_"),
        ("test", "secretKey", "byo_sk_test_"),
        ("live", "publishableKey", "byo_pk_live_"),
        ("live", "secretKey", "byo_sk_live_"),
    ] {
        assert!(made.json["environments"][environment][kind].as_str().unwrap().starts_with(prefix));
    }
    let path = format!("/v1/admin/projects/{}", made.json["id"].as_str().unwrap());
    let read = app.admin(Method::GET, &path, None).await.ok();
    assert_eq!(read["name"], "Northwind");
    assert_eq!(read["environments"][0]["environment"], "test");
    assert_eq!(read["environments"][0]["writes"], "open");
    assert_eq!(read["environments"][0]["allowedOrigins"], "*");
    assert_eq!(read["environments"][1]["writes"], "session");
    assert_eq!(read["environments"][1]["allowedOrigins"], json!([]));
    assert!(!read.to_string().contains("byo_sk_"));
    assert_eq!(
        app.admin(Method::GET, "/v1/admin/projects", None).await.ok()["data"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn settings_are_checked_and_partial_changes_keep_the_rest() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Live).await;
    let path = format!("/v1/admin/projects/{}/environments/live", project.id);
    let change = |body| app.admin(Method::PATCH, &path, Some(body));
    let changed = change(json!({"writes": "open"})).await.ok();
    assert_eq!(changed["environments"][1]["allowedOrigins"], json!([byo_tests::PAGE]));
    assert_eq!(changed["environments"][1]["writes"], "open");
    for (body, field) in [
        (json!({"allowedOrigins": ["https://a.example/x"]}), "allowedOrigins"),
        (json!({"writes": "everything"}), "writes"),
        (json!({"owner": "me"}), "owner"),
    ] {
        let answer = change(body).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), [field], "{}", answer.text);
    }
    let unknown = "/v1/admin/projects/prj_00000000000000000000000000/environments/live";
    app.admin(Method::PATCH, unknown, Some(json!({}))).await.assert_refused(404, "not_found");
    let nowhere = format!("/v1/admin/projects/{}/environments/staging", project.id);
    app.admin(Method::PATCH, &nowhere, Some(json!({}))).await.assert_refused(404, "not_found");
}

#[tokio::test]
async fn what_the_proxy_may_do_is_set_one_by_one_and_is_nothing_at_first() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = format!("/v1/admin/projects/{}/environments/test", project.id);
    let change = |body| app.admin(Method::PATCH, &path, Some(body));
    let settings = ["platformKeys", "demo", "allowAllPaths"];
    let shown = |project: &serde_json::Value, half: usize| {
        settings.map(|name| project["environments"][half][name].as_bool().expect("a setting is a boolean"))
    };
    let first = change(json!({})).await.ok();
    assert_eq!((shown(&first, 0), shown(&first, 1)), ([false; 3], [false; 3]));
    for (at, name) in settings.into_iter().enumerate() {
        let mut wanted = [false; 3];
        wanted[at] = true;
        let before = app.app.in_use.epoch();
        let changed = change(json!({name: true})).await.ok();
        assert_eq!((shown(&changed, 0), shown(&changed, 1)), (wanted, [false; 3]), "{name}");
        assert!(app.app.in_use.epoch() > before, "calls under preparation look again");
        let kept = change(json!({"writes": "open"})).await.ok();
        assert_eq!(shown(&kept, 0), wanted, "{name}");
        assert_eq!(shown(&change(json!({name: false})).await.ok(), 0), [false; 3], "{name}");
        for wrong in [json!("true"), json!(1), json!([])] {
            let refused = change(json!({name: wrong})).await;
            refused.assert_refused(422, "invalid_request");
            assert_eq!(refused.fields(), [name]);
        }
    }
}

#[tokio::test]
async fn tokens_are_made_listed_and_ended() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = format!("/v1/admin/projects/{}/tokens", project.id);
    let body = json!({"environment": "test", "kind": "secret", "name": "second backend"});
    let made = app.admin(Method::POST, &path, Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let token = made.json["token"].as_str().unwrap();
    app.get("/v1/keys", token).await.ok();

    let listed = app.admin(Method::GET, &path, None).await;
    assert_eq!(listed.json["data"].as_array().unwrap().len(), 5);
    assert!(!listed.text.contains("byo_sk_"));

    let end = format!("/v1/admin/tokens/{}", made.json["id"].as_str().unwrap());
    assert_eq!(app.admin(Method::DELETE, &end, None).await.status, 204);
    assert_eq!(app.admin(Method::DELETE, &end, None).await.status, 204);
    app.get("/v1/keys", token).await.assert_refused(401, "unauthenticated");
    app.get("/v1/keys", &project.secret).await.ok();

    let session = json!({"environment": "test", "kind": "session", "name": "x"});
    app.admin(Method::POST, &path, Some(session)).await.assert_refused(422, "invalid_request");
}

#[tokio::test]
async fn projects_and_tokens_are_listed_in_pages() {
    let app = TestApp::new().await;
    let mut projects = Vec::new();
    for _ in 0..3 {
        projects.push(app.project(Environment::Test).await.id);
    }
    projects.sort();
    assert_eq!(pages(&app, "/v1/admin/projects", 2).await, [&projects[..2], &projects[2..]]);
    assert_eq!(pages(&app, "/v1/admin/projects", 3).await, [&projects[..]]);
    // The four of a new project.
    let tokens = pages(&app, &format!("/v1/admin/projects/{}/tokens", projects[0]), 3).await;
    assert_eq!(tokens.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);

    for (query, field) in
        [("limit=0", "limit"), ("limit=201", "limit"), ("cursor=x", "cursor"), ("page=2", "page")]
    {
        let refused = app.admin(Method::GET, &format!("/v1/admin/projects?{query}"), None).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), [field]);
    }
}

/// The ids of a list, page by page.
async fn pages(app: &TestApp, path: &str, limit: usize) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = app.admin(Method::GET, &format!("{path}?limit={limit}{cursor}"), None).await.ok();
        let rows = page["data"].as_array().expect("a list");
        pages.push(rows.iter().map(|row| row["id"].as_str().expect("ids are text").to_owned()).collect());
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn only_the_admin_key_opens_admin_calls() {
    let mut setup = Setup::default();
    setup.limits.failed_admin_per_minute = 4;
    let app = TestApp::with(setup).await;
    let project = app.project(Environment::Test).await;
    let get = |name: &str, value: &str| {
        Request::get("/v1/admin/projects").header(name, value).body(Body::empty()).unwrap()
    };
    app.get("/v1/admin/projects", &project.secret).await.assert_refused(400, "conflicting_credentials");
    for key in ["", "wrong", &byo_tests::ADMIN_KEY[1..], &format!("{} ", byo_tests::ADMIN_KEY[1..].trim())] {
        app.send(get("x-admin-key", key)).await.assert_refused(401, "unauthenticated");
    }
    app.send(get("x-admin-key", "wrong")).await.assert_refused(429, "rate_limited");
    // The operator is not locked out by whoever guesses from the same address.
    app.admin(Method::GET, "/v1/admin/projects", None).await.ok();
}

#[tokio::test]
async fn health_needs_no_credential() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/readyz"] {
        let answer = app.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.ok()["status"], "ok");
    }
    app.app.store.close().await;
    // What was found is good for a second.
    app.clock.advance(std::time::Duration::from_secs(1));
    let answer = app.send(Request::get("/readyz").body(Body::empty()).unwrap()).await;
    answer.assert_refused(503, "unavailable");
    assert_eq!(answer.headers["retry-after"], "1");
}

#[tokio::test]
async fn the_committed_document_is_the_served_one() {
    let app = TestApp::new().await;
    let served = app.send(Request::get("/openapi.json").body(Body::empty()).unwrap()).await.ok();
    let committed = include_str!("../../../docs/openapi.json");
    let committed: serde_json::Value = serde_json::from_str(committed).unwrap();
    assert!(
        served == committed,
        "docs/openapi.json is stale; write it anew with `byo openapi > docs/openapi.json`"
    );
}

#[tokio::test]
async fn an_admin_key_stands_alone() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    for (name, value) in [("x-api-key", project.secret.as_str()), ("x-admin-key", "wrong")] {
        let request = Request::get("/v1/admin/projects").header("x-admin-key", byo_tests::ADMIN_KEY);
        let request = request.header(name, value).body(Body::empty()).unwrap();
        app.send(request).await.assert_refused(400, "conflicting_credentials");
    }
}
