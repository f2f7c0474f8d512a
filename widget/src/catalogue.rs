//! The providers as a person meets them in the form.

use byo_seal::ProviderId;

/// What the form asks for besides the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    None,
    /// The address of the person's own server.
    BaseUrl,
    /// Azure's resource address and API version.
    Azure,
}

impl Needs {
    /// The name that the page knows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::BaseUrl => "baseUrl",
            Self::Azure => "azure",
        }
    }
}

/// One provider in the form.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The shape of a key, as a hint in the empty field.
    pub key_placeholder: &'static str,
    /// Where people create keys.
    pub key_url: &'static str,
    /// One sentence on where to find the key.
    pub help: &'static str,
    /// What else the form asks for.
    pub needs: Needs,
}

/// The keys that the test environment's simulator knows, each named after the verdict it gives.
pub const TEST_KEYS: &[&str] = &[
    "sk-byo-test-valid",
    "sk-byo-test-restricted",
    "sk-byo-test-no-quota",
    "sk-byo-test-rejected",
    "sk-byo-test-rate-limited",
    "sk-byo-test-unreachable",
];

/// This provider's entry.
#[must_use]
pub const fn entry(provider: ProviderId) -> Entry {
    match provider {
        ProviderId::Openai => key(
            "sk-\u{2026}",
            "https://platform.openai.com/api-keys",
            "Create a key under API keys in the OpenAI platform.",
        ),
        ProviderId::Anthropic => key(
            "sk-ant-\u{2026}",
            "https://console.anthropic.com/settings/keys",
            "Create a key under Settings, API keys in the Anthropic console.",
        ),
        ProviderId::Google => key(
            "AQ.\u{2026} or AIza\u{2026}",
            "https://aistudio.google.com/apikey",
            "Create a key on the API keys page of Google AI Studio.",
        ),
        ProviderId::Azure => Entry {
            needs: Needs::Azure,
            ..key(
                "Key 1 or key 2",
                "https://portal.azure.com",
                "Open your Azure OpenAI resource, then Keys and Endpoint: copy a key and the endpoint.",
            )
        },
        ProviderId::Deepseek => key(
            "sk-\u{2026}",
            "https://platform.deepseek.com/api_keys",
            "Create a key under API keys in the DeepSeek platform.",
        ),
        ProviderId::Mistral => key(
            "32 letters and digits",
            "https://console.mistral.ai/api-keys",
            "Create a key under API keys in the Mistral console.",
        ),
        ProviderId::Groq => key(
            "gsk_\u{2026}",
            "https://console.groq.com/keys",
            "Create a key under API keys in the Groq console.",
        ),
        ProviderId::Openrouter => key(
            "sk-or-\u{2026}",
            "https://openrouter.ai/settings/keys",
            "Create a key under Settings, Keys at OpenRouter.",
        ),
        ProviderId::Together => key(
            "tgp_v1_\u{2026}",
            "https://api.together.ai/settings/api-keys",
            "Create a key under Settings, API keys at Together AI.",
        ),
        ProviderId::Xai => {
            key("xai-\u{2026}", "https://console.x.ai", "Create a key under API keys in the xAI console.")
        }
        ProviderId::Cohere => key(
            "40 letters and digits",
            "https://dashboard.cohere.com/api-keys",
            "Create a key under API keys in the Cohere dashboard.",
        ),
        ProviderId::Ollama => Entry {
            needs: Needs::BaseUrl,
            ..key(
                "Empty for your own server",
                "https://ollama.com/settings/keys",
                "Enter the address of your Ollama server. The key is optional: only Ollama\u{2019}s cloud, or a gate before your server, needs one.",
            )
        },
        // A provider that is newer than this form still gets a plain field.
        _ => key("", "", ""),
    }
}

const fn key(key_placeholder: &'static str, key_url: &'static str, help: &'static str) -> Entry {
    Entry { key_placeholder, key_url, help, needs: Needs::None }
}

#[cfg(test)]
mod tests {
    use byo_seal::Verdict;

    use super::*;

    #[test]
    fn every_provider_is_described_and_tells_where_keys_come_from() {
        for provider in ProviderId::ALL {
            let entry = entry(*provider);
            assert!(entry.key_url.starts_with("https://"), "{provider}");
            assert!(!entry.help.is_empty() && !entry.key_placeholder.is_empty(), "{provider}");
        }
    }

    #[test]
    fn a_test_key_is_named_after_its_verdict() {
        for key in TEST_KEYS {
            let verdict = key.strip_prefix("sk-byo-test-").unwrap().replace('-', "_");
            assert!(Verdict::ALL.iter().any(|known| known.as_str() == verdict), "{key}");
        }
    }
}
