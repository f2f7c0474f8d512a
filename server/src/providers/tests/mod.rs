//! The table against recorded shapes of answers, over real HTTP.

mod config;
mod fixtures;
mod lists;
mod simulator;

use std::{collections::BTreeMap, sync::Arc};

use byo_seal::{ProviderConfig, ProviderId};
use zeroize::Zeroizing;

use super::Providers;
use crate::{
    egress::{
        Egress, EgressLimits, OwnAddresses, Policy, Roots, StaticResolver,
        tests::server::{Reply, Seen, Server},
    },
    entropy::SystemEntropy,
    secret::ProviderKey,
};

fn key(text: &str) -> ProviderKey {
    ProviderKey::new(Zeroizing::new(text.as_bytes().to_vec())).unwrap()
}

fn config(base_url: &str) -> ProviderConfig {
    ProviderConfig { base_url: Some(base_url.to_owned()), ..ProviderConfig::default() }
}

/// Providers that reach loopback under every name in `hosts`, with these replacement base URLs.
fn providers(allow: &[&str], hosts: &[&str], overrides: &[(ProviderId, &str)]) -> Providers {
    let rules = allow.iter().map(|rule| rule.parse().unwrap()).collect();
    let overrides: BTreeMap<_, _> = overrides.iter().map(|(id, url)| (*id, (*url).to_owned())).collect();
    let policy = Policy::new(rules, OwnAddresses::default());
    let resolver = hosts
        .iter()
        .fold(StaticResolver::default(), |all, host| all.with(host, &["127.0.0.1".parse().unwrap()]));
    let egress = Egress::new(policy, Arc::new(resolver), &Roots::default(), EgressLimits::default());
    Providers::new(egress, &overrides, Arc::new(SystemEntropy)).unwrap()
}

/// A provider that gives each request the answer `answer` makes of its number, and OpenAI's row pointing at it.
async fn openai(
    answer: impl Fn(usize, &Seen) -> Option<Reply> + Send + Sync + 'static,
) -> (Server, Providers) {
    let server = Server::start(answer).await;
    let providers = providers(&[], &[], &[(ProviderId::Openai, &server.url("/v1"))]);
    (server, providers)
}
