//! The outcome of a check in plain words.

use byo_seal::Verdict;

use crate::json::Json;

/// What was found, and what the person does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerdictText {
    /// What was found.
    pub title: &'static str,
    /// What to do next.
    pub next: &'static str,
}

impl VerdictText {
    /// The object that JavaScript gets.
    #[must_use]
    pub fn json(self) -> Json {
        Json::object(vec![("title", Some(Json::text(self.title))), ("next", Some(Json::text(self.next)))])
    }
}

/// The words for a verdict by its name on the wire; an unknown name claims nothing.
#[must_use]
pub fn text(verdict: &str) -> VerdictText {
    Verdict::ALL.iter().find(|known| known.as_str() == verdict).map_or(UNKNOWN, |known| words(*known))
}

const UNKNOWN: VerdictText =
    VerdictText { title: "The check gave no clear result", next: "Try again in a few minutes." };

const fn words(verdict: Verdict) -> VerdictText {
    let (title, next) = match verdict {
        Verdict::Valid => ("The key works", "You need to do nothing more."),
        Verdict::Restricted => (
            "The key works, with limits",
            "It may call only part of what the provider offers. If something does not work, widen its permissions at the provider.",
        ),
        Verdict::NoQuota => (
            "The key works, but there is no credit left",
            "Add credit or raise the spending limit at the provider. You need not paste the key again.",
        ),
        Verdict::RateLimited => (
            "The key works, but is being slowed down",
            "The provider limits it just now. Wait a few minutes before you use it.",
        ),
        Verdict::Rejected => (
            "The provider does not know this key",
            "Check that you copied all of it and chose the right provider, or create a new key.",
        ),
        Verdict::Denied => (
            "The provider refused this key here",
            "Look at its permissions, allowed networks and regions at the provider, or create an ordinary API key.",
        ),
        Verdict::NotProvable => (
            "The server there asks for no key",
            "It answers with any key and without one, so there is nothing to prove. Check that the address is right; what you entered is used as it is.",
        ),
        Verdict::Unreachable => (
            "The provider could not be reached",
            "This says nothing about your key. Check the address if you entered one, or try again in a few minutes.",
        ),
    };
    VerdictText { title, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_has_words_of_its_own() {
        let mut titles: Vec<_> = Verdict::ALL.iter().map(|verdict| text(verdict.as_str()).title).collect();
        assert!(!titles.contains(&UNKNOWN.title));
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), 8);
    }

    #[test]
    fn only_a_usable_key_is_said_to_work() {
        for verdict in Verdict::ALL {
            assert_eq!(text(verdict.as_str()).title.starts_with("The key works"), verdict.is_usable());
        }
    }

    #[test]
    fn an_unknown_verdict_claims_nothing() {
        assert_eq!(text("splendid"), UNKNOWN);
    }
}
