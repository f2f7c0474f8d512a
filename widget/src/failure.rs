//! What the page is told when something fails: whose fault it is, a stable code, and what to do next.

use std::borrow::Cow;

use crate::{json::Json, wording};

/// Whose fault it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something typed or chosen on the page.
    Validation,
    /// The page's leave to do this.
    Auth,
    /// The provider key.
    Key,
    /// The provider.
    Provider,
    /// The way to the server.
    Network,
    /// How the page or the server is set up.
    Config,
    /// The server, or what it says just now.
    Server,
}

impl Kind {
    /// The name that the page knows.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validation => "validation",
            Self::Auth => "auth",
            Self::Key => "key",
            Self::Provider => "provider",
            Self::Network => "network",
            Self::Config => "config",
            Self::Server => "server",
        }
    }
}

/// A failure as JavaScript sees it: `{name:"ByoError", type, code, message, …}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whose fault it is.
    pub kind: Kind,
    /// Stable; one of byo's documented codes.
    pub code: Cow<'static, str>,
    /// Plain words for the customer, with what to do next.
    pub message: Cow<'static, str>,
    /// The member of the request that is wrong.
    pub param: Option<String>,
    /// What the server said besides, if it answered.
    pub answer: Option<Box<Answer>>,
}

/// What stands in a refusal besides its code and words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The server's name for the request, for its logs.
    pub request_id: Option<String>,
    /// What a check of the key proved.
    pub verdict: Option<String>,
    /// Seconds to wait before the next attempt.
    pub retry_after: Option<u32>,
}

impl Failure {
    /// A failure of our own, in our own words for that code.
    #[must_use]
    pub fn new(kind: Kind, code: &'static str) -> Self {
        let message = wording::of(code).unwrap_or(wording::UNKNOWN);
        Self::with_message(kind, Cow::Borrowed(code), Cow::Borrowed(message))
    }

    /// A member of the request is wrong.
    #[must_use]
    pub fn invalid(param: &str, message: impl Into<Cow<'static, str>>) -> Self {
        let failure = Self::with_message(Kind::Validation, Cow::Borrowed("invalid_request"), message.into());
        failure.at(param)
    }

    /// The object that JavaScript catches.
    #[must_use]
    pub fn json(self) -> Json {
        let answer = self.answer.unwrap_or_default();
        Json::object(vec![
            ("name", Some(Json::text("ByoError"))),
            ("type", Some(Json::text(self.kind.as_str()))),
            ("code", Some(Json::Text(self.code))),
            ("message", Some(Json::Text(self.message))),
            ("param", self.param.map(Json::text)),
            ("status", (answer.status > 0).then(|| Json::Number(answer.status.into()))),
            ("requestId", answer.request_id.map(Json::text)),
            ("verdict", answer.verdict.map(Json::text)),
            ("retryAfter", answer.retry_after.map(|seconds| Json::Number(seconds.into()))),
        ])
    }

    /// The HTTP status; 0 where the server did not answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or(0, |answer| answer.status)
    }

    /// Names the member of the request that is wrong.
    #[must_use]
    pub fn at(mut self, param: &str) -> Self {
        self.param = Some(param.to_owned());
        self
    }

    pub(crate) fn with_message(kind: Kind, code: Cow<'static, str>, message: Cow<'static, str>) -> Self {
        Self { kind, code, message, param: None, answer: None }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_known_is_left_out() {
        assert_eq!(
            serde_json::Value::from(Failure::invalid("refId", "refId is empty").json()),
            json!({
                "name": "ByoError",
                "type": "validation",
                "code": "invalid_request",
                "message": "refId is empty",
                "param": "refId",
            })
        );
    }
}
