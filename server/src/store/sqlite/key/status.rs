//! Changes of a key's state that leave its ciphertext alone.

use sqlx::SqliteConnection;

use super::{KeyRow, KeyStatus, StoreResult, in_use, row, unavailable};
use crate::{
    entropy::Entropy,
    store::{DisableKey, RecordCheck, sqlite::event},
};

pub(in super::super) async fn record_check(
    db: &mut SqliteConnection,
    check: RecordCheck,
) -> StoreResult<bool> {
    let updated = sqlx::query(
        "UPDATE provider_keys SET verdict = $1, models = COALESCE($2, models), checked_at = $3,
             status = CASE WHEN status IN ('active', 'suspect') THEN $4 ELSE status END
         WHERE id = $5 AND version = $6 AND status <> 'revoked'",
    )
    .bind(check.verdict.as_str())
    .bind(check.models.as_ref().map(row::to_json))
    .bind(check.at)
    .bind(check.status.as_str())
    .bind(check.id)
    .bind(check.version)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(updated.rows_affected() > 0)
}

pub(in super::super) async fn set_disabled(
    db: &mut SqliteConnection,
    change: DisableKey,
    entropy: &dyn Entropy,
) -> StoreResult<Option<KeyRow>> {
    let Some(mut key) = in_use(db, &change.address).await? else {
        return Ok(None);
    };
    if change.disabled == (key.status == KeyStatus::Disabled) {
        return Ok(Some(key));
    }
    key.status = if change.disabled { KeyStatus::Disabled } else { KeyStatus::Active };
    key.updated_at = change.at;
    sqlx::query("UPDATE provider_keys SET status = $1, updated_at = $2 WHERE id = $3")
        .bind(key.status.as_str())
        .bind(key.updated_at)
        .bind(&key.id)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    event::insert(db, &(change.event)(&key), entropy).await?;
    Ok(Some(key))
}
