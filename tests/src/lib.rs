//! A byo server inside the test's process, and the principals that talk to it.
//!
//! Everything is real (router, domain, SQLite file, vault, webhook worker, sockets towards a fake provider) but
//! the clock and the listener: tests speak through its service and move time themselves.

mod answer;
mod browser;
mod clock;
mod folder;
mod listener;
mod logged;
mod process;
mod provider;
mod receiver;
mod setup;
pub mod smuggling;
pub mod upstream;
mod wire;

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use axum::body::Body;
use byo_server::{
    app::{App, Identity},
    clock::Clock,
    domain::{InFlight, InUse, Ledger, Readiness, Schedule, SealingKeys, SealingKeysError, SealingSettings},
    egress::{Egress, EgressLimits, OwnAddresses, Policy, Roots, StaticResolver},
    entropy::{Entropy, Prefetched, SharedEntropy, SystemEntropy},
    environment::Environment,
    http::{RouterSettings, serve::Arrived, service},
    limit::Limits,
    providers::Providers,
    store::{SharedStore, SqliteStore},
    vault::{MasterKey, Vault},
    webhook::{Worker, WorkerSettings},
};
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;
use tower::{ServiceExt, util::BoxCloneSyncService};

pub use answer::Answer;
pub use browser::{Browser, Claims};
pub use clock::TestClock;
pub use folder::Folder;
pub use logged::Errors;
pub use process::{Launch, Process, binary, command};
pub use provider::{FakeProvider, ScriptedProvider, Seen, answer_json, answer_with};
pub use receiver::{Delivery, Receiver, listen};
pub use setup::Setup;
pub use wire::{Reply, Wire, request};

/// The operator's key.
pub const ADMIN_KEY: &str = "an-admin-key-that-is-long-enough-to-be-one-7261";
/// The master key of every server under test.
pub const MASTER_KEY: &str = "qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw=";
/// Origin of the product's page.
pub const PAGE: &str = "https://app.example.com";
/// Origin of the server, as browsers know it.
pub const SERVER: &str = "https://byo.example.com";

/// How long browsers seal to one key.
pub const ROTATE_EVERY: Duration = Duration::from_hours(30 * 24);
/// How long envelopes for the one before it are still opened.
pub const OVERLAP: Duration = Duration::from_hours(48);

/// A server under test.
pub struct TestApp {
    /// Its parts.
    pub app: Arc<App>,
    /// Its time.
    pub clock: Arc<TestClock>,
    /// Its files.
    pub folder: Arc<Folder>,
    service: BoxCloneSyncService<Arrived, Response<Body>, Infallible>,
}

/// A project's tokens.
pub struct Project {
    /// Its id.
    pub id: String,
    /// For browsers.
    pub publishable: String,
    /// For the backend.
    pub secret: String,
}

impl TestApp {
    /// The usual server.
    pub async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// A server on a new database.
    pub async fn with(setup: Setup) -> Self {
        let clock = Arc::new(TestClock::default());
        Self::open(setup, Arc::new(Folder::new()), clock).await
    }

    /// The same database opened again, as after a restart.
    pub async fn restart(self, setup: Setup) -> Self {
        let folder = Arc::clone(&self.folder);
        self.restart_in(folder, setup).await
    }

    /// The database of another folder opened, as after a restart on a backup.
    pub async fn restart_in(self, folder: Arc<Folder>, setup: Setup) -> Self {
        self.app.store.close().await;
        let clock = Arc::clone(&self.clock);
        drop(self);
        Self::open(setup, folder, clock).await
    }

    async fn open(setup: Setup, folder: Arc<Folder>, clock: Arc<TestClock>) -> Self {
        let store = SqliteStore::open(&folder.path("byo.db"), Arc::new(SystemEntropy)).await;
        let store: SharedStore = Arc::new(store.expect("a new folder takes a database"));
        Self::on(store, setup, folder, clock).await.expect("the database works")
    }

    /// Another server on the same database and clock, with a memory of its own.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn peer(&self, setup: Setup) -> Result<Self, SealingKeysError> {
        let store = Arc::clone(&self.app.store);
        Self::on(store, setup, Arc::clone(&self.folder), Arc::clone(&self.clock)).await
    }

    async fn on(
        store: SharedStore,
        setup: Setup,
        folder: Arc<Folder>,
        clock: Arc<TestClock>,
    ) -> Result<Self, SealingKeysError> {
        let entropy: SharedEntropy = Arc::new(SystemEntropy);
        let vault = Arc::new(Vault::new(&master_key(), Arc::clone(&entropy)));
        let sealing = SealingSettings {
            schedule: Schedule { rotate_every: ROTATE_EVERY, overlap: OVERLAP },
            directory_key: setup.directory_key,
            origins: vec![SERVER.to_owned()],
        };
        let sealing_keys = SealingKeys::load(sealing, &*store, &vault, clock.now(), &*entropy).await?;
        let allow = setup.allow.iter().map(|rule| rule.parse().expect("tests write good rules")).collect();
        let policy = Policy::new(allow, OwnAddresses::default());
        let resolver = Arc::new(StaticResolver::default());
        let egress = Egress::new(policy, resolver, &Roots::default(), EgressLimits::default());
        let app = Arc::new(App {
            providers: Providers::new(egress.clone(), &setup.providers, Arc::clone(&entropy))
                .expect("tests write good URLs"),
            clock: clock.clone(),
            proxy: setup.proxy,
            limits: Limits::new(&setup.limits),
            in_flight: InFlight::default(),
            webhooks_due: Arc::new(Notify::new()),
            in_use: InUse::default(),
            usage: Ledger::default(),
            tasks: TaskTracker::new(),
            readiness: Readiness::default(),
            identity: Identity { public_origin: SERVER.to_owned(), aliases: Vec::new(), strict_host: true },
            admin_key_hash: Some(
                byo_server::config::AdminKey::parse(ADMIN_KEY.to_owned().into())
                    .expect("it is long enough")
                    .hash(),
            ),
            entropy,
            ids: Prefetched::new(SystemEntropy),
            store,
            vault,
            egress,
            sealing_keys,
        });
        let settings = RouterSettings { trusted_proxies: Vec::new(), demo: None, docs_key: setup.docs_key };
        let service = BoxCloneSyncService::new(service(Arc::clone(&app), &settings));
        Ok(Self { app, clock, folder, service })
    }

    /// Sends anything.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.fetch(request).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.expect("bodies here never fail").to_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        Answer {
            status: parts.status,
            headers: parts.headers,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    /// Sends anything; the answer's bytes are left as they come.
    pub async fn fetch(&self, mut request: Request<Body>) -> Response<Body> {
        let peer: SocketAddr = ([192, 0, 2, 1], 50_000).into();
        if !request.headers().contains_key("host") {
            request.headers_mut().insert("host", http::HeaderValue::from_static("byo.example.com"));
        }
        self.service.clone().oneshot(Arrived { request, peer }).await.expect("it never fails")
    }

    /// Calls with a bearer token and, if given, a JSON body.
    pub async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {token}"))
            .header("origin", PAGE);
        self.send(finish(request, body)).await
    }

    /// `POST` with a token.
    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call(Method::POST, path, token, Some(body)).await
    }

    /// `GET` with a token.
    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, token, None).await
    }

    /// Calls as the operator.
    pub async fn admin(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header("x-admin-key", ADMIN_KEY);
        self.send(finish(request, body)).await
    }

    /// A new project; gives the tokens of one environment. `live` allows the product's page.
    pub async fn project(&self, environment: Environment) -> Project {
        let made = self.admin(Method::POST, "/v1/admin/projects", Some(json!({"name": "Northwind"}))).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let text = |value: &Value| value.as_str().expect("tokens and ids are text").to_owned();
        let tokens = &made.json["environments"][environment.as_str()];
        let project = Project {
            id: text(&made.json["id"]),
            publishable: text(&tokens["publishableKey"]),
            secret: text(&tokens["secretKey"]),
        };
        if environment == Environment::Live {
            self.settings(&project, environment, json!({"allowedOrigins": [PAGE]})).await;
        }
        project
    }

    /// Changes settings of an environment.
    pub async fn settings(&self, project: &Project, environment: Environment, settings: Value) {
        let path = format!("/v1/admin/projects/{}/environments/{environment}", project.id);
        let changed = self.admin(Method::PATCH, &path, Some(settings)).await;
        assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
    }

    /// A connect session for a customer; gives its token.
    pub async fn session(&self, project: &Project, body: Value) -> String {
        let made = self.post("/v1/connect-sessions", &project.secret, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        made.json["token"].as_str().expect("a token is text").to_owned()
    }

    /// A browser that holds this token.
    pub fn browser<'a>(&'a self, token: &'a str) -> Browser<'a> {
        Browser::new(self, token)
    }

    /// A worker that delivers this server's webhooks.
    pub fn worker(&self) -> Worker {
        Worker {
            store: Arc::clone(&self.app.store),
            vault: Arc::clone(&self.app.vault),
            egress: self.app.egress.clone(),
            clock: self.app.clock.clone(),
            entropy: Arc::clone(&self.app.entropy),
            due: Arc::clone(&self.app.webhooks_due),
            settings: WorkerSettings { timeout: Duration::from_secs(5), concurrency: 4 },
        }
    }
}

fn finish(request: http::request::Builder, body: Option<Value>) -> Request<Body> {
    match body {
        Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
        None => request.body(Body::empty()),
    }
    .expect("tests write good requests")
}

fn master_key() -> MasterKey {
    MasterKey::parse(MASTER_KEY).expect("it is random enough")
}

/// Whether the full counts are asked for, as by `cargo xtask test --long`.
pub fn is_long() -> bool {
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not a setting of the server")]
    std::env::var_os("BYO_TEST_LONG").is_some()
}

/// Random text that stands nowhere else.
pub fn unique(prefix: &str) -> String {
    let entropy: &dyn Entropy = &SystemEntropy;
    format!("{prefix}{}", hex::encode(entropy.bytes::<12>()))
}
