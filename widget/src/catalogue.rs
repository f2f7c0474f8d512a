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
    /// The shape of a key, as a hint in the empty field; empty where it takes words, which are TypeScript's.
    pub key_placeholder: &'static str,
    /// Where people create keys.
    pub key_url: &'static str,
    /// What else the form asks for.
    pub needs: Needs,
}

/// The keys that the test environment's simulator knows, each named after the verdict it gives.
pub const TEST_KEYS: &[&str] = &[
    "sk-byo-test-valid",
    "sk-byo-test-restricted",
    "sk-byo-test-no-quota",
    "sk-byo-test-not-provable",
    "sk-byo-test-rejected",
    "sk-byo-test-denied",
    "sk-byo-test-rate-limited",
    "sk-byo-test-unreachable",
];

/// This provider's entry.
#[must_use]
pub const fn entry(provider: ProviderId) -> Entry {
    match provider {
        ProviderId::Openai => key("sk-\u{2026}", "https://platform.openai.com/api-keys"),
        ProviderId::Anthropic => key("sk-ant-\u{2026}", "https://console.anthropic.com/settings/keys"),
        ProviderId::Google => key("", "https://aistudio.google.com/apikey"),
        ProviderId::Azure => Entry { needs: Needs::Azure, ..key("", "https://portal.azure.com") },
        ProviderId::Deepseek => key("sk-\u{2026}", "https://platform.deepseek.com/api_keys"),
        ProviderId::Mistral => key("", "https://console.mistral.ai/api-keys"),
        ProviderId::Groq => key("gsk_\u{2026}", "https://console.groq.com/keys"),
        ProviderId::Openrouter => key("sk-or-\u{2026}", "https://openrouter.ai/settings/keys"),
        ProviderId::Together => key("tgp_v1_\u{2026}", "https://api.together.ai/settings/api-keys"),
        ProviderId::Xai => key("xai-\u{2026}", "https://console.x.ai"),
        ProviderId::Cohere => key("", "https://dashboard.cohere.com/api-keys"),
        ProviderId::Ollama => Entry { needs: Needs::BaseUrl, ..key("", "https://ollama.com/settings/keys") },
        // A provider that is newer than this form still gets a plain field.
        _ => key("", ""),
    }
}

const fn key(key_placeholder: &'static str, key_url: &'static str) -> Entry {
    Entry { key_placeholder, key_url, needs: Needs::None }
}

#[cfg(test)]
mod tests {
    use byo_seal::Verdict;

    use super::*;

    #[test]
    fn every_provider_tells_where_keys_come_from() {
        for provider in ProviderId::ALL {
            let entry = entry(*provider);
            assert!(entry.key_url.starts_with("https://"), "{provider}");
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
