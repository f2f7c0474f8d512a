//! Where a proxied call goes, and how the key travels with it.

use byo_seal::{ProviderConfig, ProviderId};
use http::{HeaderMap, Method, StatusCode};

use super::{
    Providers, engine, paths,
    reason::Reason,
    rules::{self, Answer},
    spec::Spec,
    target::Target,
};
use crate::{
    egress::{Destination, DestinationNotAllowed, Egress},
    secret::ProviderKey,
};

/// The way to one provider with one configuration.
pub struct Route<'a> {
    /// Of the provider that was named. The target's row may be another one, where its base URL is.
    root: &'static str,
    target: Target<'a>,
}

impl Providers {
    /// Finds it; the destination's text is judged by the egress policy again.
    ///
    /// # Errors
    /// The policy refuses it, or there is no base URL at all.
    pub fn route(
        &self,
        provider: ProviderId,
        config: &ProviderConfig,
    ) -> Result<Route<'_>, DestinationNotAllowed> {
        self.target(provider, config).map(|target| Route { root: Spec::first(provider).root, target })
    }

    /// Whether the table names this call. `path` begins with `/` and is what follows the provider's name.
    #[must_use]
    pub fn lists_call(provider: ProviderId, method: &Method, path: &str) -> bool {
        let spec = Spec::first(provider);
        below_root(spec.root, path).is_some_and(|path| paths::lists(spec.paths, method, path))
    }

    /// Whether the call has the form of one at all: below the provider's root, and with a method that APIs use.
    #[must_use]
    pub fn could_be_call(provider: ProviderId, method: &Method, path: &str) -> bool {
        below_root(Spec::first(provider).root, path).is_some() && paths::is_plain(method)
    }
}

impl Route<'_> {
    /// Where this call goes: the provider's root in the path stands for the base URL.
    #[must_use]
    pub fn destination(&self, path: &str, query: Option<&str>) -> Option<Destination> {
        let path = below_root(self.root, path)?;
        Some(self.target.base.append(path, query))
    }

    /// The way out.
    #[must_use]
    pub const fn egress(&self) -> &Egress {
        self.target.egress
    }

    /// Whether this answer, which is no success, says that the provider does not take the key.
    #[must_use]
    pub fn refuses_key(&self, status: StatusCode, body: &[u8]) -> bool {
        let reason = rules::refusal(self.target.spec, &Answer::new(status, body));
        matches!(reason, Reason::UnknownKey | Reason::Blocked)
    }

    /// Puts the key where this provider wants it, and what else every call of it needs.
    pub fn sign(&self, key: &ProviderKey, headers: &mut HeaderMap) {
        engine::sign(self.target.spec, key, headers);
    }
}

/// How paths of this provider begin on the proxy; it stands for the base URL.
pub(crate) fn root(provider: ProviderId) -> &'static str {
    Spec::first(provider).root
}

/// The path below the provider's root, without a slash in front.
fn below_root<'p>(root: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(root)?.strip_prefix('/')
}
