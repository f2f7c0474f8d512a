//! A server process, its upstream, and a project on it.

use byo_tests::{ADMIN_KEY, Launch, Process, Wire, request};
use serde_json::{Value, json};

use crate::{
    place::Place,
    upstream::{KEY, Upstream},
};

pub(crate) struct Stage {
    pub(crate) upstream: Upstream,
    process: Process,
    _launch: Launch,
    secret: String,
}

impl Stage {
    /// Starts everything.
    pub(crate) async fn set() -> Self {
        let upstream = Upstream::start().await;
        let launch = Launch::new(&[
            ("BYO_PROVIDERS__OPENAI__BASE_URL", &upstream.base_url),
            ("BYO_EGRESS__ALLOW", "127.0.0.1/32"),
        ]);
        let process = launch.start();
        let mut stage = Self { upstream, process, _launch: launch, secret: String::new() };
        let admin = [("x-admin-key", ADMIN_KEY)];
        let made = stage.call("POST", "/v1/admin/projects", &admin, &json!({"name": "Tideline"})).await;
        let secret = made["environments"]["live"]["secretKey"].as_str().expect("a project has tokens");
        secret.clone_into(&mut stage.secret);
        stage
    }

    /// To the stand-in itself, which proves that it answers.
    pub(crate) fn straight(&self) -> Place {
        Place { base_url: self.upstream.base_url.clone(), key: KEY.to_owned(), customer: None }
    }

    /// Connects this customer's key, and goes through byo.
    pub(crate) async fn through_byo(&self, customer: &str) -> Place {
        let body = json!({"provider": "openai", "refId": customer, "providerKey": KEY});
        self.secretly("POST", "/v1/keys/connect", &body).await;
        Place {
            base_url: format!("{}/v1/proxy/openai/v1", self.process.origin),
            key: self.secret.clone(),
            customer: Some(customer.to_owned()),
        }
    }

    /// Revokes this customer's key.
    pub(crate) async fn revoke(&self, customer: &str) {
        let body = json!({"provider": "openai", "refId": customer});
        self.secretly("POST", "/v1/keys/revoke", &body).await;
    }

    /// Takes a model from this customer.
    pub(crate) async fn forbid(&self, customer: &str, model: &str) {
        let body = json!({"mode": "disabled", "models": [format!("openai/{model}")]});
        self.secretly("PUT", &format!("/v1/customers/{customer}/models"), &body).await;
    }

    /// The secret key with one character changed.
    pub(crate) fn misspelt_secret(&self) -> String {
        let (head, tail) = self.secret.split_at(self.secret.len() - 12);
        let changed = if tail.starts_with('A') { "B" } else { "A" };
        format!("{head}{changed}{}", &tail[1..])
    }

    async fn secretly(&self, method: &str, path: &str, body: &Value) {
        let bearer = format!("Bearer {}", self.secret);
        self.call(method, path, &[("authorization", &bearer)], body).await;
    }

    async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Value {
        let request = request(method, path, headers, body.to_string().as_bytes());
        let mut wire = Wire::open(self.process.address()).await.expect("the server listens");
        let reply = wire.ask(method, &request).await;
        assert!((200..300).contains(&reply.status), "{path}: {reply}");
        reply.json()
    }
}
