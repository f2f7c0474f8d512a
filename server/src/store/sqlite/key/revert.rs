//! Destroying all keys of a customer.

use sqlx::SqliteConnection;

use super::{EnvironmentId, KeyRow, StoreResult, of_customer, revoke::destroy, unavailable};
use crate::{
    entropy::Entropy,
    id::SessionId,
    store::{
        Allow, RevertCustomer, RevertOutcome, SessionUse,
        sqlite::{challenge, event, session},
    },
};

pub(in super::super) async fn revert(
    db: &mut SqliteConnection,
    mut revert: RevertCustomer,
    entropy: &dyn Entropy,
) -> StoreResult<RevertOutcome> {
    let mut keys = of_customer(db, &revert.environment, &revert.ref_id).await?;
    let uses: Vec<_> = revert.session.iter().flat_map(|session| uses(session, &keys)).collect();
    for one in &uses {
        if session::is_spent(db, one).await? {
            return Ok(RevertOutcome::Spent);
        }
    }
    for one in &uses {
        session::spend(db, one).await?;
    }
    // Also when there is no key: an envelope under way must not bring one back.
    challenge::make_stale(db, &revert.environment, &revert.ref_id, revert.at).await?;
    if keys.is_empty() && !is_known(db, &revert.environment, &revert.ref_id).await? {
        return Ok(RevertOutcome::Unknown);
    }
    for key in &mut keys {
        destroy(db, key, revert.at).await?;
        event::insert(db, &(revert.event)(key), entropy).await?;
    }
    Ok(RevertOutcome::Reverted(keys))
}

fn uses<'a>(session: &'a SessionId, keys: &'a [KeyRow]) -> impl Iterator<Item = SessionUse> + 'a {
    keys.iter().map(|key| SessionUse {
        session: session.clone(),
        purpose: Allow::Disconnect,
        provider: key.address.provider,
        name: key.address.name.clone(),
    })
}

/// Whether there ever was a key, or lately a session: those may have sealed keys that are stored nowhere.
async fn is_known(db: &mut SqliteConnection, environment: &EnvironmentId, ref_id: &str) -> StoreResult<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM provider_keys WHERE environment_id = $1 AND ref_id = $2)
             OR EXISTS (SELECT 1 FROM connect_sessions WHERE environment_id = $1 AND ref_id = $2)",
    )
    .bind(environment)
    .bind(ref_id)
    .fetch_one(db)
    .await
    .map_err(unavailable)
}
