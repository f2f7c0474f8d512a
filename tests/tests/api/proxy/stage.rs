//! A server, an upstream that stands for every provider, and calls.

use std::{collections::BTreeMap, time::Duration};

use axum::body::Body;
use byo_seal::{ProviderConfig, ProviderId, Verdict};
use byo_server::{
    clock::{Clock, Timestamp},
    entropy::SystemEntropy,
    environment::Environment,
    id::{EnvironmentId, EventId, KeyId, TokenId},
    store::{
        KeyAddress, KeyRow, KeyStatus, ModelList, ModelMode, NewEvent, NewRuntimeToken, PutKey, PutOutcome,
        RuntimeLimits,
    },
    token::{Token, TokenKind},
    vault::{Binding, Purpose},
};
use byo_tests::{Answer, Project, ScriptedProvider, Setup, TestApp, unique};
use http::{Method, Request, request::Builder};
use serde_json::{Value, json};

/// How a provider words its refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Openai,
    Anthropic,
    Google,
    /// `{"id", "message"}`.
    Message,
    /// `{"error": "…"}`.
    Text,
}

/// One provider: its main call, what its proxied paths begin with, the header for its key, and how it refuses.
pub(super) struct Api {
    pub(super) id: ProviderId,
    pub(super) chat: &'static str,
    pub(super) root: &'static str,
    pub(super) header: &'static str,
    pub(super) form: Form,
}

const fn api(
    id: ProviderId,
    root: &'static str,
    chat: &'static str,
    header: &'static str,
    form: Form,
) -> Api {
    Api { id, chat, root, header, form }
}

const BEARER: &str = "authorization";

/// All of them.
pub(super) const APIS: [Api; 12] = [
    api(ProviderId::Openai, "/v1", "/v1/chat/completions", BEARER, Form::Openai),
    api(ProviderId::Anthropic, "", "/v1/messages", "x-api-key", Form::Anthropic),
    api(
        ProviderId::Google,
        "",
        "/v1beta/models/gemini-2.5-flash:generateContent",
        "x-goog-api-key",
        Form::Google,
    ),
    api(ProviderId::Azure, "", "/openai/v1/chat/completions", "api-key", Form::Openai),
    api(ProviderId::Deepseek, "", "/chat/completions", BEARER, Form::Openai),
    api(ProviderId::Mistral, "/v1", "/v1/chat/completions", BEARER, Form::Openai),
    api(ProviderId::Groq, "/openai/v1", "/openai/v1/chat/completions", BEARER, Form::Openai),
    api(ProviderId::Openrouter, "/api/v1", "/api/v1/chat/completions", BEARER, Form::Openai),
    api(ProviderId::Together, "/v1", "/v1/chat/completions", BEARER, Form::Openai),
    api(ProviderId::Xai, "/v1", "/v1/chat/completions", BEARER, Form::Openai),
    api(ProviderId::Cohere, "", "/v2/chat", BEARER, Form::Message),
    api(ProviderId::Ollama, "", "/api/chat", BEARER, Form::Text),
];

impl Api {
    /// Where its main call is on byo.
    pub(super) fn path(&self) -> String {
        self.at(self.chat)
    }

    /// Where this path of its API is on byo.
    pub(super) fn at(&self, tail: &str) -> String {
        format!("/v1/proxy/{}{tail}", self.id)
    }

    /// What the header for its key holds.
    pub(super) fn credential(&self, key: &str) -> String {
        if self.header == BEARER { format!("Bearer {key}") } else { key.to_owned() }
    }
}

/// The row of a provider.
pub(super) fn api_of(id: ProviderId) -> &'static Api {
    APIS.iter().find(|api| api.id == id).expect("every provider has a row")
}

/// A server whose providers all are the one upstream.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) upstream: ScriptedProvider,
    /// Its live environment.
    pub(super) project: Project,
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Setup)) -> Self {
        let upstream = ScriptedProvider::start().await;
        let mut setup = Setup { providers: all_at(&upstream), ..Setup::default() };
        change(&mut setup);
        let app = TestApp::with(setup).await;
        let project = app.project(Environment::Live).await;
        Self { app, upstream, project }
    }

    /// Another server on the same database, which waits for no provider longer than a moment.
    pub(super) async fn impatient(&self) -> TestApp {
        let mut setup = Setup { providers: all_at(&self.upstream), ..Setup::default() };
        setup.proxy.first_byte_timeout = Duration::from_millis(50);
        self.app.peer(setup).await.expect("it starts as the first one did")
    }

    /// Stores a key of this customer; gives the key and its id.
    pub(super) async fn connect(&self, provider: ProviderId, ref_id: &str) -> (String, String) {
        self.connect_as(json!({"provider": provider, "refId": ref_id})).await
    }

    /// The same, with more said about it.
    pub(super) async fn connect_as(&self, mut body: Value) -> (String, String) {
        let key = unique("sk-live-");
        body["providerKey"] = json!(key);
        let stored = self.app.post("/v1/keys/connect", &self.project.secret, body).await.ok();
        (key, stored["id"].as_str().expect("ids are text").to_owned())
    }

    /// Allows or forbids things in the live environment.
    pub(super) async fn settings(&self, settings: Value) {
        self.app.settings(&self.project, Environment::Live, settings).await;
    }

    /// The main call of a provider for this customer.
    pub(super) async fn chat(&self, provider: ProviderId, ref_id: &str) -> Answer {
        self.post(&api_of(provider).path(), ref_id, &chat_body("gpt-4.1")).await
    }

    /// A call for this customer.
    pub(super) async fn post(&self, path: &str, ref_id: &str, body: &Value) -> Answer {
        let headers = [("x-byo-ref-id", ref_id)];
        self.send(Method::POST, path, &self.project.secret, &headers, body.to_string()).await
    }

    /// Any call with a bearer token.
    pub(super) async fn send(
        &self,
        method: Method,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let bearer = format!("Bearer {token}");
        let headers: Vec<_> = [("authorization", bearer.as_str())].iter().chain(headers).copied().collect();
        self.app.send(request(method, path, &headers, body)).await
    }

    /// The state of a key, as its backend sees it.
    pub(super) async fn status(&self, id: &str) -> String {
        let key = self.app.get(&format!("/v1/keys/{id}"), &self.project.secret).await.ok();
        key["status"].as_str().expect("a state is text").to_owned()
    }

    /// Completes when nothing goes on in the background.
    pub(super) async fn settled(&self) {
        let tasks = &self.app.app.tasks;
        tasks.close();
        tasks.wait().await;
        tasks.reopen();
    }

    /// The environment of a secret key.
    pub(super) async fn environment(&self, secret: &str) -> EnvironmentId {
        environment(&self.app, secret).await.1
    }

    /// A runtime token made by the backend.
    pub(super) async fn runtime(&self, limits: impl FnOnce(&mut RuntimeLimits)) -> String {
        runtime(&self.app, &self.project.secret, "customer_1", limits).await
    }

    /// Sets a list of models, of the environment or of one of its customers.
    pub(super) async fn set_models(&self, ref_id: Option<&str>, mode: ModelMode, models: &[&str]) {
        let environment = self.environment(&self.project.secret).await;
        let models = list(mode, models);
        self.app.app.store.set_models(&environment, ref_id, models).await.expect("the store works");
    }

    /// Gives the environment a key of the operator's own.
    pub(super) async fn platform_key(&self, provider: ProviderId) -> (String, String) {
        let key = unique("sk-platform-");
        let id = platform_key(&self.app, &self.project, provider, &key).await;
        (key, id)
    }
}

fn all_at(upstream: &ScriptedProvider) -> BTreeMap<ProviderId, String> {
    APIS.iter().map(|api| (api.id, format!("{}{}", upstream.origin, api.root))).collect()
}

/// The main call of a provider for customer_1, with a token as bearer.
pub(super) fn main_call(api: &Api, token: &str) -> Request<Body> {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("x-byo-ref-id", "customer_1")];
    request(Method::POST, &api.path(), &headers, chat_body("gpt-4.1").to_string())
}

/// A body that every provider's main call takes.
pub(super) fn chat_body(model: &str) -> Value {
    json!({
        "model": model, "max_tokens": 50, "messages": [{"role": "user", "content": "Hello there"}],
        "contents": [{"role": "user", "parts": [{"text": "Hello there"}]}],
    })
}

/// A list of models.
pub(super) fn list(mode: ModelMode, models: &[&str]) -> ModelList {
    ModelList { mode, models: models.iter().map(|&model| model.to_owned()).collect() }
}

/// A request with exactly these headers, and JSON unless they say otherwise.
pub(super) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    let with = |request: Builder, (name, value): &(&str, &str)| request.header(*name, *value);
    headers.iter().fold(request, with).body(body.into()).expect("tests write good requests")
}

/// Id and environment of a secret key.
async fn environment(app: &TestApp, secret: &str) -> (TokenId, EnvironmentId) {
    let hash = Token::parse(secret).expect("a token").hash();
    let found = app.app.store.token_by_hash(&hash).await.expect("the store works");
    let (row, scope) = found.expect("it is known");
    (row.id, scope.environment.id)
}

/// A runtime token for a customer, made by this secret key.
pub(super) async fn runtime(
    app: &TestApp,
    secret: &str,
    ref_id: &str,
    change: impl FnOnce(&mut RuntimeLimits),
) -> String {
    let kind = Token::parse(secret).expect("a token").environment();
    let token = Token::generate(TokenKind::Runtime, kind, &SystemEntropy);
    let (maker, environment_id) = environment(app, secret).await;
    let now = app.clock.now();
    let mut limits = RuntimeLimits {
        id: TokenId::new(now, &SystemEntropy),
        ref_id: ref_id.to_owned(),
        providers: None,
        models: ModelList::default(),
    };
    change(&mut limits);
    let row = NewRuntimeToken {
        limits,
        hash: token.hash(),
        environment_id,
        token: maker,
        created_at: now,
        expires_at: Some(now.after(Duration::from_secs(3_600))),
    };
    app.app.store.insert_runtime_token(row).await.expect("the store works");
    token.expose().to_owned()
}

/// The operator's key for a provider, written as the vault binds it: its refId is empty.
async fn platform_key(app: &TestApp, project: &Project, provider: ProviderId, key: &str) -> String {
    let (_, environment) = environment(app, &project.secret).await;
    let now = app.clock.now();
    let id = KeyId::new(now, &SystemEntropy);
    let created_at = now.as_millis().to_be_bytes();
    let sealed = app.app.vault.seal(
        &Binding {
            purpose: Purpose::ProviderKey,
            id: id.as_str(),
            version: 1,
            context: &[
                project.id.as_bytes(),
                environment.as_str().as_bytes(),
                provider.as_str().as_bytes(),
                b"",
                b"default",
                b"{}",
                &created_at,
            ],
        },
        key.as_bytes(),
    );
    let address = KeyAddress {
        environment: environment.clone(),
        ref_id: String::new(),
        provider,
        name: "default".to_owned(),
    };
    let row = KeyRow {
        id: id.clone(),
        address,
        status: KeyStatus::Active,
        disabled_by: None,
        version: 1,
        sealed: Some(sealed),
        provider_config: ProviderConfig::default(),
        fingerprint: "00000000".to_owned(),
        hint: key[key.len() - 4..].to_owned(),
        verdict: Verdict::Valid,
        models: Vec::new(),
        created_at: now,
        updated_at: now,
        checked_at: now,
    };
    let put = PutKey { row, since: now, replaces: None, challenge: None, session_use: None, event: None };
    assert_eq!(app.app.store.put_key(put).await.expect("the store works"), PutOutcome::Stored);
    id.as_str().to_owned()
}

/// An event without anything in it.
pub(super) fn event(kind: &'static str, of: &EnvironmentId, ref_id: &str, now: Timestamp) -> NewEvent {
    NewEvent {
        id: EventId::new(now, &SystemEntropy),
        environment: of.clone(),
        kind,
        ref_id: ref_id.to_owned(),
        body: "{}".to_owned(),
        created_at: now,
    }
}
