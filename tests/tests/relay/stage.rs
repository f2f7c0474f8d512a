//! A server behind a socket, a provider by hand behind the server, and a customer with a key.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use byo_seal::ProviderId;
use byo_server::{config::ProxyConfig, environment::Environment};
use byo_tests::{Project, Reply, Setup, TestApp, Wire, unique, upstream::Upstream};
use serde_json::json;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::task::JoinHandle;

/// The one customer.
pub(crate) const CUSTOMER: &str = "customer_1";
/// The name the server answers to.
pub(crate) const HOST: &str = "byo.example.com";
/// Nothing here takes this long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// See the module.
pub(crate) struct Stage {
    pub(crate) byo: TestApp,
    pub(crate) address: SocketAddr,
    pub(crate) upstream: Upstream,
    pub(crate) project: Project,
    /// The customer's key.
    pub(crate) key: String,
    pub(crate) provider: ProviderId,
}

/// For each form of errors, a provider that has it, the path of a call, and a key such as it gives out.
pub(crate) const PROVIDERS: [(ProviderId, &str, &str); 3] = [
    (ProviderId::Openai, "/v1/chat/completions", "sk-proj-"),
    (ProviderId::Anthropic, "/v1/messages", "sk-ant-api03-"),
    (ProviderId::Google, "/v1beta/models/gemini:streamGenerateContent", "AIzaSy"),
];

/// And one whose streams are lines.
pub(crate) const LINES: (ProviderId, &str, &str) = (ProviderId::Ollama, "/api/chat", "ollama-");

impl Stage {
    /// Has the provider answer every call, until the task is aborted.
    pub(crate) fn answer_all(self: &Arc<Self>) -> JoinHandle<()> {
        let stage = Arc::clone(self);
        tokio::spawn(async move {
            loop {
                let mut call = stage.upstream.call().await;
                tokio::spawn(async move {
                    if call.body().await.is_some() && call.answer("200 OK", &[], b"{}").await {
                        call.keep();
                    }
                });
            }
        })
    }

    pub(crate) async fn new() -> Self {
        Self::with(ProviderId::Openai, ProxyConfig::default(), Duration::from_mins(1)).await
    }

    pub(crate) async fn with(provider: ProviderId, proxy: ProxyConfig, patience: Duration) -> Self {
        let upstream = Upstream::start().await;
        let base = format!("http://{}", upstream.address);
        let providers = BTreeMap::from([
            (ProviderId::Openai, format!("{base}/v1")),
            (ProviderId::Anthropic, base.clone()),
            (ProviderId::Google, base.clone()),
            (ProviderId::Ollama, base),
        ]);
        let byo = TestApp::with(Setup { providers, proxy, ..Setup::default() }).await;
        let project = byo.project(Environment::Live).await;
        let address = byo.listen_with(patience).await;
        let mut stage = Self { byo, address, upstream, project, key: String::new(), provider };
        stage.key = stage.connect(CUSTOMER).await;
        stage
    }

    /// Connects a new key for this customer.
    pub(crate) async fn connect(&self, customer: &str) -> String {
        self.store("/v1/keys/connect", customer).await
    }

    pub(crate) async fn store(&self, how: &str, customer: &str) -> String {
        let (_, _, prefix) = self.of_provider();
        let key = unique(prefix);
        let body = json!({"provider": self.provider, "refId": customer, "providerKey": key});
        let storing = self.byo.post(how, &self.project.secret, body);
        let stored = if self.provider == LINES.0 {
            tokio::select! {
                stored = storing => stored,
                () = self.tell_models(&key) => unreachable!("it never ends"),
            }
        } else {
            storing.await
        };
        assert!(stored.status.is_success(), "{}", stored.text);
        key
    }

    /// Lists Ollama's models to those who have this key.
    async fn tell_models(&self, key: &str) {
        loop {
            let call = self.upstream.call().await;
            let is_right = call.header("authorization").is_some_and(|header| header.ends_with(key));
            let status = if is_right { "200 OK" } else { "401 Unauthorized" };
            call.answer(
                status,
                &[("content-type", "application/json")],
                br#"{"models":[{"name":"llama3.2"}]}"#,
            )
            .await;
            let _: bool = call.keep();
        }
    }

    /// Revokes, disables or enables the customer's key.
    pub(crate) async fn change(&self, how: &str) {
        let body = json!({"provider": self.provider, "refId": CUSTOMER});
        let changed = self.byo.post(&format!("/v1/keys/{how}"), &self.project.secret, body).await;
        assert!(changed.status.is_success(), "{}", changed.text);
    }

    fn of_provider(&self) -> (ProviderId, &'static str, &'static str) {
        PROVIDERS
            .into_iter()
            .chain([LINES])
            .find(|(known, ..)| *known == self.provider)
            .expect("it is one of them")
    }

    /// Where calls go.
    pub(crate) fn path(&self) -> String {
        format!("/v1/proxy/{}{}", self.provider, self.of_provider().1)
    }

    /// The line and the headers of a call, without what says how long its body is and without the empty line.
    pub(crate) fn head(&self, method: &str, path: &str) -> String {
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {}\r\nx-byo-ref-id: {CUSTOMER}\r\n",
            self.project.secret
        )
    }

    /// A whole call with these further headers.
    pub(crate) fn post(&self, headers: &str, body: &[u8]) -> Vec<u8> {
        let head = self.head("POST", &self.path());
        let length = body.len();
        [format!("{head}{headers}content-length: {length}\r\n\r\n").as_bytes(), body].concat()
    }

    /// The usual call.
    pub(crate) fn usual(&self) -> Vec<u8> {
        self.post("content-type: application/json\r\n", br#"{"model":"gpt-4.1","stream":true}"#)
    }

    pub(crate) async fn wire(&self) -> Wire {
        Wire::open(self.address).await.expect("it listens")
    }

    /// A connection on which these bytes were sent.
    pub(crate) async fn sent(&self, bytes: &[u8]) -> Wire {
        let mut wire = self.wire().await;
        wire.send(bytes).await.expect("it reads");
        wire
    }

    /// Lets no model pass but one, so that bodies are read before they go up.
    pub(crate) async fn restrict_models(&self) {
        let options = SqliteConnectOptions::new().filename(self.byo.folder.path("byo.db"));
        let mut database = SqliteConnection::connect_with(&options).await.expect("the database opens twice");
        let restrict = r#"UPDATE environments SET models = '{"mode":"enabled","models":["openai/gpt-4.1"]}'"#;
        sqlx::query(restrict).execute(&mut database).await.expect("a query of this schema");
    }

    /// Asserts a refusal of byo's own, in the provider's form.
    #[track_caller]
    pub(crate) fn assert_refused(&self, reply: &Reply, status: u16, code: &str) {
        let text = String::from_utf8_lossy(&reply.body);
        assert_eq!(reply.status, status, "{text}");
        let error = &reply.json()["error"];
        assert!(error["message"].as_str().is_some_and(|message| !message.is_empty()), "{text}");
        match self.provider {
            ProviderId::Google => {
                assert_eq!(error["code"], status, "{text}");
                assert_eq!(error["details"][0]["reason"], code.to_ascii_uppercase(), "{text}");
            }
            _ if status == 401 => {}
            _ => assert_eq!(error["code"], code, "{text}"),
        }
        assert_eq!(reply.header("content-type"), Some("application/json"));
        assert!(reply.header("x-byo-request-id").is_some_and(|id| id.starts_with("req_")));
    }

    /// Completes when nothing is left of any call.
    pub(crate) async fn quiet(&self) {
        within(self.upstream.quiet()).await;
        self.byo.app.tasks.close();
        within(self.byo.app.tasks.wait()).await;
        self.byo.app.tasks.reopen();
    }
}

/// What must not hang.
#[track_caller]
pub(crate) fn within<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let caller = std::panic::Location::caller();
    async move {
        let outcome = tokio::time::timeout(PATIENCE, future).await;
        outcome.unwrap_or_else(|_| panic!("it hangs at {caller}"))
    }
}
