//! What every part of the running server shares.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::{
    clock::SharedClock,
    config::ProxyConfig,
    domain::{InFlight, InUse, Ledger, Readiness, SealingKeys},
    egress::Egress,
    entropy::{Prefetched, SharedEntropy, SystemEntropy},
    limit::Limits,
    providers::Providers,
    store::SharedStore,
    vault::Vault,
};

/// The running server's parts, made once at start.
pub struct App {
    /// The time.
    pub clock: SharedClock,
    /// Unpredictable bytes.
    pub entropy: SharedEntropy,
    /// The same for what is public and needed often: the ids of requests.
    pub ids: Prefetched<SystemEntropy>,
    /// What is remembered.
    pub store: SharedStore,
    /// Encryption at rest.
    pub vault: Arc<Vault>,
    /// Checks of keys.
    pub providers: Providers,
    /// The only way out.
    pub egress: Egress,
    /// Bounds of proxied calls.
    pub proxy: ProxyConfig,
    /// Rate limits.
    pub limits: Limits,
    /// The keys browsers seal to.
    pub sealing_keys: SealingKeys,
    /// Sealed requests under way.
    pub in_flight: InFlight,
    /// What was used.
    pub usage: Ledger,
    /// What runs with which key.
    pub in_use: InUse,
    /// Work that goes on when whoever asked for it has gone.
    pub tasks: TaskTracker,
    /// What the last look at the database found.
    pub readiness: Readiness,
    /// Rings when a webhook may be due.
    pub webhooks_due: Arc<Notify>,
    /// The names this server answers to.
    pub identity: Identity,
    /// SHA-256 of the admin key; without one the admin calls refuse everybody.
    pub admin_key_hash: Option<[u8; 32]>,
}

/// A server's names, as clients write them.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Origin of the public URL.
    pub public_origin: String,
    /// Other origins it answers to.
    pub aliases: Vec<String>,
    /// Whether requests for any other host are refused.
    pub strict_host: bool,
}

impl Identity {
    /// Every origin a client may know this server by.
    pub fn origins(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.public_origin.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}
