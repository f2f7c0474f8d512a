//! A provider key and the row it stands in: one version, encrypted and authenticated together.

use byo_seal::{ProviderConfig, ProviderId};
use zeroize::Zeroizing;

use super::Refusal;
use crate::{
    app::App,
    clock::Timestamp,
    id::{EnvironmentId, KeyId, ProjectId},
    secret::ProviderKey,
    store::KeyRow,
    vault::{Binding, CannotOpen, Purpose},
};

/// Every column that says whose a key is and where it goes. A record opens with exactly these.
pub(super) struct Place<'a> {
    pub(super) project: &'a ProjectId,
    pub(super) environment: &'a EnvironmentId,
    pub(super) provider: ProviderId,
    pub(super) ref_id: &'a str,
    pub(super) name: &'a str,
    pub(super) id: &'a KeyId,
    pub(super) version: i64,
    pub(super) provider_config: &'a ProviderConfig,
    pub(super) created_at: Timestamp,
}

impl<'a> Place<'a> {
    pub(super) fn of(project: &'a ProjectId, row: &'a KeyRow) -> Self {
        Self {
            project,
            environment: &row.address.environment,
            provider: row.address.provider,
            ref_id: &row.address.ref_id,
            name: &row.address.name,
            id: &row.id,
            version: row.version,
            provider_config: &row.provider_config,
            created_at: row.created_at,
        }
    }

    fn bind<T>(&self, use_it: impl FnOnce(&Binding<'_>) -> T) -> T {
        let config = serde_json::to_vec(self.provider_config).expect("plain data always serialises");
        let created_at = self.created_at.as_millis().to_be_bytes();
        use_it(&Binding {
            purpose: Purpose::ProviderKey,
            id: self.id.as_str(),
            version: self.version,
            context: &[
                self.project.as_str().as_bytes(),
                self.environment.as_str().as_bytes(),
                self.provider.as_str().as_bytes(),
                self.ref_id.as_bytes(),
                self.name.as_bytes(),
                &config,
                &created_at,
            ],
        })
    }
}

/// Encrypts a key for its row.
pub(super) fn seal(app: &App, place: &Place<'_>, key: &[u8]) -> Vec<u8> {
    place.bind(|binding| app.vault.seal(binding, key))
}

/// Decrypts a row's key.
pub(super) fn open(app: &App, place: &Place<'_>, sealed: &[u8]) -> Result<ProviderKey, Refusal> {
    let refusal = |CannotOpen| Refusal::vault(format!("{} version {}", place.id, place.version));
    let key: Zeroizing<Vec<u8>> = place.bind(|binding| app.vault.open(binding, sealed)).map_err(refusal)?;
    ProviderKey::of(place.provider, key).map_err(|_| refusal(CannotOpen))
}
