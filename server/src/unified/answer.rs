//! The answer, whole.

use byo_seal::ProviderId;
use serde::Serialize;
use utoipa::ToSchema;

use super::Wire;

/// What every provider's answer becomes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnifiedAnswer {
    /// The text.
    pub content: String,
    /// Who answered.
    #[schema(value_type = String, example = "anthropic")]
    pub provider: ProviderId,
    /// The model, as the provider names it.
    pub model: String,
    /// Whose key it was made with: `byok`, `server` or `demo`.
    pub mode: &'static str,
    /// Null when the provider did not tell.
    pub usage: Option<UnifiedUsage>,
    /// Why the text ends.
    pub finish_reason: FinishReason,
}

/// Tokens, as the provider counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnifiedUsage {
    /// In the question, parts taken from a cache included.
    pub input_tokens: u64,
    /// In the answer, with what the model thought to itself where the provider counts that.
    pub output_tokens: u64,
}

/// Why the text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The model was done, or came to a `stop` text.
    Stop,
    /// No more tokens were allowed.
    Length,
    /// The provider or the model would not say more.
    ContentFilter,
    /// The model would rather use a tool.
    ToolCalls,
    /// Anything else.
    Other,
}

/// What is told of an answer besides its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// What language it comes in.
    pub wire: Wire,
    /// Who was asked.
    pub provider: ProviderId,
    /// The model that was asked for. What the provider says it used is told instead, where it says so.
    pub model: String,
    /// Whose key it is made with: `byok`, `server` or `demo`.
    pub mode: &'static str,
}

/// The body is no answer as the provider documents it, or one that says it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider's answer is not of the documented shape, or says that it failed")]
pub struct NotUnderstood;

/// Reads a whole answer. Members that are not known are ignored.
///
/// # Errors
/// [`NotUnderstood`], also for a failure that came with a 2xx status.
pub fn answer(served: Served, body: &[u8]) -> Result<UnifiedAnswer, NotUnderstood> {
    let json = serde_json::from_slice(body).map_err(|_| NotUnderstood)?;
    let found = served.wire.whole(&json).filter(|found| !found.failed).ok_or(NotUnderstood)?;
    Ok(UnifiedAnswer {
        usage: found.usage(),
        content: found.text,
        provider: served.provider,
        model: found.model.unwrap_or(served.model),
        mode: served.mode,
        finish_reason: found.finish.unwrap_or(FinishReason::Other),
    })
}
