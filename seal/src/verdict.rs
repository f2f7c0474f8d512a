//! What a check of a key with its provider proved.

use serde::{Deserialize, Serialize};

/// The eight outcomes of checking a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The provider accepted the key.
    Valid,
    /// Accepted, but limited in what it may call.
    Restricted,
    /// Accepted, but there is no credit or quota left.
    NoQuota,
    /// Accepted, but throttled just now.
    RateLimited,
    /// The provider does not know the key.
    Rejected,
    /// The provider refused the caller's network, region or organisation, or the kind of key.
    Denied,
    /// The provider answers alike with and without a key, so nothing is proved.
    NotProvable,
    /// No usable answer from the provider; says nothing about the key.
    Unreachable,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: &'static [Self] = &[
        Self::Valid,
        Self::Restricted,
        Self::NoQuota,
        Self::RateLimited,
        Self::Rejected,
        Self::Denied,
        Self::NotProvable,
        Self::Unreachable,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Restricted => "restricted",
            Self::NoQuota => "no_quota",
            Self::RateLimited => "rate_limited",
            Self::Rejected => "rejected",
            Self::Denied => "denied",
            Self::NotProvable => "not_provable",
            Self::Unreachable => "unreachable",
        }
    }

    /// The provider accepted the key.
    #[must_use]
    pub const fn is_usable(self) -> bool {
        matches!(self, Self::Valid | Self::Restricted | Self::NoQuota | Self::RateLimited)
    }

    /// The key may be stored: it is usable, or nothing speaks against it.
    #[must_use]
    pub const fn is_storable(self) -> bool {
        self.is_usable() || matches!(self, Self::NotProvable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_reads_and_writes_the_same_name() {
        for verdict in Verdict::ALL {
            let json = serde_json::to_value(verdict).unwrap();
            assert_eq!(json, verdict.as_str());
            assert_eq!(serde_json::from_value::<Verdict>(json).unwrap(), *verdict);
        }
    }

    #[test]
    fn five_of_eight_verdicts_let_a_key_be_stored() {
        let of = |test: fn(Verdict) -> bool| -> Vec<&str> {
            Verdict::ALL.iter().filter(|verdict| test(**verdict)).map(|verdict| verdict.as_str()).collect()
        };
        assert_eq!(of(Verdict::is_usable), ["valid", "restricted", "no_quota", "rate_limited"]);
        assert_eq!(
            of(Verdict::is_storable),
            ["valid", "restricted", "no_quota", "rate_limited", "not_provable"]
        );
    }
}
