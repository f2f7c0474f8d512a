//! The operator's own keys, for customers who have none.
//!
//! They stand among customers' keys, under a customer that nobody can name, and are checked and sealed like them. No
//! webhook tells of them: they are the operator's business, not the product's.

use std::sync::Arc;

use byo_seal::{ProviderConfig, ProviderId};
use sha2::{Digest, Sha256};

use super::{
    Fault, Refusal,
    in_use::{Carried, carry},
    project::environment_of,
    provider_config,
    submit::{self, Version},
};
use crate::{
    app::App,
    clock::Timestamp,
    environment::Environment,
    id::ProjectId,
    secret::ProviderKey,
    store::{EnvironmentRow, KeyAddress, KeyRow, PutKey, PutOutcome, RevokeKey, RevokeOutcome},
};

/// A key of the operator's on its way in.
pub struct PlatformKey {
    /// For which project.
    pub project: ProjectId,
    /// For which half of it.
    pub environment: Environment,
    /// Of which provider.
    pub provider: ProviderId,
    /// Where and how it is to be used.
    pub provider_config: ProviderConfig,
    /// The key.
    pub key: ProviderKey,
    /// When it came in.
    pub at: Timestamp,
}

/// Checks a key with its provider and stores it, in the place of the one there was. Goes on to its end even if whoever
/// asked goes away. A key that is refused changes nothing.
pub async fn put_platform_key(app: &Arc<App>, new: PlatformKey) -> Result<KeyRow, Refusal> {
    carry(app, move |app| async move { put(&app, &new).await }).await
}

async fn put(app: &Carried, new: &PlatformKey) -> Result<KeyRow, Refusal> {
    let PlatformKey { provider, provider_config: config, key, .. } = new;
    let environment = environment_of(app, &new.project, new.environment).await?;
    provider_config::allowed(app, *provider, config)?;
    let check = app.providers.check(environment.kind, *provider, config, key).await;
    let check = submit::answered(check)?;
    if !check.verdict.is_storable() {
        return Err(submit::rejection(check));
    }
    let address = KeyAddress::platform(environment.id, *provider);
    // One after another, or many at once would overtake one another until one gives up.
    let place = Sha256::digest(format!("platform/{}/{provider}", address.environment));
    let _turn = app.in_flight.turn(place.into()).await;
    for _ in 0..submit::ATTEMPTS {
        let standing = app.store.key(&address).await?;
        let version = Version {
            project: &new.project,
            address: address.clone(),
            provider_config: config,
            key,
            check: &check,
        };
        let row = version.seal(app, standing.as_ref(), app.clock.now());
        let put = PutKey {
            row: row.clone(),
            since: new.at,
            replaces: standing.as_ref().map(|standing| standing.version),
            challenge: None,
            session_use: None,
            event: None,
        };
        match app.store.put_key(put).await? {
            PutOutcome::Stored => {
                app.end([row.id.as_str()]).await;
                return Ok(row);
            }
            PutOutcome::Stale => return Err(Refusal::RevokedMeanwhile),
            PutOutcome::Raced | PutOutcome::Spent => {}
        }
    }
    Err(Refusal::Fault(Fault::Contended))
}

/// Those of one half of a project.
pub async fn platform_keys(
    app: &App,
    project: &ProjectId,
    environment: Environment,
) -> Result<Vec<KeyRow>, Refusal> {
    let EnvironmentRow { id, .. } = environment_of(app, project, environment).await?;
    Ok(app.store.platform_keys(&id).await?)
}

/// Destroys one. Once this has answered, nothing uses it again. Goes on to its end even if whoever asked goes away.
pub async fn remove_platform_key(
    app: &Arc<App>,
    project: &ProjectId,
    environment: Environment,
    provider: ProviderId,
) -> Result<(), Refusal> {
    let EnvironmentRow { id, .. } = environment_of(app, project, environment).await?;
    let revoke = RevokeKey {
        address: KeyAddress::platform(id, provider),
        session_use: None,
        at: app.clock.now(),
        event: None,
    };
    carry(app, move |app| async move {
        if let RevokeOutcome::Revoked(key) = app.store.revoke_key(revoke).await? {
            app.end([key.id.as_str()]).await;
        }
        Ok(())
    })
    .await
}
