//! A namespace with everything in it: the sinks, a name server, byo, and a backend that calls it.

mod project;
mod save;
mod send;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use byo_tests::Folder;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    authority::Authority,
    client::Client,
    counters::Counters,
    dns::{self, NameServer},
    server::{LISTEN, PUBLIC_HOST, Server},
    sinks::Sinks,
    table::Row,
};

pub(crate) use project::Project;
pub(crate) use save::Saved;
pub(crate) use send::Sent;

const ADMIN_KEY: &str = "an-admin-key-that-is-long-enough-to-be-one-7261";
const MASTER_KEY: &str = "qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw=";
/// Calls at once; fewer than an environment may have endpoints.
const AT_ONCE: usize = 16;
/// No server takes this long for what a test asks of it.
const TOO_LONG: Duration = Duration::from_secs(600);

/// All of it.
pub(crate) struct World {
    pub(crate) sinks: Sinks,
    pub(crate) dns: NameServer,
    pub(crate) client: Arc<Client>,
    pub(crate) project: Project,
    server: Option<Server>,
    /// What servers printed that have ended.
    printed: String,
    settings: Vec<(String, String)>,
    folder: Folder,
    before: Counters,
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
        let project = Project::new(&client).await;
        let printed = String::new();
        Self { sinks, dns, client, server, printed, settings, folder, project, before }
    }

    /// Ends the server and starts it again with other settings besides.
    pub(crate) async fn restart_with(&mut self, further: &[(&str, &str)]) {
        self.stop().await;
        self.settings = settings(&self.folder, further);
        self.start().await;
    }

    async fn start(&mut self) {
        self.server = Some(Server::start(&self.settings).await);
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
pub(crate) async fn each<T, F>(rows: &[Row], task: impl Fn(usize, Row) -> F) -> Vec<T>
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
