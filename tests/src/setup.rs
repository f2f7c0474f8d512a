//! What a server under test is made with.

use std::{collections::BTreeMap, sync::Arc};

use byo_seal::ProviderId;
use byo_server::{
    config::{LimitsConfig, ProxyConfig},
    directory::DirectoryKey,
};

/// How a server under test differs from the usual one.
pub struct Setup {
    /// Base URLs of providers.
    pub providers: BTreeMap<ProviderId, String>,
    /// Destinations opened by the operator.
    pub allow: Vec<String>,
    /// Bounds of proxied calls.
    pub proxy: ProxyConfig,
    /// Rate limits.
    pub limits: LimitsConfig,
    /// Signs the directory of sealing keys.
    pub directory_key: Option<Arc<DirectoryKey>>,
    /// What the examples of `/docs/widget` run with.
    pub docs_key: Option<String>,
}

impl Default for Setup {
    fn default() -> Self {
        let none = 1_000_000;
        let limits = LimitsConfig {
            publishable_per_minute_per_ip: none,
            publishable_per_minute: none,
            publishable_burst: none,
            params_per_minute_per_ip: none,
            session_per_minute: none,
            secret_per_minute: none,
            validations_per_hour: none,
            failures_per_hour: none,
            failed_authentications_per_minute: none,
            failed_admin_per_minute: none,
        };
        Self {
            providers: BTreeMap::new(),
            allow: vec!["127.0.0.1/32".to_owned()],
            proxy: ProxyConfig::default(),
            limits,
            directory_key: None,
            docs_key: None,
        }
    }
}
