//! Server-wide values.

use sqlx::SqliteConnection;

use super::{StoreResult, unavailable};

pub(super) async fn touch(db: &mut SqliteConnection) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO meta (name, value) VALUES ('ping', x'00') ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn find_or_insert(
    db: &mut SqliteConnection,
    name: String,
    value: Vec<u8>,
) -> StoreResult<Vec<u8>> {
    sqlx::query("INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
        .bind(&name)
        .bind(value)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    sqlx::query_scalar("SELECT value FROM meta WHERE name = $1")
        .bind(name)
        .fetch_one(db)
        .await
        .map_err(unavailable)
}
