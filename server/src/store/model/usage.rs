//! What was used.

use byo_seal::ProviderId;

use crate::id::EnvironmentId;

/// Whose key an answer was paid with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// The customer's own.
    Byok,
    /// The operator's.
    Server,
    /// Nobody's: the answer is made up, and says so.
    Demo,
}

impl Mode {
    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Byok => "byok",
            Self::Server => "server",
            Self::Demo => "demo",
        }
    }
}

/// What usage is summed up by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct UsageKey {
    /// Where.
    pub environment: EnvironmentId,
    /// On which day, UTC, counted from the Unix epoch.
    pub day: i64,
    /// Whose.
    pub ref_id: String,
    /// At which provider.
    pub provider: ProviderId,
    /// Which model, as the provider names it; empty where it named none, and for those beyond [`Self::MOST_MODELS`].
    pub model: String,
    /// Who paid.
    pub mode: Mode,
}

impl UsageKey {
    /// So many models of a customer are told apart at one provider on one day; what the others used is counted under the
    /// empty name. Names come with answers, and whoever runs a server that answers can make up any number of them.
    pub const MOST_MODELS: usize = 100;
}

/// How much of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSum {
    /// Answers with a success status, those that broke off included.
    pub requests: u64,
    /// Tokens in, those from the provider's cache included.
    pub input_tokens: u64,
    /// Tokens out, those of reasoning included.
    pub output_tokens: u64,
    /// Of the tokens in: those from the provider's cache.
    pub cached_input_tokens: u64,
    /// Of the tokens out: those of reasoning.
    pub reasoning_tokens: u64,
}
