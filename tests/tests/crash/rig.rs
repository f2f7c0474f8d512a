//! A server process, everything around it, and the customers whose keys it keeps.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use byo_server::{
    entropy::SystemEntropy,
    vault::{MasterKey, Vault},
};
use byo_tests::{ADMIN_KEY, Launch, MASTER_KEY, PAGE, Process};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::{client::Client, customer::Customer, outside::Outside};

/// Clients at work at once. Each has its own customers.
const CLIENTS: usize = 24;
const CUSTOMERS: usize = 96;
/// For webhooks: longer than a dead server's lease and the first retry together.
const PATIENCE: Duration = Duration::from_secs(60);

/// What clients need to know.
pub(crate) struct Access {
    pub(crate) origin: String,
    pub(crate) publishable: String,
    pub(crate) secret: String,
    environment: String,
    vault: Vault,
}

/// See the module.
pub(crate) struct Rig {
    pub(crate) launch: Launch,
    pub(crate) process: Process,
    pub(crate) outside: Outside,
    pub(crate) access: Arc<Access>,
    /// By client.
    pub(crate) customers: Vec<Vec<Customer>>,
    pub(crate) rng: ChaCha20Rng,
    /// How long the server took from its start to being ready, each time.
    pub(crate) starts: Vec<Duration>,
    pub(crate) acknowledged: usize,
    /// Writes without an answer: those that turned out not to have happened, and those that had.
    pub(crate) doubts: [usize; 2],
    /// How long webhooks are waited for.
    pub(crate) patience: Duration,
}

impl Rig {
    /// A new server with a project, its live environment open to the product's page, and a webhook endpoint.
    pub(crate) async fn new(seed: u64) -> Self {
        let outside = Outside::default();
        let origin = outside.listen().await;
        let base_url = format!("{origin}/v1");
        // Whole minutes of waiting would tell nothing more, and nobody here is to be slowed down.
        let mut settings = vec![
            ("BYO_PROVIDERS__OPENAI__BASE_URL", base_url.as_str()),
            ("BYO_EGRESS__ALLOW", "127.0.0.1/32"),
            ("BYO_WEBHOOKS__TIMEOUT", "5s"),
            ("BYO_SERVER__MAX_CONNECTIONS_PER_IP", "4096"),
            ("BYO_LOG__FILTER", "warn"),
        ];
        settings.extend(UNLIMITED.iter().map(|&name| (name, "1000000")));
        let launch = Launch::new(&settings);
        let process = launch.start();
        let access = Access::arrange(&launch, &process, &format!("{origin}/webhooks")).await;
        let customers = (0..CLIENTS).map(|client| {
            (client..CUSTOMERS).step_by(CLIENTS).map(|number| Customer::new(seed, number)).collect()
        });
        Self {
            process,
            outside,
            access: Arc::new(access),
            customers: customers.collect(),
            rng: ChaCha20Rng::seed_from_u64(seed),
            starts: Vec::new(),
            acknowledged: 0,
            doubts: [0; 2],
            patience: PATIENCE,
            launch,
        }
    }

    /// Starts the server again, and waits for `/readyz` to say 200.
    pub(crate) async fn start(&mut self) {
        let started = Instant::now();
        self.process = self.launch.start();
        self.client().ok("GET", "/readyz", "", None).await;
        self.starts.push(started.elapsed());
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(self.process.address())
    }

    /// A number below this.
    pub(crate) fn draw(&mut self, below: u64) -> u64 {
        self.rng.next_u64() % below
    }

    pub(crate) fn every_customer(&mut self) -> impl Iterator<Item = &mut Customer> {
        self.customers.iter_mut().flatten()
    }
}

impl Access {
    async fn arrange(launch: &Launch, process: &Process, webhooks: &str) -> Self {
        let mut client = Client::new(process.address());
        let name = json!({"name": "Northwind"});
        let project = client.ok("POST", "/v1/admin/projects", ADMIN_KEY, Some(&name)).await;
        let tokens = &project["environments"]["live"];
        let path = format!("/v1/admin/projects/{}", text(&project["id"]));
        let settings = json!({"allowedOrigins": [PAGE], "writes": "open_replace"});
        let live = format!("{path}/environments/live");
        client.ok("PATCH", &live, ADMIN_KEY, Some(&settings)).await;
        let project = client.ok("GET", &path, ADMIN_KEY, None).await;
        let environments = project["environments"].as_array().expect("a project has environments");
        let live = environments.iter().find(|row| row["environment"] == "live").expect("one is live");
        let access = Self {
            origin: launch.origin(),
            publishable: text(&tokens["publishableKey"]),
            secret: text(&tokens["secretKey"]),
            environment: text(&live["id"]),
            vault: Vault::new(
                &MasterKey::parse(MASTER_KEY).expect("it is random enough"),
                Arc::new(SystemEntropy),
            ),
        };
        let endpoint = json!({"url": webhooks});
        client.ok("POST", "/v1/webhook-endpoints", &access.secret, Some(&endpoint)).await;
        access
    }

    /// What the server must call this key.
    pub(crate) fn fingerprint(&self, key: &str) -> String {
        self.vault.fingerprint(&self.environment, "openai", key.as_bytes())
    }

    /// Every key in use, by customer: fingerprint and status of each.
    pub(crate) async fn keys(&self, client: &mut Client) -> BTreeMap<String, Vec<(String, String)>> {
        let mut found: BTreeMap<String, Vec<_>> = BTreeMap::new();
        for status in ["active", "disabled", "suspect"] {
            let path = format!("/v1/keys?status={status}&limit=200");
            let page = client.ok("GET", &path, &self.secret, None).await;
            assert!(page["nextCursor"].is_null(), "there are fewer customers than a page takes");
            for key in page["data"].as_array().expect("a page is a list") {
                let row = (text(&key["fingerprint"]), text(&key["status"]));
                found.entry(text(&key["refId"])).or_default().push(row);
            }
        }
        found
    }
}

const UNLIMITED: [&str; 6] = [
    "BYO_LIMITS__PUBLISHABLE_PER_MINUTE_PER_IP",
    "BYO_LIMITS__PUBLISHABLE_PER_MINUTE",
    "BYO_LIMITS__PUBLISHABLE_BURST",
    "BYO_LIMITS__PARAMS_PER_MINUTE_PER_IP",
    "BYO_LIMITS__SECRET_PER_MINUTE",
    "BYO_LIMITS__VALIDATIONS_PER_HOUR",
];

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("ids, tokens and names are text").to_owned()
}
