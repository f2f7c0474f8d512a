//! Provider keys.

use super::{NewEvent, Page, SessionUse, UsedChallenge};
use crate::{
    clock::Timestamp,
    id::{EnvironmentId, KeyId, SessionId},
    store::KeyAddress,
};
use byo_seal::{ProviderConfig, ProviderId, Verdict};
use serde::{Deserialize, Serialize};

/// A key's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyStatus {
    /// In use.
    Active,
    /// Kept, but refused for use.
    Disabled,
    /// The provider refused it once; it is checked again before anything is disabled.
    Suspect,
    /// Its ciphertext is destroyed.
    Revoked,
}

impl KeyStatus {
    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Suspect => "suspect",
            Self::Revoked => "revoked",
        }
    }
}

/// Who disabled a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DisabledBy {
    /// The backend. A new key does not undo it.
    Backend,
    /// A check that the provider failed. A new key is what is wanted.
    Check,
}

/// A stored provider key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub address: KeyAddress,
    /// Its state.
    pub status: KeyStatus,
    /// Who disabled it, when it is disabled.
    pub disabled_by: Option<DisabledBy>,
    /// Counts up with every new key or configuration under this id.
    pub version: i64,
    /// The vault record; `None` once revoked.
    pub sealed: Option<Vec<u8>>,
    /// Where it points; one version with the key itself.
    pub provider_config: ProviderConfig,
    /// 8 hex digits that tell keys apart without telling them.
    pub fingerprint: String,
    /// The last four characters.
    pub hint: String,
    /// What the last check proved.
    pub verdict: Verdict,
    /// Models the provider listed for it.
    pub models: Vec<String>,
    /// When it was first connected.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was last checked.
    pub checked_at: Timestamp,
}

/// A new version of a key, and what must be true and written with it.
#[derive(Clone, Debug)]
pub struct PutKey {
    /// The key as it is to be.
    pub row: KeyRow,
    /// When the request came in; a revoke since then refuses the write.
    pub since: Timestamp,
    /// The version it replaces; `None` when there must be none in use.
    pub replaces: Option<i64>,
    /// The challenge it was sealed with.
    pub challenge: Option<UsedChallenge>,
    /// The session use it takes up.
    pub session_use: Option<SessionUse>,
    /// What to tell the backend, if it is to be told.
    pub event: Option<NewEvent>,
}

/// What became of a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// It is stored.
    Stored,
    /// Another write was faster; look again.
    Raced,
    /// The customer was revoked since the challenge was issued.
    Stale,
    /// The session did this before.
    Spent,
}

/// Which keys to list.
#[derive(Clone, Debug)]
pub struct KeyPage {
    /// Of this customer.
    pub ref_id: Option<String>,
    /// For this provider.
    pub provider: Option<ProviderId>,
    /// In this state.
    pub status: Option<KeyStatus>,
    /// From where, and how many.
    pub page: Page<KeyId>,
}

/// What a check of a stored key proved.
pub struct RecordCheck {
    /// The key.
    pub id: KeyId,
    /// The version that was checked.
    pub version: i64,
    /// The state to be in from now on; a key that is disabled already stays so.
    pub status: KeyStatus,
    /// What was proved.
    pub verdict: Verdict,
    /// Models listed; `None` keeps those known.
    pub models: Option<Vec<String>>,
    /// When.
    pub at: Timestamp,
    /// What to tell the backend if this disables the key.
    pub event: Option<EventOf>,
}

/// Makes the event that tells of a change, from the key as it stands after it.
pub type EventOf = Box<dyn FnOnce(&KeyRow) -> NewEvent + Send>;

/// A revocation.
pub struct RevokeKey {
    /// Which key.
    pub address: KeyAddress,
    /// The session use it takes up.
    pub session_use: Option<SessionUse>,
    /// When.
    pub at: Timestamp,
    /// What to tell the backend if there was a key.
    pub event: Option<EventOf>,
}

/// What became of a revocation.
#[derive(Clone, Debug)]
pub enum RevokeOutcome {
    /// There was a key; it is destroyed.
    Revoked(Box<KeyRow>),
    /// There was none in use.
    NothingThere,
    /// The session did this before.
    Spent,
}

/// The end of all of a customer's keys.
pub struct RevertCustomer {
    /// Where.
    pub environment: EnvironmentId,
    /// Whose.
    pub ref_id: String,
    /// The session that asks: a disconnect of each key takes up one of its uses.
    pub session: Option<SessionId>,
    /// When.
    pub at: Timestamp,
    /// What to tell the backend of each key.
    pub event: Box<dyn FnMut(&KeyRow) -> NewEvent + Send>,
}

/// What became of a customer's keys.
#[derive(Clone, Debug)]
pub enum RevertOutcome {
    /// These were there, and are destroyed.
    Reverted(Vec<KeyRow>),
    /// Nobody here ever heard of the customer.
    Unknown,
    /// The session disconnected one of them before; all are as they were.
    Spent,
}

/// A change between `active` and `disabled`.
pub struct DisableKey {
    /// Which key.
    pub address: KeyAddress,
    /// `true` refuses its use, `false` allows it again.
    pub disabled: bool,
    /// When.
    pub at: Timestamp,
    /// What to tell the backend if this changes anything.
    pub event: EventOf,
}
