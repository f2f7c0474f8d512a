//! The keys browsers seal to.

use crate::clock::Timestamp;

/// A key pair browsers seal to.
#[derive(Clone, Debug)]
pub struct SealingKeyRow {
    /// Its id, made of the suite and the public key.
    pub kid: String,
    /// The suite's wire name.
    pub suite: String,
    /// 32 bytes.
    pub public_key: Vec<u8>,
    /// The private key as a vault record.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}
