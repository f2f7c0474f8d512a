//! Which model is asked, when the caller does not say.

use byo_seal::{ProviderConfig, ProviderId};

use super::{UnifiedCall, address};
use crate::domain::Invalid;

/// A provider's model for callers who name none. `None`: only its owner knows what runs there.
#[must_use]
pub fn default_model(provider: ProviderId) -> Option<&'static str> {
    DEFAULTS.iter().find(|(id, _)| *id == provider).map(|(_, model)| *model)
}

/// General models that each provider's keys may use without further leave.
const DEFAULTS: &[(ProviderId, &str)] = &[
    (ProviderId::Openai, "gpt-4.1-mini"),
    (ProviderId::Anthropic, "claude-sonnet-4-5"),
    (ProviderId::Google, "gemini-2.5-flash"),
    (ProviderId::Deepseek, "deepseek-chat"),
    (ProviderId::Mistral, "mistral-large-latest"),
    (ProviderId::Groq, "llama-3.3-70b-versatile"),
    (ProviderId::Openrouter, "openai/gpt-4.1"),
    (ProviderId::Together, "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
    (ProviderId::Xai, "grok-4"),
    (ProviderId::Cohere, "command-a-03-2025"),
];

/// The model that this call names or means.
pub(super) fn chosen(call: &UnifiedCall, config: &ProviderConfig) -> Result<String, Invalid> {
    let deployment = config.azure.as_ref().and_then(|azure| azure.deployment.as_deref());
    let chosen = match (call.model.as_deref(), call.provider) {
        (Some(model), ProviderId::Azure) if deployment.is_some_and(|only| only != model) => {
            let message = "must be the deployment that this key is meant for, or be left out";
            return Err(Invalid::new("model", message));
        }
        (Some(model), ProviderId::Google) => model.strip_prefix("models/").or(Some(model)),
        (Some(model), _) => Some(model),
        (None, ProviderId::Azure) => deployment,
        (None, ProviderId::Openai) if !address::is_openai(config) => None,
        (None, provider) => default_model(provider),
    };
    let Some(chosen) = chosen else {
        let message = match call.provider {
            ProviderId::Azure => "is missing; give the name of the deployment",
            _ => "is missing; which models there are is up to the server at this base URL",
        };
        return Err(Invalid::new("model", message));
    };
    if stands_in_path(call.provider, config) && !address::is_plain(chosen) {
        let message = "may hold letters, digits, dots, dashes and underscores for this provider";
        return Err(Invalid::new("model", message));
    }
    Ok(chosen.to_owned())
}

fn stands_in_path(provider: ProviderId, config: &ProviderConfig) -> bool {
    match provider {
        ProviderId::Google => true,
        ProviderId::Azure => address::dated_version(config).is_some(),
        _ => false,
    }
}
