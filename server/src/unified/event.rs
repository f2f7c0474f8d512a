//! The answer, piece by piece, as byo's own server-sent events.

use byo_seal::ProviderId;
use serde::Serialize;
use serde_json::json;

use super::{FinishReason, UnifiedUsage};

/// One event of a unified stream: any number of deltas, then `Done` or `Error`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnifiedEvent {
    /// More text; never empty.
    Delta {
        /// What comes next.
        content: String,
    },
    /// The end, and everything else there is to tell.
    Done {
        /// Who answered.
        provider: ProviderId,
        /// The model, as the provider names it.
        model: String,
        /// Whose key it was made with.
        mode: &'static str,
        /// `None` when the provider did not tell.
        usage: Option<UnifiedUsage>,
        /// Why the text ends.
        finish_reason: FinishReason,
    },
    /// The end before the end: what came so far is not the answer.
    Error {
        /// A stable name, as in problems.
        code: &'static str,
        /// byo's own words.
        message: String,
    },
}

impl UnifiedEvent {
    /// The provider broke off.
    pub(crate) fn broken_off(provider: ProviderId) -> Self {
        let message = format!("{} ended its answer before it was complete.", provider.label());
        Self::Error { code: UNREACHABLE, message }
    }

    /// The provider said that it failed.
    pub(super) fn failed(provider: ProviderId) -> Self {
        let message = format!("{} reported an error in the middle of its answer.", provider.label());
        Self::Error { code: UNREACHABLE, message }
    }

    /// The provider sent something else than it documents.
    pub(super) fn not_understood(provider: ProviderId) -> Self {
        let message = format!("{} sent something that is no part of an answer.", provider.label());
        Self::Error { code: UNREACHABLE, message }
    }

    /// The event as it goes over the wire.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Delta { content } => encode("delta", &json!({"content": content})),
            Self::Done { provider, model, mode, usage, finish_reason } => encode(
                "done",
                &json!({
                    "provider": provider, "model": model, "mode": mode, "usage": usage,
                    "finishReason": finish_reason,
                }),
            ),
            Self::Error { code, message } => encode("error", &json!({"code": code, "message": message})),
        }
    }
}

/// The code that problems have for a provider that gave no usable answer.
const UNREACHABLE: &str = "provider_unreachable";

/// JSON without line breaks of its own, so that it is one line of data.
fn encode(name: &str, data: &impl Serialize) -> Vec<u8> {
    let data = serde_json::to_string(data).expect("plain data always serialises");
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}
