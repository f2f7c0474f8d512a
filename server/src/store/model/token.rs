//! Tokens.

use crate::{
    clock::Timestamp,
    environment::Environment,
    id::{EnvironmentId, TokenId},
    token::{TokenHash, TokenKind},
};

/// A token to add.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What is known of it.
    pub row: TokenRow,
    /// SHA-256 of the whole token.
    pub hash: TokenHash,
}

/// What is known of a token.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// What kind.
    pub kind: TokenKind,
    /// Where it works.
    pub environment_id: EnvironmentId,
    /// Which half of the project that is.
    pub environment: Environment,
    /// What the operator called it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}
