//! Webhook endpoints.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{EndpointId, EndpointRow, EnvironmentId, StoreResult, Timestamp, row, unavailable};

#[derive(FromRow)]
struct Columns {
    id: String,
    environment_id: String,
    url: String,
    events: Option<String>,
    sealed_secret: Vec<u8>,
    created_at: Timestamp,
    disabled_at: Option<Timestamp>,
}

impl Columns {
    fn read(self) -> StoreResult<EndpointRow> {
        Ok(EndpointRow {
            id: row::id("endpoint id", EndpointId::parse(&self.id))?,
            environment: row::id("environment id", EnvironmentId::parse(&self.environment_id))?,
            url: self.url,
            events: self.events.map(|text| row::json("event list", &text)).transpose()?,
            sealed_secret: self.sealed_secret,
            created_at: self.created_at,
            disabled_at: self.disabled_at,
        })
    }
}

pub(super) async fn insert(db: &mut SqliteConnection, endpoint: EndpointRow) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO webhook_endpoints (id, environment_id, url, events, sealed_secret, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(endpoint.id)
    .bind(endpoint.environment)
    .bind(endpoint.url)
    .bind(endpoint.events.as_ref().map(row::to_json))
    .bind(endpoint.sealed_secret)
    .bind(endpoint.created_at)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn of_environment(
    db: &SqlitePool,
    environment: &EnvironmentId,
) -> StoreResult<Vec<EndpointRow>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT id, environment_id, url, events, sealed_secret, created_at, disabled_at
         FROM webhook_endpoints WHERE environment_id = $1 ORDER BY id",
    )
    .bind(environment)
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    rows.into_iter().map(Columns::read).collect()
}

pub(super) async fn delete(
    db: &mut SqliteConnection,
    environment: EnvironmentId,
    id: EndpointId,
) -> StoreResult<bool> {
    let deleted = sqlx::query("DELETE FROM webhook_endpoints WHERE id = $1 AND environment_id = $2")
        .bind(id)
        .bind(environment)
        .execute(db)
        .await
        .map_err(unavailable)?;
    Ok(deleted.rows_affected() > 0)
}
