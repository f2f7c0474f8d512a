//! Connect sessions.

use std::time::Duration;

use crate::{
    clock::Timestamp,
    id::{EnvironmentId, SessionId, TokenId},
    token::TokenHash,
};
use byo_seal::ProviderId;
use serde::{Deserialize, Serialize};

/// What a session may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Allow {
    /// Check a key without storing it.
    Test,
    /// Store a first key, or another in its place.
    Connect,
    /// Replace a stored key.
    Rotate,
    /// Revoke a stored key.
    Disconnect,
    /// Seal keys for single requests.
    Request,
}

impl Allow {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Connect => "connect",
            Self::Rotate => "rotate",
            Self::Disconnect => "disconnect",
            Self::Request => "request",
        }
    }
}

/// A connect session to add.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session.
    pub row: SessionRow,
    /// SHA-256 of its token.
    pub hash: TokenHash,
    /// Where it works.
    pub environment_id: EnvironmentId,
    /// The secret key that made it.
    pub token: TokenId,
}

/// One customer's leave to manage keys for some minutes.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose keys.
    pub ref_id: String,
    /// For which providers; `None` is all.
    pub providers: Option<Vec<ProviderId>>,
    /// What it may do.
    pub allow: Vec<Allow>,
    /// From which pages; `None` leaves it to the environment.
    pub origins: Option<Vec<String>>,
    /// Where and how keys are used for some providers: a vault record; `None` leaves it to the page for all of them.
    pub sealed_provider_configs: Option<Vec<u8>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

impl SessionRow {
    /// How long an expired one is remembered: as long as a key may be used that it sealed for requests.
    pub const KEPT: Duration = Duration::from_hours(24);
}

/// One of a session's single uses.
#[derive(Clone, Debug)]
pub struct SessionUse {
    /// The session.
    pub session: SessionId,
    /// The write.
    pub purpose: Allow,
    /// For this provider.
    pub provider: ProviderId,
    /// And this name.
    pub name: String,
}
