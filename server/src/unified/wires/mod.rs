//! The languages that providers speak, each both ways.

mod chat;
mod cohere;
mod google;
mod messages;
mod responses;

use byo_seal::{ProviderConfig, ProviderId, WireApi};
use serde_json::{Map, Value, json};

use super::{FinishReason, Message, UnifiedCall, UnifiedUsage};

/// A provider's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// OpenAI's chat completions, which most others speak too.
    Chat,
    /// OpenAI's Responses API.
    Responses,
    /// Anthropic's Messages API.
    Messages,
    /// Gemini's `generateContent`.
    Google,
    /// Cohere's chat, version 2.
    Cohere,
}

impl Wire {
    /// The language of a customer's provider.
    #[must_use]
    pub fn of(provider: ProviderId, config: &ProviderConfig) -> Self {
        match provider {
            ProviderId::Openai if config.wire_api == Some(WireApi::Responses) => Self::Responses,
            ProviderId::Anthropic => Self::Messages,
            ProviderId::Google => Self::Google,
            ProviderId::Cohere => Self::Cohere,
            _ => Self::Chat,
        }
    }

    pub(super) fn headers(self, stream: bool) -> Vec<(&'static str, &'static str)> {
        let accept = if stream { "text/event-stream" } else { "application/json" };
        let mut headers = vec![("content-type", "application/json"), ("accept", accept)];
        if self == Self::Messages {
            headers.push(("anthropic-version", messages::VERSION));
        }
        headers
    }

    pub(super) fn body(self, call: &UnifiedCall, model: &str, config: &ProviderConfig) -> Value {
        Value::Object(match self {
            Self::Chat => chat::body(call, model, config),
            Self::Responses => responses::body(call, model),
            Self::Messages => messages::body(call, model),
            Self::Google => google::body(call),
            Self::Cohere => cohere::body(call, model),
        })
    }

    /// A whole answer. `None`: this is none.
    pub(super) fn whole(self, json: &Value) -> Option<Piece> {
        match self {
            Self::Chat => chat::whole(json),
            Self::Responses => responses::whole(json),
            Self::Messages => messages::whole(json),
            Self::Google => google::whole(json),
            Self::Cohere => cohere::whole(json),
        }
    }

    /// What one event of a stream says. An event that is not known says nothing.
    pub(super) fn piece(self, json: &Value) -> Piece {
        match self {
            Self::Chat => chat::piece(json),
            Self::Responses => responses::piece(json),
            Self::Messages => messages::piece(json),
            Self::Google => google::piece(json),
            Self::Cohere => cohere::piece(json),
        }
    }

    /// Its streams end with an event `[DONE]` rather than with one of the events before.
    pub(super) fn ends_with_done(self) -> bool {
        self == Self::Chat
    }

    /// Nothing that follows the end of its streams means anything.
    pub(super) fn ends_for_good(self) -> bool {
        self != Self::Google
    }
}

/// What an answer, or a piece of one, says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) model: Option<String>,
    pub(super) finish: Option<FinishReason>,
    pub(super) input_tokens: Option<u64>,
    pub(super) output_tokens: Option<u64>,
    /// The provider's own end marker.
    pub(super) end: bool,
    /// The provider says that it failed.
    pub(super) failed: bool,
}

impl Piece {
    pub(super) fn failed() -> Self {
        Self { failed: true, ..Self::default() }
    }

    /// What later pieces say stands, but for two things: a refusal ends with `stop` on some wires and stays one, and
    /// counts are totals so far, which some events give in part only.
    pub(super) fn add(&mut self, later: Self) {
        self.model = later.model.or(self.model.take());
        if self.finish != Some(FinishReason::ContentFilter) {
            self.finish = later.finish.or(self.finish);
        }
        self.input_tokens = self.input_tokens.max(later.input_tokens);
        self.output_tokens = self.output_tokens.max(later.output_tokens);
    }

    /// Both counts, or nothing: half of them is no usage.
    pub(super) fn usage(&self) -> Option<UnifiedUsage> {
        Some(UnifiedUsage { input_tokens: self.input_tokens?, output_tokens: self.output_tokens? })
    }
}

/// A member of this name, if there is a value for it.
fn put(body: &mut Map<String, Value>, name: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body.insert(name.to_owned(), value.into());
    }
}

/// The texts that end an answer, if there are any.
fn stops(call: &UnifiedCall) -> Option<Vec<String>> {
    Some(call.stop.clone()).filter(|stop| !stop.is_empty())
}

/// Roles and contents, as most wires write them.
fn role_and_content<'a>(messages: impl IntoIterator<Item = &'a Message>) -> Value {
    messages
        .into_iter()
        .map(|message| json!({"role": message.role.as_str(), "content": message.text}))
        .collect()
}

/// A count of tokens; some write them with a decimal point.
fn count(value: &Value) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53: up to here every whole number is one float
    value.as_u64().or_else(|| {
        let float = value.as_f64().filter(|float| (0.0..EXACT).contains(float) && float.fract() == 0.0)?;
        format!("{float:.0}").parse().ok()
    })
}

/// A model's name as it may be told on.
fn name(value: &Value) -> Option<String> {
    const LONGEST: usize = 200;
    let name = value.as_str()?;
    let told = (1..=LONGEST).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic());
    told.then(|| name.to_owned())
}

/// The texts of this kind in an array of parts, put together.
fn texts(parts: &Value, kind: &str) -> String {
    let parts = parts.as_array().map(Vec::as_slice).unwrap_or_default();
    parts.iter().filter(|part| part["type"] == kind).filter_map(|part| part["text"].as_str()).collect()
}
