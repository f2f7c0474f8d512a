//! What each test key is good for.

use byo_seal::ProviderId;

use super::super::{Check, CheckError, reason::Reason};
use crate::secret::ProviderKey;

const KEYS: &[(&str, Reason)] = &[
    ("sk-byo-test-valid", Reason::Accepted),
    ("sk-byo-test-restricted", Reason::MissingPermissions),
    ("sk-byo-test-no-quota", Reason::NoQuota),
    ("sk-byo-test-not-provable", Reason::NotProtected),
    ("sk-byo-test-rejected", Reason::UnknownKey),
    ("sk-byo-test-denied", Reason::Refused),
    ("sk-byo-test-rate-limited", Reason::RateLimited),
    ("sk-byo-test-unreachable", Reason::NoAnswer),
];

/// What the simulated provider says to this key.
pub(in super::super) fn check(provider: ProviderId, key: &ProviderKey) -> Check {
    let Some(reason) = meaning(key) else {
        let mut check = Check::new(Reason::UnknownKey, provider.label(), "", Vec::new());
        check.error = Some(CheckError { code: Reason::UnknownKey.code(), message: unknown_key_message() });
        return check;
    };
    let listable = reason.verdict().is_storable() && reason != Reason::RateLimited;
    Check::new(reason, provider.label(), "", if listable { models(provider) } else { Vec::new() })
}

/// What the key's name stands for; `None` when it is no test key. Without a key there is a server that asks for none.
pub(super) fn meaning(key: &ProviderKey) -> Option<Reason> {
    if key.is_empty() {
        return Some(Reason::KeyNotNeeded);
    }
    // EXPOSE: to look at how the key begins.
    let named = KEYS.iter().find(|(prefix, _)| key.expose().starts_with(prefix));
    named.map(|(_, reason)| *reason)
}

/// Said of a key that is none of the test keys.
pub(super) fn unknown_key_message() -> String {
    let keys: Vec<_> = KEYS.iter().map(|(prefix, _)| *prefix).collect();
    format!("The test environment calls no provider and knows only test keys: {}.", keys.join(", "))
}

/// The models there are.
pub(super) fn models(provider: ProviderId) -> Vec<String> {
    let ids: &[&str] = match provider {
        ProviderId::Openai => &["gpt-4.1", "gpt-4.1-mini", "text-embedding-3-small"],
        ProviderId::Anthropic => &["claude-opus-4-1", "claude-sonnet-4-5", "claude-haiku-4-5"],
        ProviderId::Google => &["gemini-2.5-pro", "gemini-2.5-flash", "gemini-embedding-001"],
        _ => &["test-model-large", "test-model-small"],
    };
    ids.iter().map(|id| (*id).to_owned()).collect()
}
