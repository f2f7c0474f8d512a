//! Why a key got its verdict.

use byo_seal::Verdict;

/// What an answer meant. Each reason implies one verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The provider accepted the key.
    Accepted,
    /// Accepted, but not for everything.
    MissingPermissions,
    /// Accepted, but nothing can be paid for.
    NoQuota,
    /// Throttled. A provider throttles keys it knows, so this counts as working.
    RateLimited,
    /// The provider does not know the key.
    UnknownKey,
    /// There was no key, and the provider asks for one.
    KeyNeeded,
    /// A key for administration, which calls no models and must not be handed around.
    AdminKey,
    /// The provider knows the key and has blocked it, or its account.
    Blocked,
    /// The provider refuses this server's network, its region or the key's organisation.
    Refused,
    /// The endpoint treats a made-up key the same.
    NotProtected,
    /// There was no key, and none is asked for.
    KeyNotNeeded,
    /// Something answered, but not as the provider's API does: HTML, a redirect, another server.
    UnexpectedAnswer,
    /// The provider has a fault.
    ServerError,
    /// No answer at all, or none in time.
    NoAnswer,
    /// The egress policy refuses the base URL, or an address behind it.
    DestinationNotAllowed,
}

impl Reason {
    /// What it proves.
    #[must_use]
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Accepted => Verdict::Valid,
            Self::MissingPermissions => Verdict::Restricted,
            Self::NoQuota => Verdict::NoQuota,
            Self::RateLimited => Verdict::RateLimited,
            Self::UnknownKey | Self::KeyNeeded => Verdict::Rejected,
            Self::AdminKey | Self::Blocked | Self::Refused => Verdict::Denied,
            Self::NotProtected | Self::KeyNotNeeded => Verdict::NotProvable,
            Self::UnexpectedAnswer | Self::ServerError | Self::NoAnswer | Self::DestinationNotAllowed => {
                Verdict::Unreachable
            }
        }
    }

    /// Its stable name on the wire.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::MissingPermissions => "missing_permissions",
            Self::NoQuota => "no_quota",
            Self::RateLimited => "rate_limited",
            Self::UnknownKey => "key_rejected",
            Self::KeyNeeded => "key_required",
            Self::AdminKey => "admin_key",
            Self::Blocked => "key_blocked",
            Self::Refused => "refused_by_provider",
            Self::NotProtected => "not_provable",
            Self::KeyNotNeeded => "no_key_needed",
            Self::UnexpectedAnswer => "unexpected_answer",
            Self::ServerError => "provider_error",
            Self::NoAnswer => "provider_unreachable",
            Self::DestinationNotAllowed => "destination_not_allowed",
        }
    }

    /// The rest of a sentence that begins with the provider's name; `None` when there is nothing to say.
    pub(super) const fn message(self) -> Option<&'static str> {
        Some(match self {
            Self::Accepted => return None,
            Self::MissingPermissions => "accepts this key, but limits what it may call.",
            Self::NoQuota => "accepts this key, but its account has no credit or quota left.",
            Self::RateLimited => "limits this key's requests just now. It will work again by itself.",
            Self::UnknownKey => {
                "does not accept this key. Check that it was copied whole and has not been revoked."
            }
            Self::KeyNeeded => "does not answer there without a key. Enter the one that it expects.",
            Self::AdminKey => {
                "issues this kind of key for administration only. Create an ordinary API key and use that."
            }
            Self::Blocked => "has blocked this key or its account. Create a new key or ask them why.",
            Self::Refused => {
                "refuses this key from here: by its network, region or organisation rules. \
                 Check the restrictions set on the key."
            }
            Self::NotProtected => "answers the same whatever the key is, so the key could not be checked.",
            Self::KeyNotNeeded => "answers there without a key, so there was none to check.",
            Self::UnexpectedAnswer => {
                "did not answer as its API should. Check the base URL if you entered one."
            }
            Self::ServerError => "has a fault just now, so the key could not be checked. Try again later.",
            Self::NoAnswer => "could not be reached, so the key could not be checked. Try again later.",
            Self::DestinationNotAllowed => "was not called: this server may not call that base URL.",
        })
    }
}
