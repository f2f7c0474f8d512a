//! Writing an accepted key.

use byo_seal::Purpose;

use super::{ATTEMPTS, KeyAnswer, Outcome, Submission, Version, check};
use crate::{
    app::App,
    domain::{Authority, Fault, Refusal, event::Teller, in_use::Carried},
    providers::Check,
    secret::ProviderKey,
    store::{DisabledBy, KeyRow, PutKey, PutOutcome, UsedChallenge, Writes},
};

pub(super) async fn require_existing(app: &App, submission: &Submission) -> Result<(), Refusal> {
    match app.store.key(&submission.address()).await? {
        Some(_) => Ok(()),
        None => Err(Refusal::NotFound("There is no key of this name to rotate; connect one.")),
    }
}

pub(super) async fn store(
    app: &Carried,
    submission: &Submission,
    key: &ProviderKey,
    check: Check,
    sealed: check::Sealed,
) -> Result<Outcome, Refusal> {
    for _ in 0..ATTEMPTS {
        let standing = app.store.key(&submission.address()).await?;
        may_replace(app, submission, standing.as_ref())?;
        let (put, outcome) = prepare(app, submission, key, &check, standing.as_ref(), sealed);
        match app.store.put_key(put).await? {
            PutOutcome::Stored => {
                if let Some(standing) = standing {
                    app.end([standing.id.as_str()]).await;
                }
                app.webhooks_due.notify_one();
                return Ok(outcome);
            }
            PutOutcome::Raced => {}
            PutOutcome::Stale if sealed.is_some() => {
                return Err(Refusal::ChallengeStale(Box::new(crate::domain::params(app))));
            }
            PutOutcome::Stale => return Err(Refusal::RevokedMeanwhile),
            PutOutcome::Spent => return Err(Refusal::SessionSpent),
        }
    }
    Err(Refusal::Fault(Fault::Contended))
}

fn may_replace(app: &App, submission: &Submission, standing: Option<&KeyRow>) -> Result<(), Refusal> {
    let Some(standing) = standing else {
        return if submission.purpose == Purpose::Rotate {
            Err(Refusal::NotFound("There is no key of this name to rotate; connect one."))
        } else {
            Ok(())
        };
    };
    if let Authority::Publishable(publishable) = &submission.authority
        && publishable.scope.environment.writes != Writes::OpenReplace
    {
        // Only reached with a key the provider takes, and counted: asking who is connected is slow and costly.
        check::record_failure(app, submission);
        return Err(Refusal::ConnectSessionRequired);
    }
    // A new key must not undo what the backend decided.
    if standing.disabled_by == Some(DisabledBy::Backend) { Err(Refusal::KeyDisabled) } else { Ok(()) }
}

fn prepare(
    app: &App,
    submission: &Submission,
    key: &ProviderKey,
    check: &Check,
    standing: Option<&KeyRow>,
    sealed: check::Sealed,
) -> (PutKey, Outcome) {
    let now = app.clock.now();
    let version = Version {
        project: &submission.authority.scope().project_id,
        address: submission.address(),
        provider_config: &submission.provider_config,
        key,
        check,
    };
    let row = version.seal(app, standing, now);
    let replaces = standing.map(|standing| standing.version);
    let kind = if submission.purpose == Purpose::Rotate { "key.rotated" } else { "key.connected" };
    let teller = Teller::new(submission.authority.scope(), now, &*app.entropy);
    let event = Some(teller.key(kind, &row, Some(replaces.is_some())));
    let session_use =
        submission.authority.session_use(submission.allow(), submission.provider, &submission.name);
    let outcome = Outcome::Stored(answer(submission, &row, replaces.is_some()));
    let challenge = check::answer(&outcome, sealed)
        .zip(sealed)
        .map(|(answer, (_, challenge))| UsedChallenge { issued_at: challenge.issued_at, answer });
    (PutKey { row, since: submission.at, replaces, challenge, session_use, event }, outcome)
}

fn answer(submission: &Submission, row: &KeyRow, updated: bool) -> KeyAnswer {
    let details = submission.authority.sees_details();
    KeyAnswer {
        id: row.id.as_str().to_owned(),
        provider: row.address.provider,
        ref_id: row.address.ref_id.clone(),
        name: row.address.name.clone(),
        status: row.status,
        fingerprint: row.fingerprint.clone(),
        hint: details.then(|| row.hint.clone()),
        verdict: row.verdict,
        models: details.then(|| row.models.clone()),
        updated,
    }
}
