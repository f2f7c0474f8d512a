//! A server, and for each of its routes good requests to begin with.

use std::collections::BTreeMap;

use byo_seal::Purpose;
use byo_server::token::Token;
use byo_tests::{ADMIN_KEY, Claims, Launch, PAGE, Process, Wire};
use serde_json::{Value, json};

use crate::request::Request;

/// See the module.
pub(crate) struct Stage {
    pub(crate) process: Process,
    pub(crate) host: String,
    key: String,
    /// By what is to be done with the key.
    sealed: BTreeMap<&'static str, Value>,
    /// Its keys come and go.
    keys: Project,
    /// It has endpoints and no events, so nothing is ever sent anywhere.
    hooks: Project,
    /// Its settings change.
    settings: Project,
    /// It gets more and more tokens.
    tokens: Project,
    /// Its one customer has a key for every provider, and calls them.
    calls: Project,
    session: String,
    endpoint: String,
    /// Its files.
    _launch: Launch,
}

struct Project {
    id: String,
    publishable: String,
    secret: String,
}

/// A route is a method and a path, as in the document.
pub(crate) fn routes() -> Vec<String> {
    let document = serde_json::to_value(byo_server::http::document()).expect("a document is JSON");
    let paths = document["paths"].as_object().expect("a document has paths");
    let mut routes: Vec<_> = paths
        .iter()
        .flat_map(|(path, calls)| {
            let methods = calls.as_object().expect("a path has operations").keys();
            methods.map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    routes.sort();
    routes
}

/// What is served beside the document, all of it to be read: the widget, the pages and their files.
pub(crate) fn files() -> Vec<String> {
    include_str!("../authz/undocumented.txt").lines().map(|path| format!("GET {path}")).collect()
}

impl Stage {
    pub(crate) async fn new(settings: &[(&str, &str)]) -> Self {
        let mut all = vec![("BYO_LOG__FILTER", "error"), ("BYO_SERVER__MAX_CONNECTIONS_PER_IP", "4096")];
        all.extend(UNLIMITED.iter().map(|&name| (name, "1000000")));
        all.extend(settings);
        let launch = Launch::new(&all);
        let process = launch.start();
        let origin = settings.iter().find(|(name, _)| *name == "BYO_SERVER__PUBLIC_URL");
        let origin = origin.map_or_else(|| launch.origin(), |(_, origin)| (*origin).to_owned());
        let host = origin.split_once("://").expect("an origin has a scheme").1.to_owned();
        let mut call = Call { wire: Wire::open(process.address()).await.expect("it listens"), host: &host };
        let keys = call.project().await;
        let hooks = call.project().await;
        let customer = json!({"refId": SEALED});
        let key = call.made("/v1/keys/connect", &keys.secret, &raw("customer_1")).await;
        let url = json!({"url": "https://api.example.com/hook"});
        let endpoint = call.made("/v1/webhook-endpoints", &hooks.secret, &url).await;
        let session = text(&call.made("/v1/connect-sessions", &keys.secret, &customer).await["token"]);
        let calls = call.project().await;
        for (provider, ..) in CHATS {
            let mut key = raw("customer_1");
            key["provider"] = json!(provider);
            if provider == "azure" {
                key["providerConfig"] = json!({"baseUrl": "https://example.openai.azure.com"});
            }
            call.made("/v1/keys/connect", &calls.secret, &key).await;
        }
        let mut sealed = BTreeMap::new();
        for (purpose, token) in
            [(Purpose::Connect, &keys.publishable), (Purpose::Test, &session), (Purpose::Rotate, &session)]
        {
            let params = call.get("/v1/connect/params", token).await;
            let claims = Claims { purpose, ..Claims::new(&origin, token, SEALED) };
            sealed.insert(purpose.as_str(), claims.body(&claims.seal(&params, TEST_KEY)));
        }
        Self {
            key: text(&key["id"]),
            endpoint: text(&endpoint["id"]),
            session,
            sealed,
            settings: call.project().await,
            tokens: call.project().await,
            calls,
            keys,
            hooks,
            process,
            host,
            _launch: launch,
        }
    }

    /// A good request of this route; the numbers take turns in how it is made.
    pub(crate) fn good(&self, route: &str, number: u64) -> Request {
        let (method, path) = route.split_once(' ').expect("a route is a method and a path");
        let customer = format!("customer_{}", number % 997);
        let (mut target, mut credential, mut body) = (path.to_owned(), Credential::None, Value::Null);
        match path {
            "/healthz" | "/readyz" | "/openapi.json" | "/.well-known/byo-keys.json" => {}
            "/frame" => {
                let token = Token::parse(&self.keys.publishable).expect("it is one");
                target = format!("{path}?principal={}", token.principal_id());
            }
            "/pages/{*path}" => target = "/pages/index/index.css".to_owned(),
            "/connect/{*path}" => target = "/connect/badge.js".to_owned(),
            _ if files().iter().any(|file| file == route) => {}
            "/v1/connect/params" => {
                credential = Credential::Bearer(&self.keys.publishable);
                if number.is_multiple_of(2) {
                    target.push_str("?purpose=request&expiresIn=600");
                }
            }
            "/v1/connect-session" => credential = Credential::Bearer(&self.session),
            "/v1/connect-sessions" => {
                credential = Credential::Bearer(&self.keys.secret);
                body = json!({
                    "refId": customer, "providers": ["openai"], "allow": ["test", "connect"],
                    "origins": [PAGE], "expiresIn": 60,
                });
            }
            "/v1/runtime-tokens" if method == "POST" => {
                credential = Credential::Bearer(&self.keys.secret);
                body = json!({
                    "refId": customer, "providers": ["openai"], "expiresIn": 3600,
                    "models": {"mode": "enabled", "models": ["openai/gpt-4.1", "openai/o*"]},
                });
            }
            "/v1/runtime-tokens" => {
                credential = Credential::Bearer(&self.keys.secret);
                target = format!("{path}?refId={customer}&limit=50");
            }
            "/v1/runtime-tokens/{id}" => {
                credential = Credential::Bearer(&self.keys.secret);
                target = path.replace("{id}", NO_TOKEN);
            }
            "/v1/project/models" => {
                credential = Credential::Bearer(&self.keys.secret);
                // What it would forbid, other routes' good requests call.
                body = json!({"mode": "all", "models": ["openai/gpt-4.1"]});
            }
            "/v1/customers/{refId}/models" => {
                credential = Credential::Bearer(&self.keys.secret);
                target = path.replace("{refId}", "customer_with_a_list");
                body = json!({"mode": "enabled", "models": ["openai/gpt-4.1", "anthropic/*"]});
            }
            "/v1/customers/{refId}/revert" => {
                credential = Credential::Bearer(&self.keys.secret);
                target = path.replace("{refId}", &customer);
                body = json!({"confirm": true});
            }
            "/v1/keys/connect" | "/v1/keys/test" | "/v1/keys/rotate" if number.is_multiple_of(3) => {
                let (purpose, token) = match path.rsplit_once('/') {
                    Some((_, "connect")) => (Purpose::Connect, &self.keys.publishable),
                    Some((_, "test")) => (Purpose::Test, &self.session),
                    _ => (Purpose::Rotate, &self.session),
                };
                credential = Credential::Bearer(token);
                body = self.sealed[purpose.as_str()].clone();
            }
            "/v1/keys/connect" | "/v1/keys/test" | "/v1/keys/rotate" => {
                credential = Credential::Bearer(&self.keys.secret);
                body = raw(&customer);
            }
            "/v1/keys" => {
                credential = Credential::Bearer(&self.keys.secret);
                target = format!("{path}?refId={customer}&provider=openai&status=active&limit=50");
            }
            "/v1/keys/{id}" => {
                credential = Credential::Bearer(&self.keys.secret);
                target = format!("/v1/keys/{}", self.key);
            }
            _ if path.starts_with("/v1/keys/") => {
                credential = Credential::Bearer(&self.keys.secret);
                body = json!({"provider": "openai", "refId": customer, "name": "default"});
            }
            "/v1/webhook-endpoints" if method == "POST" => {
                credential = Credential::Bearer(&self.hooks.secret);
                body = json!({"url": "https://api.example.com/hook", "events": ["key.connected"]});
            }
            _ if path.starts_with("/v1/webhook-endpoints") => {
                credential = Credential::Bearer(&self.hooks.secret);
                target = path.replace("{id}", &self.endpoint);
            }
            _ if path.starts_with("/v1/admin/") => {
                credential = Credential::Admin;
                body = match (method, path) {
                    ("POST", "/v1/admin/sealing-keys/rotate") => json!({"compromised": false}),
                    ("POST", "/v1/admin/projects") => json!({"name": "Northwind"}),
                    ("POST", _) => json!({"environment": "test", "kind": "secret", "name": "another"}),
                    ("PUT", _) => {
                        json!({"providerKey": TEST_KEY, "providerConfig": {"wireApi": "responses"}})
                    }
                    ("PATCH", _) => json!({
                        "allowedOrigins": [PAGE], "writes": "session", "allowCustomBaseUrl": false,
                        "platformKeys": true, "demo": false, "allowAllPaths": false,
                    }),
                    _ => Value::Null,
                };
                let project = if method == "POST" { &self.tokens } else { &self.settings };
                let id = if path.contains("/projects/") { &project.id } else { NO_TOKEN };
                target =
                    path.replace("{id}", id).replace("{environment}", "test").replace("{provider}", "openai");
            }
            _ if path.starts_with("/v1/proxy/") || path == "/v1/unified" => {
                return self.call(method, path, number);
            }
            _ => panic!("{route} is new: it needs a good request here"),
        }
        assert!(!target.contains('{'), "{route} is new: it needs a good request here");
        let request = Request::new(method, &target).with("host", &self.host).with("origin", PAGE);
        let request = match credential {
            Credential::None => request,
            Credential::Bearer(token) => request.with("authorization", &format!("Bearer {token}")),
            Credential::Admin => request.with("x-admin-key", ADMIN_KEY),
        };
        if body.is_null() {
            return request;
        }
        Request { body: body.to_string().into_bytes(), ..request.with("content-type", "application/json") }
    }
}

impl Stage {
    /// A call of some provider's, with the token in some header that SDKs use.
    fn call(&self, method: &str, path: &str, number: u64) -> Request {
        let pick = |count: usize| usize::try_from(number).expect("numbers are small") % count;
        let (provider, chat) = CHATS[pick(CHATS.len())];
        let stream = number.is_multiple_of(2);
        let (target, body) = match method {
            "POST" if path == "/v1/unified" => {
                let body = json!({
                    "provider": provider, "model": "test-model-small", "prompt": "Hello", "stream": stream,
                    "maxTokens": 32, "temperature": 0.5, "topP": 1, "stop": ["x"],
                });
                (path.to_owned(), body)
            }
            "POST" => (format!("/v1/proxy/{provider}{chat}"), chat_body(stream)),
            "GET" => (format!("/v1/proxy/{}", LISTS[pick(LISTS.len())]), Value::Null),
            _ => ("/v1/proxy/openai/v1/files/file-1".to_owned(), Value::Null),
        };
        let request = Request::new(method, &target).with("host", &self.host);
        let token = &self.calls.secret;
        let request = match number % 4 {
            0 => request.with("authorization", &format!("Bearer {token}")),
            1 => request.with("x-api-key", token),
            2 => request.with("api-key", token),
            _ => request.with("x-goog-api-key", token),
        };
        let request = request.with("x-byo-ref-id", "customer_1").with("x-byo-key-name", "default");
        if body.is_null() {
            return request;
        }
        Request { body: body.to_string().into_bytes(), ..request.with("content-type", "application/json") }
    }
}

/// Each provider's main call.
const CHATS: [(&str, &str); 12] = [
    ("openai", "/v1/chat/completions"),
    ("anthropic", "/v1/messages"),
    ("google", "/v1beta/models/gemini-2.5-flash:generateContent"),
    ("azure", "/openai/deployments/prod/chat/completions?api-version=2024-10-21"),
    ("deepseek", "/chat/completions"),
    ("mistral", "/v1/chat/completions"),
    ("groq", "/openai/v1/chat/completions"),
    ("openrouter", "/api/v1/chat/completions"),
    ("together", "/v1/chat/completions"),
    ("xai", "/v1/chat/completions"),
    ("cohere", "/v2/chat"),
    ("ollama", "/api/chat"),
];

/// Lists of models.
const LISTS: [&str; 5] = [
    "openai/v1/models",
    "anthropic/v1/models?limit=5",
    "google/v1beta/models?pageSize=5",
    "groq/openai/v1/models",
    "ollama/api/tags",
];

/// One body that all of them take.
fn chat_body(stream: bool) -> Value {
    json!({
        "model": "test-model-small", "max_tokens": 32, "stream": stream,
        "messages": [{"role": "user", "content": "Hello"}],
        "contents": [{"role": "user", "parts": [{"text": "Hello"}]}],
    })
}

/// Whose keys come sealed.
const SEALED: &str = "customer_sealed";
const TEST_KEY: &str = "sk-byo-test-valid-0123456789";
const NO_TOKEN: &str = "tok_00000000000000000000000000";

enum Credential<'a> {
    None,
    Bearer(&'a str),
    Admin,
}

/// A call that must succeed.
struct Call<'a> {
    wire: Wire,
    host: &'a str,
}

impl Call<'_> {
    async fn project(&mut self) -> Project {
        let body = json!({"name": "Northwind"}).to_string().into_bytes();
        let request = Request::new("POST", "/v1/admin/projects").with("x-admin-key", ADMIN_KEY);
        let project = self.send(Request { body, ..request }).await;
        let tokens = &project["environments"]["test"];
        Project {
            id: text(&project["id"]),
            publishable: text(&tokens["publishableKey"]),
            secret: text(&tokens["secretKey"]),
        }
    }

    async fn made(&mut self, path: &str, token: &str, body: &Value) -> Value {
        let request = Request::new("POST", path).with("authorization", &format!("Bearer {token}"));
        self.send(Request { body: body.to_string().into_bytes(), ..request }).await
    }

    async fn get(&mut self, path: &str, token: &str) -> Value {
        self.send(Request::new("GET", path).with("authorization", &format!("Bearer {token}"))).await
    }

    async fn send(&mut self, request: Request) -> Value {
        let request = request.with("host", self.host).with("origin", PAGE);
        let request = request.with("content-type", "application/json");
        self.wire.send(&request.bytes()).await.expect("the server is there");
        let answer = self.wire.answer(request.method()).await.expect("it answers well");
        let answer = answer.expect("it answers");
        assert!(answer.status < 300, "{answer}");
        answer.json()
    }
}

/// A key that the test environment takes.
fn raw(customer: &str) -> Value {
    json!({
        "provider": "openai", "refId": customer, "name": "default",
        "providerKey": TEST_KEY,
    })
}

const UNLIMITED: [&str; 9] = [
    "BYO_LIMITS__PUBLISHABLE_PER_MINUTE_PER_IP",
    "BYO_LIMITS__PUBLISHABLE_PER_MINUTE",
    "BYO_LIMITS__PUBLISHABLE_BURST",
    "BYO_LIMITS__PARAMS_PER_MINUTE_PER_IP",
    "BYO_LIMITS__SESSION_PER_MINUTE",
    "BYO_LIMITS__SECRET_PER_MINUTE",
    "BYO_LIMITS__VALIDATIONS_PER_HOUR",
    "BYO_LIMITS__FAILURES_PER_HOUR",
    "BYO_LIMITS__FAILED_AUTHENTICATIONS_PER_MINUTE",
];

fn text(value: &Value) -> String {
    value.as_str().expect("ids and tokens are text").to_owned()
}
