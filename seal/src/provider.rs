//! Which AI providers byo knows by name, and where a customer's key may point.

use alloc::string::String;
use core::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! providers {
    ($($variant:ident => $id:literal, $label:literal;)+) => {
        /// A provider's stable name, as it stands on the wire and in the sealed context.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        #[non_exhaustive]
        pub enum ProviderId {
            $(#[doc = $label] $variant,)+
        }

        impl ProviderId {
            /// Every provider, in the order a picker shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The name on the wire: lower-case ASCII.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $id),+ }
            }

            /// The name people know it by.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }
        }
    };
}

providers! {
    Openai => "openai", "OpenAI";
    Anthropic => "anthropic", "Anthropic";
    Google => "google", "Google Gemini";
    Azure => "azure", "Azure OpenAI";
    Deepseek => "deepseek", "DeepSeek";
    Mistral => "mistral", "Mistral";
    Groq => "groq", "Groq";
    Openrouter => "openrouter", "OpenRouter";
    Together => "together", "Together AI";
    Xai => "xai", "xAI";
    Cohere => "cohere", "Cohere";
    Ollama => "ollama", "Ollama";
}

impl ProviderId {
    /// Whether it can be used without a key. Its key may then be empty, which is a key like any other on the way: it is
    /// sealed, opened and stored. Where something in front of such a server asks for one, it is given all the same.
    #[must_use]
    pub const fn is_key_optional(self) -> bool {
        matches!(self, Self::Ollama)
    }
}

impl fmt::Display for ProviderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no provider that byo knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownProvider;

impl fmt::Display for UnknownProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown provider")
    }
}

impl core::error::Error for UnknownProvider {}

impl FromStr for ProviderId {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|id| id.as_str() == text).ok_or(UnknownProvider)
    }
}

/// Which of the OpenAI wire formats a compatible server speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WireApi {
    /// `/chat/completions`
    Completions,
    /// `/responses`
    Responses,
}

impl WireApi {
    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completions => "completions",
            Self::Responses => "responses",
        }
    }
}

/// Azure's extra settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AzureConfig {
    /// The `api-version` query value, for example `2024-10-21`.
    pub api_version: String,
    /// The deployment the key is meant for, if it is limited to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
}

/// Where and how a customer's key is used. Unknown members are refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProviderConfig {
    /// Base URL with its version segment, for example `https://openrouter.ai/api/v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// Which wire format an OpenAI-compatible server speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire_api: Option<WireApi>,
    /// Azure only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub azure: Option<AzureConfig>,
    /// The provider's region, where it has regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl ProviderConfig {
    /// True when nothing is set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_provider_reads_and_writes_the_same_name_everywhere() {
        for id in ProviderId::ALL {
            assert_eq!(id.as_str().parse(), Ok(*id));
            assert_eq!(serde_json::to_value(id).unwrap(), id.as_str());
            assert_eq!(serde_json::from_value::<ProviderId>(json!(id.as_str())).unwrap(), *id);
        }
        for unknown in ["", "OpenAI", "openai ", "chatgpt"] {
            assert_eq!(unknown.parse::<ProviderId>(), Err(UnknownProvider), "{unknown:?}");
        }
    }

    #[test]
    fn ollama_alone_can_do_without_a_key() {
        let without: Vec<_> = ProviderId::ALL.iter().filter(|id| id.is_key_optional()).collect();
        assert_eq!(without, [&ProviderId::Ollama]);
    }

    #[test]
    fn a_wire_format_writes_its_own_name() {
        for api in [WireApi::Completions, WireApi::Responses] {
            assert_eq!(serde_json::to_value(api).unwrap(), api.as_str());
        }
    }

    #[test]
    fn a_configuration_reads_and_writes_the_same_json() {
        let json = json!({
            "baseUrl": "https://acme.openai.azure.com",
            "wireApi": "responses",
            "azure": {"apiVersion": "2024-10-21", "deployment": "gpt"},
            "region": "eu",
        });
        let config: ProviderConfig = serde_json::from_value(json.clone()).unwrap();
        assert!(!config.is_empty());
        assert_eq!(serde_json::to_value(config).unwrap(), json);
    }

    #[test]
    fn an_empty_configuration_is_an_empty_object() {
        let config: ProviderConfig = serde_json::from_value(json!({})).unwrap();
        assert!(config.is_empty());
        assert_eq!(serde_json::to_value(config).unwrap(), json!({}));
    }

    #[test]
    fn unknown_members_are_refused_at_every_depth() {
        for wrong in
            [json!({"baseURL": ""}), json!({"azure": {"apiVersion": "1", "key": ""}}), json!({"azure": {}})]
        {
            assert!(serde_json::from_value::<ProviderConfig>(wrong).is_err());
        }
    }
}
