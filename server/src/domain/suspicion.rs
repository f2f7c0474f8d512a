//! A provider refused a key that is stored: once is no proof. The key is checked again, and disabled when the check
//! fails too. A hiccup of the provider's disconnects nobody.

use std::sync::Arc;

use byo_seal::Verdict;
use sha2::{Digest, Sha256};

use super::{
    Refusal, StoredAt,
    event::Teller,
    in_use::{Carried, set_off},
    record::{self, Place},
};
use crate::{
    app::App,
    environment::Environment,
    id::ProjectId,
    store::{KeyAddress, KeyStatus, RecordCheck},
};

/// Marks the key and checks it again, in the background and once at a time.
pub fn suspect(app: &Arc<App>, project: ProjectId, environment: Environment, stored: StoredAt) {
    set_off(app, move |app| async move {
        if let Err(refusal) = recheck(&app, &project, environment, &stored).await {
            tracing::error!(key = stored.id.as_str(), ?refusal, "a suspected key could not be checked again");
        }
    });
}

async fn recheck(
    app: &Carried,
    project: &ProjectId,
    environment: Environment,
    stored: &StoredAt,
) -> Result<(), Refusal> {
    let _turn = app.in_flight.turn(Sha256::digest(stored.id.as_str()).into()).await;
    let epoch = app.in_use.epoch();
    let Some(row) = app.store.key(&stored.address).await? else { return Ok(()) };
    let is_same = row.id == stored.id && row.version == stored.version;
    // Whoever had the turn before may have looked already, just now, whatever came of it.
    let is_fresh = app.clock.now().since(row.checked_at) < RECHECK_EVERY;
    let sealed = match row.sealed.as_deref() {
        Some(sealed) if is_same && !is_fresh && row.status != KeyStatus::Disabled => sealed,
        _ => return Ok(()),
    };
    let lease = app.in_use.lease(row.id.as_str());
    if app.in_use.epoch() != epoch {
        return Ok(());
    }
    let record = |status, verdict, models, event| RecordCheck {
        id: row.id.clone(),
        version: row.version,
        status,
        verdict,
        models,
        at: app.clock.now(),
        event,
    };
    app.store.record_check(record(KeyStatus::Suspect, row.verdict, None, None)).await?;
    let key = record::open(app, &Place::of(project, &row), sealed)?;
    let provider = row.address.provider;
    let asking = app.providers.check(environment, provider, &row.provider_config, &key);
    let check = tokio::select! {
        check = asking => check,
        () = lease.ended() => return Ok(()),
    };
    match check.verdict {
        // It stays suspect; a refusal some time later has it checked again.
        Verdict::Unreachable => return Ok(()),
        Verdict::Rejected | Verdict::Denied => {}
        verdict => {
            let models = verdict.is_usable().then_some(check.models);
            app.store.record_check(record(KeyStatus::Active, verdict, models, None)).await?;
            return Ok(());
        }
    }
    let teller = Teller::within(project.clone(), environment, app.clock.now(), &*app.entropy);
    let event: crate::store::EventOf = Box::new(move |key| teller.key("key.disabled", key, None));
    // The operator's own keys are nobody's to be told of but the operator's.
    let is_platform = row.address == KeyAddress::platform(row.address.environment.clone(), provider);
    let event = (!is_platform).then_some(event);
    app.store.record_check(record(KeyStatus::Disabled, check.verdict, None, event)).await?;
    tracing::warn!(
        key = row.id.as_str(),
        verdict = check.verdict.as_str(),
        "a key was disabled: its provider refuses it"
    );
    drop(lease);
    app.end([row.id.as_str()]).await;
    app.webhooks_due.notify_one();
    Ok(())
}

/// A key that was checked this recently is not checked again for the sake of one refusal.
const RECHECK_EVERY: std::time::Duration = std::time::Duration::from_secs(30);
