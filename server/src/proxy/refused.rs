//! Answers that are no success: read whole, and rid of every piece of the key; and what byo says where there is none.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::{
    Answer, AnswerBody,
    forward::Made,
    headers,
    scrub::Scrubber,
    shape::{self, Words},
};
use crate::{
    domain::Refusal,
    egress::{BodyFault, EgressError},
    secret::ProviderKey,
};

/// The largest answer that is read whole, and how long that may take.
const LARGEST: usize = 64 * 1024;
const PATIENCE: Duration = Duration::from_secs(30);
/// Looking through more than this takes so long that other calls would notice.
const QUICKLY_CLEANED: usize = 8 * 1024;

/// Its status, headers and body; no body where it is too long, too slow or broken.
pub(super) async fn read(answer: Response<Incoming>) -> (StatusCode, HeaderMap, Option<Bytes>) {
    let (head, body) = answer.into_parts();
    if head.status.is_redirection() {
        // Redirects are not followed: the key would go along. Nor are they passed on: the client would take it there.
        return (StatusCode::BAD_GATEWAY, HeaderMap::new(), None);
    }
    let reading = tokio::time::timeout(PATIENCE, Limited::new(body, LARGEST).collect());
    let body = reading.await.ok().and_then(Result::ok).map(http_body_util::Collected::to_bytes);
    (head.status, head.headers, body)
}

/// An answer that is no success, without any piece of the key; where that cannot be had, byo's own words.
pub(super) async fn refused(
    made: &Made<'_>,
    status: StatusCode,
    sent: &HeaderMap,
    body: Option<Bytes>,
    key: &ProviderKey,
) -> Answer {
    let mut passing = headers::incoming(sent);
    let scrubber = Scrubber::new(key);
    clean(&mut passing, &scrubber);
    let readable = body.filter(|_| !headers::is_encoded(sent) && !headers::is_page(sent));
    let body = match cleaned(readable, scrubber).await {
        Some(body) => body,
        None => {
            passing.remove(header::CONTENT_ENCODING);
            passing.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            let message = format!(
                "The provider refused this call with status {}; what it said about it cannot be passed on.",
                status.as_u16()
            );
            let words =
                Words { status, code: "provider_refused", message: &message, request_id: made.request_id };
            shape::body(made.provider, made.tail.path(), &words).into()
        }
    };
    Answer { status, headers: passing, body: AnswerBody::whole(body), key_refused: false }
}

async fn cleaned(body: Option<Bytes>, scrubber: Scrubber) -> Option<Bytes> {
    let body = body?;
    let clean = move |body: Bytes| scrubber.scrub(&body).map_or(body, Bytes::from);
    if body.len() <= QUICKLY_CLEANED {
        return Some(clean(body));
    }
    tokio::task::spawn_blocking(move || clean(body)).await.ok()
}

/// Takes what tells of the key out of header values; a value that holds it is dropped whole.
pub(super) fn clean(headers: &mut HeaderMap, scrubber: &Scrubber) {
    let told: Vec<HeaderName> = headers
        .iter()
        .filter(|(_, value)| scrubber.finds(value.as_bytes()))
        .map(|(name, _)| name.clone())
        .collect();
    for name in told {
        headers.remove(name);
    }
}

/// Why there is no answer.
pub(super) fn refusal(error: EgressError) -> Refusal {
    match error {
        EgressError::NotAllowed(_) => Refusal::DestinationNotAllowed,
        EgressError::Body(BodyFault::TooLarge) => Refusal::TooLarge,
        EgressError::Body(BodyFault::TimedOut) => Refusal::BodyTimedOut,
        EgressError::Body(BodyFault::Broken) => Refusal::Malformed("The body ended early or cannot be read."),
        EgressError::TimedOut => Refusal::ProviderTimedOut,
        EgressError::Unreachable(_) => unreachable("It cannot be reached."),
        EgressError::TooLarge | EgressError::Protocol => unexpected("something that is no HTTP answer"),
    }
}

pub(super) fn unreachable(why: &str) -> Refusal {
    Refusal::ProviderUnreachable { message: format!("The provider gave no answer. {why}") }
}

pub(super) fn unexpected(what: &str) -> Refusal {
    Refusal::ProviderUnreachable { message: format!("The provider answered with {what}.") }
}
