//! Changes of a key's state that leave its ciphertext alone.

use sqlx::SqliteConnection;

use super::{Columns, KeyRow, KeyStatus, StoreResult, in_use, row, unavailable};
use crate::{
    entropy::Entropy,
    store::{DisableKey, DisabledBy, RecordCheck, sqlite::event},
};

pub(in super::super) async fn record_check(
    db: &mut SqliteConnection,
    check: RecordCheck,
    entropy: &dyn Entropy,
) -> StoreResult<bool> {
    let before: Option<String> = sqlx::query_scalar(
        "SELECT status FROM provider_keys WHERE id = $1 AND version = $2 AND status <> 'revoked'",
    )
    .bind(&check.id)
    .bind(check.version)
    .fetch_optional(&mut *db)
    .await
    .map_err(unavailable)?;
    let updated: Option<Columns> = sqlx::query_as(returning!(
        "UPDATE provider_keys SET verdict = $1, models = COALESCE($2, models), checked_at = $3,
             disabled_by = CASE WHEN status IN ('active', 'suspect') AND $4 = 'disabled' THEN 'check'
                                ELSE disabled_by END,
             status = CASE WHEN status IN ('active', 'suspect') THEN $4 ELSE status END
         WHERE id = $5 AND version = $6 AND status <> 'revoked'"
    ))
    .bind(check.verdict.as_str())
    .bind(check.models.as_ref().map(row::to_json))
    .bind(check.at)
    .bind(check.status.as_str())
    .bind(check.id)
    .bind(check.version)
    .fetch_optional(&mut *db)
    .await
    .map_err(unavailable)?;
    let Some(key) = updated.map(Columns::read).transpose()? else { return Ok(false) };
    let was_disabled = before.is_some_and(|status| status == KeyStatus::Disabled.as_str());
    let is_disabled = key.disabled_by == Some(DisabledBy::Check);
    if let Some(event) = check.event.filter(|_| is_disabled && !was_disabled) {
        event::insert(db, &event(&key), entropy).await?;
    }
    Ok(true)
}

pub(in super::super) async fn set_disabled(
    db: &mut SqliteConnection,
    change: DisableKey,
    entropy: &dyn Entropy,
) -> StoreResult<Option<KeyRow>> {
    let Some(mut key) = in_use(db, &change.address).await? else {
        return Ok(None);
    };
    // The backend may take over what a check did: then a new key does not undo it.
    let disabled_by = change.disabled.then_some(DisabledBy::Backend);
    if key.disabled_by == disabled_by {
        return Ok(Some(key));
    }
    key.status = if change.disabled { KeyStatus::Disabled } else { KeyStatus::Active };
    key.disabled_by = disabled_by;
    key.updated_at = change.at;
    sqlx::query("UPDATE provider_keys SET status = $1, disabled_by = $2, updated_at = $3 WHERE id = $4")
        .bind(key.status.as_str())
        .bind(key.disabled_by.as_ref().map(row::to_name))
        .bind(key.updated_at)
        .bind(&key.id)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    event::insert(db, &(change.event)(&key), entropy).await?;
    Ok(Some(key))
}
