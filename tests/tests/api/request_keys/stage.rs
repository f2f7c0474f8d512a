//! A product, a browser that seals for requests, and a backend that passes the envelopes on.

use byo_seal::ProviderId;
use byo_server::{
    domain::{Refusal, RequestKey, open_request_key},
    store::Scope,
    token::Token,
};
use byo_tests::{Claims, Project, SERVER, TestApp};
use http::Method;
use serde_json::{Value, json};

pub(super) const KEY: &str = "sk-byo-test-valid-0123456789";

/// See the module.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) project: Project,
    /// Of the same project's other environment.
    pub(super) live_secret: String,
    /// What the browser holds.
    pub(super) token: String,
    /// What it seals for.
    pub(super) claims: Claims,
}

impl Stage {
    /// The browser holds a publishable key.
    pub(super) async fn publishable() -> Self {
        let app = TestApp::new().await;
        let made = app.admin(Method::POST, "/v1/admin/projects", Some(json!({"name": "Northwind"}))).await;
        let text = |value: &Value| value.as_str().expect("tokens and ids are text").to_owned();
        let tokens = &made.json["environments"];
        let project = Project {
            id: text(&made.json["id"]),
            publishable: text(&tokens["test"]["publishableKey"]),
            secret: text(&tokens["test"]["secretKey"]),
        };
        let (live_secret, token) = (text(&tokens["live"]["secretKey"]), project.publishable.clone());
        let claims = Claims::new(SERVER, &token, "customer_1");
        Self { app, project, live_secret, token, claims }
    }

    /// The browser holds such a session.
    pub(super) async fn session(body: Value) -> Self {
        let mut stage = Self::publishable().await;
        stage.token = stage.app.session(&stage.project, body).await;
        stage.claims = Claims::new(SERVER, &stage.token, "customer_1");
        stage
    }

    pub(super) async fn params(&self, seconds: u32) -> Value {
        self.app.browser(&self.token).request_params(seconds).await
    }

    pub(super) async fn seal_for(&self, seconds: u32) -> String {
        self.claims.seal_for_request(&self.params(seconds).await, KEY).to_text().expect("the key is short")
    }

    pub(super) async fn scope(&self, secret: &str) -> Scope {
        let hash = Token::parse(secret).expect("tokens are well-formed").hash();
        self.app.app.store.token_by_hash(&hash).await.expect("the database works").expect("it stands").1
    }

    /// What the backend gets with its secret key, for the usual customer and provider.
    pub(super) async fn open(&self, text: &str) -> Result<RequestKey, Refusal> {
        let scope = self.scope(&self.project.secret).await;
        open_request_key(&self.app.app, &scope.environment.id, text, ProviderId::Openai, "customer_1").await
    }

    pub(super) async fn outcome(&self, text: &str) -> String {
        told(self.open(text).await)
    }

    pub(super) async fn outcome_in(&self, scope: &Scope, text: &str) -> String {
        told(
            open_request_key(&self.app.app, &scope.environment.id, text, ProviderId::Openai, "customer_1")
                .await,
        )
    }

    pub(super) async fn outcome_as(
        &self,
        secret: &str,
        text: &str,
        provider: ProviderId,
        ref_id: &str,
    ) -> String {
        let scope = self.scope(secret).await;
        told(open_request_key(&self.app.app, &scope.environment.id, text, provider, ref_id).await)
    }
}

fn told(result: Result<RequestKey, Refusal>) -> String {
    match result {
        Ok(_) => "opened".to_owned(),
        Err(refusal) => format!("{refusal:?}"),
    }
}
