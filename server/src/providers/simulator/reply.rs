//! Answers, whole and in pieces.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;

/// What a simulated provider answers.
#[derive(Debug)]
pub struct SimulatedAnswer {
    /// Its status.
    pub status: StatusCode,
    /// Its `content-type`.
    pub content_type: &'static str,
    /// Further headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// What follows.
    pub body: SimulatedBody,
}

/// The body of an answer.
#[derive(Debug)]
pub enum SimulatedBody {
    /// All there is.
    Whole(Bytes),
    /// To be sent one after another: server-sent events, lines, or the pieces of a JSON array.
    Events(Vec<Bytes>),
}

impl SimulatedAnswer {
    pub(super) fn ok(value: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, value)
    }

    pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let body = serde_json::to_vec(value).expect("names of members are texts");
        let (content_type, headers) = ("application/json", Vec::new());
        Self { status, content_type, headers, body: SimulatedBody::Whole(body.into()) }
    }

    pub(super) fn stream(content_type: &'static str, pieces: Vec<Bytes>) -> Self {
        let (status, headers) = (StatusCode::OK, Vec::new());
        Self { status, content_type, headers, body: SimulatedBody::Events(pieces) }
    }

    pub(super) fn events(events: Vec<Bytes>) -> Self {
        Self::stream("text/event-stream; charset=utf-8", events)
    }
}

/// A server-sent event without a name.
pub(super) fn data(data: &Value) -> Bytes {
    format!("data: {data}\n\n").into()
}

/// A server-sent event that is named by its data's `type`.
pub(super) fn typed(data: &Value) -> Bytes {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default()).into()
}
