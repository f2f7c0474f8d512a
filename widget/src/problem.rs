//! The server's refusals (`application/problem+json`) as failures. Whoever answers in the server's place
//! chooses every text in here; the page shows them as text only, and codes are checked for shape.

use std::borrow::Cow;

use crate::{
    failure::{Answer, Failure, Kind},
    json::Json,
    wording,
};

/// What stands beside the body.
#[derive(Clone, Debug, Default)]
pub struct Head {
    /// The HTTP status.
    pub status: u16,
    /// `x-request-id`
    pub request_id: Option<String>,
    /// `retry-after`
    pub retry_after: Option<String>,
}

/// The failure for this refusal; the body may be anything.
#[must_use]
pub fn failure(body: &Json, head: Head) -> Failure {
    let mut failure = match body.text_of("code").filter(|code| is_code(code)) {
        Some(code) => told(code, body, head.status),
        None => Failure::new(Kind::Server, "unexpected_answer"),
    };
    failure.answer = Some(Box::new(Answer {
        status: head.status,
        request_id: words(body, "requestId").or(head.request_id),
        verdict: words(body, "verdict"),
        retry_after: head.retry_after.and_then(|text| text.trim().parse().ok()),
    }));
    failure
}

fn told(code: &str, body: &Json, status: u16) -> Failure {
    let first = body.member("errors").and_then(|errors| errors.items().first());
    let (message, param) = match code {
        // The server wrote these two for the customer, about this very key.
        "key_rejected" | "provider_unreachable" => (words(body, "detail"), None),
        "invalid_request" => {
            first.map_or((None, None), |error| (words(error, "message"), words(error, "field")))
        }
        "destination_not_allowed" => (None, Some("providerConfig.baseUrl".to_owned())),
        _ => (None, None),
    };
    let message = match message {
        Some(words) => Cow::Owned(words),
        None => Cow::Borrowed(wording::of(code).unwrap_or(wording::UNKNOWN)),
    };
    let mut failure =
        Failure::with_message(wording::kind(code, status), Cow::Owned(code.to_owned()), message);
    failure.param = param;
    failure
}

fn words(json: &Json, name: &str) -> Option<String> {
    json.text_of(name).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn is_code(code: &str) -> bool {
    (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(status: u16, body: Value) -> Failure {
        failure(&body.into(), Head { status, ..Head::default() })
    }

    #[test]
    fn a_rejected_key_is_told_in_the_servers_words() {
        let failure = of(
            422,
            json!({"type": "about:blank", "title": "t", "status": 422, "code": "key_rejected", "requestId": "req_1",
                   "detail": "OpenAI does not know this key.", "verdict": "rejected"}),
        );
        assert_eq!((failure.kind, &*failure.code), (Kind::Key, "key_rejected"));
        assert_eq!(failure.message, "OpenAI does not know this key.");
        let answer = failure.answer.unwrap();
        assert_eq!((answer.status, answer.request_id.as_deref()), (422, Some("req_1")));
        assert_eq!(answer.verdict.as_deref(), Some("rejected"));
    }

    #[test]
    fn an_invalid_request_names_its_first_wrong_field() {
        let failure = of(
            422,
            json!({"code": "invalid_request", "detail": "d", "errors": [
                {"field": "refId", "message": "refId is empty"}, {"field": "name", "message": "too long"}]}),
        );
        assert_eq!((failure.kind, failure.param.as_deref()), (Kind::Validation, Some("refId")));
        assert_eq!(failure.message, "refId is empty");
    }

    #[test]
    fn other_details_are_for_developers_and_not_shown() {
        for code in ["unauthenticated", "envelope_invalid", "internal", "of_tomorrow"] {
            let failure = of(400, json!({"code": code, "detail": "internal words"}));
            assert!(!failure.message.contains("internal words"), "{code}");
        }
    }

    #[test]
    fn a_refused_destination_is_the_base_urls() {
        let failure = of(422, json!({"code": "destination_not_allowed"}));
        assert_eq!(failure.param.as_deref(), Some("providerConfig.baseUrl"));
    }

    #[test]
    fn headers_fill_in_what_the_body_lacks() {
        let head = Head { status: 429, request_id: Some("req_2".into()), retry_after: Some("17".into()) };
        let problem = json!({"code": "rate_limited"}).into();
        let answer = failure(&problem, head).answer.unwrap();
        assert_eq!((answer.retry_after, answer.request_id.as_deref()), (Some(17), Some("req_2")));
    }

    #[test]
    fn a_wait_that_is_no_number_of_seconds_is_left_out() {
        let retry_after = Some("Wed, 21 Oct 2026 07:28:00 GMT".into());
        let failure = failure(&Json::Other, Head { status: 503, retry_after, request_id: None });
        assert_eq!(failure.answer.unwrap().retry_after, None);
    }

    #[test]
    fn what_is_no_problem_is_unexpected() {
        for body in [
            json!(null),
            json!([]),
            json!({}),
            json!({"code": ""}),
            json!({"code": "<b>"}),
            json!({"code": 7}),
        ] {
            let failure = of(502, body);
            assert_eq!((&*failure.code, failure.status()), ("unexpected_answer", 502));
        }
    }
}
