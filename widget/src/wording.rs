//! What the customer reads for each code. They did not set this page up and cannot see its settings, so
//! every sentence ends with something that they can do.

use crate::failure::Kind;

/// For a code that this version does not know.
pub(crate) const UNKNOWN: &str = "Something went wrong on the server. Try again in a moment; if it stays, contact the team behind this page.";

/// The words for this code.
pub(crate) fn of(code: &str) -> Option<&'static str> {
    row(code).map(|(_, _, words)| *words)
}

/// Whose fault this code of the server's is.
pub(crate) fn kind(code: &str, status: u16) -> Kind {
    row(code)
        .map_or(if matches!(status, 401 | 403) { Kind::Auth } else { Kind::Server }, |(_, kind, _)| *kind)
}

fn row(code: &str) -> Option<&'static (&'static str, Kind, &'static str)> {
    ROWS.iter().find(|(known, _, _)| *known == code)
}

const SETUP: &str = "This page is not set up correctly. Please tell the team behind it.";

/// A code that stands here more than once, or not at all, is caught by the tests.
const ROWS: &[(&str, Kind, &str)] = &[
    // Our own.
    ("key_missing", Kind::Validation, "There is no key yet. Paste your API key, then try again."),
    (
        "key_too_long",
        Kind::Validation,
        "This is too long to be an API key. Copy only the key itself and paste it again.",
    ),
    ("invalid_base_url", Kind::Config, SETUP),
    (
        "insecure_base_url",
        Kind::Config,
        "This page would send your key\u{2019}s envelope over an unprotected connection, so nothing was sent. Please tell the team behind it.",
    ),
    ("invalid_token", Kind::Config, SETUP),
    (
        "secret_token_in_browser",
        Kind::Config,
        "This page carries a secret that must never be in a browser, so nothing was sent. Please tell the team behind it at once.",
    ),
    (
        "unsupported_suite",
        Kind::Config,
        "This page and its server speak different versions, so nothing was sent. Reload the page; if it stays, tell the team behind it.",
    ),
    (
        "bad_params",
        Kind::Server,
        "The server\u{2019}s answer did not hold together, so your key was not sent. Reload the page and try again; if it stays, tell the team behind it.",
    ),
    (
        "no_randomness",
        Kind::Config,
        "This browser gave no secure random numbers, so nothing was sent. Try another browser.",
    ),
    (
        "network_error",
        Kind::Network,
        "The server could not be reached. Check your connection, then try again.",
    ),
    (
        "timed_out",
        Kind::Network,
        "The server took too long to answer. If you sent a key, it may have been saved all the same; it is safe to try again.",
    ),
    (
        "unexpected_answer",
        Kind::Server,
        "The server\u{2019}s answer could not be read. Try again in a moment; if it stays, contact the team behind this page.",
    ),
    // The server's.
    ("malformed_json", Kind::Server, UNKNOWN),
    ("invalid_header", Kind::Server, UNKNOWN),
    ("conflicting_credentials", Kind::Server, UNKNOWN),
    (
        "unauthenticated",
        Kind::Auth,
        "This form has expired. Reload the page to get a fresh one, then paste your key again.",
    ),
    (
        "forbidden",
        Kind::Auth,
        "You are not allowed to do this here. Ask the team behind this page for access.",
    ),
    (
        "origin_not_allowed",
        Kind::Config,
        "This site is not on the list of sites that may connect keys. Please tell the team behind it.",
    ),
    ("not_found", Kind::Config, SETUP),
    ("method_not_allowed", Kind::Config, SETUP),
    (
        "connect_session_required",
        Kind::Auth,
        "To change this key you need to be signed in. Open this form from your account, then try again.",
    ),
    ("key_rotated", Kind::Server, "The server changed its locks while you were typing. Try again."),
    (
        "challenge_stale",
        Kind::Server,
        "This form was open for too long, or the key was disconnected meanwhile. Try again.",
    ),
    (
        "sealed_key_replayed",
        Kind::Server,
        "This exact request was sent before, so it was not taken again. Try again.",
    ),
    ("session_spent", Kind::Auth, "This form was already used. Reload the page to get a fresh one."),
    (
        "key_disabled",
        Kind::Key,
        "This key has been switched off by the team behind this page. Ask them to switch it on again.",
    ),
    ("payload_too_large", Kind::Server, UNKNOWN),
    ("unsupported_media_type", Kind::Server, UNKNOWN),
    ("misdirected_request", Kind::Config, SETUP),
    (
        "invalid_request",
        Kind::Validation,
        "Something in this form is not right. Check what you entered, then try again.",
    ),
    (
        "envelope_invalid",
        Kind::Config,
        "The server could not open your sealed key, so nothing was saved. Reload the page and try again; if it stays, tell the team behind it.",
    ),
    (
        "key_rejected",
        Kind::Key,
        "The provider did not accept this key, so it was not saved. Check that you copied all of it, or create a new one.",
    ),
    (
        "destination_not_allowed",
        Kind::Validation,
        "This address may not be used. Check the address, or ask the team behind this page to allow it.",
    ),
    (
        "rate_limited",
        Kind::Server,
        "That was too many attempts in a short time. Wait a moment, then try again.",
    ),
    ("internal", Kind::Server, UNKNOWN),
    (
        "provider_unreachable",
        Kind::Provider,
        "The provider did not answer, so your key could not be checked and was not saved. Try again in a few minutes.",
    ),
    ("unavailable", Kind::Server, "The server is busy just now. Wait a moment, then try again."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_code_stands_here_once() {
        let codes: BTreeSet<_> = ROWS.iter().map(|(code, _, _)| code).collect();
        assert_eq!(codes.len(), ROWS.len());
    }

    #[test]
    fn every_text_says_what_to_do_next() {
        let next = [
            "try again",
            "Try again",
            "tell the team",
            "Ask",
            "ask the team",
            "contact the team",
            "Reload",
            "create a new one",
            "Copy only",
            "Try another",
        ];
        for (code, _, words) in ROWS {
            assert!(next.iter().any(|advice| words.contains(advice)), "{code}: {words}");
            assert!(words.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn an_unknown_code_goes_by_its_status() {
        assert_eq!(kind("new_code", 403), Kind::Auth);
        assert_eq!(kind("new_code", 418), Kind::Server);
        assert_eq!(of("new_code"), None);
    }
}
