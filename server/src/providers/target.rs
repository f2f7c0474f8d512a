//! Which row, and where it points.

use std::fmt;

use byo_seal::{ProviderConfig, ProviderId};

use super::{
    Providers,
    spec::{Setting, Spec, When},
    table,
};
use crate::egress::{Destination, DestinationNotAllowed, Egress, Host, UrlKind};

/// A fault in a `providerConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    /// The member at fault, as a path in the request body.
    pub field: &'static str,
    /// What is wrong with it.
    pub problem: ConfigProblem,
}

/// What is wrong with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigProblem {
    /// This provider needs it.
    Required,
    /// This provider has no use for it.
    NotUsed,
    /// It holds characters it cannot hold, or too many.
    Malformed,
    /// The egress policy refuses it. Answered with the code `destination_not_allowed`.
    DestinationNotAllowed,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Required => "is required for this provider",
            Self::NotUsed => "means nothing to this provider",
            Self::Malformed => "may hold 1 to 64 letters, digits, dots, dashes and underscores",
            Self::DestinationNotAllowed => {
                "must be an https URL of a public host, without user name, query or fragment, \
                 or one that the operator allows"
            }
        })
    }
}

/// Where a check goes.
pub(super) struct Target<'a> {
    pub(super) spec: &'static Spec,
    pub(super) base: Destination,
    /// The way there.
    pub(super) egress: &'a Egress,
    /// It is the provider itself, or what the operator put in its place.
    pub(super) trusted: bool,
}

impl Providers {
    pub(super) fn config_faults(&self, provider: ProviderId, config: &ProviderConfig) -> Vec<ConfigError> {
        let rows = || table::SPECS.iter().filter(|spec| spec.id == provider);
        let takes = |setting| rows().any(|spec| spec.settings.contains(&setting));
        let has_base =
            self.overrides.contains_key(&provider) || rows().any(|spec| spec.default_base.is_some());
        let refused = |url: &String| self.egress.check(UrlKind::BaseUrl, url).is_err();
        let azure = config.azure.as_ref();
        let checks = [
            (BASE_URL, ConfigProblem::Required, config.base_url.is_none() && !has_base),
            (BASE_URL, ConfigProblem::DestinationNotAllowed, config.base_url.as_ref().is_some_and(refused)),
            (
                "providerConfig.wireApi",
                ConfigProblem::NotUsed,
                config.wire_api.is_some() && !takes(Setting::WireApi),
            ),
            ("providerConfig.region", ConfigProblem::NotUsed, config.region.is_some()),
            ("providerConfig.azure", ConfigProblem::NotUsed, azure.is_some() && !takes(Setting::Azure)),
            (
                "providerConfig.azure.apiVersion",
                ConfigProblem::Malformed,
                azure.is_some_and(|azure| !is_plain(&azure.api_version)),
            ),
            (
                "providerConfig.azure.deployment",
                ConfigProblem::Malformed,
                azure.and_then(|azure| azure.deployment.as_deref()).is_some_and(|name| !is_plain(name)),
            ),
        ];
        let faults = checks.into_iter().filter(|(_, _, wrong)| *wrong);
        faults.map(|(field, problem, _)| ConfigError { field, problem }).collect()
    }

    /// The row and the base URL for a configuration, judged by the egress policy again.
    pub(super) fn target(
        &self,
        provider: ProviderId,
        config: &ProviderConfig,
    ) -> Result<Target<'_>, DestinationNotAllowed> {
        let rows = || table::SPECS.iter().filter(move |spec| spec.id == provider);
        let (base, egress) = match (&config.base_url, self.overrides.get(&provider)) {
            (Some(url), _) => (self.egress.check(UrlKind::BaseUrl, url)?, &self.egress),
            (None, Some(replacement)) => (replacement.base.clone(), &replacement.egress),
            (None, None) => {
                let default = rows().find_map(|spec| spec.default_base).ok_or(DestinationNotAllowed)?;
                (self.egress.check(UrlKind::BaseUrl, default)?, &self.egress)
            }
        };
        let trusted = |spec: &Spec| config.base_url.is_none() || is_own_host(spec, &base);
        let applies = |spec: &&Spec| match spec.when {
            When::Always => true,
            When::Trusted => trusted(spec),
            When::OwnHost => is_own_host(spec, &base),
            When::DatedApiVersion => config.azure.as_ref().is_some_and(|azure| is_dated(&azure.api_version)),
        };
        let mut spec = rows().find(applies).ok_or(DestinationNotAllowed)?;
        if spec.yields_to_known_bases {
            spec = table::SPECS.iter().find(|known| self.is_openai_base_of(known, &base)).unwrap_or(spec);
        }
        let trimmed = spec.surplus.iter().find_map(|suffix| base.without_suffix(suffix));
        let trusted = trusted(spec);
        Ok(Target { spec, base: trimmed.unwrap_or(base), egress, trusted })
    }

    fn is_openai_base_of(&self, spec: &Spec, base: &Destination) -> bool {
        let default = spec.default_base.filter(|_| spec.openai_base);
        default.is_some_and(|default| self.egress.check(UrlKind::BaseUrl, default).as_ref() == Ok(base))
    }
}

const BASE_URL: &str = "providerConfig.baseUrl";

fn is_own_host(spec: &Spec, base: &Destination) -> bool {
    let Host::Name(name) = base.host() else { return false };
    spec.own_hosts.iter().any(|own| name == own || (own.starts_with('.') && name.ends_with(own)))
}

/// Azure's dated versions use another path than its `v1` and `preview`.
fn is_dated(api_version: &str) -> bool {
    api_version.starts_with("20")
}

/// These end up in paths and queries.
fn is_plain(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed) && !text.bytes().all(|byte| byte == b'.')
}
