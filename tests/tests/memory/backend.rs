//! A backend and its customers, on connections that they keep open.

use byo_seal::Purpose;
use byo_tests::{ADMIN_KEY, Claims, PAGE, Process, Reply, Wire, request};
use serde_json::{Value, json};

/// Talks to one server, as a product's backend and as its pages.
pub(crate) struct Backend {
    origin: String,
    wire: Wire,
    secret: String,
}

impl Backend {
    /// Makes a project and works in its live environment, where providers are asked.
    pub(crate) async fn new(process: &Process) -> Self {
        let mut backend = Self {
            origin: process.origin.clone(),
            wire: Wire::open(process.address()).await.expect("the server listens"),
            secret: String::new(),
        };
        let made = backend.admin("POST", "/v1/admin/projects", &json!({"name": "Northwind"})).await;
        backend.secret = text(&made["environments"]["live"]["secretKey"]);
        let path = format!("/v1/admin/projects/{}/environments/live", text(&made["id"]));
        backend.admin("PATCH", &path, &json!({"allowedOrigins": [PAGE]})).await;
        backend
    }

    async fn admin(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let reply = self.send(method, path, &[("x-admin-key", ADMIN_KEY)], body.to_string().as_bytes()).await;
        assert!(reply.status < 300, "{reply}");
        reply.json()
    }

    /// Sends the body as the backend.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Reply {
        let bearer = format!("Bearer {}", self.secret);
        self.send("POST", path, &[("authorization", &bearer)], body.to_string().as_bytes()).await
    }

    /// Sends anything as the backend.
    pub(crate) async fn post_anything(&mut self, path: &str, content_type: &str, body: &[u8]) -> Reply {
        let bearer = format!("Bearer {}", self.secret);
        self.send("POST", path, &[("authorization", &bearer), ("content-type", content_type)], body).await
    }

    /// Calls a provider, or all of them in one form, for this customer, with a key of its own where one is given.
    pub(crate) async fn ask(
        &mut self,
        path: &str,
        ref_id: &str,
        given: Option<(&str, &str)>,
        body: &Value,
    ) -> Reply {
        let bearer = format!("Bearer {}", self.secret);
        let mut headers = vec![("authorization", bearer.as_str()), ("x-byo-ref-id", ref_id)];
        headers.extend(given);
        self.send("POST", path, &headers, body.to_string().as_bytes()).await
    }

    /// Seals a key in the customer's browser and sends it, with a session of its own.
    pub(crate) async fn submit(&mut self, purpose: Purpose, ref_id: &str, key: &str) -> Reply {
        let token = text(&self.post("/v1/connect-sessions", &json!({"refId": ref_id})).await.json()["token"]);
        let bearer = format!("Bearer {token}");
        let params = self.send("GET", "/v1/connect/params", &[("authorization", &bearer)], b"").await.json();
        let claims =
            Claims { purpose, ref_id: ref_id.to_owned(), ..Claims::new(&self.origin, &token, "customer_1") };
        let body = json!({"provider": "openai", "refId": ref_id, "sealedKey": claims.seal(&params, key)});
        let path = format!("/v1/keys/{purpose}");
        self.send("POST", &path, &[("authorization", &bearer)], body.to_string().as_bytes()).await
    }

    async fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let host = self.origin.trim_start_matches("http://").to_owned();
        let headers: Vec<_> = [("host", host.as_str())].iter().chain(headers).copied().collect();
        self.wire.ask(method, &request(method, path, &headers, body)).await
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("ids and tokens are text, not {value}")).to_owned()
}
