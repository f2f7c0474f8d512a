//! Challenges in use.

use crate::{clock::Timestamp, id::EnvironmentId};

/// A request for the use of a challenge.
#[derive(Clone, Debug)]
pub struct ReserveChallenge {
    /// SHA-256 of the challenge.
    pub hash: [u8; 32],
    /// SHA-256 of everything the request says.
    pub request_hash: [u8; 32],
    /// When the challenge was issued.
    pub issued_at: Timestamp,
    /// When it may be forgotten.
    pub expires_at: Timestamp,
    /// The customer it is used for.
    pub environment: EnvironmentId,
    /// The customer it is used for.
    pub ref_id: String,
}

/// What became of a request for a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It is this request's.
    Reserved,
    /// The same request is being worked on.
    InFlight,
    /// The same request was answered before, with this JSON text.
    Answered(String),
    /// Another request has it.
    Replayed,
    /// The customer was revoked after it was issued.
    Stale,
}

/// An answer for a reserved challenge.
#[derive(Clone, Debug)]
pub struct ChallengeAnswer {
    /// SHA-256 of the challenge.
    pub hash: [u8; 32],
    /// What the request was told, as JSON text; given again to the same request. Holds nothing secret.
    pub answer: String,
}

/// A challenge whose request succeeded.
#[derive(Clone, Debug)]
pub struct UsedChallenge {
    /// When it was issued; a revoke since then refuses the write.
    pub issued_at: Timestamp,
    /// What the request will be told.
    pub answer: ChallengeAnswer,
}
