//! Runtime tokens, as they are listed.

use super::{Page, RuntimeLimits};
use crate::{clock::Timestamp, id::TokenId};

/// What is known of a runtime token.
#[derive(Clone, Debug)]
pub struct RuntimeTokenRow {
    /// What it may do, and its id.
    pub limits: RuntimeLimits,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when it works; `None` is until it is revoked.
    pub expires_at: Option<Timestamp>,
    /// When it was ended, by itself or with the secret key that made it.
    pub revoked_at: Option<Timestamp>,
}

/// Which runtime tokens to list.
#[derive(Clone, Debug)]
pub struct RuntimeTokenPage {
    /// For this customer.
    pub ref_id: Option<String>,
    /// From where, and how many.
    pub page: Page<TokenId>,
}
