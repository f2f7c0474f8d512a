//! What must hold before a key is stored.

use byo_seal::{Purpose, Verdict};
use sha2::{Digest, Sha256};

use super::{CheckMessage, Outcome, Submission, TestAnswer, store, version};
use crate::{
    app::App,
    domain::{Authority, Refusal, challenge::Challenge, event::Teller, in_use::Carried},
    providers::Check,
    secret::ProviderKey,
    store::{ChallengeAnswer, NewEvent},
};

/// A bare publishable key tells of refused keys at most this often per customer.
const REFUSALS_EVERY: std::time::Duration = std::time::Duration::from_mins(1);

const REFUSED: &str =
    "The provider does not accept this key. Check that you copied all of it and chose the right provider.";

/// The challenge an envelope was sealed with, by its hash.
pub(super) type Sealed = Option<([u8; 32], Challenge)>;

pub(super) fn limits(app: &App, submission: &Submission) -> Result<(), Refusal> {
    if let Authority::Publishable(publishable) = &submission.authority {
        app.limits.publishable(submission.client, publishable.token.as_str())?;
        app.limits.may_fail(submission.client, &submission.failure_key())?;
    }
    submission.authority.take_budget(app)
}

pub(super) async fn and_store(
    app: &Carried,
    submission: &Submission,
    key: &ProviderKey,
    sealed: Sealed,
) -> Result<Outcome, Refusal> {
    if submission.purpose == Purpose::Rotate {
        store::require_existing(app, submission).await?;
    }
    let check = app
        .providers
        .check(submission.authority.environment(), submission.provider, &submission.provider_config, key)
        .await;
    if submission.purpose == Purpose::Test {
        return tested(app, submission, check, sealed).await;
    }
    let check = answered(check)?;
    if check.verdict.is_storable() {
        store::store(app, submission, key, check, sealed).await
    } else {
        refused(app, submission, key, check, sealed).await
    }
}

/// No answer says nothing about the key, so nothing follows from it.
pub(in crate::domain) fn answered(check: Check) -> Result<Check, Refusal> {
    match check.verdict {
        // Known only once its name was resolved.
        Verdict::Unreachable if check.is_destination_refused() => Err(Refusal::DestinationNotAllowed),
        Verdict::Unreachable => Err(Refusal::ProviderUnreachable { message: message(check) }),
        _ => Ok(check),
    }
}

/// The provider does not take the key.
pub(in crate::domain) fn rejection(check: Check) -> Refusal {
    Refusal::KeyRejected { verdict: check.verdict, message: message(check) }
}

async fn tested(
    app: &App,
    submission: &Submission,
    check: Check,
    sealed: Sealed,
) -> Result<Outcome, Refusal> {
    if !check.verdict.is_storable() {
        record_failure(app, submission);
    }
    let outcome = Outcome::Tested(TestAnswer {
        verdict: check.verdict,
        valid: check.verdict.is_usable(),
        models: check.models,
        error: check.error.map(|error| CheckMessage { code: error.code.to_owned(), message: error.message }),
    });
    // No answer says nothing about the key: the same request may be tried again.
    if check.verdict == Verdict::Unreachable {
        if let Some((hash, _)) = sealed {
            app.store.release_challenge(&hash).await?;
        }
    } else if let Some(answer) = answer(&outcome, sealed) {
        app.store.answer_challenge(answer, None).await?;
    }
    Ok(outcome)
}

async fn refused(
    app: &App,
    submission: &Submission,
    key: &ProviderKey,
    check: Check,
    sealed: Sealed,
) -> Result<Outcome, Refusal> {
    record_failure(app, submission);
    // Refusals of one customer one after another, or each would see that none was told yet.
    let _turn = app.in_flight.turn(Sha256::digest(submission.failure_key()).into()).await;
    let event = refusal_event(app, submission, key, check.verdict).await?;
    let outcome = if submission.authority.sees_details() {
        Outcome::Rejected { verdict: check.verdict, message: message(check) }
    } else {
        // A stranger learns no more than that it is refused.
        Outcome::Rejected { verdict: Verdict::Rejected, message: REFUSED.to_owned() }
    };
    match (answer(&outcome, sealed), event) {
        (Some(answer), event) => app.store.answer_challenge(answer, event).await?,
        (None, Some(event)) => app.store.insert_event(event).await?,
        (None, None) => {}
    }
    app.webhooks_due.notify_one();
    Ok(outcome)
}

async fn refusal_event(
    app: &App,
    submission: &Submission,
    key: &ProviderKey,
    verdict: Verdict,
) -> Result<Option<NewEvent>, Refusal> {
    let address = submission.address();
    let now = app.clock.now();
    if matches!(submission.authority, Authority::Publishable(_)) {
        let since = now.before(REFUSALS_EVERY);
        let told = app
            .store
            .has_event_since(&address.environment, &address.ref_id, "key.validation_failed", since)
            .await?;
        if told {
            return Ok(None);
        }
    }
    let fingerprint = version::fingerprint(app, &address, &submission.provider_config, key);
    let teller = Teller::new(submission.authority.scope(), now, &*app.entropy);
    Ok(Some(teller.refused(&address, verdict, &fingerprint)))
}

pub(super) fn record_failure(app: &App, submission: &Submission) {
    if matches!(submission.authority, Authority::Publishable(_)) {
        app.limits.failed(submission.client, &submission.failure_key());
    }
}

/// The outcome as it will be repeated.
pub(super) fn answer(outcome: &Outcome, sealed: Sealed) -> Option<ChallengeAnswer> {
    let (hash, _) = sealed?;
    let answer = serde_json::to_string(outcome).expect("plain data always serialises");
    Some(ChallengeAnswer { hash, answer })
}

fn message(check: Check) -> String {
    check.error.map_or_else(|| REFUSED.to_owned(), |error| error.message)
}

impl Submission {
    /// Failures are counted per customer, apart for each project and environment.
    fn failure_key(&self) -> String {
        format!("{}/{}", self.authority.scope().environment.id, self.ref_id)
    }
}
