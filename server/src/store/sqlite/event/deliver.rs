//! Taking deliveries that are due and writing down how they went.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{StoreResult, Timestamp, row, unavailable};
use crate::{
    id::{DeliveryId, EndpointId, EnvironmentId, EventId},
    store::{AfterAttempt, DueDelivery, FinishedAttempt, StoreError},
};

#[derive(FromRow)]
struct Columns {
    id: String,
    attempts: i64,
    event_id: String,
    body: String,
    endpoint_id: String,
    environment_id: String,
    url: String,
    sealed_secret: Vec<u8>,
}

impl Columns {
    fn read(self) -> StoreResult<DueDelivery> {
        Ok(DueDelivery {
            id: row::id("delivery id", DeliveryId::parse(&self.id))?,
            attempts: u32::try_from(self.attempts).map_err(|_| StoreError::Corrupt { what: "attempts" })?,
            event_id: row::id("event id", EventId::parse(&self.event_id))?,
            body: self.body,
            endpoint_id: row::id("endpoint id", EndpointId::parse(&self.endpoint_id))?,
            environment: row::id("environment id", EnvironmentId::parse(&self.environment_id))?,
            url: self.url,
            sealed_secret: self.sealed_secret,
        })
    }
}

pub(in super::super) async fn claim(
    db: &mut SqliteConnection,
    now: Timestamp,
    lease_until: Timestamp,
    limit: u32,
) -> StoreResult<Vec<DueDelivery>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT d.id, d.attempts, d.event_id, e.body, d.endpoint_id, w.environment_id, w.url, w.sealed_secret
         FROM webhook_deliveries d
         JOIN events e ON e.id = d.event_id
         JOIN webhook_endpoints w ON w.id = d.endpoint_id
         WHERE d.state = 'pending' AND d.due_at <= $1 AND w.disabled_at IS NULL
         ORDER BY d.due_at, d.id LIMIT $2",
    )
    .bind(now)
    .bind(i64::from(limit))
    .fetch_all(&mut *db)
    .await
    .map_err(unavailable)?;
    let due = rows.into_iter().map(Columns::read).collect::<StoreResult<Vec<_>>>()?;
    for delivery in &due {
        sqlx::query("UPDATE webhook_deliveries SET due_at = $1 WHERE id = $2")
            .bind(lease_until)
            .bind(&delivery.id)
            .execute(&mut *db)
            .await
            .map_err(unavailable)?;
    }
    Ok(due)
}

pub(in super::super) async fn finish_attempt(
    db: &mut SqliteConnection,
    attempt: FinishedAttempt,
) -> StoreResult<()> {
    let (state, due_at) = match attempt.next {
        AfterAttempt::Delivered => ("delivered", attempt.at),
        AfterAttempt::Retry(at) => ("pending", at),
        AfterAttempt::GiveUp | AfterAttempt::DisableEndpoint => ("failed", attempt.at),
    };
    let updated = sqlx::query(
        // What was given up meanwhile, because the endpoint is gone, stays given up.
        "UPDATE webhook_deliveries SET attempts = $2, due_at = $3,
                 state = CASE WHEN $1 = 'pending' AND state <> 'pending' THEN state ELSE $1 END
             WHERE id = $4",
    )
    .bind(state)
    .bind(i64::from(attempt.number))
    .bind(due_at)
    .bind(&attempt.delivery)
    .execute(&mut *db)
    .await
    .map_err(unavailable)?;
    if updated.rows_affected() == 0 {
        // The endpoint was removed meanwhile, and its deliveries with it.
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO webhook_attempts (delivery_id, number, at, duration_ms, outcome, status)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(&attempt.delivery)
    .bind(i64::from(attempt.number))
    .bind(attempt.at)
    .bind(attempt.duration_ms)
    .bind(attempt.outcome)
    .bind(attempt.status.map(i64::from))
    .execute(&mut *db)
    .await
    .map_err(unavailable)?;
    if attempt.next == AfterAttempt::DisableEndpoint {
        disable_endpoint(db, &attempt.endpoint, attempt.at).await?;
    }
    Ok(())
}

async fn disable_endpoint(
    db: &mut SqliteConnection,
    endpoint: &EndpointId,
    at: Timestamp,
) -> StoreResult<()> {
    sqlx::query("UPDATE webhook_endpoints SET disabled_at = COALESCE(disabled_at, $1) WHERE id = $2")
        .bind(at)
        .bind(endpoint)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    sqlx::query(
        "UPDATE webhook_deliveries SET state = 'failed' WHERE endpoint_id = $1 AND state = 'pending'",
    )
    .bind(endpoint)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(in super::super) async fn next_due(db: &SqlitePool) -> StoreResult<Option<Timestamp>> {
    sqlx::query_scalar(
        "SELECT MIN(d.due_at) FROM webhook_deliveries d JOIN webhook_endpoints w ON w.id = d.endpoint_id
         WHERE d.state = 'pending' AND w.disabled_at IS NULL",
    )
    .fetch_one(db)
    .await
    .map_err(unavailable)
}
