//! The keys browsers seal to.

use serde::Serialize;

use crate::clock::Timestamp;

/// A key pair browsers seal to.
#[derive(Clone, Debug)]
pub struct SealingKeyRow {
    /// Its id, made of the suite and the public key.
    pub kid: String,
    /// The suite's wire name.
    pub suite: String,
    /// What it is used for.
    pub state: SealingKeyState,
    /// 32 bytes.
    pub public_key: Vec<u8>,
    /// The private key as a vault record.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is in its state.
    pub changed_at: Timestamp,
}

/// The life of a sealing key, in this order. One that is destroyed has no ciphertext any more and never comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum SealingKeyState {
    /// Announced.
    Next,
    /// Browsers seal to it.
    Active,
    /// Opens what was sealed to it before.
    Retiring,
    /// Its private half is gone.
    Destroyed,
}

/// The keys that still open something.
#[derive(Clone, Debug)]
pub struct SealingKeySet {
    /// Grows with every change; 0 on a new database.
    pub serial: i64,
    /// When the list of them was last made anew.
    pub issued_at: Timestamp,
    /// Oldest first.
    pub keys: Vec<SealingKeyRow>,
}

/// One step from a set of keys to the next.
#[derive(Clone, Debug)]
pub struct SealingKeyChange {
    /// The serial of the set that the step starts from.
    pub from: i64,
    /// The new one, which is greater.
    pub serial: i64,
    /// When.
    pub at: Timestamp,
    /// Keys that change their state, in this order.
    pub moved: Vec<(String, SealingKeyState)>,
    /// Keys to add.
    pub fresh: Vec<SealingKeyRow>,
}
