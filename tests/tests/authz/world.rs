//! Two projects with something in them, and everyone who might ask for it.

use std::time::Duration;

use byo_seal::ProviderId;
use byo_server::{
    entropy::SystemEntropy,
    environment::Environment,
    token::{Token, TokenKind},
};
use byo_tests::{ADMIN_KEY, Answer, TestApp, unique};
use http::Method;
use serde_json::{Value, json};

use crate::carrier::Call;

/// The customer that requests name.
const CUSTOMER: &str = "customer_1";

/// What a credential is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing.
    Nobody,
    /// It is a good token of this kind.
    Token(&'static str, Reach),
    /// It is a good token, and the page it comes from is not one of its own.
    WrongPage,
    /// It is the operator's key, in the one place for it.
    Admin,
}

/// How a good token stands to what the request names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Own,
    OtherCustomer,
    OtherTenant,
}

/// Someone with a credential.
pub(crate) struct Principal {
    pub(crate) name: &'static str,
    pub(crate) credential: String,
    pub(crate) standing: Standing,
    /// Whether the credential has the form of a token, its checksum included.
    pub(crate) well_formed: bool,
}

impl Principal {
    /// Whether the credential begins as tokens do.
    pub(crate) fn is_tagged(&self) -> bool {
        ["byo_pk_", "byo_cs_", "byo_sk_", "byo_rt_"].iter().any(|tag| self.credential.starts_with(tag))
    }

    /// Whether it is of a kind that browsers hold.
    pub(crate) fn is_a_browsers(&self) -> bool {
        ["byo_pk_", "byo_cs_"].iter().any(|tag| self.credential.starts_with(tag))
    }
}

/// A server with data, and its principals.
pub(crate) struct World {
    pub(crate) app: TestApp,
    pub(crate) principals: Vec<Principal>,
    /// A good secret key of the first project's test environment.
    pub(crate) secret: String,
    /// Stands in everything that only the first project may see.
    pub(crate) marker: String,
    project: String,
    key: String,
    sealed: Value,
}

impl World {
    pub(crate) async fn new() -> Self {
        let app = TestApp::new().await;
        let (one, two) = (Tokens::new(&app).await, Tokens::new(&app).await);
        let marker = unique("marker-");
        let body = json!({"provider": "openai", "refId": CUSTOMER, "name": marker,
            "providerKey": "sk-byo-test-valid-0123456789"});
        let key = text(&app.post("/v1/keys/connect", &one.secret, body).await.ok()["id"]);
        let hook = json!({"url": format!("https://{marker}.example.com/byo")});
        let hook = made(&app.post("/v1/webhook-endpoints", &one.secret, hook).await);
        let runtime = json!({"refId": marker, "providers": ["openai"]});
        made(&app.post("/v1/runtime-tokens", &one.secret, runtime).await);
        let sealed = {
            let browser = app.browser(&one.publishable);
            let browser = browser.claiming(|claims| claims.principal = "nobody".to_owned());
            json!(browser.seal(&browser.params().await, "sk-byo-test-valid-0123456789"))
        };
        let principals = principals(&app, &one, &two, text(&hook["secret"])).await;
        Self { app, principals, secret: one.secret, marker, project: one.project, key, sealed }
    }

    /// The request that the matrix makes of a route. `None` when it knows none.
    pub(crate) fn request(&self, route: &str) -> Option<Call> {
        let (method, path) = route.split_once(' ')?;
        let submission = || json!({"provider": "openai", "refId": CUSTOMER, "sealedKey": self.sealed});
        let absent = || json!({"provider": "openai", "refId": CUSTOMER, "name": "absent"});
        let body = match route {
            "POST /v1/keys/connect" | "POST /v1/keys/test" | "POST /v1/keys/rotate" => Some(submission()),
            "POST /v1/keys/validate"
            | "POST /v1/keys/revoke"
            | "POST /v1/keys/disable"
            | "POST /v1/keys/enable" => Some(absent()),
            "POST /v1/customers/{refId}/revert" => Some(json!({"confirm": false})),
            "POST /v1/unified" => Some(json!({"provider": "openai", "prompt": "Hello"})),
            "POST /v1/proxy/{provider}/{path}" => {
                Some(json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello"}]}))
            }
            _ if ["POST ", "PUT ", "PATCH "].iter().any(|method| route.starts_with(method)) => {
                Some(json!({}))
            }
            _ => None,
        };
        // Every method has a call that the proxy forwards; the simulated provider knows the first two.
        let below = match method {
            "GET" => "v1/models",
            "POST" => "v1/chat/completions",
            _ => "v1/files/file-1",
        };
        let id = match path {
            _ if path.starts_with("/v1/keys/") => &self.key,
            _ if path.starts_with("/v1/admin/projects/") => &self.project,
            _ if path.starts_with("/v1/webhook-endpoints/") => "whe_00000000000000000000000000",
            _ => "tok_00000000000000000000000000",
        };
        let uri = path.replace("{id}", id).replace("{environment}", "test").replace("{refId}", CUSTOMER);
        let uri = uri.replace("{provider}", "openai").replace("{path}", below);
        let calls_a_provider = path.starts_with("/v1/proxy/") || path == "/v1/unified";
        let headers = [("x-byo-ref-id", CUSTOMER.to_owned()), ("x-byo-key-name", self.marker.clone())];
        let headers = headers.into_iter().filter(|_| calls_a_provider).collect();
        (!uri.contains('{')).then_some(Call { uri, headers, body })
    }

    /// All that the first project's backend sees of its environment.
    pub(crate) async fn seen(&self) -> [Value; 3] {
        [
            self.app.get("/v1/keys", &self.secret).await.ok(),
            self.app.get("/v1/webhook-endpoints", &self.secret).await.ok(),
            self.app.get("/v1/runtime-tokens", &self.secret).await.ok(),
        ]
    }

    pub(crate) fn credential(&self, name: &str) -> &str {
        let found = self.principals.iter().find(|principal| principal.name == name);
        &found.expect("a principal has this name").credential
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }
}

struct Tokens {
    project: String,
    publishable: String,
    secret: String,
    live_publishable: String,
    live_secret: String,
}

impl Tokens {
    async fn new(app: &TestApp) -> Self {
        let body = Some(json!({"name": "Northwind"}));
        let project = made(&app.admin(Method::POST, "/v1/admin/projects", body).await);
        let token = |half: &str, kind: &str| text(&project["environments"][half][kind]);
        Self {
            project: text(&project["id"]),
            publishable: token("test", "publishableKey"),
            secret: token("test", "secretKey"),
            live_publishable: token("live", "publishableKey"),
            live_secret: token("live", "secretKey"),
        }
    }
}

async fn principals(app: &TestApp, one: &Tokens, two: &Tokens, hook: String) -> Vec<Principal> {
    use Reach::{OtherCustomer, OtherTenant, Own};
    let session = async |secret: &str, body: Value| {
        text(&made(&app.post("/v1/connect-sessions", secret, body).await)["token"])
    };
    let revoked_publishable = token(app, one, "publishable").await;
    let revoked_secret = token(app, one, "secret").await;
    let orphan = session(&revoked_secret.1, json!({"refId": CUSTOMER})).await;
    let runtime = async |secret: &str, body: Value| made(&app.post("/v1/runtime-tokens", secret, body).await);
    let orphan_runtime = runtime(&revoked_secret.1, json!({"refId": CUSTOMER})).await;
    end(app, &revoked_publishable.0).await;
    end(app, &revoked_secret.0).await;
    let expired = session(&one.secret, json!({"refId": CUSTOMER, "expiresIn": 60})).await;
    let expired_runtime = runtime(&one.secret, json!({"refId": CUSTOMER, "expiresIn": 60})).await;
    app.clock.advance(Duration::from_secs(61));
    let own_runtime = runtime(&one.secret, json!({"refId": CUSTOMER})).await;
    let other_runtime = runtime(&two.secret, json!({"refId": CUSTOMER})).await;
    let customers_runtime = runtime(&one.secret, json!({"refId": "customer_2"})).await;
    let providers_runtime = json!({"refId": CUSTOMER, "providers": [ProviderId::Anthropic]});
    let providers_runtime = runtime(&one.secret, providers_runtime).await;
    let live_runtime = runtime(&one.live_secret, json!({"refId": CUSTOMER})).await;
    let ended_runtime = runtime(&one.secret, json!({"refId": CUSTOMER})).await;
    let path = format!("/v1/runtime-tokens/{}", text(&ended_runtime["id"]));
    assert_eq!(app.call(Method::DELETE, &path, &one.secret, None).await.status, 204);
    let own = session(&one.secret, json!({"refId": CUSTOMER})).await;
    let other_customer = session(&one.secret, json!({"refId": "customer_2"})).await;
    let other_provider =
        session(&one.secret, json!({"refId": CUSTOMER, "providers": [ProviderId::Anthropic]})).await;
    let other_project = session(&two.secret, json!({"refId": CUSTOMER})).await;
    let other_page =
        session(&one.secret, json!({"refId": CUSTOMER, "origins": ["https://other.example.com"]})).await;
    let unknown = |kind| Token::generate(kind, Environment::Test, &SystemEntropy).expose().to_owned();
    let token = |name, credential: &str, kind, reach| Principal {
        name,
        credential: credential.to_owned(),
        standing: Standing::Token(kind, reach),
        well_formed: true,
    };
    let other = |name, credential: &str, standing, well_formed| Principal {
        name,
        credential: credential.to_owned(),
        standing,
        well_formed,
    };
    let nobody = |name, credential: &str, well_formed| other(name, credential, Standing::Nobody, well_formed);
    vec![
        nobody("none", "", false),
        nobody("malformed", "byo_sk_test_short", false),
        nobody("bad checksum", &misspelt(&one.secret), false),
        nobody("unknown publishable", &unknown(TokenKind::Publishable), true),
        nobody("unknown session", &unknown(TokenKind::Session), true),
        nobody("unknown secret", &unknown(TokenKind::Secret), true),
        nobody("unknown runtime", &unknown(TokenKind::Runtime), true),
        token("publishable", &one.publishable, "publishable", Own),
        token("publishable of another project", &two.publishable, "publishable", OtherTenant),
        other("publishable on another page", &one.live_publishable, Standing::WrongPage, true),
        nobody("revoked publishable", &revoked_publishable.1, true),
        token("session", &own, "session", Own),
        token("session for another customer", &other_customer, "session", OtherCustomer),
        token("session for another provider", &other_provider, "session", OtherCustomer),
        token("session of another project", &other_project, "session", OtherTenant),
        other("session on another page", &other_page, Standing::WrongPage, true),
        nobody("expired session", &expired, true),
        nobody("session of a revoked secret", &orphan, true),
        token("runtime", &text(&own_runtime["token"]), "runtime", Own),
        token("runtime for another customer", &text(&customers_runtime["token"]), "runtime", OtherCustomer),
        token("runtime for another provider", &text(&providers_runtime["token"]), "runtime", OtherCustomer),
        token("runtime of another project", &text(&other_runtime["token"]), "runtime", OtherTenant),
        token("runtime of the other environment", &text(&live_runtime["token"]), "runtime", OtherTenant),
        nobody("expired runtime", &text(&expired_runtime["token"]), true),
        nobody("revoked runtime", &text(&ended_runtime["token"]), true),
        nobody("runtime of a revoked secret", &text(&orphan_runtime["token"]), true),
        token("secret", &one.secret, "secret", Own),
        token("secret of another project", &two.secret, "secret", OtherTenant),
        token("secret of the other environment", &one.live_secret, "secret", OtherTenant),
        nobody("revoked secret", &revoked_secret.1, true),
        other("admin key", ADMIN_KEY, Standing::Admin, false),
        nobody("wrong admin key", &ADMIN_KEY[1..], false),
        nobody("webhook secret", &hook, false),
    ]
}

async fn token(app: &TestApp, of: &Tokens, kind: &str) -> (String, String) {
    let path = format!("/v1/admin/projects/{}/tokens", of.project);
    let body = json!({"environment": "test", "kind": kind, "name": "to be revoked"});
    let token = made(&app.admin(Method::POST, &path, Some(body)).await);
    (text(&token["id"]), text(&token["token"]))
}

async fn end(app: &TestApp, id: &str) {
    let ended = app.admin(Method::DELETE, &format!("/v1/admin/tokens/{id}"), None).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
}

fn misspelt(token: &str) -> String {
    let (rest, last) = token.split_at(token.len() - 1);
    format!("{rest}{}", if last == "0" { "1" } else { "0" })
}

fn made(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json.clone()
}

fn text(value: &Value) -> String {
    value.as_str().expect("ids and tokens are text").to_owned()
}
