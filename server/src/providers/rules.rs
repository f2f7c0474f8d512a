//! Reading a provider's answer.

use http::StatusCode;
use serde_json::Value;

use super::{
    reason::Reason,
    spec::{Proof, Spec},
};

/// One line of "this answer means that".
pub(super) struct Rule {
    status: u16,
    tests: &'static [Test],
    reason: Reason,
}

/// Something an answer's body must show. Provider's text is compared here and goes nowhere else.
pub(super) enum Test {
    /// Some object in the document has this member with this text.
    Member(&'static str, &'static str),
    /// The flag at this pointer.
    Flag(&'static str, bool),
    /// The number at this pointer is at most this.
    AtMost(&'static str, f64),
    /// The body, in lower case, holds this.
    Text(&'static str),
}

/// A rule: all tests must hold.
pub(super) const fn rule(status: u16, tests: &'static [Test], reason: Reason) -> Rule {
    Rule { status, tests, reason }
}

/// An answer in the form rules read.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) json: Value,
    text: String,
}

impl Answer {
    pub(super) fn new(status: StatusCode, body: &[u8]) -> Self {
        // What is not JSON becomes null, which satisfies no rule on members and no proof.
        let json = serde_json::from_slice(body).unwrap_or(Value::Null);
        Self { status, json, text: String::from_utf8_lossy(body).to_ascii_lowercase() }
    }
}

/// What the answer to a probe means.
pub(super) fn read(spec: &Spec, proof: Proof, answer: &Answer) -> Reason {
    let ruled =
        spec.rules.iter().find(|rule| rule.status == answer.status.as_u16() && holds(rule.tests, answer));
    ruled.map_or_else(|| by_status(spec, proof, answer), |rule| rule.reason)
}

/// What the answer to an ordinary call means that is no success.
pub(super) fn refusal(spec: &Spec, answer: &Answer) -> Reason {
    // Only a probe's proof tells what a 400 means that no rule names.
    read(spec, Proof::Json(""), answer)
}

fn by_status(spec: &Spec, proof: Proof, answer: &Answer) -> Reason {
    let let_in = match proof {
        Proof::Models => answer.status.is_success() && spec.models.is_in(&answer.json),
        Proof::Json(pointer) => {
            answer.status.is_success() && answer.json.pointer(pointer).is_some_and(|value| !value.is_null())
        }
        // JSON, since a proxy in between also says 400.
        Proof::BadRequest => matches!(answer.status.as_u16(), 400 | 422) && answer.json.is_object(),
    };
    match answer.status.as_u16() {
        _ if let_in => Reason::Accepted,
        401 => Reason::UnknownKey,
        402 => Reason::NoQuota,
        403 => Reason::Refused,
        429 => Reason::RateLimited,
        500..=599 => Reason::ServerError,
        _ => Reason::UnexpectedAnswer,
    }
}

fn holds(tests: &[Test], answer: &Answer) -> bool {
    tests.iter().all(|test| match test {
        Test::Member(name, text) => has_member(&answer.json, name, text),
        Test::Flag(pointer, flag) => answer.json.pointer(pointer) == Some(&Value::Bool(*flag)),
        Test::AtMost(pointer, most) => {
            answer.json.pointer(pointer).and_then(Value::as_f64).is_some_and(|n| n <= *most)
        }
        Test::Text(text) => answer.text.contains(text),
    })
}

fn has_member(value: &Value, name: &str, text: &str) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(key, value)| {
            (key == name && value.as_str() == Some(text)) || has_member(value, name, text)
        }),
        Value::Array(items) => items.iter().any(|item| has_member(item, name, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
