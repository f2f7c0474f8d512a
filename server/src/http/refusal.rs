//! Domain refusals as problems: the one place that decides how a refusal reads on the wire.

use axum::response::{IntoResponse, Response};
use byo_seal::Verdict;

use super::problem::{Code, FieldError, Problem};
use crate::{
    domain::{Fault, Refusal},
    store::StoreError,
};

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(errors) => Self::invalid(
                errors.into_iter().map(|error| FieldError::new(error.field, error.message)).collect(),
            ),
            Refusal::Forbidden(why) => Self::new(Code::Forbidden, why),
            Refusal::Unauthenticated => Self::unauthenticated(),
            Refusal::Malformed(why) => Self::new(Code::MalformedRequest, why),
            Refusal::NoKeyConnected(why) => Self::new(Code::NoKeyConnected, why),
            Refusal::ModelNotAllowed => Self::new(
                Code::ModelNotAllowed,
                "The model lists of this environment, customer or token do not allow this call's model, or it names none that can be checked.",
            ),
            Refusal::KeyEnded => Self::new(
                Code::NoKeyConnected,
                "The customer's key was revoked, disabled or replaced, or this call's runtime token ended, while it was under way.",
            ),
            Refusal::TooLarge => Self::new(Code::PayloadTooLarge, "The body is larger than this call takes."),
            Refusal::BodyTimedOut => Self::new(Code::RequestTimeout, "The body did not arrive in time."),
            Refusal::ProviderTimedOut => {
                Self::new(Code::ProviderTimeout, "The provider did not answer in time.")
            }
            Refusal::NotFound(what) => Self::new(Code::NotFound, what),
            Refusal::ConnectSessionRequired => Self::new(
                Code::ConnectSessionRequired,
                "A key of this name is connected already. Replacing it takes a connect session made by the backend.",
            ),
            Refusal::SessionSpent => {
                Self::new(Code::SessionSpent, "This connect session did this once already; make a new one.")
            }
            Refusal::KeyDisabled => Self::new(
                Code::KeyDisabled,
                "The key of this name is disabled. It must be enabled by the backend, or revoked, before another can take its place.",
            ),
            Refusal::EnvelopeInvalid => Self::new(
                Code::EnvelopeInvalid,
                "The sealed key does not open for this request. Seal it anew with fresh parameters for exactly this request.",
            ),
            Refusal::KeyRotated(params) => {
                Self::new(Code::KeyRotated, "Seal the key anew with the parameters in this answer.")
                    .with_params(params)
            }
            Refusal::ChallengeStale(params) => Self::new(
                Code::ChallengeStale,
                "The challenge has expired, or the customer's key was revoked since. Seal the key anew with the parameters in this answer.",
            )
            .with_params(params),
            Refusal::RequestKeyExpired => Self::new(
                Code::RequestKeyExpired,
                "The sealed key that came with this request has expired, or the customer was revoked since. The customer's browser must seal it anew.",
            ),
            Refusal::RevokedMeanwhile => Self::new(
                Code::RevokedMeanwhile,
                "The customer's key was revoked while this one was being checked, so nothing was stored.",
            ),
            Refusal::Replayed => Self::new(
                Code::SealedKeyReplayed,
                "This sealed key was used for another request. Seal the key anew for every request.",
            ),
            Refusal::KeyRejected { verdict, message } => Self::new(Code::KeyRejected, message).with_verdict(verdict),
            Refusal::ProviderUnreachable { message } => {
                Self::new(Code::ProviderUnreachable, message).with_verdict(Verdict::Unreachable)
            }
            Refusal::DestinationNotAllowed => Self::new(
                Code::DestinationNotAllowed,
                "This server does not connect to that address. It must be a public https address on port 443, or one that the operator allows.",
            ),
            Refusal::RateLimited { retry_after } => {
                Self::new(Code::RateLimited, "Wait as long as Retry-After says.").with_retry_after(retry_after)
            }
            Refusal::Fault(fault) => fault.into(),
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Store(StoreError::Unavailable(_)) | Fault::Contended => Self::unavailable(&fault),
            Fault::Store(StoreError::Corrupt { .. })
            | Fault::Vault(_)
            | Fault::SealingKeys(_)
            | Fault::Lost => Self::internal(&fault),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}
