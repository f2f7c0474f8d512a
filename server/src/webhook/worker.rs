//! Delivers what is due.
//!
//! Every delivery is leased while it is tried, so a process that dies in between leaves it to be tried again:
//! at least once, with the same event id.

use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use tokio::{
    sync::{Notify, Semaphore},
    task::JoinSet,
};

use super::{Signatures, next_attempt, sign};
use crate::{
    clock::{SharedClock, Timestamp},
    domain::endpoint_secret,
    egress::{Egress, EgressError, Request, UrlKind},
    entropy::SharedEntropy,
    store::{AfterAttempt, DueDelivery, FinishedAttempt, SharedStore},
    vault::{CannotOpen, Vault},
};

/// How deliveries are made.
#[derive(Clone, Copy, Debug)]
pub struct WorkerSettings {
    /// For one attempt, all of it.
    pub timeout: Duration,
    /// Attempts at once.
    pub concurrency: usize,
}

/// Takes due deliveries and makes them.
pub struct Worker {
    /// What is due.
    pub store: SharedStore,
    /// Opens signing secrets.
    pub vault: Arc<Vault>,
    /// The way out.
    pub egress: Egress,
    /// The time.
    pub clock: SharedClock,
    /// For jitter.
    pub entropy: SharedEntropy,
    /// Rings when something may be due.
    pub due: Arc<Notify>,
    /// How.
    pub settings: WorkerSettings,
}

/// With nothing due, looks again after this long at the latest.
const LONGEST_REST: Duration = Duration::from_secs(30);
/// The database is not asked more often than this when it fails.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Nothing of an answer is used but its status.
const MOST_ANSWER_BYTES: usize = 4 * 1024;

impl Worker {
    /// Works until `shutdown` completes, then finishes the attempts under way.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let worker = Arc::new(self);
        let slots = Arc::new(Semaphore::new(worker.settings.concurrency.max(1)));
        let mut attempts = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            let rest = worker.start_due(&slots, &mut attempts).await;
            tokio::select! {
                () = worker.due.notified() => {}
                () = tokio::time::sleep(rest) => {}
                // A finished attempt frees a slot, and may have made another one due.
                Some(_) = attempts.join_next(), if !attempts.is_empty() => {}
                () = &mut shutdown => break,
            }
        }
        while attempts.join_next().await.is_some() {}
    }

    /// Starts as many attempts as there are free slots; tells how long there is nothing more to do.
    async fn start_due(self: &Arc<Self>, slots: &Arc<Semaphore>, attempts: &mut JoinSet<()>) -> Duration {
        let free = slots.available_permits();
        if free == 0 {
            return LONGEST_REST;
        }
        let now = self.clock.now();
        let lease_until = now.after(self.settings.timeout * 2);
        let limit = u32::try_from(free).unwrap_or(u32::MAX);
        let due = match self.store.claim_deliveries(now, lease_until, limit).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(%error, "due webhooks could not be read");
                return AFTER_FAILURE;
            }
        };
        for delivery in due {
            let permit = Arc::clone(slots).try_acquire_owned().expect("no more were claimed than are free");
            let worker = Arc::clone(self);
            attempts.spawn(async move {
                worker.attempt(delivery).await;
                drop(permit);
            });
        }
        match self.store.next_delivery_due().await {
            Ok(Some(next)) => next.since(now).clamp(Duration::from_millis(1), LONGEST_REST),
            Ok(None) => LONGEST_REST,
            Err(_) => AFTER_FAILURE,
        }
    }

    async fn attempt(&self, delivery: DueDelivery) {
        let at = self.clock.now();
        let number = delivery.attempts + 1;
        let answer = self.send(&delivery, at).await;
        let now = self.clock.now();
        let retry = |wait| match next_attempt(number, now, wait, &*self.entropy) {
            Some(next) => AfterAttempt::Retry(next),
            None => AfterAttempt::GiveUp,
        };
        let (outcome, status, next) = match answer {
            Ok(answer) if answer.status.is_success() => {
                ("delivered", Some(answer.status), AfterAttempt::Delivered)
            }
            Ok(answer) if answer.status == StatusCode::GONE => {
                ("gone", Some(answer.status), AfterAttempt::DisableEndpoint)
            }
            Ok(answer) => ("http_error", Some(answer.status), retry(retry_after(&answer.headers))),
            Err(failure) => (failure.word(), None, retry(None)),
        };
        tracing::info!(event = %delivery.event_id, endpoint = %delivery.endpoint_id, number, outcome, "webhook attempt");
        let finished = FinishedAttempt {
            delivery: delivery.id,
            endpoint: delivery.endpoint_id,
            number,
            at,
            duration_ms: i64::try_from(now.since(at).as_millis()).unwrap_or(i64::MAX),
            outcome,
            status: status.map(|status| status.as_u16()),
            next,
        };
        // Not written down, it is tried again when its lease ends.
        if let Err(error) = self.store.finish_attempt(finished).await {
            tracing::error!(%error, "a webhook attempt could not be written down");
        }
    }

    async fn send(&self, delivery: &DueDelivery, at: Timestamp) -> Result<crate::egress::Response, Failure> {
        let secret = endpoint_secret(
            &self.vault,
            &delivery.endpoint_id,
            &delivery.environment,
            &delivery.url,
            &delivery.sealed_secret,
        )
        .map_err(|CannotOpen| {
            tracing::error!(
                endpoint = %delivery.endpoint_id,
                "the signing secret of a webhook endpoint does not open: nothing is sent to it"
            );
            Failure::Secret
        })?;
        let destination = self.egress.check(UrlKind::Webhook, &delivery.url).map_err(EgressError::from)?;
        let body = delivery.body.as_bytes().to_vec();
        let signatures = sign(&secret, delivery.event_id.as_str(), at, &body);
        let request = headers(signatures)
            .into_iter()
            .fold(Request::new(Method::POST, destination), |request, (name, value)| {
                request.header(name, value)
            })
            .body("application/json", body)
            .timeout(self.settings.timeout)
            .truncate_body_at(MOST_ANSWER_BYTES);
        Ok(self.egress.send(request).await?)
    }
}

/// Why an attempt brought no HTTP answer.
enum Failure {
    /// The secret does not open: the row was changed by other hands.
    Secret,
    Egress(EgressError),
}

impl From<EgressError> for Failure {
    fn from(error: EgressError) -> Self {
        Self::Egress(error)
    }
}

impl Failure {
    const fn word(&self) -> &'static str {
        match self {
            Self::Secret => "secret_unreadable",
            Self::Egress(EgressError::NotAllowed(_)) => "destination_not_allowed",
            Self::Egress(EgressError::Unreachable(_)) => "unreachable",
            Self::Egress(EgressError::TimedOut) => "timed_out",
            Self::Egress(EgressError::TooLarge | EgressError::Body(_) | EgressError::Protocol) => {
                "bad_answer"
            }
        }
    }
}

fn headers(signatures: Signatures) -> [(HeaderName, HeaderValue); 5] {
    let value =
        |text: String| HeaderValue::from_str(&text).expect("hex, base64, ids and digits are header values");
    [
        (HeaderName::from_static("x-byo-signature"), value(signatures.byo)),
        (HeaderName::from_static("webhook-id"), value(signatures.id)),
        (HeaderName::from_static("webhook-timestamp"), value(signatures.timestamp)),
        (HeaderName::from_static("webhook-signature"), value(signatures.standard)),
        (header::USER_AGENT, HeaderValue::from_static(concat!("byo/", env!("CARGO_PKG_VERSION")))),
    ]
}

/// In seconds; a date is not worth the trouble of two clocks.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}
