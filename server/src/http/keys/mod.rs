//! `/v1/keys`.

pub(super) mod connect;
pub(super) mod manage;
pub(super) mod read;

use byo_seal::{ProviderId, reference::DEFAULT_NAME};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use crate::{
    domain::{Invalid, Refusal},
    secret::ProviderKey,
};

/// Names one key of one customer.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct KeyName {
    /// The provider's name.
    #[schema(example = "openai")]
    provider: String,
    /// The customer, as the product names it.
    #[schema(example = "customer_123")]
    ref_id: String,
    /// Which of the customer's keys for that provider; `default` when left out.
    name: Option<String>,
}

/// A key's name, checked.
pub(super) struct CheckedName {
    pub(super) provider: ProviderId,
    pub(super) ref_id: String,
    pub(super) name: String,
}

impl KeyName {
    fn checked(self) -> Result<CheckedName, Refusal> {
        let mut errors = Vec::new();
        let checked = check_name(&self.provider, self.ref_id, self.name, &mut errors);
        checked.filter(|_| errors.is_empty()).ok_or(Refusal::Invalid(errors))
    }
}

/// Checks all three, so that every wrong one is told at once.
fn check_name(
    provider: &str,
    ref_id: String,
    name: Option<String>,
    errors: &mut Vec<Invalid>,
) -> Option<CheckedName> {
    let name = name.unwrap_or_else(|| DEFAULT_NAME.to_owned());
    if let Err(flaw) = byo_seal::check_ref_id(&ref_id) {
        errors.push(Invalid::new("refId", flaw.to_string()));
    }
    if let Err(flaw) = byo_seal::check_name(&name) {
        errors.push(Invalid::new("name", flaw.to_string()));
    }
    let provider = check_provider("provider", provider, errors)?;
    Some(CheckedName { provider, ref_id, name })
}

/// Takes a key over that came in the clear. Which provider's it is, where that is known, says whether it may be empty.
pub(super) fn check_key(
    provider: Option<ProviderId>,
    mut raw: Zeroizing<String>,
    errors: &mut Vec<Invalid>,
) -> Option<ProviderKey> {
    let bytes = Zeroizing::new(std::mem::take(&mut *raw).into_bytes());
    let key = match provider {
        Some(provider) => ProviderKey::of(provider, bytes),
        None => ProviderKey::new(bytes),
    };
    key.map_err(|flaw| errors.push(Invalid::new("providerKey", flaw.to_string()))).ok()
}

/// Reads a provider's name.
pub(super) fn check_provider(
    field: &'static str,
    name: &str,
    errors: &mut Vec<Invalid>,
) -> Option<ProviderId> {
    let provider = name.parse().ok();
    if provider.is_none() {
        let known: Vec<_> = ProviderId::ALL.iter().map(|id| id.as_str()).collect();
        errors.push(Invalid::new(field, format!("must be one of {}", known.join(", "))));
    }
    provider
}
