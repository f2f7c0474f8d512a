//! An answer of a server under test.

use http::StatusCode;
use serde_json::Value;

/// What a call was answered.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: http::HeaderMap,
    /// JSON body, or null.
    pub json: Value,
    /// Raw body.
    pub text: String,
}

impl Answer {
    /// The stable name of the refusal.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Asserts a refusal by its status and code, and that it is whole.
    pub fn assert_refused(&self, status: u16, code: &str) {
        assert_eq!((self.status.as_u16(), self.code()), (status, code), "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["requestId"], self.headers["x-request-id"].to_str().expect("ids are ASCII"));
        assert!(self.json["title"].is_string() && self.json["detail"].is_string(), "{}", self.text);
    }

    /// Asserts success and gives the JSON.
    pub fn ok(self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json
    }

    /// The fields a refusal names.
    pub fn fields(&self) -> Vec<&str> {
        let errors = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        errors.iter().filter_map(|error| error["field"].as_str()).collect()
    }
}
