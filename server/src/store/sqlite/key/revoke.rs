//! Destroying a key.

use sqlx::SqliteConnection;

use super::{KeyRow, KeyStatus, StoreResult, Timestamp, in_use, unavailable};
use crate::{
    entropy::Entropy,
    store::{
        RevokeKey, RevokeOutcome,
        sqlite::{challenge, event, session},
    },
};

pub(in super::super) async fn revoke(
    db: &mut SqliteConnection,
    revoke: RevokeKey,
    entropy: &dyn Entropy,
) -> StoreResult<RevokeOutcome> {
    let standing = in_use(db, &revoke.address).await?;
    if standing.is_some()
        && let Some(spend) = &revoke.session_use
        && !session::spend(db, spend).await?
    {
        return Ok(RevokeOutcome::Spent);
    }
    // Also when there is no key: an envelope under way must not bring one back.
    challenge::make_stale(db, &revoke.address.environment, &revoke.address.ref_id, revoke.at).await?;
    let Some(mut key) = standing else { return Ok(RevokeOutcome::NothingThere) };
    destroy(db, &mut key, revoke.at).await?;
    if let Some(event) = revoke.event {
        event::insert(db, &event(&key), entropy).await?;
    }
    Ok(RevokeOutcome::Revoked(Box::new(key)))
}

/// Leaves a tombstone.
pub(super) async fn destroy(db: &mut SqliteConnection, key: &mut KeyRow, at: Timestamp) -> StoreResult<()> {
    sqlx::query("UPDATE provider_keys SET status = 'revoked', disabled_by = NULL, sealed = NULL, updated_at = $1 WHERE id = $2")
        .bind(at)
        .bind(&key.id)
        .execute(db)
        .await
        .map_err(unavailable)?;
    key.status = KeyStatus::Revoked;
    key.disabled_by = None;
    key.sealed = None;
    key.updated_at = at;
    Ok(())
}
