//! From settings to a running server.

use std::{sync::Arc, time::Duration};

use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
};
use tokio_util::task::TaskTracker;

use crate::{
    app::{App, Identity},
    clock::{Clock, SharedClock, SystemClock},
    config::Config,
    directory::Certificate,
    domain::{
        InFlight, InUse, Ledger, Occasion, Readiness, Schedule, SealingKeys, SealingKeysError,
        SealingSettings, keep_sealing_keys,
    },
    egress::{Egress, EgressLimits, InvalidRoots, OwnAddress, OwnAddresses, Policy, Roots, SystemResolver},
    entropy::{Prefetched, SharedEntropy, SystemEntropy},
    http::{
        RouterSettings,
        serve::{self, ServeLimits},
        service,
    },
    limit::Limits,
    providers::{InvalidOverride, Providers},
    store::{OpenError, SharedStore, SqliteStore, Store, StoreError},
    token::Token,
    vault::{Binding, MasterKey, Purpose, Vault},
    webhook::{Worker, WorkerSettings},
};

/// Why a server does not start. Every one says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No master key.
    #[error(
        "there is no master key. Make one with `openssl rand -base64 32`, keep it somewhere safe and apart from the \
         database, and set BYO_VAULT__MASTER_KEY (or BYO_VAULT__MASTER_KEY_FILE)"
    )]
    NoMasterKey,
    /// The database was made under another one.
    #[error(
        "this is not the master key of this database. Set BYO_VAULT__MASTER_KEY to the one it was made with, or \
         BYO_DATABASE__URL to another database"
    )]
    WrongMasterKey,
    /// The key that browsers seal to.
    #[error(
        "the stored private key that browsers seal to does not open, although the master key is this database's: its \
         row was changed by something else than byo. Restore the database from a backup"
    )]
    SealingKey,
    /// The database.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database, once open.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address.
    #[error("cannot listen on {address} (BYO_SERVER__LISTEN): {source}")]
    Listen {
        /// Which address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The extra certificates.
    #[error("BYO_EGRESS__EXTRA_CA_FILE: {0}")]
    Roots(String),
    /// A provider's base URL.
    #[error(transparent)]
    Override(#[from] InvalidOverride),
    /// The directory key.
    #[error(
        "the directory key (BYO_SEALING__DIRECTORY_KEY) speaks for {certified}, not for {origin}; make one for that \
         origin with `byo keys root sign`, or set BYO_SERVER__PUBLIC_URL"
    )]
    Directory {
        /// Whom it speaks for.
        certified: String,
        /// Where this server is.
        origin: String,
    },
    /// The server's own certificate.
    #[error("BYO_SERVER__TLS_CERT_FILE, BYO_SERVER__TLS_KEY_FILE: {0}")]
    Tls(String),
}

impl From<InvalidRoots> for StartError {
    fn from(error: InvalidRoots) -> Self {
        Self::Roots(error.to_string())
    }
}

/// A server that is ready to serve.
pub struct Server {
    /// Its parts.
    pub app: Arc<App>,
    listener: TcpListener,
    tls: Option<tokio_rustls::TlsAcceptor>,
    limits: ServeLimits,
    router: RouterSettings,
    webhooks: WorkerSettings,
}

const SWEEP_EVERY: Duration = Duration::from_secs(30);
const WRITE_USAGE_EVERY: Duration = Duration::from_secs(5);
/// Expired rows are refused wherever they are used; a request that came in just in time may still need them.
const KEEP_EXPIRED: Duration = Duration::from_mins(10);

impl Server {
    /// Opens everything and listens, but answers nobody yet.
    pub async fn start(config: &Config) -> Result<Self, StartError> {
        let master_key = config.vault.master_key.as_ref().ok_or(StartError::NoMasterKey)?;
        let entropy: SharedEntropy = Arc::new(SystemEntropy);
        let clock: SharedClock = Arc::new(SystemClock);
        let address = config.server.listen;
        let listener = serve::listen(address).map_err(|source| StartError::Listen { address, source })?;
        let path = config.database.sqlite_path(&config.data_dir);
        let store: SharedStore = Arc::new(SqliteStore::open(&path, Arc::clone(&entropy)).await?);
        let vault = open_vault(master_key, &*store, &entropy).await?;
        let identity = identity(config, &listener);
        let sealing_keys = SealingKeys::load(
            sealing_settings(config, &identity, &*clock)?,
            &*store,
            &vault,
            clock.now(),
            &*entropy,
        )
        .await
        .map_err(|error| match error {
            SealingKeysError::Store(error) => StartError::Store(error),
            SealingKeysError::CannotOpen => StartError::SealingKey,
        })?;
        let egress = egress(config, &listener, &identity)?;
        let app = Arc::new(App {
            providers: Providers::new(egress.clone(), &config.providers, Arc::clone(&entropy))?,
            proxy: config.proxy,
            limits: Limits::new(&config.limits),
            in_flight: InFlight::default(),
            webhooks_due: Arc::new(Notify::new()),
            in_use: InUse::default(),
            usage: Ledger::default(),
            tasks: TaskTracker::new(),
            readiness: Readiness::default(),
            admin_key_hash: config.admin.key.as_ref().map(crate::config::AdminKey::hash),
            vault: Arc::new(vault),
            clock,
            entropy,
            ids: Prefetched::new(SystemEntropy),
            store,
            egress,
            sealing_keys,
            identity,
        });
        Ok(Self {
            app,
            listener,
            tls: tls(config)?,
            limits: serve_limits(config),
            router: RouterSettings {
                trusted_proxies: config.server.trusted_proxies.clone(),
                demo: None,
                // EXPOSE: a publishable key is made for browsers.
                docs_key: config.docs.publishable_key.as_ref().map(|key| key.expose().to_owned()),
            },
            webhooks: WorkerSettings {
                timeout: config.webhooks.timeout,
                concurrency: config.webhooks.concurrency,
            },
        })
    }

    /// Lets `/demo` lead there.
    #[must_use]
    pub fn with_demo(mut self, origin: String) -> Self {
        self.router.demo = Some(origin);
        self
    }

    /// Lets the examples of `/docs/widget` run with this publishable key.
    #[must_use]
    pub fn with_docs_key(mut self, key: &Token) -> Self {
        // EXPOSE: a publishable key is made for browsers.
        self.router.docs_key = Some(key.expose().to_owned());
        self
    }

    /// Serves until `shutdown` completes, then ends what runs and closes the database.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let app = self.app;
        let (stop, stopped) = watch::channel(false);
        let until_stopped = || {
            let mut stopped = stopped.clone();
            async move { drop(stopped.wait_for(|stop| *stop).await) }
        };
        let worker = tokio::spawn(worker(&app, self.webhooks).run(until_stopped()));
        let sweeper = tokio::spawn(sweep(Arc::clone(&app), until_stopped()));
        let accountant = tokio::spawn(write_usage_down(Arc::clone(&app), until_stopped()));
        let service = service(Arc::clone(&app), &self.router);
        serve::serve(self.listener, self.tls, service, self.limits, shutdown).await;
        // Keys that were being checked when their browsers went away.
        app.tasks.close();
        let _: Result<(), _> = tokio::time::timeout(self.limits.shutdown_grace, app.tasks.wait()).await;
        stop.send_replace(true);
        let _: (Result<(), _>, Result<(), _>, Result<(), _>) = tokio::join!(worker, sweeper, accountant);
        app.store.close().await;
    }
}

/// The vault, once the database has shown that it was made under this master key.
async fn open_vault(
    master_key: &MasterKey,
    store: &dyn Store,
    entropy: &SharedEntropy,
) -> Result<Vault, StartError> {
    const NAME: &str = "master_key_check";
    let vault = Vault::new(master_key, Arc::clone(entropy));
    let binding = Binding { purpose: Purpose::MasterKeyCheck, id: NAME, version: 1, context: &[] };
    let standing = store.meta_or_insert(NAME, vault.seal(&binding, NAME.as_bytes())).await?;
    vault.open(&binding, &standing).map_err(|_| StartError::WrongMasterKey)?;
    Ok(vault)
}

fn sealing_settings(
    config: &Config,
    identity: &Identity,
    clock: &dyn Clock,
) -> Result<SealingSettings, StartError> {
    let origins: Vec<String> = identity.origins().map(str::to_owned).collect();
    if let Some(key) = &config.sealing.directory_key {
        check_certificate(key.certificate(), &identity.public_origin, clock)?;
    }
    Ok(SealingSettings {
        schedule: Schedule { rotate_every: config.sealing.rotate_every, overlap: config.sealing.overlap },
        directory_key: config.sealing.directory_key.clone(),
        origins,
    })
}

/// A certificate for another server would make every pinned widget refuse this one. One that has run out does too, but
/// everybody else can still be served.
fn check_certificate(certificate: &Certificate, origin: &str, clock: &dyn Clock) -> Result<(), StartError> {
    if !certificate.origins.iter().any(|certified| certified == origin) {
        let certified = certificate.origins.join(", ");
        return Err(StartError::Directory { certified, origin: origin.to_owned() });
    }
    if certificate.not_after <= clock.now() {
        tracing::error!(
            not_after = %certificate.not_after,
            "the directory key has run out: widgets that pin its root refuse this server; `byo keys root sign` makes another"
        );
    }
    Ok(())
}

fn identity(config: &Config, listener: &TcpListener) -> Identity {
    let mut aliases = config.server.aliases.clone();
    let strict_host = config.server.has_public_url();
    // Without a public URL it is a developer's machine. With port 0 only the listener knows the port.
    let public_origin = match listener.local_addr() {
        Ok(address) if !strict_host => {
            aliases.push(format!("http://localhost:{}", address.port()));
            crate::config::origin_of(address)
        }
        _ => config.server.public_origin(),
    };
    Identity { public_origin, aliases, strict_host }
}

fn egress(config: &Config, listener: &TcpListener, identity: &Identity) -> Result<Egress, StartError> {
    let listeners = listener.local_addr().into_iter().map(OwnAddress::Listener);
    let public = identity.origins().filter_map(public_address);
    let own = OwnAddresses::new(listeners.chain(public).collect());
    let policy = Policy::new(config.egress.allow.clone(), own);
    let roots = match &config.egress.extra_ca_file {
        Some(path) => {
            let pem = std::fs::read(path)
                .map_err(|error| StartError::Roots(format!("{}: {error}", path.display())))?;
            Roots::from_pem(&pem)?
        }
        None => Roots::default(),
    };
    let resolver = Arc::new(SystemResolver::new(&config.egress.name_servers));
    Ok(Egress::new(policy, resolver, &roots, EgressLimits::default()))
}

fn public_address(origin: &str) -> Option<OwnAddress> {
    let url = url::Url::parse(origin).ok()?;
    Some(OwnAddress::Public { host: url.host_str()?.to_owned(), port: url.port_or_known_default()? })
}

fn serve_limits(config: &Config) -> ServeLimits {
    ServeLimits {
        connections: config.server.max_connections,
        connections_per_ip: config.server.max_connections_per_ip,
        header_timeout: config.server.header_timeout,
        body_timeout: config.server.body_timeout,
        shutdown_grace: config.server.shutdown_grace,
    }
}

fn tls(config: &Config) -> Result<Option<tokio_rustls::TlsAcceptor>, StartError> {
    use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
    let (Some(cert), Some(key)) = (&config.server.tls_cert_file, &config.server.tls_key_file) else {
        return Ok(None);
    };
    let failed = |error: &dyn std::fmt::Display| StartError::Tls(error.to_string());
    let chain = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| failed(&error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(&error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut tls = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| failed(&error))?;
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Some(Arc::new(tls).into()))
}

fn worker(app: &App, settings: WorkerSettings) -> Worker {
    Worker {
        store: Arc::clone(&app.store),
        vault: Arc::clone(&app.vault),
        egress: app.egress.clone(),
        clock: Arc::clone(&app.clock),
        entropy: Arc::clone(&app.entropy),
        due: Arc::clone(&app.webhooks_due),
        settings,
    }
}

/// Writes down what was used, and once more at the end.
async fn write_usage_down(app: Arc<App>, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        let last = tokio::select! {
            () = tokio::time::sleep(WRITE_USAGE_EVERY) => false,
            () = &mut stop => true,
        };
        if let Err(error) = app.usage.write_down(&*app.store).await {
            tracing::error!(%error, "what was used could not be written down; it is kept for the next time");
        }
        if last {
            return;
        }
    }
}

/// Forgets what has expired.
async fn sweep(app: Arc<App>, stop: impl Future<Output = ()>) {
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = tokio::time::sleep(SWEEP_EVERY) => {}
            () = &mut stop => return,
        }
        app.limits.sweep();
        if let Err(refusal) = keep_sealing_keys(&app, Occasion::Schedule).await {
            tracing::error!(?refusal, "the sealing keys could not be looked after");
        }
        if let Err(error) = app.store.sweep(app.clock.now().before(KEEP_EXPIRED)).await {
            tracing::warn!(%error, "what has expired could not be dropped");
        }
    }
}
