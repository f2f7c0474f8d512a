//! Why byo did not do it.

use std::time::Duration;

use byo_seal::Verdict;

use super::{Params, SealingKeysError};
use crate::{limit::RateLimited, store::StoreError};

/// One field that is not valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// Its path, for example `providerConfig.baseUrl`.
    pub field: &'static str,
    /// What is wrong, and what would be right. Repeats nothing that was sent.
    pub message: String,
}

impl Invalid {
    /// One entry.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

/// A refusal. The caller can do something about all but `Fault`.
#[derive(Debug)]
pub enum Refusal {
    /// Fields that are not valid.
    Invalid(Vec<Invalid>),
    /// The credential does not allow it, for this reason.
    Forbidden(&'static str),
    /// The credential stands for nobody.
    Unauthenticated,
    /// The call cannot be read, for this reason.
    Malformed(&'static str),
    /// There is no key for this customer and provider, or none that may be used.
    NoKeyConnected(&'static str),
    /// A list of models does not have it.
    ModelNotAllowed,
    /// The key was revoked, disabled or replaced, or the runtime token ended, while the call was under way.
    KeyEnded,
    /// The body is larger than the call may be.
    TooLarge,
    /// The body did not arrive in time.
    BodyTimedOut,
    /// The provider did not answer in time.
    ProviderTimedOut,
    /// There is nothing of that name here.
    NotFound(&'static str),
    /// A bare publishable key may not overwrite.
    ConnectSessionRequired,
    /// The session did this before.
    SessionSpent,
    /// The backend disabled this key; it must enable it first.
    KeyDisabled,
    /// The envelope does not open for this request. Why is not told.
    EnvelopeInvalid,
    /// The sealing key is not in use any more.
    KeyRotated(Box<Params>),
    /// The challenge has expired or the customer was revoked since.
    ChallengeStale(Box<Params>),
    /// A key sealed for requests was good once: its time is over, or the customer was revoked since. The caller holds
    /// no key to seal anew, so there are no fresh parameters.
    RequestKeyExpired,
    /// The customer was revoked while the key was being checked.
    RevokedMeanwhile,
    /// The envelope was used for another request.
    Replayed,
    /// The provider does not accept the key.
    KeyRejected {
        /// What was proved.
        verdict: Verdict,
        /// In byo's own words.
        message: String,
    },
    /// The provider gave no usable answer.
    ProviderUnreachable {
        /// In byo's own words.
        message: String,
    },
    /// The address is refused. Which rule did it is not told.
    DestinationNotAllowed,
    /// Too much of this.
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The server's own fault.
    Fault(Fault),
}

/// The server's own fault; for the log.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record that was written by this server does not open.
    #[error("the record of {0} does not open")]
    Vault(String),
    /// The sealing keys cannot be used.
    #[error(transparent)]
    SealingKeys(#[from] SealingKeysError),
    /// A task ended without an answer.
    #[error("a task ended without an answer")]
    Lost,
    /// Writes to one key kept overtaking one another.
    #[error("writes to one key kept overtaking one another")]
    Contended,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

impl From<SealingKeysError> for Refusal {
    fn from(error: SealingKeysError) -> Self {
        match error {
            SealingKeysError::Store(error) => error.into(),
            SealingKeysError::CannotOpen => Self::Fault(error.into()),
        }
    }
}

impl From<RateLimited> for Refusal {
    fn from(limited: RateLimited) -> Self {
        Self::RateLimited { retry_after: limited.retry_after }
    }
}

impl Refusal {
    /// One field that is not valid.
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Invalid::new(field, message)])
    }

    /// A stored record that does not open.
    pub(super) const fn vault(what: String) -> Self {
        Self::Fault(Fault::Vault(what))
    }
}
