//! A namespace with everything in it: the sinks, a name server, byo, and a backend that calls it.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use byo_tests::Folder;
use http::Method;
use serde_json::{Value, json};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    authority::Authority,
    client::{Answer, Client},
    counters::Counters,
    dns::{self, NameServer},
    server::{LISTEN, PUBLIC_HOST, Server},
    sinks::{KEY, Sinks},
    stored::Database,
    table::Row,
};

const ADMIN_KEY: &str = "an-admin-key-that-is-long-enough-to-be-one-7261";
const MASTER_KEY: &str = "qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw=";
/// Calls at once; fewer than an environment may have endpoints.
const AT_ONCE: usize = 16;
/// No server takes this long for what a test asks of it.
const TOO_LONG: Duration = Duration::from_secs(240);

/// All of it.
pub(crate) struct World {
    pub(crate) sinks: Sinks,
    pub(crate) dns: NameServer,
    client: Arc<Client>,
    server: Option<Server>,
    /// What servers printed that have ended.
    printed: String,
    settings: Vec<(String, String)>,
    folder: Folder,
    project: Project,
    before: Counters,
}

#[derive(Clone, Default)]
struct Project {
    id: String,
    test: Environment,
    live: Environment,
}

#[derive(Clone, Default)]
struct Environment {
    id: String,
    secret: String,
}

/// What saving one destination was answered.
pub(crate) struct Saved {
    pub(crate) connect: Answer,
    pub(crate) test: Answer,
    pub(crate) rotate: Answer,
    pub(crate) webhook: Answer,
}

/// What became of using one that is stored.
pub(crate) struct Sent {
    pub(crate) validate: Answer,
    /// The outcome of the delivery, as the log has it.
    pub(crate) delivery: String,
}

impl World {
    /// A server with nothing opened.
    pub(crate) async fn new() -> Self {
        Self::with(&[]).await
    }

    /// A server with these settings besides.
    pub(crate) async fn with(further: &[(&str, &str)]) -> Self {
        let before = Counters::now();
        let authority = Arc::new(Authority::new());
        let folder = Folder::new();
        std::fs::write(folder.path("ca.pem"), authority.pem()).expect("a new folder takes a file");
        let settings = settings(&folder, further);
        let (sinks, dns) = (Sinks::open(authority).await, NameServer::open().await);
        let server = Some(Server::start(&settings).await);
        let client = Arc::new(Client::new(LISTEN.parse().expect("it is an address")));
        let project = make_project(&client).await;
        let printed = String::new();
        Self { sinks, dns, client, server, printed, settings, folder, project, before }
    }

    /// Tries to save every row in every way there is.
    pub(crate) async fn save(&self, rows: &[Row]) -> Vec<Saved> {
        let save = |number: usize, row: Row| {
            let (client, project) = (Arc::clone(&self.client), self.project.clone());
            async move {
                let key = json!({"provider": "openai", "refId": format!("saved-{number}"), "providerKey": KEY,
                    "providerConfig": {"baseUrl": row.base_url}});
                let live = &project.live.secret;
                let (connect, test) = tokio::join!(
                    client.post("/v1/keys/connect", live, &key),
                    client.post("/v1/keys/test", live, &key)
                );
                // Who does not answer now would be waited for once more.
                let rotate = match connect.code() {
                    "provider_unreachable" => connect.clone(),
                    _ => client.post("/v1/keys/rotate", live, &key).await,
                };
                let hook = json!({"url": row.webhook});
                let webhook = client.post("/v1/webhook-endpoints", &project.test.secret, &hook).await;
                // Only so many fit, and it must not be called before its time.
                if let Some(id) = webhook.json["id"].as_str() {
                    let path = format!("/v1/webhook-endpoints/{id}");
                    let token = format!("Bearer {}", project.test.secret);
                    client.call(Method::DELETE, &path, ("authorization", &token), None).await;
                }
                Saved { connect, test, rotate, webhook }
            }
        };
        each(rows, save).await
    }

    /// Stores every row past the policy, starts the server again, and has each used: a check of the key, and an event
    /// for the endpoint.
    pub(crate) async fn send(&mut self, rows: &[Row]) -> Vec<Sent> {
        let endpoints = self.store(rows).await;
        let event =
            json!({"provider": "openai", "refId": "anyone", "providerKey": "sk-byo-test-valid-0123456789"});
        let told = self.client.post("/v1/keys/connect", &self.project.test.secret, &event).await;
        assert_eq!(told.status, 200, "{}", told.json);
        let validate = |number: usize, _: Row| {
            let (client, secret) = (Arc::clone(&self.client), self.project.live.secret.clone());
            async move {
                let key = json!({"provider": "openai", "refId": format!("stored-{number}")});
                client.post("/v1/keys/validate", &secret, &key).await
            }
        };
        let validated = each(rows, validate).await;
        let mut delivered = self.deliveries(endpoints).await;
        let sent = validated.into_iter().enumerate().map(|(number, validate)| {
            let delivery = delivered.remove(&number).expect("every endpoint was waited for");
            Sent { validate, delivery }
        });
        sent.collect()
    }

    /// Connects a key that points nowhere in particular.
    pub(crate) async fn connect_plainly(&self, provider: &str) -> Answer {
        let key = json!({"provider": provider, "refId": "plain", "providerKey": KEY});
        self.client.post("/v1/keys/connect", &self.project.live.secret, &key).await
    }

    /// Has a key that was saved over the API checked again.
    pub(crate) async fn check_saved(&self, number: usize) -> Answer {
        let key = json!({"provider": "openai", "refId": format!("saved-{number}")});
        self.client.post("/v1/keys/validate", &self.project.live.secret, &key).await
    }

    /// Gives the row of each endpoint.
    async fn store(&mut self, rows: &[Row]) -> BTreeMap<String, usize> {
        self.stop().await;
        let database = Arc::new(Database::open(&self.folder.path("byo.db"), MASTER_KEY).await);
        let store = |number: usize, row: Row| {
            let (database, project) = (Arc::clone(&database), self.project.clone());
            async move {
                let Project { id, test, live } = project;
                database.add_key(&id, &live.id, &format!("stored-{number}"), &row.base_url).await;
                (database.add_endpoint(&test.id, &row.webhook).await, number)
            }
        };
        let endpoints = each(rows, store).await.into_iter().collect();
        database.close().await;
        drop(database);
        self.server = Some(Server::start(&self.settings).await);
        endpoints
    }

    /// Waits for the first attempt at every endpoint; gives its outcome by row.
    async fn deliveries(&mut self, mut endpoints: BTreeMap<String, usize>) -> BTreeMap<usize, String> {
        let server = self.server.as_mut().expect("it is running");
        let mut outcomes = BTreeMap::new();
        while !endpoints.is_empty() {
            let line = tokio::time::timeout(TOO_LONG, server.logged()).await;
            let line = line.unwrap_or_else(|_| panic!("{} endpoints were not tried", endpoints.len()));
            let line = line.unwrap_or_else(|| panic!("the server ended"));
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            let number = line["endpoint"].as_str().and_then(|id| endpoints.remove(id));
            if let Some(number) = number {
                outcomes.insert(number, line["outcome"].as_str().expect("attempts have one").to_owned());
            }
        }
        outcomes
    }

    async fn stop(&mut self) {
        self.client.close();
        if let Some(server) = self.server.take() {
            self.printed.push_str(&server.stop().await);
        }
    }

    /// Ends the server; asserts that the kernel counted nothing but the backend's calls, what the name server saw,
    /// and what the sinks saw. Gives all that was printed.
    pub(crate) async fn end(mut self) -> String {
        self.stop().await;
        let expected = || Counters {
            connects: self.before.connects
                + self.client.connects()
                + self.dns.connections()
                + self.sinks.counted(),
            datagrams: self.before.datagrams + self.dns.datagrams(),
        };
        // What is on its way was counted by the kernel and is not yet counted here.
        let deadline = Instant::now() + Duration::from_secs(5);
        while expected() != Counters::now() && Instant::now() < deadline {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(Counters::now(), expected(), "the kernel counted other packets than those accounted for");
        self.printed
    }
}

/// One task a row, so many at once; gives what they gave in the rows' order.
async fn each<T, F>(rows: &[Row], task: impl Fn(usize, Row) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (number, row) in rows.iter().enumerate() {
        let (slots, task) = (Arc::clone(&slots), task(number, row.clone()));
        tasks.spawn(async move {
            let _slot = slots.acquire_owned().await.expect("nobody closes it");
            (number, task.await)
        });
    }
    let mut all = tokio::time::timeout(TOO_LONG, tasks.join_all()).await.expect("the server answers in time");
    all.sort_by_key(|(number, _)| *number);
    all.into_iter().map(|(_, done)| done).collect()
}

fn settings(folder: &Folder, further: &[(&str, &str)]) -> Vec<(String, String)> {
    let path = |name: &str| folder.path(name).to_str().expect("temporary folders are text").to_owned();
    let settings = [
        ("BYO_SERVER__LISTEN", LISTEN.to_owned()),
        ("BYO_SERVER__PUBLIC_URL", format!("https://{PUBLIC_HOST}")),
        ("BYO_SERVER__ALIASES", format!("http://{LISTEN}")),
        ("BYO_SERVER__SHUTDOWN_GRACE", "1s".to_owned()),
        ("BYO_DATABASE__URL", format!("sqlite://{}", path("byo.db"))),
        ("BYO_VAULT__MASTER_KEY", MASTER_KEY.to_owned()),
        ("BYO_ADMIN__KEY", ADMIN_KEY.to_owned()),
        ("BYO_EGRESS__NAME_SERVERS", dns::ADDRESS.to_owned()),
        ("BYO_EGRESS__EXTRA_CA_FILE", path("ca.pem")),
        ("BYO_LIMITS__SECRET_PER_MINUTE", "1000000".to_owned()),
        ("BYO_LIMITS__VALIDATIONS_PER_HOUR", "1000000".to_owned()),
        ("BYO_WEBHOOKS__CONCURRENCY", "64".to_owned()),
        ("BYO_LOG__FORMAT", "json".to_owned()),
    ];
    let further = further.iter().map(|(name, value)| (*name, (*value).to_owned()));
    settings.into_iter().chain(further).map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn make_project(client: &Client) -> Project {
    let admin = ("x-admin-key", ADMIN_KEY);
    let body = json!({"name": "Northwind"});
    let made = client.call(Method::POST, "/v1/admin/projects", admin, Some(&body)).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let listed = client.call(Method::GET, "/v1/admin/projects", admin, None).await;
    let environments = listed.json["data"][0]["environments"].as_array().expect("a project has two").clone();
    let environment = |name: &str| {
        let row = environments.iter().find(|row| row["environment"] == name).expect("a project has both");
        Environment { id: text(&row["id"]), secret: text(&made.json["environments"][name]["secretKey"]) }
    };
    Project { id: text(&made.json["id"]), test: environment("test"), live: environment("live") }
}

fn text(value: &Value) -> String {
    value.as_str().expect("ids and tokens are text").to_owned()
}
