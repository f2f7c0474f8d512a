//! byo's own refusals as each provider would word them, so that official clients raise their own exceptions.
//!
//! Clients choose the exception by the status and take the message out of a body of the provider's form; some lose the
//! message when the form is another one. byo's own code stands where the form has room for one.

use byo_seal::ProviderId;
use http::StatusCode;
use serde_json::{Value, json};

/// A refusal.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// The status it comes with.
    pub status: StatusCode,
    /// byo's stable name for it.
    pub code: &'a str,
    /// For people.
    pub message: &'a str,
    /// The request's id.
    pub request_id: &'a str,
}

/// As the body of an answer. `path` is what follows the provider's name, since some have more than one API.
#[must_use]
pub fn body(provider: ProviderId, path: &str, words: &Words<'_>) -> Vec<u8> {
    value(provider, path, words).to_string().into_bytes()
}

/// As an event in a stream that has begun.
#[must_use]
pub fn event(provider: ProviderId, path: &str, words: &Words<'_>) -> Vec<u8> {
    let name = if form(provider, path) == Form::Anthropic { "event: error\n" } else { "" };
    format!("{name}data: {}\n\n", value(provider, path, words)).into_bytes()
}

/// As a line in a stream of lines that has begun.
#[must_use]
pub fn line(provider: ProviderId, path: &str, words: &Words<'_>) -> Vec<u8> {
    format!("{}\n", value(provider, path, words)).into_bytes()
}

/// Whether what is called streams an array, when it is not asked for events: Google's `:streamGenerateContent`.
#[must_use]
pub fn streams_array(provider: ProviderId, path: &str) -> bool {
    // What is escaped may be anything. An answer that turns out to be no array passes all the same.
    let names_stream = || {
        let method = path.rsplit_once(':').map_or("", |(_, method)| method);
        path.contains('%') || method.to_ascii_lowercase().contains("stream")
    };
    form(provider, path) == Form::Google && names_stream()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Openai,
    Anthropic,
    Google,
    Message,
    Text,
}

fn form(provider: ProviderId, path: &str) -> Form {
    match provider {
        ProviderId::Anthropic => Form::Anthropic,
        ProviderId::Google if !path.contains("/openai/") => Form::Google,
        ProviderId::Cohere if !path.starts_with("/compatibility/") => Form::Message,
        ProviderId::Ollama if path.starts_with("/api/") => Form::Text,
        ProviderId::Azure | ProviderId::Deepseek if path.starts_with("/anthropic/") => Form::Anthropic,
        ProviderId::Openrouter | ProviderId::Xai if path.ends_with("/messages") => Form::Anthropic,
        _ => Form::Openai,
    }
}

fn value(provider: ProviderId, path: &str, words: &Words<'_>) -> Value {
    let Words { status, code, message, request_id } = *words;
    match form(provider, path) {
        Form::Openai => json!({"error": {
            "message": message,
            "type": openai_type(status),
            "param": null,
            "code": if status == StatusCode::UNAUTHORIZED { "invalid_api_key" } else { code },
        }}),
        Form::Anthropic => json!({
            "type": "error",
            "error": {"type": anthropic_type(status), "message": message, "code": code},
            "request_id": request_id,
        }),
        Form::Google => json!({"error": {
            "code": status.as_u16(),
            "message": message,
            "status": google_status(status),
            "details": [{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": code.to_ascii_uppercase(),
                "domain": "byo",
            }],
        }}),
        Form::Message => json!({"id": request_id, "message": message}),
        Form::Text => json!({"error": message}),
    }
}

fn openai_type(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "request_error",
    }
}

fn anthropic_type(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        503 => "overloaded_error",
        504 => "timeout_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

fn google_status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        409 => "ABORTED",
        429 => "RESOURCE_EXHAUSTED",
        500 => "INTERNAL",
        502 | 503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "INVALID_ARGUMENT",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(status: u16) -> Words<'static> {
        let status = StatusCode::from_u16(status).unwrap();
        Words { status, code: "no_key_connected", message: "None \"here\".", request_id: "req_1" }
    }

    fn refused(provider: ProviderId, path: &str, status: u16) -> Value {
        serde_json::from_slice(&body(provider, path, &words(status))).unwrap()
    }

    #[test]
    fn every_provider_refuses_in_its_own_form() {
        let openai = refused(ProviderId::Groq, "/openai/v1/chat/completions", 403);
        assert_eq!(
            openai,
            json!({"error": {"message": "None \"here\".", "type": "permission_error", "param": null, "code": "no_key_connected"}})
        );
        assert_eq!(refused(ProviderId::Openai, "/v1/models", 401)["error"]["code"], "invalid_api_key");
        let anthropic = refused(ProviderId::Anthropic, "/v1/messages", 429);
        assert_eq!(anthropic["error"]["type"], "rate_limit_error");
        assert_eq!(anthropic["request_id"], "req_1");
        let google = refused(ProviderId::Google, "/v1beta/models/x:generateContent", 403);
        assert_eq!(google["error"]["status"], "PERMISSION_DENIED");
        assert_eq!(google["error"]["code"], 403);
        let compatible = refused(ProviderId::Google, "/v1beta/openai/chat/completions", 403);
        assert_eq!(compatible["error"]["type"], "permission_error");
        assert_eq!(refused(ProviderId::Ollama, "/api/chat", 403)["error"], "None \"here\".");
        assert_eq!(refused(ProviderId::Cohere, "/v2/chat", 403)["message"], "None \"here\".");
    }

    #[test]
    fn only_a_bad_request_is_called_one() {
        for status in 401..=599 {
            let Ok(_) = StatusCode::from_u16(status) else { continue };
            let kind = refused(ProviderId::Openai, "/v1/models", status)["error"]["type"].clone();
            assert_ne!(kind, "invalid_request_error", "{status}");
        }
    }

    #[test]
    fn in_a_stream_it_is_one_event() {
        let anthropic = event(ProviderId::Anthropic, "/v1/messages", &words(403));
        assert!(anthropic.starts_with(b"event: error\ndata: {") && anthropic.ends_with(b"}\n\n"));
        let openai = event(ProviderId::Openai, "/v1/chat/completions", &words(403));
        assert!(openai.starts_with(b"data: {\"error\"") && openai.ends_with(b"}\n\n"));
    }
}
