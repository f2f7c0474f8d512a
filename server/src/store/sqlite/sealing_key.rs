//! The keys browsers seal to.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    SealingKeyChange, SealingKeyRow, SealingKeySet, SealingKeyState, StoreResult, Timestamp, unavailable,
};

#[derive(FromRow)]
struct Columns {
    kid: String,
    suite: String,
    state: SealingKeyState,
    public_key: Vec<u8>,
    sealed: Vec<u8>,
    created_at: Timestamp,
    changed_at: Timestamp,
}

impl From<Columns> for SealingKeyRow {
    fn from(columns: Columns) -> Self {
        let Columns { kid, suite, state, public_key, sealed, created_at, changed_at } = columns;
        Self { kid, suite, state, public_key, sealed, created_at, changed_at }
    }
}

pub(super) async fn set(db: &SqlitePool) -> StoreResult<SealingKeySet> {
    // One transaction, so that serial and keys are of one moment.
    let mut db = db.begin().await.map_err(unavailable)?;
    let head: Option<(i64, Timestamp)> = sqlx::query_as("SELECT serial, issued_at FROM key_directory")
        .fetch_optional(&mut *db)
        .await
        .map_err(unavailable)?;
    let keys: Vec<Columns> = sqlx::query_as(
        "SELECT kid, suite, state, public_key, sealed, created_at, changed_at FROM sealing_keys
         WHERE state <> 'destroyed' ORDER BY created_at, kid",
    )
    .fetch_all(&mut *db)
    .await
    .map_err(unavailable)?;
    let (serial, issued_at) = head.unwrap_or((0, Timestamp::from_millis(0)));
    Ok(SealingKeySet { serial, issued_at, keys: keys.into_iter().map(Into::into).collect() })
}

/// `false`, and nothing done, when somebody else made a step since.
pub(super) async fn change(db: &mut SqliteConnection, change: SealingKeyChange) -> StoreResult<bool> {
    let stepped = sqlx::query(
        "INSERT INTO key_directory (one, serial, issued_at) VALUES (1, $1, $2)
         ON CONFLICT (one) DO UPDATE SET serial = $1, issued_at = $2 WHERE key_directory.serial = $3",
    )
    .bind(change.serial)
    .bind(change.at)
    .bind(change.from)
    .execute(&mut *db)
    .await
    .map_err(unavailable)?;
    if stepped.rows_affected() == 0 {
        return Ok(false);
    }
    for (kid, state) in &change.moved {
        sqlx::query(
            "UPDATE sealing_keys SET state = $2, changed_at = $3,
                 sealed = CASE WHEN $2 = 'destroyed' THEN NULL ELSE sealed END
             WHERE kid = $1 AND state <> 'destroyed'",
        )
        .bind(kid)
        .bind(state)
        .bind(change.at)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    }
    for key in &change.fresh {
        sqlx::query(
            "INSERT INTO sealing_keys (kid, suite, state, public_key, sealed, created_at, changed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(&key.kid)
        .bind(&key.suite)
        .bind(key.state)
        .bind(&key.public_key)
        .bind(&key.sealed)
        .bind(key.created_at)
        .bind(key.changed_at)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    }
    Ok(true)
}
