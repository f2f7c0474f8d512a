//! What a check of a key brought to light.

use byo_seal::Verdict;

use super::reason::Reason;

/// The outcome of checking one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What was proved.
    pub verdict: Verdict,
    /// The models the key may call, as the provider names them; empty when the provider does not tell.
    pub models: Vec<String>,
    /// Why the verdict is not plainly `valid`. Also set for usable keys that are restricted, out of quota or
    /// throttled, and for `not_provable`.
    pub error: Option<CheckError>,
}

/// Why, for programs and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckError {
    /// Stable; one of [`Reason::code`].
    pub code: &'static str,
    /// Plain words for the customer, ours and not the provider's: it holds no part of any key.
    pub message: String,
}

impl Check {
    /// `subject` begins the sentence: a provider's name, or what stands for it. `hint` is added to the end.
    pub(super) fn new(reason: Reason, subject: &str, hint: &str, models: Vec<String>) -> Self {
        let error = reason.message().map(|predicate| CheckError {
            code: reason.code(),
            message: format!("{subject} {predicate}{hint}"),
        });
        Self { verdict: reason.verdict(), models, error }
    }

    /// Nothing was sent: the egress policy refused an address behind the base URL's name.
    #[must_use]
    pub fn is_destination_refused(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.code == Reason::DestinationNotAllowed.code())
    }
}
