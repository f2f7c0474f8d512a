//! The keys browsers seal to.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{SealingKeyRow, StoreResult, Timestamp, unavailable};

#[derive(FromRow)]
struct Columns {
    kid: String,
    suite: String,
    public_key: Vec<u8>,
    sealed: Vec<u8>,
    created_at: Timestamp,
}

impl From<Columns> for SealingKeyRow {
    fn from(columns: Columns) -> Self {
        let Columns { kid, suite, public_key, sealed, created_at } = columns;
        Self { kid, suite, public_key, sealed, created_at }
    }
}

const ACTIVE: &str = "SELECT kid, suite, public_key, sealed, created_at FROM sealing_keys WHERE suite = $1 AND state = 'active'";

pub(super) async fn active(db: &SqlitePool, suite: &str) -> StoreResult<Option<SealingKeyRow>> {
    let found: Option<Columns> =
        sqlx::query_as(ACTIVE).bind(suite).fetch_optional(db).await.map_err(unavailable)?;
    Ok(found.map(Into::into))
}

pub(super) async fn insert_active(
    db: &mut SqliteConnection,
    key: SealingKeyRow,
) -> StoreResult<SealingKeyRow> {
    sqlx::query(
        "INSERT INTO sealing_keys (kid, suite, state, public_key, sealed, created_at)
         VALUES ($1, $2, 'active', $3, $4, $5) ON CONFLICT DO NOTHING",
    )
    .bind(&key.kid)
    .bind(&key.suite)
    .bind(&key.public_key)
    .bind(&key.sealed)
    .bind(key.created_at)
    .execute(&mut *db)
    .await
    .map_err(unavailable)?;
    let standing: Columns =
        sqlx::query_as(ACTIVE).bind(&key.suite).fetch_one(db).await.map_err(unavailable)?;
    Ok(standing.into())
}
