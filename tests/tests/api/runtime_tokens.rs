//! Runtime tokens: made, listed, ended, and good for nothing but the proxy.

use std::{sync::Arc, time::Duration};

use byo_seal::ProviderId;
use byo_server::{
    clock::Clock,
    environment::Environment,
    store::{Grant, GrantQuery},
    token::Token,
};
use byo_tests::{Answer, Project, Setup, TestApp};
use http::Method;
use serde_json::{Value, json};

const YEAR: u64 = 31_536_000;

#[tokio::test]
async fn a_runtime_token_is_shown_once_and_stands_for_one_customer() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let body = json!({
        "refId": "customer_1", "providers": ["openai", "anthropic"], "expiresIn": 3600,
        "models": {"mode": "enabled", "models": ["openai/gpt-4.1", "anthropic/*"]},
    });
    let made = made(&app, &project, body.clone()).await;
    let token = text(&made["token"]);
    assert!(token.starts_with("byo_rt_test_"), "{token}");
    for member in ["refId", "providers", "models"] {
        assert_eq!(made[member], body[member], "{member}");
    }
    assert_eq!(made["createdAt"], "2026-09-21T14:13:20.000Z");
    assert_eq!(made["expiresAt"], "2026-09-21T15:13:20.000Z");
    assert!(made["revokedAt"].is_null());

    let grant = grant(&app, &token).await.expect("it works");
    let limits = grant.runtime.as_ref().expect("a runtime token has limits");
    assert_eq!((limits.id.as_str(), limits.ref_id.as_str()), (text(&made["id"]).as_str(), "customer_1"));
    assert_eq!(limits.providers, Some(vec![ProviderId::Openai, ProviderId::Anthropic]));
    assert!(limits.models.allows(ProviderId::Openai, "gpt-4.1"));
    assert!(!limits.models.allows(ProviderId::Openai, "gpt-4.1-mini"));

    let listed = app.get("/v1/runtime-tokens", &project.secret).await;
    assert!(!listed.text.contains("byo_rt_"), "{}", listed.text);
    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("token");
    assert_eq!(listed.ok(), json!({"data": [shown], "nextCursor": null}));
    let bytes = app.folder.bytes();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "only its hash is kept");
}

#[tokio::test]
async fn what_is_left_out_is_not_limited() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Live).await;
    let made = made(&app, &project, json!({"refId": "c"})).await;
    assert!(text(&made["token"]).starts_with("byo_rt_live_"));
    assert_eq!(made["models"], json!({"mode": "all", "models": []}));
    assert!(made["providers"].is_null() && made["expiresAt"].is_null(), "{made}");
    app.clock.advance(Duration::from_secs(10 * YEAR));
    sweep(&app).await;
    assert!(works(&app, &text(&made["token"])).await);
}

#[tokio::test]
async fn an_expired_token_is_no_token_and_is_dropped() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let made = made(&app, &project, json!({"refId": "c", "expiresIn": 60})).await;
    let token = text(&made["token"]);
    app.clock.advance(Duration::from_millis(59_999));
    assert!(works(&app, &token).await);
    app.clock.advance(Duration::from_millis(1));
    assert!(!works(&app, &token).await);
    app.get("/v1/keys", &token).await.assert_refused(401, "unauthenticated");
    sweep(&app).await;
    assert_eq!(app.get("/v1/runtime-tokens", &project.secret).await.ok()["data"], json!([]));
    end(&app, &project.secret, &text(&made["id"])).await.assert_refused(404, "not_found");
}

#[tokio::test]
async fn an_ended_token_works_no_more_and_calls_under_preparation_look_again() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let first = made(&app, &project, json!({"refId": "c"})).await;
    app.clock.advance(Duration::from_millis(1));
    let made = [first, made(&app, &project, json!({"refId": "c"})).await];
    let [token, other] = made.each_ref().map(|made| text(&made["token"]));
    let before = app.app.in_use.epoch();
    for _ in 0..2 {
        let ended = end(&app, &project.secret, &text(&made[0]["id"])).await;
        assert_eq!((ended.status.as_u16(), ended.text.as_str()), (204, ""));
        assert!(app.app.in_use.epoch() > before && !works(&app, &token).await);
        app.clock.advance(Duration::from_secs(1));
    }
    assert!(works(&app, &other).await);
    let listed = app.get("/v1/runtime-tokens", &project.secret).await.ok();
    assert_eq!(listed["data"][0]["revokedAt"], "2026-09-21T14:13:20.001Z", "the first time counts");
    assert!(listed["data"][1]["revokedAt"].is_null());
}

#[tokio::test]
async fn another_environments_token_is_as_if_it_were_not_there() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let other = app.project(Environment::Test).await;
    let made = made(&app, &project, json!({"refId": "c"})).await;
    let (id, token) = (text(&made["id"]), text(&made["token"]));
    for id in [id.as_str(), "tok_00000000000000000000000000", "tok_", "key_00000000000000000000000000"] {
        let mut answer = end(&app, &other.secret, id).await;
        answer.assert_refused(404, "not_found");
        answer.json["requestId"] = Value::Null;
        assert_eq!(answer.json["detail"], "There is no such runtime token.", "{id}");
    }
    // Nor is a secret key a runtime token.
    let tokens =
        app.admin(Method::GET, &format!("/v1/admin/projects/{}/tokens", project.id), None).await.ok();
    for secret in tokens["data"].as_array().unwrap() {
        end(&app, &project.secret, &text(&secret["id"])).await.assert_refused(404, "not_found");
    }
    assert!(works(&app, &token).await);
    assert_eq!(app.get("/v1/runtime-tokens", &other.secret).await.ok()["data"], json!([]));
}

#[tokio::test]
async fn a_runtime_token_ends_with_the_secret_key_that_made_it() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let path = format!("/v1/admin/projects/{}/tokens", project.id);
    let body = json!({"environment": "test", "kind": "secret", "name": "second"});
    let second = app.admin(Method::POST, &path, Some(body)).await.json;
    let body = json!({"refId": "c"});
    let orphan = app.post("/v1/runtime-tokens", &text(&second["token"]), body.clone()).await.json;
    app.clock.advance(Duration::from_millis(1));
    let kept = made(&app, &project, body).await;
    let before = app.app.in_use.epoch();
    let path = format!("/v1/admin/tokens/{}", text(&second["id"]));
    assert_eq!(app.admin(Method::DELETE, &path, None).await.status, 204);
    assert!(app.app.in_use.epoch() > before);
    assert!(!works(&app, &text(&orphan["token"])).await && works(&app, &text(&kept["token"])).await);
    let listed = app.get("/v1/runtime-tokens", &project.secret).await.ok();
    assert!(
        listed["data"][0]["revokedAt"].is_string() && listed["data"][1]["revokedAt"].is_null(),
        "{listed}"
    );
}

#[tokio::test]
async fn a_request_is_checked_field_by_field() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let many = vec!["openai/gpt-4.1"; 501];
    for (body, field) in [
        (json!({}), "refId"),
        (json!({"refId": ""}), "refId"),
        (json!({"refId": "a b"}), "refId"),
        (json!({"refId": "x".repeat(256)}), "refId"),
        (json!({"refId": null}), "refId"),
        (json!({"refId": "c", "providers": []}), "providers"),
        (json!({"refId": "c", "providers": ["nobody", "no one"]}), "providers"),
        (json!({"refId": "c", "models": []}), "models"),
        (json!({"refId": "c", "models": {}}), "models.mode"),
        (json!({"refId": "c", "models": {"mode": "some"}}), "models.mode"),
        (json!({"refId": "c", "models": {"mode": "enabled", "models": ["gpt-4.1"]}}), "models"),
        (json!({"refId": "c", "models": {"mode": "disabled", "models": ["openai/*-mini"]}}), "models"),
        (json!({"refId": "c", "models": {"mode": "all", "models": ["nobody/x"]}}), "models"),
        (json!({"refId": "c", "models": {"mode": "enabled", "models": many}}), "models"),
        (json!({"refId": "c", "models": {"mode": "enabled", "models": [1]}}), "models.models[0]"),
        (json!({"refId": "c", "models": {"mode": "enabled", "allow": []}}), "models.allow"),
        (json!({"refId": "c", "expiresIn": 59}), "expiresIn"),
        (json!({"refId": "c", "expiresIn": YEAR + 1}), "expiresIn"),
        (json!({"refId": "c", "expiresIn": -1}), "expiresIn"),
        (json!({"refId": "c", "expiresIn": 60.5}), "expiresIn"),
        (json!({"refId": "c", "expiresIn": "60"}), "expiresIn"),
        (json!({"refId": "c", "name": "x"}), "name"),
    ] {
        let answer = app.post("/v1/runtime-tokens", &project.secret, body.clone()).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), [field], "{body}: {}", answer.text);
    }
    let all =
        json!({"refId": "", "providers": [], "models": {"mode": "all", "models": ["x"]}, "expiresIn": 0});
    let answer = app.post("/v1/runtime-tokens", &project.secret, all).await;
    assert_eq!(answer.fields(), ["refId", "providers", "models", "expiresIn"]);
    for expires_in in [60, YEAR] {
        made(&app, &project, json!({"refId": "c", "expiresIn": expires_in})).await;
    }
    assert_eq!(
        app.get("/v1/runtime-tokens", &project.secret).await.ok()["data"].as_array().unwrap().len(),
        2
    );
}

#[tokio::test]
async fn runtime_tokens_are_listed_in_pages_and_by_customer() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let mut ids = Vec::new();
    for ref_id in ["a", "b", "a", "a"] {
        ids.push(text(&made(&app, &project, json!({"refId": ref_id})).await["id"]));
        app.clock.advance(Duration::from_millis(1));
    }
    let page = async |query: &str| {
        let page = app.get(&format!("/v1/runtime-tokens{query}"), &project.secret).await.ok();
        let ids: Vec<_> = page["data"].as_array().unwrap().iter().map(|row| text(&row["id"])).collect();
        (ids, page["nextCursor"].as_str().map(str::to_owned))
    };
    assert_eq!(page("?refId=a").await, (vec![ids[0].clone(), ids[2].clone(), ids[3].clone()], None));
    assert_eq!(page("?refId=nobody").await, (Vec::new(), None));
    let (first, next) = page("?limit=3").await;
    assert_eq!((&first[..], next.as_deref()), (&ids[..3], Some(ids[2].as_str())));
    assert_eq!(page(&format!("?limit=3&cursor={}", ids[2])).await, (vec![ids[3].clone()], None));
    for (query, field) in
        [("refId=", "refId"), ("limit=0", "limit"), ("cursor=x", "cursor"), ("provider=openai", "provider")]
    {
        let refused = app.get(&format!("/v1/runtime-tokens?{query}"), &project.secret).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), [field]);
    }
}

#[tokio::test]
async fn only_a_secret_key_makes_lists_and_ends_them() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let made = made(&app, &project, json!({"refId": "c"})).await;
    let session = app.session(&project, json!({"refId": "c"})).await;
    for token in [&project.publishable, &session, &text(&made["token"])] {
        app.post("/v1/runtime-tokens", token, json!({"refId": "c"})).await.assert_refused(403, "forbidden");
        app.get("/v1/runtime-tokens", token).await.assert_refused(403, "forbidden");
        end(&app, token, &text(&made["id"])).await.assert_refused(403, "forbidden");
    }
}

#[tokio::test]
async fn a_runtime_token_opens_no_call_but_the_proxys_and_its_holder_is_told() {
    let mut setup = Setup::default();
    setup.limits.failed_authentications_per_minute = 1;
    let app = TestApp::with(setup).await;
    let project = app.project(Environment::Test).await;
    let made = made(&app, &project, json!({"refId": "c"})).await;
    let token = text(&made["token"]);
    // As often as one likes: it is no guess.
    for _ in 0..3 {
        for path in ["/v1/keys?refId=c", "/v1/connect-session", "/v1/connect/params", "/v1/webhook-endpoints"]
        {
            let refused = app.get(path, &token).await;
            refused.assert_refused(403, "forbidden");
            assert_eq!(refused.json["detail"], "A runtime token opens the proxy and nothing else.");
        }
    }
    assert_eq!(end(&app, &project.secret, &text(&made["id"])).await.status, 204);
    app.get("/v1/keys", &token).await.assert_refused(401, "unauthenticated");
    app.get("/v1/keys", &token).await.assert_refused(429, "rate_limited");
}

#[tokio::test]
async fn making_them_comes_out_of_the_secret_keys_budget() {
    let mut setup = Setup::default();
    setup.limits.secret_per_minute = 2;
    let app = TestApp::with(setup).await;
    let project = app.project(Environment::Test).await;
    for _ in 0..2 {
        made(&app, &project, json!({"refId": "c"})).await;
    }
    let refused = app.post("/v1/runtime-tokens", &project.secret, json!({"refId": "c"})).await;
    refused.assert_refused(429, "rate_limited");
}

async fn made(app: &TestApp, project: &Project, body: Value) -> Value {
    let made = app.post("/v1/runtime-tokens", &project.secret, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json
}

async fn end(app: &TestApp, token: &str, id: &str) -> Answer {
    app.call(Method::DELETE, &format!("/v1/runtime-tokens/{id}"), token, None).await
}

async fn works(app: &TestApp, token: &str) -> bool {
    grant(app, token).await.is_some()
}

/// What the proxy asks before each call.
async fn grant(app: &TestApp, token: &str) -> Option<Arc<Grant>> {
    let query = GrantQuery {
        token: &Token::parse(token).expect("it is well-formed").hash(),
        is_runtime: true,
        ref_id: None,
        provider: ProviderId::Openai,
        name: "default",
        now: app.clock.now(),
    };
    app.app.store.grant(query).await.expect("the database works")
}

async fn sweep(app: &TestApp) {
    app.app.store.sweep(app.clock.now()).await.expect("the database works");
}

fn text(value: &Value) -> String {
    value.as_str().expect("ids and tokens are text").to_owned()
}
