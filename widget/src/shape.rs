//! Hints from the shape of a key. Providers change their formats, so a hint is never a refusal.

use byo_seal::ProviderId;

/// The shape's code when it suggests that this is not an API key of that provider; 0 when it does not, or for a provider
/// that is not known. Providers are numbered as in [`ProviderId::ALL`].
#[must_use]
pub fn looks_like(provider: u32, key: &[u8]) -> u32 {
    let number =
        |wanted: ProviderId| ProviderId::ALL.iter().position(|known| *known == wanted).unwrap_or_default();
    let code = |first: u32, provider| first + u32::try_from(number(provider)).unwrap_or_default();
    let Ok(text) = core::str::from_utf8(key) else { return 0 };
    let is_known = usize::try_from(provider).is_ok_and(|provider| provider < ProviderId::ALL.len());
    if !is_known || text.starts_with(TEST_KEY) {
        return 0;
    }
    match recognise(text) {
        Some(Shape::Provider(other)) if code(0, other) != provider => code(OTHER, other),
        None | Some(Shape::Provider(_)) => 0,
        Some(Shape::Admin(of)) => code(ADMIN, of),
        Some(Shape::Byo) => BYO,
        Some(Shape::Masked) => MASKED,
        Some(Shape::Spaced) => SPACED,
    }
}

/// There is white space inside: perhaps more than the key was copied.
pub const SPACED: u32 = 1;
/// The shortened form that a list of keys shows.
pub const MASKED: u32 = 2;
/// A token of byo's own.
pub const BYO: u32 = 3;
/// Plus the number of the provider whose key it seems to be.
pub const OTHER: u32 = 0x100;
/// Plus the number of the provider for whose administrators it is.
pub const ADMIN: u32 = 0x200;

/// Keys of the simulator, which stand for any provider's.
const TEST_KEY: &str = "sk-byo-test-";

enum Shape {
    Provider(ProviderId),
    Admin(ProviderId),
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
    if let Some((_, provider)) = ADMIN_PREFIXES.iter().find(|(prefix, _)| text.starts_with(prefix)) {
        return Some(Shape::Admin(*provider));
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

const ADMIN_PREFIXES: &[(&str, ProviderId)] =
    &[("sk-admin-", ProviderId::Openai), ("sk-ant-admin", ProviderId::Anthropic)];

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

    fn number(provider: ProviderId) -> u32 {
        ProviderId::ALL.iter().position(|known| *known == provider).unwrap().try_into().unwrap()
    }

    fn hint(provider: ProviderId, key: &str) -> u32 {
        looks_like(number(provider), key.as_bytes())
    }

    #[test]
    fn a_key_of_the_chosen_provider_needs_no_hint() {
        for (prefix, provider) in PREFIXES {
            assert_eq!(hint(*provider, &format!("{prefix}abc")), 0);
        }
        assert_eq!(hint(ProviderId::Openai, "sk-abcT3BlbkFJdef"), 0);
    }

    #[test]
    fn a_key_of_another_provider_names_it() {
        assert_eq!(hint(ProviderId::Openai, "sk-ant-api03-x"), OTHER + number(ProviderId::Anthropic));
        assert_eq!(hint(ProviderId::Anthropic, "sk-proj-x"), OTHER + number(ProviderId::Openai));
        assert_eq!(hint(ProviderId::Mistral, "abcJQQJ99def"), OTHER + number(ProviderId::Azure));
    }

    #[test]
    fn an_admin_key_is_named_whoever_was_chosen() {
        assert_eq!(hint(ProviderId::Openai, "sk-admin-xT3BlbkFJ"), ADMIN + number(ProviderId::Openai));
        assert_eq!(hint(ProviderId::Google, "sk-ant-admin01-x"), ADMIN + number(ProviderId::Anthropic));
    }

    #[test]
    fn what_is_no_key_at_all_is_told() {
        assert_eq!(hint(ProviderId::Openai, "byo_pk_test_x"), BYO);
        assert_eq!(hint(ProviderId::Openai, "sk-...abcd"), MASKED);
        assert_eq!(hint(ProviderId::Openai, "sk-\u{2022}\u{2022}abcd"), MASKED);
        assert_eq!(hint(ProviderId::Openai, "OPENAI sk-abc"), SPACED);
    }

    #[test]
    fn an_unknown_shape_a_test_key_and_an_unknown_provider_need_no_hint() {
        for provider in ProviderId::ALL {
            for key in ["", "sk-byo-test-valid", "0123456789abcdef", "sk-abcdef"] {
                assert_eq!(hint(*provider, key), 0);
            }
            assert_eq!(looks_like(number(*provider), &[0xff]), 0);
        }
        assert_eq!([12, u32::MAX].map(|stranger| looks_like(stranger, b"a b")), [0, 0]);
        assert_eq!(ProviderId::ALL.len(), 12);
    }
}
