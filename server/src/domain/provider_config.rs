//! Where a key that a browser brings may point.

use byo_seal::{ProviderConfig, ProviderId};

use super::{Authority, Invalid, Refusal};
use crate::{app::App, providers::ConfigProblem};

/// Whether this caller may have a key used so.
pub(super) fn check(
    app: &App,
    authority: &Authority,
    provider: ProviderId,
    config: &ProviderConfig,
) -> Result<(), Refusal> {
    if let Authority::Publishable(publishable) = authority
        && config.base_url.is_some()
        && !publishable.scope.environment.custom_base_url
    {
        return Err(Refusal::Forbidden(
            "In this environment a bare publishable key may not bring a base URL of its own; make a connect session.",
        ));
    }
    if let Authority::Session(session) = authority
        && session.provider_configs.get(&provider).is_some_and(|fixed| fixed != config)
    {
        return Err(Refusal::Forbidden(
            "This connect session says where and how keys for this provider are used; send its providerConfig as it is.",
        ));
    }
    allowed(app, provider, config)
}

/// Whether a key for this provider may be used there and so, whoever brings it.
pub(super) fn allowed(app: &App, provider: ProviderId, config: &ProviderConfig) -> Result<(), Refusal> {
    let Err(faults) = app.providers.validate_config(provider, config) else { return Ok(()) };
    if faults.iter().any(|fault| fault.problem == ConfigProblem::DestinationNotAllowed) {
        return Err(Refusal::DestinationNotAllowed);
    }
    Err(Refusal::Invalid(
        faults.iter().map(|fault| Invalid::new(fault.field, fault.problem.to_string())).collect(),
    ))
}
