//! `POST /webhooks/byo`: takes byo's webhooks the way a product should. Verify first, read later, once per id.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde::Deserialize;

use super::{
    DemoState,
    activity::{Checks, What},
};
use crate::{
    clock::Timestamp,
    webhook::{Signatures, WebhookSecret, sign, verify},
};

/// byo's events are under 2 KiB.
const LARGEST: usize = 64 << 10;

pub(super) fn routes() -> Router<Arc<DemoState>> {
    Router::new().route("/webhooks/byo", post(receive)).layer(DefaultBodyLimit::max(LARGEST))
}

/// 204 when both signatures are right, also for a webhook that was here before; 401 otherwise.
async fn receive(State(demo): State<Arc<DemoState>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let now = demo.clock.now();
    let checks = checks(&demo, &headers, &body, now);
    if !checks.pass() {
        demo.log.note(now, None, webhook(checks, None, body.len(), None));
        return StatusCode::UNAUTHORIZED;
    }
    // Signed by byo from here on.
    let Ok(event) = serde_json::from_slice::<Event>(&body) else { return StatusCode::BAD_REQUEST };
    let id = signatures(&headers).id;
    if demo.log.is_new(&id) {
        let text = String::from_utf8_lossy(&body).into_owned();
        demo.log.note(now, event.data.ref_id, webhook(checks, Some(id), body.len(), Some(text)));
    }
    StatusCode::NO_CONTENT
}

/// All this product reads of an event is whom it concerns. `webhook.test` concerns nobody.
#[derive(Deserialize)]
struct Event {
    data: EventData,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventData {
    ref_id: Option<String>,
}

fn webhook(checks: Checks, webhook_id: Option<String>, bytes: usize, body: Option<String>) -> What {
    What::Webhook { verified: checks.pass(), checks, webhook_id, bytes, body }
}

/// Both environments send here, each with its own secret; one of them has to fit both signatures.
fn checks(demo: &DemoState, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Checks {
    let given = signatures(headers);
    let [test, live] = [&demo.test, &demo.live].map(|half| look(&half.webhook_secret, &given, now, body));
    if live.pass() { live } else { test }
}

fn signatures(headers: &HeaderMap) -> Signatures {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Signatures {
        byo: text("x-byo-signature"),
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        standard: text("webhook-signature"),
    }
}

/// A product needs no more than `verify(..)?`. The page shows each signature by itself, so when the pair does not
/// fit, each is tried once more beside a good other one.
fn look(secret: &WebhookSecret, given: &Signatures, now: Timestamp, body: &[u8]) -> Checks {
    if verify(secret, given, now, body).is_ok() {
        return Checks { byo_signature: true, standard_webhooks: true };
    }
    let own = sign(secret, &given.id, now, body);
    let only_byo = Signatures { byo: given.byo.clone(), ..own.clone() };
    let only_standard = Signatures { byo: own.byo, ..given.clone() };
    Checks {
        byo_signature: verify(secret, &only_byo, now, body).is_ok(),
        standard_webhooks: verify(secret, &only_standard, now, body).is_ok(),
    }
}
