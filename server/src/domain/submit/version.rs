//! A checked key as the next version of its row.

use byo_seal::ProviderConfig;

use crate::{
    app::App,
    clock::Timestamp,
    domain::record::{self, Place},
    id::{KeyId, ProjectId},
    providers::Check,
    secret::ProviderKey,
    store::{KeyAddress, KeyRow, KeyStatus},
};

/// A key that the provider takes, and where it belongs.
pub(in crate::domain) struct Version<'a> {
    pub(in crate::domain) project: &'a ProjectId,
    pub(in crate::domain) address: KeyAddress,
    pub(in crate::domain) provider_config: &'a ProviderConfig,
    pub(in crate::domain) key: &'a ProviderKey,
    pub(in crate::domain) check: &'a Check,
}

impl Version<'_> {
    /// The row as it is to be, after the one that stands there.
    pub(in crate::domain) fn seal(self, app: &App, standing: Option<&KeyRow>, now: Timestamp) -> KeyRow {
        let Self { project, address, provider_config, key, check } = self;
        let mut row = KeyRow {
            id: standing.map_or_else(|| KeyId::new(now, &*app.entropy), |standing| standing.id.clone()),
            status: KeyStatus::Active,
            disabled_by: None,
            version: standing.map_or(1, |standing| standing.version + 1),
            sealed: None,
            provider_config: provider_config.clone(),
            fingerprint: fingerprint(app, &address, provider_config, key),
            hint: hint(key),
            verdict: check.verdict,
            models: check.models.clone(),
            created_at: standing.map_or(now, |standing| standing.created_at),
            updated_at: now,
            checked_at: now,
            address,
        };
        // EXPOSE: to be sealed at once into the vault.
        row.sealed = Some(record::seal(app, &Place::of(project, &row), key.expose().as_bytes()));
        row
    }
}

pub(super) fn fingerprint(
    app: &App,
    address: &KeyAddress,
    config: &ProviderConfig,
    key: &ProviderKey,
) -> String {
    let (environment, provider) = (address.environment.as_str(), address.provider.as_str());
    if key.is_empty() {
        let base_url = config.base_url.as_deref().unwrap_or_default();
        return app.vault.keyless_fingerprint(environment, provider, base_url);
    }
    // EXPOSE: goes into a keyed hash of which 32 bits are told.
    app.vault.fingerprint(environment, provider, key.expose().as_bytes())
}

/// The last four characters, so that a person can find the key in the provider's console; of a short key or none, none.
fn hint(key: &ProviderKey) -> String {
    // EXPOSE: four characters of at least sixteen are shown to the customer and the backend.
    let key = key.expose();
    if key.len() >= 16 { key[key.len() - 4..].to_owned() } else { String::new() }
}
