//! Providers as data: one table says how each is called and what its answers mean, one engine reads it.
//!
//! A key goes to its provider in a header marked sensitive, and nowhere else. Providers echo parts of keys in their
//! errors, so no text of theirs is passed on: every message here is our own. A check never asks for more than the
//! cheapest call that proves the key, and a key is never refused for its shape, only for being an administration key.

mod check;
mod engine;
mod models;
mod paths;
mod reason;
mod route;
mod rules;
pub mod simulator;
mod spec;
mod table;
mod target;

use std::collections::BTreeMap;

use byo_seal::{ProviderConfig, ProviderId};

use crate::{
    egress::{Destination, Egress, UrlKind},
    entropy::SharedEntropy,
    environment::Environment,
    secret::ProviderKey,
};

pub use check::{Check, CheckError};
pub use reason::Reason;
pub use route::Route;
pub(crate) use route::root;
pub use target::{ConfigError, ConfigProblem};

/// Checks keys with their providers.
#[derive(Clone)]
pub struct Providers {
    egress: Egress,
    overrides: BTreeMap<ProviderId, Override>,
    entropy: SharedEntropy,
}

/// What the operator put in a provider's place.
#[derive(Clone)]
struct Override {
    base: Destination,
    /// Reaches it, which [`Providers::egress`] does not: a customer who names its host is refused like any other.
    egress: Egress,
}

/// The operator's replacement base URL for a provider is no base URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the base URL set for {provider} (BYO_PROVIDERS__<NAME>__BASE_URL) is not an http or https URL without user name, \
     query and fragment"
)]
pub struct InvalidOverride {
    /// Whose base URL.
    pub provider: ProviderId,
}

impl Providers {
    /// `overrides` are the operator's replacement base URLs. They are trusted as the provider itself, wherever they
    /// point, and need no entry in the allow-list; nothing but a check of that provider's keys gets there by them.
    pub fn new(
        egress: Egress,
        overrides: &BTreeMap<ProviderId, String>,
        entropy: SharedEntropy,
    ) -> Result<Self, InvalidOverride> {
        let read = |(provider, url): (&ProviderId, &String)| {
            let opened = egress.opening([url.as_str()]);
            let found =
                opened.and_then(|egress| Ok(Override { base: egress.check(UrlKind::BaseUrl, url)?, egress }));
            found.map(|found| (*provider, found)).map_err(|_| InvalidOverride { provider: *provider })
        };
        let overrides = overrides.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { egress, overrides, entropy })
    }

    /// Checks a configuration before anything is stored or sent: every fault, the egress policy's verdict included.
    pub fn validate_config(
        &self,
        provider: ProviderId,
        config: &ProviderConfig,
    ) -> Result<(), Vec<ConfigError>> {
        let faults = self.config_faults(provider, config);
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Asks the provider what the key is good for. In the test environment the simulator answers and nothing leaves
    /// the process. Takes at most about half a minute.
    pub async fn check(
        &self,
        environment: Environment,
        provider: ProviderId,
        config: &ProviderConfig,
        key: &ProviderKey,
    ) -> Check {
        match environment {
            Environment::Test => simulator::check(provider, key),
            Environment::Live => self.ask(provider, config, key).await,
        }
    }
}

#[cfg(test)]
mod tests;
