//! Runtime tokens and the operator's keys where they are used: on the proxy, with a provider behind it.

use std::time::Duration;

use axum::body::Body;
use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{Answer, FakeProvider, Project, Setup, TestApp, unique};
use http::{Method, Request};
use serde_json::{Value, json};

struct Stage {
    app: TestApp,
    project: Project,
    provider: FakeProvider,
    /// The operator's.
    platform: String,
    /// A customer's.
    own: String,
}

#[tokio::test]
async fn the_operators_key_serves_customers_who_have_none_where_that_is_allowed() {
    let stage = Stage::new().await;
    let nobody = async |why: &str| {
        let asked = stage.provider.asked();
        assert_eq!(stage.as_customer("customer_2").await.status, 403, "{why}");
        assert_eq!(stage.provider.asked(), asked, "{why}");
    };
    nobody("there is no key").await;
    stage.set(json!({"platformKeys": true})).await;
    nobody("there is no platform key").await;
    stage.put_platform_key().await;
    stage.set(json!({"platformKeys": false})).await;
    nobody("the environment does not allow it").await;
    stage.set(json!({"platformKeys": true})).await;
    assert_eq!(mode(&stage.as_customer("customer_2").await), (200, "server"));

    stage.connect("customer_1").await;
    assert_eq!(mode(&stage.as_customer("customer_1").await), (200, "byok"));
    stage.provider.forget(&stage.own);
    assert_eq!(mode(&stage.as_customer("customer_1").await), (401, "byok"), "never the operator's instead");

    let removed = stage.app.admin(Method::DELETE, &stage.platform_path(), None).await;
    assert_eq!(removed.status, 204);
    nobody("the platform key is gone").await;
}

#[tokio::test]
async fn an_empty_ref_id_does_not_name_the_operator() {
    let stage = Stage::new().await;
    stage.set(json!({"platformKeys": true})).await;
    stage.put_platform_key().await;
    let asked = stage.provider.asked();
    for ref_id in ["", " ", "\t"] {
        assert_eq!(stage.as_customer(ref_id).await.status, 400, "{ref_id:?}");
    }
    assert_eq!(stage.call(&stage.project.secret, &[], None).await.status, 400, "no customer at all");
    assert_eq!(stage.provider.asked(), asked);
}

#[tokio::test]
async fn a_runtime_token_uses_its_customers_keys_within_its_limits() {
    let stage = Stage::new().await;
    stage.connect("customer_1").await;
    let body = json!({"refId": "customer_1", "providers": ["openai"], "expiresIn": 60,
        "models": {"mode": "enabled", "models": ["openai/gpt-4.1"]}});
    let made = stage.app.post("/v1/runtime-tokens", &stage.project.secret, body).await;
    let token = text(&made.json["token"]);
    let chat = |model: &str| Some(json!({"model": model, "messages": []}));
    assert_eq!(mode(&stage.call(&token, &[], None).await), (200, "byok"));
    assert_eq!(stage.call(&token, &[("x-byo-ref-id", "customer_1")], None).await.status, 200);
    assert_eq!(mode(&stage.call(&token, &[], chat("gpt-4.1")).await), (200, "byok"));
    let asked = stage.provider.asked();
    assert_eq!(stage.call(&token, &[("x-byo-ref-id", "customer_2")], None).await.status, 403);
    assert_eq!(stage.call(&token, &[], chat("gpt-4.1-mini")).await.status, 403);
    let elsewhere = stage.send("/v1/proxy/groq/openai/v1/models", &token, &[], None).await;
    assert_eq!(elsewhere.status, 403, "{}", elsewhere.text);
    stage.app.clock.advance(Duration::from_secs(60));
    assert_eq!(stage.call(&token, &[], None).await.status, 401);
    assert_eq!(stage.provider.asked(), asked);
}

#[tokio::test]
async fn an_ended_runtime_token_calls_nobody_any_more() {
    let stage = Stage::new().await;
    stage.connect("customer_1").await;
    let make = async |secret: &str| {
        let made = stage.app.post("/v1/runtime-tokens", secret, json!({"refId": "customer_1"})).await.json;
        (text(&made["id"]), text(&made["token"]))
    };
    let tokens = format!("/v1/admin/projects/{}/tokens", stage.project.id);
    let body = json!({"environment": "live", "kind": "secret", "name": "second"});
    let second = stage.app.admin(Method::POST, &tokens, Some(body)).await.json;
    let (id, token) = make(&stage.project.secret).await;
    let (_, orphan) = make(&text(&second["token"])).await;
    for token in [&token, &orphan] {
        assert_eq!(stage.call(token, &[], None).await.status, 200);
    }
    let path = format!("/v1/runtime-tokens/{id}");
    let ended = stage.app.call(Method::DELETE, &path, &stage.project.secret, None).await;
    assert_eq!(ended.status, 204);
    let path = format!("/v1/admin/tokens/{}", text(&second["id"]));
    assert_eq!(stage.app.admin(Method::DELETE, &path, None).await.status, 204);
    let asked = stage.provider.asked();
    for token in [&token, &orphan] {
        assert_eq!(stage.call(token, &[], None).await.status, 401);
    }
    assert_eq!(stage.provider.asked(), asked);
}

impl Stage {
    async fn new() -> Self {
        let (platform, own) = (unique("sk-platform-"), unique("sk-own-"));
        let provider = FakeProvider::start(&[&platform, &own]).await;
        let providers =
            [ProviderId::Openai, ProviderId::Groq].map(|id| (id, provider.base_url.clone())).into();
        let app = TestApp::with(Setup { providers, ..Setup::default() }).await;
        let project = app.project(Environment::Live).await;
        Self { app, project, provider, platform, own }
    }

    async fn set(&self, settings: Value) {
        self.app.settings(&self.project, Environment::Live, settings).await;
    }

    fn platform_path(&self) -> String {
        format!("/v1/admin/projects/{}/environments/live/platform-keys/openai", self.project.id)
    }

    async fn put_platform_key(&self) {
        let body = json!({"providerKey": self.platform});
        self.app.admin(Method::PUT, &self.platform_path(), Some(body)).await.ok();
    }

    async fn connect(&self, ref_id: &str) {
        let body = json!({"provider": "openai", "refId": ref_id, "providerKey": self.own});
        self.app.post("/v1/keys/connect", &self.project.secret, body).await.ok();
    }

    async fn as_customer(&self, ref_id: &str) -> Answer {
        self.call(&self.project.secret, &[("x-byo-ref-id", ref_id)], None).await
    }

    /// Lists models, or chats where there is a body.
    async fn call(&self, token: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let path = if body.is_some() { "chat/completions" } else { "models" };
        self.send(&format!("/v1/proxy/openai/v1/{path}"), token, headers, body).await
    }

    async fn send(&self, path: &str, token: &str, headers: &[(&str, &str)], body: Option<Value>) -> Answer {
        let method = if body.is_some() { Method::POST } else { Method::GET };
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json");
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.app.send(request.body(body).expect("tests write good requests")).await
    }
}

/// The status, and whose key it was.
fn mode(answer: &Answer) -> (u16, &str) {
    let mode = answer.headers.get("x-byo-mode").and_then(|mode| mode.to_str().ok());
    (answer.status.as_u16(), mode.unwrap_or_default())
}

fn text(value: &Value) -> String {
    value.as_str().expect("ids and tokens are text").to_owned()
}
