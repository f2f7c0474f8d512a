//! Hints from the shape of a key. Providers change their formats, so a hint is never a refusal.

use byo_seal::ProviderId;

/// A sentence for the person when the key's shape suggests that it is not this provider's API key.
#[must_use]
pub fn looks_like(provider: ProviderId, key: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(key).ok()?;
    if text.starts_with(TEST_KEY) {
        return None;
    }
    match recognise(text)? {
        Shape::Provider(other) if other == provider => None,
        Shape::Provider(other) => {
            let label = other.label();
            Some(
                ["This looks like a key for ", label, ". If it is one, choose ", label, " instead."].concat(),
            )
        }
        Shape::Admin(label) => Some(
            ["This looks like an ", label, " admin key. Use an ordinary API key: it can do less harm."]
                .concat(),
        ),
        Shape::Byo => Some(
            "This is a byo token, not a provider\u{2019}s API key. Paste the key your provider gave you."
                .into(),
        ),
        Shape::Masked => Some(
            "This looks like the shortened form of a key. Copy the whole key where you created it.".into(),
        ),
        Shape::Spaced => {
            Some("There is a space inside this key. Perhaps more than the key was copied.".into())
        }
    }
}

/// Keys of the simulator, which stand for any provider's.
const TEST_KEY: &str = "sk-byo-test-";

enum Shape {
    Provider(ProviderId),
    Admin(&'static str),
    Byo,
    Masked,
    Spaced,
}

fn recognise(text: &str) -> Option<Shape> {
    if text.contains(char::is_whitespace) {
        return Some(Shape::Spaced);
    }
    if ["...", "***", "\u{2026}", "\u{2022}"].iter().any(|mask| holds(text, mask)) {
        return Some(Shape::Masked);
    }
    let by_prefix = PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix));
    let by_marker = || MARKERS.iter().find(|(marker, _)| holds(text, marker));
    if let Some((_, provider)) = by_prefix {
        return Some(Shape::Provider(*provider));
    }
    if let Some((_, label)) = ADMIN.iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Some(Shape::Admin(label));
    }
    if text.starts_with("byo_") {
        return Some(Shape::Byo);
    }
    by_marker().map(|(_, provider)| Shape::Provider(*provider))
}

/// `str::contains` would bring a search algorithm of two kilobytes.
fn holds(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

const ADMIN: &[(&str, &str)] = &[("sk-admin-", "OpenAI"), ("sk-ant-admin", "Anthropic")];

const PREFIXES: &[(&str, ProviderId)] = &[
    ("sk-ant-api", ProviderId::Anthropic),
    ("sk-or-", ProviderId::Openrouter),
    ("sk-proj-", ProviderId::Openai),
    ("sk-svcacct-", ProviderId::Openai),
    ("sk-service-", ProviderId::Openai),
    ("AIza", ProviderId::Google),
    ("AQ.", ProviderId::Google),
    ("gsk_", ProviderId::Groq),
    ("xai-", ProviderId::Xai),
    ("tgp_v1_", ProviderId::Together),
];

/// Fixed pieces inside keys, made for secret scanners.
const MARKERS: &[(&str, ProviderId)] = &[("T3BlbkFJ", ProviderId::Openai), ("JQQJ99", ProviderId::Azure)];

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(provider: ProviderId, key: &str) -> String {
        looks_like(provider, key.as_bytes()).unwrap_or_default()
    }

    #[test]
    fn a_key_of_the_chosen_provider_needs_no_hint() {
        for (prefix, provider) in PREFIXES {
            assert_eq!(hint(*provider, &format!("{prefix}abc")), "");
        }
        assert_eq!(hint(ProviderId::Openai, "sk-abcT3BlbkFJdef"), "");
    }

    #[test]
    fn a_key_of_another_provider_names_it() {
        assert_eq!(
            hint(ProviderId::Openai, "sk-ant-api03-x"),
            "This looks like a key for Anthropic. If it is one, choose Anthropic instead."
        );
        assert!(hint(ProviderId::Anthropic, "sk-proj-x").contains("OpenAI"));
        assert!(hint(ProviderId::Mistral, "abcJQQJ99def").contains("Azure"));
    }

    #[test]
    fn an_admin_key_is_named_whoever_was_chosen() {
        assert!(hint(ProviderId::Openai, "sk-admin-xT3BlbkFJ").contains("OpenAI admin key"));
        assert!(hint(ProviderId::Google, "sk-ant-admin01-x").contains("Anthropic admin key"));
    }

    #[test]
    fn what_is_no_key_at_all_is_told() {
        assert!(hint(ProviderId::Openai, "byo_pk_test_x").contains("byo token"));
        assert!(hint(ProviderId::Openai, "sk-...abcd").contains("shortened"));
        assert!(hint(ProviderId::Openai, "sk-\u{2022}\u{2022}abcd").contains("shortened"));
        assert!(hint(ProviderId::Openai, "OPENAI sk-abc").contains("space"));
    }

    #[test]
    fn an_unknown_shape_and_a_test_key_need_no_hint() {
        for provider in ProviderId::ALL {
            for key in ["", "sk-byo-test-valid", "0123456789abcdef", "sk-abcdef"] {
                assert_eq!(hint(*provider, key), "");
            }
            assert_eq!(looks_like(*provider, &[0xff]), None);
        }
    }
}
