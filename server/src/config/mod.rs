//! Settings: defaults < `byo.toml` < environment < flags, checked once into an immutable value.
//!
//! `byo.default.toml` is the first layer and the list of every setting there is. All faults are reported at once;
//! none quotes a value, since a secret may stand in the wrong place.

mod admin;
mod database;
mod docs;
mod duration;
mod egress;
mod error;
mod layers;
mod limits;
mod log;
mod origin;
mod providers;
mod proxy;
mod reader;
mod sealing;
mod server;
mod sources;
mod vault;
mod webhooks;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use byo_seal::ProviderId;

pub use admin::{AdminConfig, AdminKey, WeakAdminKey};
pub use database::{DatabaseConfig, DatabaseUrl};
pub use docs::DocsConfig;
pub use egress::EgressConfig;
pub use error::{ConfigError, Fault, Place, Problem};
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use origin::origin_of;
pub use proxy::ProxyConfig;
pub use sealing::SealingConfig;
pub use server::ServerConfig;
pub use sources::{FileLayer, Sources};
pub use vault::VaultConfig;
pub use webhooks::WebhooksConfig;

use self::reader::Reader;

/// Every setting with its default, as TOML with comments.
pub const DEFAULTS: &str = include_str!("../../byo.default.toml");

/// Everything that can be set. One struct a concern.
pub struct Config {
    /// Folder for whatever byo keeps on disk.
    pub data_dir: PathBuf,
    /// Where and how byo answers.
    pub server: ServerConfig,
    /// What is remembered.
    pub database: DatabaseConfig,
    /// Encryption at rest.
    pub vault: VaultConfig,
    /// The keys that browsers seal to.
    pub sealing: SealingConfig,
    /// The operator's calls.
    pub admin: AdminConfig,
    /// The way out.
    pub egress: EgressConfig,
    /// Replacement base URLs.
    pub providers: BTreeMap<ProviderId, String>,
    /// Calls that pass through.
    pub proxy: ProxyConfig,
    /// Rate limits.
    pub limits: LimitsConfig,
    /// Deliveries.
    pub webhooks: WebhooksConfig,
    /// The pages that explain byo.
    pub docs: DocsConfig,
    /// Logs.
    pub log: LogConfig,
}

impl Config {
    /// Reads this process's environment and `file`, or `./byo.toml` where there is one. `flags` are dotted settings
    /// from the command line.
    pub fn from_process(file: Option<&Path>, flags: BTreeMap<String, String>) -> Result<Self, ConfigError> {
        Self::load(Sources::from_process(file, flags)?)
    }

    /// Merges the layers and checks every setting.
    pub fn load(sources: Sources) -> Result<Self, ConfigError> {
        let mut reader = layers::merge(sources);
        let config = read(&mut reader);
        reader.finish(config)
    }
}

fn read(reader: &mut Reader) -> Option<Config> {
    let data_dir = reader.required_path("data_dir");
    let server = server::read(reader);
    let database = database::read(reader);
    let vault = vault::read(reader);
    let sealing = sealing::read(reader);
    let admin = admin::read(reader);
    let egress = egress::read(reader);
    let providers = providers::read(reader);
    let proxy = proxy::read(reader);
    let limits = limits::read(reader);
    let webhooks = webhooks::read(reader);
    let docs = docs::read(reader);
    let log = log::read(reader);
    Some(Config {
        data_dir: data_dir?,
        server: server?,
        database: database?,
        vault: vault?,
        sealing: sealing?,
        admin: admin?,
        egress: egress?,
        providers: providers?,
        proxy: proxy?,
        limits: limits?,
        webhooks: webhooks?,
        docs: docs?,
        log: log?,
    })
}

#[cfg(test)]
mod tests;
