//! Events and their way to the endpoints.

mod deliver;

use sqlx::{SqliteConnection, SqlitePool};

pub(super) use self::deliver::{claim, finish_attempt, next_due};
use super::{EnvironmentId, NewEvent, StoreResult, Timestamp, row, unavailable};
use crate::{entropy::Entropy, id::DeliveryId};

/// Writes the event and one delivery for each endpoint that wants it.
pub(super) async fn insert(
    db: &mut SqliteConnection,
    event: &NewEvent,
    entropy: &dyn Entropy,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO events (id, environment_id, type, ref_id, body, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&event.id)
    .bind(&event.environment)
    .bind(event.kind)
    .bind(&event.ref_id)
    .bind(&event.body)
    .bind(event.created_at)
    .execute(&mut *db)
    .await
    .map_err(unavailable)?;
    let endpoints: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT id, events FROM webhook_endpoints WHERE environment_id = $1 AND disabled_at IS NULL ORDER BY id",
    )
    .bind(&event.environment)
    .fetch_all(&mut *db)
    .await
    .map_err(unavailable)?;
    for (endpoint, wanted) in endpoints {
        let wanted: Option<Vec<String>> = wanted.map(|text| row::json("event list", &text)).transpose()?;
        if wanted.is_none_or(|kinds| kinds.iter().any(|kind| kind == event.kind)) {
            schedule(db, event, &endpoint, entropy).await?;
        }
    }
    Ok(())
}

async fn schedule(
    db: &mut SqliteConnection,
    event: &NewEvent,
    endpoint: &str,
    entropy: &dyn Entropy,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO webhook_deliveries (id, event_id, endpoint_id, state, attempts, due_at)
         VALUES ($1, $2, $3, 'pending', 0, $4)",
    )
    .bind(DeliveryId::new(event.created_at, entropy))
    .bind(&event.id)
    .bind(endpoint)
    .bind(event.created_at)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn exists_since(
    db: &SqlitePool,
    environment: &EnvironmentId,
    ref_id: &str,
    kind: &str,
    since: Timestamp,
) -> StoreResult<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM events
         WHERE environment_id = $1 AND ref_id = $2 AND type = $3 AND created_at > $4)",
    )
    .bind(environment)
    .bind(ref_id)
    .bind(kind)
    .bind(since)
    .fetch_one(db)
    .await
    .map_err(unavailable)
}
