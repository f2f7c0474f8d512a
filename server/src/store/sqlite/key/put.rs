//! Storing a new version of a key.

use sqlx::SqliteConnection;

use super::{KeyRow, StoreResult, in_use, row, unavailable};
use crate::{
    entropy::Entropy,
    store::{
        DisabledBy, PutKey, PutOutcome,
        sqlite::{challenge, event, session},
    },
};

pub(in super::super) async fn put(
    db: &mut SqliteConnection,
    put: &PutKey,
    entropy: &dyn Entropy,
) -> StoreResult<PutOutcome> {
    let address = &put.row.address;
    let revoked = challenge::last_revoked(db, &address.environment, &address.ref_id).await?;
    // A request that came in within the revoke's own millisecond may have come after it; a challenge is fresher
    // only when it was issued later.
    let is_stale = revoked.is_some_and(|revoked| put.since < revoked)
        || put.challenge.as_ref().zip(revoked).is_some_and(|(used, revoked)| used.issued_at <= revoked);
    if is_stale {
        return Ok(PutOutcome::Stale);
    }
    let standing = in_use(db, address).await?;
    let expected = match (&standing, put.replaces) {
        (None, None) => true,
        (Some(standing), Some(version)) => {
            // Disabling does not count the version up, and a new key must not undo what the backend decided.
            let is_expected = standing.id == put.row.id && standing.version == version;
            is_expected && standing.disabled_by != Some(DisabledBy::Backend)
        }
        _ => false,
    };
    if !expected {
        return Ok(PutOutcome::Raced);
    }
    if let Some(spend) = &put.session_use
        && !session::spend(db, spend).await?
    {
        return Ok(PutOutcome::Spent);
    }
    write(db, &put.row).await?;
    if let Some(used) = &put.challenge {
        challenge::answer(db, &used.answer).await?;
    }
    if let Some(event) = &put.event {
        event::insert(db, event, entropy).await?;
    }
    Ok(PutOutcome::Stored)
}

async fn write(db: &mut SqliteConnection, key: &KeyRow) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO provider_keys (id, environment_id, ref_id, provider, name, status, version, sealed,
             provider_config, fingerprint, hint, verdict, models, created_at, updated_at, checked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         ON CONFLICT (id) DO UPDATE SET
             status = excluded.status, disabled_by = NULL, version = excluded.version, sealed = excluded.sealed,
             provider_config = excluded.provider_config, fingerprint = excluded.fingerprint,
             hint = excluded.hint, verdict = excluded.verdict, models = excluded.models,
             updated_at = excluded.updated_at, checked_at = excluded.checked_at",
    )
    .bind(&key.id)
    .bind(&key.address.environment)
    .bind(&key.address.ref_id)
    .bind(key.address.provider.as_str())
    .bind(&key.address.name)
    .bind(key.status.as_str())
    .bind(key.version)
    .bind(key.sealed.as_deref())
    .bind(row::to_json(&key.provider_config))
    .bind(&key.fingerprint)
    .bind(&key.hint)
    .bind(key.verdict.as_str())
    .bind(row::to_json(&key.models))
    .bind(key.created_at)
    .bind(key.updated_at)
    .bind(key.checked_at)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}
