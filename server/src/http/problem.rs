//! Every refusal: `application/problem+json` (RFC 9457).
//!
//! A `Problem` holds only what the caller may read. The cause of an internal one is logged where it becomes a
//! problem, once, under the request's id, and never put into the answer.

use std::{borrow::Cow, time::Duration};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use byo_seal::{ProviderId, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    domain::Params,
    id::RequestId,
    proxy::shape::{self, Words},
};

macro_rules! codes {
    ($($variant:ident => $name:literal, $status:ident, $title:literal, $advice:literal;)+) => {
        /// The stable name of what went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $(#[doc = $title] $variant,)+
        }

        impl Code {
            /// Every code, for the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// The HTTP status it always comes with.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// A short description, the same for every occurrence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What to do about it.
            #[must_use]
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$variant => $advice),+ }
            }
        }
    };
}

codes! {
    MalformedRequest => "malformed_request", BAD_REQUEST, "The request cannot be read",
        "The address, a header or the body's transfer is broken; send it again as HTTP has it.";
    MalformedJson => "malformed_json", BAD_REQUEST, "The body is not JSON",
        "Send exactly one JSON value.";
    ConflictingCredentials => "conflicting_credentials", BAD_REQUEST, "More than one credential was sent",
        "Send one token, in one header.";
    CredentialInUrl => "credential_in_url", BAD_REQUEST, "A credential stands in the URL",
        "URLs end up in logs; send tokens in the Authorization header and revoke the one that was in the URL.";
    Unauthenticated => "unauthenticated", UNAUTHORIZED, "The credential is missing or not valid",
        "Missing, malformed, unknown, revoked and expired credentials all get this one answer.";
    Forbidden => "forbidden", FORBIDDEN, "The credential does not allow this",
        "The detail says which kind of credential or setting would allow it.";
    OriginNotAllowed => "origin_not_allowed", FORBIDDEN, "The page's origin is not allowed",
        "Add the page's origin to allowedOrigins of the environment, or to the session's origins.";
    NoKeyConnected => "no_key_connected", FORBIDDEN, "There is no key to call with",
        "The customer connects one, or the environment allows platform keys or a demo. Trying again does not help.";
    ModelNotAllowed => "model_not_allowed", FORBIDDEN, "The model is not allowed",
        "The model lists of the environment, the customer and the runtime token must all allow it.";
    // Not 409: official SDKs try that again by themselves, and the same envelope will never be good again.
    RequestKeyExpired => "request_key_expired", FORBIDDEN, "The sealed key for requests is no longer good",
        "Its time is over, its sealing key was destroyed, or the customer was revoked since. Have the customer's browser seal it anew with connect.sealForRequest.";
    NotFound => "not_found", NOT_FOUND, "There is no such thing",
        "What belongs to another project or environment is not there for this credential.";
    MethodNotAllowed => "method_not_allowed", METHOD_NOT_ALLOWED, "The method does not fit the address",
        "The Allow header names the methods this address takes.";
    RequestTimeout => "request_timeout", REQUEST_TIMEOUT, "The request did not arrive in time",
        "Send the body faster.";
    ConnectSessionRequired => "connect_session_required", CONFLICT, "A connect session is needed",
        "A bare publishable key creates and never overwrites; make a connect session on the backend.";
    KeyRotated => "key_rotated", CONFLICT, "The sealing key is no longer in use",
        "The answer holds fresh parameters; seal the key anew with them. The widget does so by itself, once.";
    ChallengeStale => "challenge_stale", CONFLICT, "The challenge is no longer good",
        "It expired, or the customer's key was revoked since; seal anew with the parameters in the answer.";
    RevokedMeanwhile => "revoked_meanwhile", CONFLICT, "The customer was revoked meanwhile",
        "A revoke came in while the provider was asked, and wins; connect again if that is what is wanted.";
    SealedKeyReplayed => "sealed_key_replayed", CONFLICT, "The sealed key was used before",
        "Every request takes an envelope of its own. The identical request, repeated, gets its first answer instead.";
    SessionSpent => "session_spent", CONFLICT, "The session did this before",
        "A connect session does each write once per provider and name; make a new one.";
    KeyDisabled => "key_disabled", CONFLICT, "The key is disabled",
        "The backend disabled this key; it must be enabled, or revoked, first.";
    PayloadTooLarge => "payload_too_large", PAYLOAD_TOO_LARGE, "The body is too large",
        "Calls take at most 16 KiB; on the proxy it is [proxy] max_body, 32 MiB unless set.";
    UnsupportedMediaType => "unsupported_media_type", UNSUPPORTED_MEDIA_TYPE, "The body is of the wrong type",
        "Send application/json.";
    MisdirectedRequest => "misdirected_request", MISDIRECTED_REQUEST, "The request is meant for another host",
        "The Host header names none of the server's own names; check BYO_SERVER__PUBLIC_URL and BYO_SERVER__ALIASES.";
    InvalidRequest => "invalid_request", UNPROCESSABLE_ENTITY, "A field is not valid",
        "errors has one entry a field, with what would be right.";
    EnvelopeInvalid => "envelope_invalid", UNPROCESSABLE_ENTITY, "The sealed key does not open",
        "It was sealed for another server, page, token, customer, provider, name, configuration or purpose, or was changed. Which one is not told.";
    KeyRejected => "key_rejected", UNPROCESSABLE_ENTITY, "The provider does not accept the key",
        "verdict says what the check proved; nothing was stored, and a key that was there is unchanged.";
    ProviderRefused => "provider_refused", UNPROCESSABLE_ENTITY, "The provider refused the call",
        "It took the key but not what was asked of it; the detail has its status.";
    DestinationNotAllowed => "destination_not_allowed", UNPROCESSABLE_ENTITY, "The address is not allowed",
        "Base URLs and webhooks must be public https addresses on port 443, unless the operator opens others with BYO_EGRESS__ALLOW.";
    RateLimited => "rate_limited", TOO_MANY_REQUESTS, "Too many requests",
        "Retry-After says how many seconds to wait.";
    Internal => "internal", INTERNAL_SERVER_ERROR, "Something went wrong on the server",
        "The server's log has the cause under the requestId.";
    ProviderUnreachable => "provider_unreachable", BAD_GATEWAY, "The provider gave no usable answer",
        "This says nothing about the key; try again.";
    ProviderTimeout => "provider_timeout", GATEWAY_TIMEOUT, "The provider did not answer in time",
        "Nothing is known of what became of the call; [proxy] first_byte_timeout says how long byo waits.";
    Unavailable => "unavailable", SERVICE_UNAVAILABLE, "The server cannot do this just now",
        "Retry-After says when to try again; nothing was changed.";
}

/// What is wrong with one field, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The field's path, for example `providerConfig.baseUrl`.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl FieldError {
    /// One entry.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }
}

/// A refusal on its way out. The outermost layer adds the request's id and writes the body.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    verdict: Option<Verdict>,
    params: Option<Box<Params>>,
    retry_after: Option<Duration>,
}

impl Problem {
    /// A refusal with words for this occurrence.
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            detail: detail.into(),
            errors: Vec::new(),
            verdict: None,
            params: None,
            retry_after: None,
        }
    }

    /// The one text for every credential that is missing, malformed, unknown, revoked or expired.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            Code::Unauthenticated,
            "Send a valid credential; see the documentation for which one this call takes.",
        )
    }

    /// Fields that are not valid.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail =
            errors.iter().map(|error| format!("{} {}", error.field, error.message)).collect::<Vec<_>>();
        Self { errors, ..Self::new(Code::InvalidRequest, detail.join("; ")) }
    }

    /// A fault of the server's own. The cause goes to the log.
    pub fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = %Causes(cause), "a request failed");
        Self::new(
            Code::Internal,
            "The request was not carried out. The server's log has the cause under this request's id.",
        )
    }

    /// A fault that may pass. The cause goes to the log.
    pub fn unavailable(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = %Causes(cause), "a request could not be carried out");
        Self {
            retry_after: Some(Duration::from_secs(1)),
            ..Self::new(Code::Unavailable, "The request was not carried out. Try again shortly.")
        }
    }

    /// With what the provider's check proved.
    #[must_use]
    pub fn with_verdict(self, verdict: Verdict) -> Self {
        Self { verdict: Some(verdict), ..self }
    }

    /// With fresh parameters to seal with.
    #[must_use]
    pub fn with_params(self, params: Box<Params>) -> Self {
        Self { params: Some(params), ..self }
    }

    /// With the time to wait.
    #[must_use]
    pub fn with_retry_after(self, wait: Duration) -> Self {
        Self { retry_after: Some(wait), ..self }
    }

    /// Its code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// As this provider words its refusals, so that its SDKs raise their own exceptions. `path` is that of its API.
    pub(super) fn render_as(self, provider: ProviderId, path: &str, request_id: &RequestId) -> Response {
        let (code, wait) = (self.code, self.retry_after);
        let words = Words {
            status: code.status(),
            code: code.as_str(),
            message: &self.detail,
            request_id: request_id.as_str(),
        };
        let mut response = (code.status(), shape::body(provider, path, &words)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if code.status().is_client_error() && wait.is_none() {
            headers.insert(HeaderName::from_static("x-should-retry"), HeaderValue::from_static("false"));
        }
        let value = HeaderValue::from_str(request_id.as_str()).expect("an id is a header value");
        headers.insert(HeaderName::from_static("x-byo-request-id"), value);
        retry_after(headers, wait);
        response
    }

    /// The body and headers, now that the request's id is known.
    pub(super) fn render(self, request_id: &RequestId) -> Response {
        let status = self.code.status();
        let body = ProblemBody {
            r#type: format!("/docs/errors#{}", self.code.as_str()),
            title: self.code.title(),
            status: status.as_u16(),
            code: self.code,
            detail: self.detail,
            request_id: request_id.as_str().to_owned(),
            errors: self.errors,
            verdict: self.verdict.map(Verdict::as_str),
            params: self.params,
        };
        let json = serde_json::to_vec(&body).expect("plain data always serialises");
        let mut response = (status, json).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        retry_after(headers, self.retry_after);
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::FORBIDDEN {
            headers.insert(HeaderName::from_static("x-should-retry"), HeaderValue::from_static("false"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The body of every refusal.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// Where the code is explained, relative to the server.
    r#type: String,
    /// A short description of the code.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable name of what went wrong.
    code: Code,
    /// What went wrong this time, and what would be right.
    #[schema(value_type = String)]
    detail: Cow<'static, str>,
    /// Names this request in the server's log.
    request_id: String,
    /// One entry a field that is not valid.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// What the provider's check proved, with `key_rejected` and `provider_unreachable`.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    /// Fresh parameters to seal with, with `key_rotated` and `challenge_stale`.
    #[serde(skip_serializing_if = "Option::is_none")]
    params: Option<Box<Params>>,
}

/// Rounded up: a client that waits this long is let through.
fn retry_after(headers: &mut HeaderMap, wait: Option<Duration>) {
    let Some(wait) = wait else { return };
    let seconds = wait.as_millis().div_ceil(1000).max(1);
    let value = HeaderValue::from_str(&seconds.to_string()).expect("digits are a header value");
    headers.insert(header::RETRY_AFTER, value);
}

/// An error with its causes, for the log.
struct Causes<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Causes<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
