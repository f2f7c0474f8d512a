//! Who answers a customer's calls.

use std::collections::BTreeMap;

use byo_seal::{ProviderId, reference::DEFAULT_NAME};

use super::{Refusal, Session};
use crate::{
    app::App,
    store::{EnvironmentRow, KeyRow, KeyStatus, Mode, ProxySettings},
};

/// Who answers calls for one customer and provider; `None` where they are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answering {
    /// As things stand, for the customer's key that calls use which name none.
    pub mode: Option<Mode>,
    /// When the customer has no such key.
    pub fallback: Option<Mode>,
}

/// Who answers a customer that has no key of their own.
pub(super) const fn without_own(settings: &ProxySettings, has_platform_key: bool) -> Option<Mode> {
    if settings.platform_keys && has_platform_key {
        Some(Mode::Server)
    } else if settings.demo {
        Some(Mode::Demo)
    } else {
        None
    }
}

/// For every provider that is the session's business.
pub async fn modes(app: &App, session: &Session) -> Result<BTreeMap<ProviderId, Answering>, Refusal> {
    let environment = &session.scope.environment;
    let own = app.store.keys_of(&environment.id, &session.row.ref_id).await?;
    let platform = platform_keys(app, environment).await?;
    let answering = |provider: ProviderId| {
        let has_platform_key = platform.iter().any(|key| key.address.provider == provider);
        let fallback = without_own(&environment.proxy, has_platform_key);
        let own = own.iter().find(|key| key.address.provider == provider && key.address.name == DEFAULT_NAME);
        let mode = match own {
            // Nothing ever takes the place of a key that is there, used or not.
            Some(key) if key.status == KeyStatus::Disabled => None,
            Some(_) => Some(Mode::Byok),
            None => fallback,
        };
        Answering { mode, fallback }
    };
    let covered = ProviderId::ALL.iter().copied().filter(|provider| session.covers(*provider));
    Ok(covered.map(|provider| (provider, answering(provider))).collect())
}

/// What answers a customer without any key, for some provider at least.
pub(super) async fn without_any(app: &App, environment: &EnvironmentRow) -> Result<Option<Mode>, Refusal> {
    let has_platform_key = !platform_keys(app, environment).await?.is_empty();
    Ok(without_own(&environment.proxy, has_platform_key))
}

/// The operator's keys that may be used here.
async fn platform_keys(app: &App, environment: &EnvironmentRow) -> Result<Vec<KeyRow>, Refusal> {
    if !environment.proxy.platform_keys {
        return Ok(Vec::new());
    }
    let mut keys = app.store.platform_keys(&environment.id).await?;
    keys.retain(|key| key.status != KeyStatus::Disabled);
    Ok(keys)
}
