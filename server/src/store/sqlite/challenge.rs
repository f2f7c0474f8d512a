//! Challenges: each belongs to one request, whose answer is kept for its repetition.

use sqlx::SqliteConnection;

use super::{
    ChallengeAnswer, EnvironmentId, Reservation, ReserveChallenge, StoreError, StoreResult, Timestamp,
    unavailable,
};

pub(super) async fn reserve(
    db: &mut SqliteConnection,
    reserve: ReserveChallenge,
) -> StoreResult<Reservation> {
    // Revocation first: an envelope made before it must not even learn whether it was used.
    let revoked = last_revoked(db, &reserve.environment, &reserve.ref_id).await?;
    if revoked.is_some_and(|revoked| reserve.issued_at <= revoked) {
        return Ok(Reservation::Stale);
    }
    let inserted = sqlx::query(
        "INSERT INTO challenges (hash, request_hash, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(reserve.hash.to_vec())
    .bind(reserve.request_hash.to_vec())
    .bind(reserve.expires_at)
    .execute(&mut *db)
    .await
    .map_err(unavailable)?;
    if inserted.rows_affected() > 0 {
        return Ok(Reservation::Reserved);
    }
    let (request_hash, answer): (Vec<u8>, Option<String>) =
        sqlx::query_as("SELECT request_hash, answer FROM challenges WHERE hash = $1")
            .bind(reserve.hash.to_vec())
            .fetch_one(db)
            .await
            .map_err(unavailable)?;
    if request_hash != reserve.request_hash {
        return Ok(Reservation::Replayed);
    }
    Ok(answer.map_or(Reservation::InFlight, Reservation::Answered))
}

/// When the customer was last revoked.
pub(super) async fn last_revoked(
    db: &mut SqliteConnection,
    environment: &EnvironmentId,
    ref_id: &str,
) -> StoreResult<Option<Timestamp>> {
    sqlx::query_scalar("SELECT revoked_at FROM revocations WHERE environment_id = $1 AND ref_id = $2")
        .bind(environment)
        .bind(ref_id)
        .fetch_optional(db)
        .await
        .map_err(unavailable)
}

/// Marks all envelopes of a customer made until now as stale.
pub(super) async fn make_stale(
    db: &mut SqliteConnection,
    environment: &EnvironmentId,
    ref_id: &str,
    now: Timestamp,
) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO revocations (environment_id, ref_id, revoked_at) VALUES ($1, $2, $3)
         ON CONFLICT (environment_id, ref_id) DO UPDATE SET revoked_at = excluded.revoked_at
         WHERE revocations.revoked_at < excluded.revoked_at",
    )
    .bind(environment)
    .bind(ref_id)
    .bind(now)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn release(db: &mut SqliteConnection, hash: [u8; 32]) -> StoreResult<()> {
    sqlx::query("DELETE FROM challenges WHERE hash = $1 AND answer IS NULL")
        .bind(hash.to_vec())
        .execute(db)
        .await
        .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn answer(db: &mut SqliteConnection, answer: &ChallengeAnswer) -> StoreResult<()> {
    let updated = sqlx::query("UPDATE challenges SET answer = $1 WHERE hash = $2 AND answer IS NULL")
        .bind(&answer.answer)
        .bind(answer.hash.to_vec())
        .execute(db)
        .await
        .map_err(unavailable)?;
    // Without its reservation the same request could run twice.
    if updated.rows_affected() == 1 { Ok(()) } else { Err(StoreError::Corrupt { what: "reservation" }) }
}

pub(super) async fn sweep(db: &mut SqliteConnection, now: Timestamp) -> StoreResult<()> {
    sqlx::query("DELETE FROM challenges WHERE expires_at <= $1")
        .bind(now)
        .execute(db)
        .await
        .map_err(unavailable)?;
    Ok(())
}
