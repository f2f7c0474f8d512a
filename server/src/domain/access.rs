//! Whose key answers a proxied call: one sent along, the customer's stored one, the operator's, or none, and then a demo.
//!
//! The order is fixed. A key that was sent along, or that the customer has stored, is used or refused; nothing else
//! ever takes its place.

use std::sync::Arc;

use byo_seal::{ProviderConfig, ProviderId};

use super::{
    Lease, Refusal, Through, in_use, mode, open_request_key,
    record::{self, Place},
};
use crate::{
    app::App,
    id::{KeyId, ProjectId},
    secret::ProviderKey,
    store::{Grant, GrantQuery, KeyAddress, KeyStatus, Mode, UsableKey},
    token::{Token, TokenKind},
};

/// A call that wants a key.
pub struct Ask<'a> {
    /// Who calls.
    pub token: &'a Token,
    /// For which provider.
    pub provider: ProviderId,
    /// For which customer, where the call says so.
    pub ref_id: Option<&'a str>,
    /// Which of the customer's keys.
    pub name: &'a str,
    /// The customer's key, where it came with the call.
    pub given: Option<Given>,
}

/// A key that came with a call. It is used for that call and forgotten.
pub enum Given {
    /// In the clear, from a backend.
    Raw(ProviderKey),
    /// Sealed in the customer's browser, as the header has it.
    Sealed(String),
}

/// Leave to make the call.
pub struct Access {
    /// Who may, and what.
    pub grant: Arc<Grant>,
    /// For which customer; nobody in particular for a key that came with the call of a secret key.
    pub ref_id: Option<String>,
    /// Whose key it is.
    pub mode: Mode,
    /// The key; none for a demo.
    pub key: Option<HeldKey>,
}

/// A key for one call.
pub struct HeldKey {
    key: Material,
    /// Ends when the key does.
    pub lease: Option<Lease>,
}

/// A stored key stays sealed until it is about to be used: a body may come in for minutes before that.
enum Material {
    Clear { key: ProviderKey, config: ProviderConfig },
    Stored { at: StoredAt, row: Arc<UsableKey> },
}

/// A key in the clear, about to be used.
pub struct OpenKey {
    /// The key.
    pub key: ProviderKey,
    /// Where it is stored, if it is.
    pub stored: Option<StoredAt>,
    /// Ends when the key does.
    pub lease: Option<Lease>,
}

/// Which version of which stored key.
#[derive(Clone, Debug)]
pub struct StoredAt {
    /// Its name.
    pub address: KeyAddress,
    /// Its id.
    pub id: KeyId,
    /// Its version.
    pub version: i64,
}

/// Decides. What is rare is boxed: every call moves this future, whichever way it then goes.
///
/// # Errors
/// `Refusal::Unauthenticated` when the token stands for nobody.
pub async fn access(app: &App, mut ask: Ask<'_>) -> Result<Access, Refusal> {
    let given = match ask.given.take() {
        Some(Given::Raw(key)) => return Box::pin(raw(app, &ask, key)).await,
        Some(Given::Sealed(sealed)) => Some(sealed),
        None => None,
    };
    loop {
        let epoch = app.in_use.epoch();
        let grant = find(app, &ask).await?;
        let ref_id = customer(&ask, &grant)?;
        let Some(customer) = ref_id else {
            return Err(Refusal::Malformed("Name the customer in the header X-BYO-Ref-Id."));
        };
        let (mode, key) = match (&given, &grant.key) {
            (Some(given), _) => {
                (Mode::Byok, Some(Box::pin(sealed(app, &ask, &grant, &customer, given)).await?))
            }
            (None, Some(key)) => {
                (Mode::Byok, Some(stored(app, &ask, &grant, &customer, ask.name, Arc::clone(key))?))
            }
            (None, None) => Box::pin(without_own(app, &ask, &grant)).await?,
        };
        if app.in_use.epoch() == epoch {
            return Ok(Access { grant, ref_id: Some(customer), mode, key });
        }
    }
}

/// With a key in the clear nothing is looked up but the caller, and nothing can end it but the end of a runtime token.
async fn raw(app: &App, ask: &Ask<'_>, key: ProviderKey) -> Result<Access, Refusal> {
    loop {
        let epoch = app.in_use.epoch();
        let grant = find(app, ask).await?;
        let ref_id = customer(ask, &grant)?;
        let lease = through(&grant).map(|own| {
            let token = own.token.clone();
            app.in_use.lease_through(token.as_str(), Some(own))
        });
        if lease.is_none() || app.in_use.epoch() == epoch {
            let key = Material::Clear { key, config: ProviderConfig::default() };
            return Ok(Access { grant, ref_id, mode: Mode::Byok, key: Some(HeldKey { key, lease }) });
        }
    }
}

/// What else ends the call; nothing does where it is made with a secret key.
fn through(grant: &Grant) -> Option<Through> {
    let (runtime, made_by) = grant.runtime.as_ref().zip(grant.made_by.as_ref())?;
    Some(Through { token: runtime.id.clone(), made_by: made_by.clone() })
}

/// It ends when the customer is revoked.
async fn sealed(
    app: &App,
    ask: &Ask<'_>,
    grant: &Grant,
    ref_id: &str,
    given: &str,
) -> Result<HeldKey, Refusal> {
    let customer = in_use::customer(&grant.environment_id, ref_id);
    let lease = app.in_use.lease_through(&customer, through(grant));
    let opened = open_request_key(app, &grant.environment_id, given, ask.provider, ref_id).await?;
    let key = Material::Clear { key: opened.key, config: opened.provider_config };
    Ok(HeldKey { key, lease: Some(lease) })
}

async fn find(app: &App, ask: &Ask<'_>) -> Result<Arc<Grant>, Refusal> {
    let query = GrantQuery {
        token: &ask.token.hash(),
        is_runtime: ask.token.kind() == TokenKind::Runtime,
        ref_id: ask.ref_id,
        provider: ask.provider,
        name: ask.name,
        now: app.clock.now(),
    };
    let found = app.store.grant(query).await?;
    found.filter(|grant| grant.environment == ask.token.environment()).ok_or(Refusal::Unauthenticated)
}

fn customer(ask: &Ask<'_>, grant: &Grant) -> Result<Option<String>, Refusal> {
    let Some(limits) = &grant.runtime else { return Ok(ask.ref_id.map(str::to_owned)) };
    if ask.ref_id.is_some_and(|asked| asked != limits.ref_id) {
        return Err(Refusal::Forbidden("This runtime token is for another refId."));
    }
    if limits.providers.as_ref().is_some_and(|providers| !providers.contains(&ask.provider)) {
        return Err(Refusal::Forbidden("This runtime token is for other providers."));
    }
    Ok(Some(limits.ref_id.clone()))
}

fn stored(
    app: &App,
    ask: &Ask<'_>,
    grant: &Grant,
    ref_id: &str,
    name: &str,
    row: Arc<UsableKey>,
) -> Result<HeldKey, Refusal> {
    if row.status == KeyStatus::Disabled {
        return Err(Refusal::NoKeyConnected("This customer's key is disabled."));
    }
    let lease = app.in_use.lease_through(row.id.as_str(), through(grant));
    let address = KeyAddress {
        environment: grant.environment_id.clone(),
        ref_id: ref_id.to_owned(),
        provider: ask.provider,
        name: name.to_owned(),
    };
    let at = StoredAt { address, id: row.id.clone(), version: row.version };
    Ok(HeldKey { key: Material::Stored { at, row }, lease: Some(lease) })
}

impl HeldKey {
    /// Where it is stored, if it is.
    #[must_use]
    pub const fn stored(&self) -> Option<&StoredAt> {
        match &self.key {
            Material::Clear { .. } => None,
            Material::Stored { at, .. } => Some(at),
        }
    }

    /// Where it goes.
    #[must_use]
    pub fn config(&self) -> &ProviderConfig {
        match &self.key {
            Material::Clear { config, .. } => config,
            Material::Stored { row, .. } => &row.provider_config,
        }
    }

    /// Opens it. To be called when it is about to be used, not before.
    ///
    /// # Errors
    /// A stored record that does not open: somebody changed it, or the master key is another one.
    pub fn open(self, app: &App, project: &ProjectId) -> Result<OpenKey, Refusal> {
        let Self { key, lease } = self;
        let (at, row) = match key {
            Material::Clear { key, .. } => return Ok(OpenKey { key, stored: None, lease }),
            Material::Stored { at, row } => (at, row),
        };
        let place = Place {
            project,
            environment: &at.address.environment,
            provider: at.address.provider,
            ref_id: &at.address.ref_id,
            name: &at.address.name,
            id: &at.id,
            version: at.version,
            provider_config: &row.provider_config,
            created_at: row.created_at,
        };
        let key = record::open(app, &place, &row.sealed)?;
        Ok(OpenKey { key, stored: Some(at), lease })
    }
}

/// What there is for a customer who has no key of this name.
async fn without_own(app: &App, ask: &Ask<'_>, grant: &Grant) -> Result<(Mode, Option<HeldKey>), Refusal> {
    let address = KeyAddress::platform(grant.environment_id.clone(), ask.provider);
    let platform = if grant.settings.platform_keys { platform_key(app, &address).await? } else { None };
    match (mode::without_own(&grant.settings, platform.is_some()), platform) {
        (Some(Mode::Server), Some(key)) => {
            let key = stored(app, ask, grant, &address.ref_id, &address.name, Arc::new(key))?;
            Ok((Mode::Server, Some(key)))
        }
        (Some(mode), _) => Ok((mode, None)),
        (None, _) => Err(Refusal::NoKeyConnected("This customer has connected no key for this provider.")),
    }
}

/// The operator's own key, if it may be used.
async fn platform_key(app: &App, address: &KeyAddress) -> Result<Option<UsableKey>, Refusal> {
    let row = app.store.key(address).await?.filter(|row| row.status != KeyStatus::Disabled);
    Ok(row.and_then(|row| {
        Some(UsableKey {
            id: row.id,
            version: row.version,
            status: row.status,
            sealed: row.sealed?,
            provider_config: row.provider_config,
            created_at: row.created_at,
        })
    }))
}

impl Access {
    /// What ends with the key, where it is a stored one.
    #[must_use]
    pub fn lease(&self) -> Option<&Lease> {
        self.key.as_ref()?.lease.as_ref()
    }

    /// Whether any list of models leaves something out.
    #[must_use]
    pub fn restricts_models(&self) -> bool {
        let runtime = self.grant.runtime.as_ref().is_some_and(|limits| limits.models.restricts());
        self.grant.models.restricts() || self.grant.customer_models.restricts() || runtime
    }

    /// Whether all of them let this model pass.
    #[must_use]
    pub fn allows_model(&self, provider: ProviderId, model: &str) -> bool {
        let runtime = self.grant.runtime.as_ref().is_none_or(|limits| limits.models.allows(provider, model));
        runtime
            && self.grant.models.allows(provider, model)
            && self.grant.customer_models.allows(provider, model)
    }
}
