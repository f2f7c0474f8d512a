//! Which models may be called.

use byo_seal::ProviderId;
use serde::{Deserialize, Serialize};

/// A list of models and what it means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelList {
    /// What the list is.
    pub mode: ModelMode,
    /// `provider/model`, where the model may end in `*`: `openai/gpt-4.1`, `anthropic/*`, `google/gemini-2.5-*`.
    #[serde(default)]
    pub models: Vec<String>,
}

/// What a list of models is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ModelMode {
    /// Nothing: every model may be called.
    #[default]
    All,
    /// Those that may be called.
    Enabled,
    /// Those that may not.
    Disabled,
}

impl ModelList {
    /// Whether it leaves anything out.
    #[must_use]
    pub fn restricts(&self) -> bool {
        self.mode != ModelMode::All
    }

    /// Whether this provider's model may be called. Compared byte for byte.
    #[must_use]
    pub fn allows(&self, provider: ProviderId, model: &str) -> bool {
        let is_listed = || self.models.iter().any(|entry| covers(entry, provider, model));
        match self.mode {
            ModelMode::All => true,
            ModelMode::Enabled => is_listed(),
            ModelMode::Disabled => !is_listed(),
        }
    }
}

fn covers(entry: &str, provider: ProviderId, model: &str) -> bool {
    let Some((of, named)) = entry.split_once('/') else { return false };
    let fits = match named.strip_suffix('*') {
        Some(start) => model.starts_with(start),
        None => model == named,
    };
    of == provider.as_str() && fits
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(mode: ModelMode, models: &[&str]) -> ModelList {
        ModelList { mode, models: models.iter().map(|&model| model.to_owned()).collect() }
    }

    #[test]
    fn a_list_enables_or_disables_what_its_entries_cover() {
        let entries = ["openai/gpt-4.1", "anthropic/*", "google/gemini-2.5-*", "openrouter/openai/gpt-4o"];
        for (provider, model, listed) in [
            (ProviderId::Openai, "gpt-4.1", true),
            (ProviderId::Openai, "gpt-4.1-mini", false),
            (ProviderId::Openai, "GPT-4.1", false),
            (ProviderId::Azure, "gpt-4.1", false),
            (ProviderId::Anthropic, "claude-sonnet-4-5", true),
            (ProviderId::Google, "gemini-2.5-flash", true),
            (ProviderId::Google, "gemini-2.0-flash", false),
            (ProviderId::Openrouter, "openai/gpt-4o", true),
        ] {
            assert_eq!(list(ModelMode::Enabled, &entries).allows(provider, model), listed, "{model}");
            assert_eq!(list(ModelMode::Disabled, &entries).allows(provider, model), !listed, "{model}");
            assert!(list(ModelMode::All, &entries).allows(provider, model));
        }
        assert!(!list(ModelMode::Enabled, &[]).allows(ProviderId::Openai, "gpt-4.1"));
    }
}
