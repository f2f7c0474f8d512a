//! Names to addresses.

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};

use async_trait::async_trait;
use hickory_resolver::{
    ResolverBuilder, TokioResolver,
    config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
};

/// Turns a name into all its addresses.
#[async_trait]
pub trait Resolve: Send + Sync {
    /// Every address of `name`, which is lower case and has no final dot.
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, Unresolvable>;
}

/// The name has no address, or nobody could say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the name does not resolve")]
pub struct Unresolvable;

/// Asks the system's name servers, or those the operator named.
pub struct SystemResolver(Option<TokioResolver>);

impl SystemResolver {
    /// With an empty list the system's configuration and hosts file are used. A system without any is not an
    /// error yet: addresses still work, names do not resolve.
    #[must_use]
    pub fn new(name_servers: &[SocketAddr]) -> Self {
        if name_servers.is_empty() {
            return Self::build(TokioResolver::builder_tokio());
        }
        Self::with_config(ResolverConfig::from_name_servers(name_servers.iter().map(name_server).collect()))
    }

    pub(super) fn with_config(config: ResolverConfig) -> Self {
        Self::build(Ok(TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())))
    }

    fn build(builder: Result<ResolverBuilder<TokioRuntimeProvider>, NetError>) -> Self {
        let resolver = builder.and_then(|mut builder| {
            // Both families, so that no address escapes the policy.
            builder.options_mut().ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
            builder.build()
        });
        match resolver {
            Ok(resolver) => Self(Some(resolver)),
            Err(error) => {
                tracing::warn!(%error, "no usable DNS configuration; names will not resolve");
                Self(None)
            }
        }
    }
}

#[async_trait]
impl Resolve for SystemResolver {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, Unresolvable> {
        let resolver = self.0.as_ref().ok_or(Unresolvable)?;
        // The final dot keeps the machine's search domains out: `api.example.com` must not become
        // `api.example.com.corp.internal`. Only operators' rules name single labels, and those are meant locally.
        let absolute = if name.contains('.') { format!("{name}.") } else { name.to_owned() };
        let found = resolver.lookup_ip(absolute).await.map_err(|_| Unresolvable)?;
        Ok(found.iter().collect())
    }
}

pub(super) fn name_server(address: &SocketAddr) -> NameServerConfig {
    let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = address.port();
    }
    NameServerConfig::new(address.ip(), true, connections)
}

/// Knows what it was told and nothing else: for tests, and for operators' harnesses.
#[derive(Default)]
pub struct StaticResolver(BTreeMap<String, Vec<IpAddr>>);

impl StaticResolver {
    /// Adds a name.
    #[must_use]
    pub fn with(mut self, name: &str, addresses: &[IpAddr]) -> Self {
        self.0.insert(name.to_owned(), addresses.to_vec());
        self
    }
}

#[async_trait]
impl Resolve for StaticResolver {
    async fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, Unresolvable> {
        self.0.get(name).cloned().ok_or(Unresolvable)
    }
}
