//! One server and everybody around it; whatever comes out of it is recorded.

use byo_tests::{ADMIN_KEY, Claims, Folder, PAGE, Process, request};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::{outside::Outside, record::Record, transcript::Transcript};

/// For the made-up secrets.
pub(crate) const SEED: u64 = 20_261_121;
/// 32 bytes made for this file.
const MASTER_KEY: &str = "qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw=";

/// Providers by how they behave.
pub(crate) const MANNERS: [(&str, &str); 12] = [
    ("openai", "accepts"),
    ("anthropic", "chunked"),
    ("google", "malformed"),
    ("azure", "refuses"),
    ("deepseek", "broken"),
    ("mistral", "redirects"),
    ("groq", "fails"),
    ("openrouter", "limited"),
    ("together", "cut"),
    ("xai", "models"),
    ("cohere", "hang"),
    ("ollama", "silent"),
];

pub(crate) struct World {
    pub(crate) process: Process,
    pub(crate) folder: Folder,
    pub(crate) outside: Outside,
    pub(crate) record: Record,
    pub(crate) project: String,
    pub(crate) secret: String,
    pub(crate) test_secret: String,
    pub(crate) settings: Vec<(String, String)>,
    rng: ChaCha20Rng,
}

impl World {
    pub(crate) async fn new() -> Self {
        let outside = Outside::start().await;
        let folder = Folder::new();
        let mut settings = vec![
            ("BYO_VAULT__MASTER_KEY".to_owned(), MASTER_KEY.to_owned()),
            ("BYO_ADMIN__KEY".to_owned(), ADMIN_KEY.to_owned()),
            ("BYO_EGRESS__ALLOW".to_owned(), "127.0.0.1".to_owned()),
            ("BYO_WEBHOOKS__TIMEOUT".to_owned(), "2s".to_owned()),
            ("BYO_PROXY__FIRST_BYTE_TIMEOUT".to_owned(), "2s".to_owned()),
            (
                "BYO_LOG__FILTER".to_owned(),
                "trace,hyper=trace,h2=trace,sqlx=trace,rustls=trace,tower_http=trace".to_owned(),
            ),
        ];
        for (provider, manner) in MANNERS {
            let name = format!("BYO_PROVIDERS__{}__BASE_URL", provider.to_uppercase());
            settings.push((name, outside.at(manner)));
        }
        let pairs: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let process = Process::serve(folder.as_path(), &pairs);
        let mut record = Record::default();
        record.secret("the admin key", ADMIN_KEY);
        record.secret("the master key", MASTER_KEY);
        record.secret("the master key's bytes", master_key_bytes());
        let mut world = Self {
            process,
            folder,
            outside,
            record,
            project: String::new(),
            secret: String::new(),
            test_secret: String::new(),
            settings,
            rng: ChaCha20Rng::seed_from_u64(SEED),
        };
        world.set_up().await;
        world
    }

    async fn set_up(&mut self) {
        let made = self
            .admin("a project is made", "POST", "/v1/admin/projects", &json!({"name": "Northwind"}))
            .await
            .json();
        self.project = text(&made["id"]);
        for (half, kept) in [("live", "the secret key"), ("test", "the test environment's secret key")] {
            self.record.secret(kept, text(&made["environments"][half]["secretKey"]));
        }
        self.secret = text(&made["environments"]["live"]["secretKey"]);
        self.test_secret = text(&made["environments"]["test"]["secretKey"]);
        let path = format!("/v1/admin/projects/{}/environments/live", self.project);
        let change = json!({"allowedOrigins": [PAGE], "allowCustomBaseUrl": true});
        assert_eq!(self.admin("settings", "PATCH", &path, &change).await.status, 200);
    }

    /// A new secret of this name, recorded.
    pub(crate) fn made_up(&mut self, name: &str) -> String {
        let digits = self.digits(40);
        let secret = format!("sk-proj-{digits}");
        self.record.secret(name, secret.as_str());
        secret
    }

    /// Random digits of base 62.
    pub(crate) fn digits(&mut self, count: usize) -> String {
        const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        (0..count).map(|_| char::from(DIGITS[self.rng.next_u32() as usize % DIGITS.len()])).collect()
    }

    /// Sends bytes as they are.
    pub(crate) async fn send_bytes(&mut self, what: &str, bytes: &[u8]) -> Transcript {
        let reply = Transcript::of(self.process.address(), bytes).await;
        self.record.sink(format!("answer: {what}"), reply.bytes.clone());
        reply
    }

    /// Sends a request with these headers besides the usual ones.
    pub(crate) async fn send(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Transcript {
        let host = self.process.address().to_string();
        let usual = [("host", host.as_str()), ("connection", "close")];
        let headers: Vec<_> = usual.iter().chain(headers).copied().collect();
        self.send_bytes(what, &request(method, path, &headers, body)).await
    }

    pub(crate) async fn admin(&mut self, what: &str, method: &str, path: &str, body: &Value) -> Transcript {
        self.send(what, method, path, &[("x-admin-key", ADMIN_KEY)], body.to_string().as_bytes()).await
    }

    /// Calls with a bearer token.
    pub(crate) async fn call(
        &mut self,
        what: &str,
        method: &str,
        path: &str,
        token: &str,
        body: &[u8],
    ) -> Transcript {
        self.send(what, method, path, &[("authorization", &format!("Bearer {token}"))], body).await
    }

    /// Posts as the backend.
    pub(crate) async fn post(&mut self, what: &str, path: &str, body: &Value) -> Transcript {
        let secret = self.secret.clone();
        self.call(what, "POST", path, &secret, body.to_string().as_bytes()).await
    }

    /// Makes a connect session; gives its token.
    pub(crate) async fn session(&mut self, ref_id: &str) -> String {
        let made = self.post("a session is made", "/v1/connect-sessions", &json!({"refId": ref_id})).await;
        let token = text(&made.json()["token"]);
        self.record.secret("a session", token.as_str());
        token
    }

    /// Makes a runtime token; gives what is told of it.
    pub(crate) async fn runtime_token(&mut self, ref_id: &str) -> Value {
        let body = json!({"refId": ref_id, "models": {"mode": "enabled", "models": ["openai/*"]}});
        let made = self.post("a runtime token is made", "/v1/runtime-tokens", &body).await.json();
        self.record.secret("a runtime token", text(&made["token"]));
        made
    }

    /// Seals as the widget does and sends it.
    pub(crate) async fn submit(
        &mut self,
        what: &str,
        token: &str,
        claims: impl Fn(&mut Claims),
        key: &str,
    ) -> Transcript {
        let params =
            self.call(&format!("{what}: params"), "GET", "/v1/connect/params", token, b"").await.json();
        let mut sealed = Claims::new(&self.process.origin, token, "customer_1");
        claims(&mut sealed);
        let body = json!({"provider": sealed.provider, "refId": sealed.ref_id, "name": sealed.name,
            "sealedKey": sealed.seal(&params, key)});
        let path = format!("/v1/keys/{}", sealed.purpose);
        self.call(what, "POST", &path, token, body.to_string().as_bytes()).await
    }
}

/// The text of a JSON value.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("ids and tokens are text, not {value}")).to_owned()
}

fn master_key_bytes() -> Vec<u8> {
    byo_seal::base64url::decode(&MASTER_KEY.trim_end_matches('=').replace('+', "-").replace('/', "_"))
        .expect("a master key is base64")
}
