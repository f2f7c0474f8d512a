//! The list of keys that browsers may seal to.

use std::time::Duration;

use byo_seal::{KeyId, PublicKey, Suite};
use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;

/// The keys that browsers may seal to, as they are signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct KeyList {
    /// The format, 1.
    pub v: u8,
    /// The servers that open what is sealed to them, as browsers know them.
    pub origins: Vec<String>,
    /// Grows with every list; a lower one than seen before is an old list put back.
    pub serial: i64,
    /// From when it is good.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// The keys.
    pub keys: Vec<ListedKey>,
}

/// One key pair's public half.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListedKey {
    /// Its id under the first suite.
    pub kid: KeyId,
    /// X25519, base64url.
    pub public_key: PublicKey,
    /// What it may be used with, best first.
    pub suites: Vec<Suite>,
    /// What it is for.
    pub state: ListedState,
}

/// What a listed key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ListedState {
    /// To be sealed to soon.
    Next,
    /// To be sealed to.
    Active,
    /// Not to be sealed to any more; what was is still opened.
    Retiring,
}

impl KeyList {
    pub(super) const TYPE: &str = "application/vnd.byo.key-directory+json";
    /// How long a list is good.
    pub const LIFETIME: Duration = Duration::from_hours(48);
    /// When a list is signed anew although nothing has changed. What is left of its life is for clocks that go wrong.
    pub const RENEWED_AFTER: Duration = Duration::from_hours(12);
}
