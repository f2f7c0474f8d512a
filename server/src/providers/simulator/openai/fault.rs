//! Errors of OpenAI's and of those who answer nearly like it.

use byo_seal::ProviderId;
use http::StatusCode;
use serde_json::{Value, json};

use super::super::{
    fault::{Echo, Fault},
    request::Request,
};

pub(in super::super) fn fault(request: &Request<'_>, fault: &Fault) -> (StatusCode, Value) {
    let provider = request.provider;
    let (status, code) = (status(provider, fault), code(provider, fault));
    let message = message(request, fault);
    let kind = kind(fault);
    let body = match provider {
        ProviderId::Mistral => {
            json!({"object": "error", "message": message, "type": kind, "param": null, "code": code})
        }
        ProviderId::Xai => json!({"code": code.unwrap_or(kind), "error": message}),
        _ => {
            let parameter = match fault {
                Fault::Missing(name) | Fault::Invalid(name) => Some(*name),
                _ => None,
            };
            json!({"error": {"message": message, "type": kind, "param": parameter, "code": code}})
        }
    };
    (status, body)
}

fn status(provider: ProviderId, fault: &Fault) -> StatusCode {
    use ProviderId as P;
    match (provider, fault) {
        (P::Xai, Fault::RejectedKey(_)) => StatusCode::BAD_REQUEST,
        (P::Azure, Fault::ModelListForbidden) => StatusCode::UNAUTHORIZED,
        (P::Deepseek | P::Mistral | P::Openrouter | P::Together | P::Cohere | P::Ollama, Fault::NoCredit) => {
            StatusCode::PAYMENT_REQUIRED
        }
        _ => fault.status(),
    }
}

/// `invalid_request_error` stands for 400 alone; clients tell others apart by it.
fn kind(fault: &Fault) -> &'static str {
    match fault {
        Fault::RejectedKey(_) => "authentication_error",
        Fault::RateLimited => "rate_limit_error",
        Fault::NoCredit => "insufficient_quota",
        Fault::ModelListForbidden => "permission_error",
        Fault::UnknownPath | Fault::UnknownModel => "not_found_error",
        Fault::NotJson | Fault::Missing(_) | Fault::Invalid(_) => "invalid_request_error",
    }
}

fn code(provider: ProviderId, fault: &Fault) -> Option<&'static str> {
    use ProviderId as P;
    Some(match (provider, fault) {
        (P::Azure, Fault::RejectedKey(_)) => "401",
        (P::Azure, Fault::ModelListForbidden) => "PermissionDenied",
        (P::Xai, Fault::RejectedKey(_)) => "invalid-argument",
        (_, Fault::RejectedKey(_)) => "invalid_api_key",
        (_, Fault::RateLimited) => "rate_limit_exceeded",
        (_, Fault::NoCredit) => "insufficient_quota",
        (_, Fault::UnknownPath) => "unknown_url",
        (_, Fault::UnknownModel) => "model_not_found",
        (_, Fault::Missing(_)) => "missing_required_parameter",
        (_, Fault::Invalid(_)) => "invalid_value",
        (_, Fault::ModelListForbidden | Fault::NotJson) => return None,
    })
}

fn message(request: &Request<'_>, fault: &Fault) -> String {
    use ProviderId as P;
    match (request.provider, fault) {
        (provider, Fault::RejectedKey(Some(echo))) => rejected(provider, echo),
        (P::Azure, Fault::ModelListForbidden) => {
            "The principal lacks the required data action to list models.".to_owned()
        }
        (_, Fault::ModelListForbidden) => {
            "You have insufficient permissions for this operation. Missing scopes: api.model.read.".to_owned()
        }
        (_, Fault::NoCredit) => {
            "You exceeded your current quota, please check your plan and billing details.".to_owned()
        }
        _ => fault.message(request),
    }
}

/// As each says it, with as much of the key as each repeats.
fn rejected(provider: ProviderId, Echo { head, tail }: &Echo) -> String {
    use ProviderId as P;
    match provider {
        P::Openai => format!("Incorrect API key provided: {head}***************{tail}."),
        P::Xai => format!("Incorrect API key provided: {}***{}.", &head[..2], &tail[2..]),
        P::Deepseek => format!("Authentication Fails, Your api key: ****{tail} is invalid"),
        P::Azure => "Access denied due to invalid subscription key or wrong API endpoint.".to_owned(),
        _ => "Invalid API Key".to_owned(),
    }
}
