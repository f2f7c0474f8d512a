//! What decides about one proxied call.

use std::sync::Arc;

use byo_seal::{ProviderConfig, ProviderId};

use super::{KeyStatus, ModelList};
use crate::{
    clock::Timestamp,
    environment::Environment,
    id::{EnvironmentId, KeyId, ProjectId, TokenId},
    token::TokenHash,
};

/// Asks for all of it at once.
#[derive(Clone, Copy, Debug)]
pub struct GrantQuery<'a> {
    /// Who calls: a secret key or a runtime token.
    pub token: &'a TokenHash,
    /// Whether it is a runtime token, which names its customer itself.
    pub is_runtime: bool,
    /// For which customer, where the call names one.
    pub ref_id: Option<&'a str>,
    /// For which provider.
    pub provider: ProviderId,
    /// Which of the customer's keys for it.
    pub name: &'a str,
    /// Tokens that have expired by then stand for nobody.
    pub now: Timestamp,
}

/// The caller, what it may do, and the key there is.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The project.
    pub project_id: ProjectId,
    /// The environment the token works in.
    pub environment_id: EnvironmentId,
    /// Which half of the project that is.
    pub environment: Environment,
    /// What the environment allows on the proxy.
    pub settings: ProxySettings,
    /// What the environment lets customers call.
    pub models: ModelList,
    /// What this customer's own list lets it call.
    pub customer_models: ModelList,
    /// The limits of a runtime token; a secret key has none.
    pub runtime: Option<RuntimeLimits>,
    /// The secret key that made the runtime token, which ends with it.
    pub made_by: Option<TokenId>,
    /// The customer's key in use for this provider and name.
    pub key: Option<Arc<UsableKey>>,
}

/// What an environment allows on the proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProxySettings {
    /// The operator's own keys serve customers who have none.
    pub platform_keys: bool,
    /// A demo answers where there is no key at all.
    pub demo: bool,
    /// Paths that the provider table does not name are forwarded too.
    pub all_paths: bool,
}

/// What a runtime token may do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeLimits {
    /// Its id.
    pub id: TokenId,
    /// Whose keys it uses.
    pub ref_id: String,
    /// For which providers; `None` is all.
    pub providers: Option<Vec<ProviderId>>,
    /// Which models.
    pub models: ModelList,
}

/// A stored key, as far as using it takes.
#[derive(Clone, Debug)]
pub struct UsableKey {
    /// Its id.
    pub id: KeyId,
    /// Its version.
    pub version: i64,
    /// Its state; never revoked.
    pub status: KeyStatus,
    /// The vault record.
    pub sealed: Vec<u8>,
    /// Where it goes; one version with the key itself.
    pub provider_config: ProviderConfig,
    /// When it was first connected.
    pub created_at: Timestamp,
}

/// A runtime token to add.
#[derive(Clone, Debug)]
pub struct NewRuntimeToken {
    /// What it may do, and its id.
    pub limits: RuntimeLimits,
    /// SHA-256 of the whole token.
    pub hash: TokenHash,
    /// Where it works.
    pub environment_id: EnvironmentId,
    /// The secret key that made it.
    pub token: TokenId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works; `None` is until it is revoked.
    pub expires_at: Option<Timestamp>,
}
