//! Runtime tokens. They are found by `grant`, together with what they open.

use sqlx::SqliteConnection;

use super::{EnvironmentId, NewRuntimeToken, StoreResult, Timestamp, TokenId, row, unavailable};

pub(super) async fn insert(db: &mut SqliteConnection, new: NewRuntimeToken) -> StoreResult<()> {
    let limits = new.limits;
    sqlx::query(
        "INSERT INTO runtime_tokens
             (id, hash, environment_id, token_id, ref_id, providers, models, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(limits.id)
    .bind(new.hash.as_bytes().to_vec())
    .bind(new.environment_id)
    .bind(new.token)
    .bind(limits.ref_id)
    .bind(limits.providers.as_ref().map(row::to_json))
    .bind(limits.models.restricts().then(|| row::to_json(&limits.models)))
    .bind(new.created_at)
    .bind(new.expires_at)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn revoke(
    db: &mut SqliteConnection,
    environment: EnvironmentId,
    id: TokenId,
    now: Timestamp,
) -> StoreResult<bool> {
    let revoked = sqlx::query(
        "UPDATE runtime_tokens SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2 AND environment_id = $3",
    )
    .bind(now)
    .bind(id)
    .bind(environment)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(revoked.rows_affected() > 0)
}

pub(super) async fn sweep(db: &mut SqliteConnection, now: Timestamp) -> StoreResult<()> {
    sqlx::query("DELETE FROM runtime_tokens WHERE expires_at <= $1")
        .bind(now)
        .execute(db)
        .await
        .map_err(unavailable)?;
    Ok(())
}
