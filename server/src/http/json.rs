//! Bodies and queries that say which field is wrong.

use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{header, request::Parts},
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};

use super::{
    problem::{Code, FieldError, Problem},
    serve::BodyTimedOut,
};
use crate::{domain::Refusal, egress::BodyFault};

/// A JSON body. Unknown members are up to the type; byo's own refuse them.
pub(super) struct JsonBody<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        require_json(&request)?;
        let bytes = read(request).await?;
        // First as a whole, so that broken JSON is called so, wherever it breaks.
        serde_json::from_slice::<IgnoredAny>(&bytes).map_err(|_| not_json())?;
        let mut json = serde_json::Deserializer::from_slice(&bytes);
        serde_path_to_error::deserialize(&mut json).map(Self).map_err(explain)
    }
}

/// Query parameters.
pub(super) struct QueryParams<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let pairs = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let mut object = serde_json::Map::new();
        for (name, value) in pairs {
            if object.insert(name.clone().into_owned(), value.into_owned().into()).is_some() {
                return Err(Problem::invalid(vec![FieldError::new(told(&name), "is given more than once")]));
            }
        }
        serde_path_to_error::deserialize(serde_json::Value::Object(object)).map(Self).map_err(explain)
    }
}

fn require_json(request: &Request) -> Result<(), Problem> {
    let media_type = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map(str::trim);
    match media_type {
        Some(media_type) if media_type.eq_ignore_ascii_case("application/json") => Ok(()),
        _ => Err(Problem::new(Code::UnsupportedMediaType, "Send the body as content-type application/json.")),
    }
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    match request.into_body().collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) => Err(match why_unread(&error) {
            BodyFault::TooLarge => Refusal::TooLarge,
            BodyFault::TimedOut => Refusal::BodyTimedOut,
            BodyFault::Broken => Refusal::Malformed("The body ended early or cannot be read."),
        }
        .into()),
    }
}

/// Why a body was not read whole, found inside whatever libraries wrapped around it.
pub(super) fn why_unread(error: &(dyn std::error::Error + 'static)) -> BodyFault {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return BodyFault::TooLarge;
        }
        if error.is::<BodyTimedOut>() {
            return BodyFault::TimedOut;
        }
        cause = error.source();
    }
    BodyFault::Broken
}

/// Says which field is wrong and what would be right. Never repeats a value that was sent: a customer's key in
/// the wrong place must not come back in an error.
fn explain(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let unknown = unknown_member(&error);
    let path = path(error.path(), usize::from(unknown.is_some()));
    let inner = error.into_inner();
    let message = inner.to_string();
    // serde_json appends line and column; the path says it better. The last ones: a value may hold the same words.
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let error = if let Some(name) = quoted_after(message, "missing field `") {
        FieldError::new(join(&path, name), "is missing")
    } else if message.starts_with(UNKNOWN) {
        let name = unknown.as_deref().or(quoted_after(message, UNKNOWN)).unwrap_or_default();
        FieldError::new(join(&path, told(name)), format!("is not known here{}", expected(message)))
    } else if let Some(name) = quoted_after(message, "duplicate field `") {
        FieldError::new(join(&path, name), "is given more than once")
    } else if message.starts_with("invalid ") || message.starts_with("unknown variant ") {
        FieldError::new(join(&path, ""), format!("has the wrong type or value{}", expected(message)))
    } else {
        FieldError::new(join(&path, ""), message)
    };
    Problem::invalid(vec![error])
}

const UNKNOWN: &str = "unknown field `";

/// The member that is not known here, when the path ends with it. In the message it may not be told apart from the
/// words around it, since it may hold any characters.
fn unknown_member(error: &serde_path_to_error::Error<serde_json::Error>) -> Option<String> {
    let message = error.inner().to_string();
    let Some(Segment::Map { key }) = error.path().iter().next_back() else { return None };
    message.strip_prefix(UNKNOWN)?.starts_with(key.as_str()).then(|| key.clone())
}

/// The path without so many of its last parts, as it may be repeated.
fn path(path: &Path, without: usize) -> String {
    let parts = path.iter().take(path.iter().count().saturating_sub(without));
    let mut text = String::new();
    for part in parts {
        match part {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => text = join(&text, told(name)),
            Segment::Unknown => text = join(&text, "?"),
        }
    }
    text
}

fn quoted_after<'a>(message: &'a str, start: &str) -> Option<&'a str> {
    message.strip_prefix(start)?.split('`').next()
}

/// The tail of serde's messages that names what would be right, and nothing that was sent.
fn expected(message: &str) -> &str {
    message.rfind(", expected ").map_or("", |start| &message[start..])
}

/// The name of a member as it may be repeated. Members' names are short words; what is longer, or has digits in it,
/// may be a key that slipped into the place of a name.
fn told(name: &str) -> &str {
    const LONGEST: usize = 24;
    let is_word =
        name.len() <= LONGEST && name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    if is_word { name } else { "(unknown member)" }
}

fn join(parent: &str, name: &str) -> String {
    match (parent, name) {
        ("" | ".", "") => "body".to_owned(),
        ("" | ".", name) => name.to_owned(),
        (parent, "") => parent.to_owned(),
        (parent, name) => format!("{}.{name}", parent.trim_end_matches('.')),
    }
}

fn not_json() -> Problem {
    Problem::new(Code::MalformedJson, "The body is not one JSON value.")
}
