//! Chat completions: OpenAI, Azure, and those who took the shape over.
//!
//! <https://platform.openai.com/docs/api-reference/chat>. They differ in two members of the request:
//! - how the answer's length is limited. OpenAI's `max_tokens` is deprecated and refused by its reasoning models;
//!   `max_completion_tokens` is taken by all of them, and Groq has moved likewise. Mistral refuses a member it does not
//!   know (422), Ollama, DeepSeek and Together document `max_tokens` only, and every server that speaks this API
//!   began with it, so it is what the rest are sent.
//! - how usage comes with a stream. OpenAI, Azure, DeepSeek, xAI and Ollama are asked for it. OpenRouter, Together,
//!   Mistral and Groq send it unasked, and Mistral refuses to be asked; other servers may.

use byo_seal::{ProviderConfig, ProviderId};
use serde_json::{Map, Value, json};

use super::{Piece, count, name, put, role_and_content, stops, texts};
use crate::unified::{FinishReason, UnifiedCall, address};

/// In what this provider differs.
struct Dialect {
    limit: &'static str,
    asks_for_usage: bool,
}

const OPENAI: Dialect = Dialect { limit: "max_completion_tokens", asks_for_usage: true };
const GROQ: Dialect = Dialect { limit: "max_completion_tokens", asks_for_usage: false };
const ASKED: Dialect = Dialect { limit: "max_tokens", asks_for_usage: true };
const PLAIN: Dialect = Dialect { limit: "max_tokens", asks_for_usage: false };

/// Azure's first version with both of OpenAI's newer members; before it, they are refused.
const AZURE_FOLLOWS_SINCE: &str = "2024-09-01";

fn dialect(provider: ProviderId, config: &ProviderConfig) -> Dialect {
    match provider {
        ProviderId::Openai if address::is_openai(config) => OPENAI,
        ProviderId::Azure => match address::dated_version(config) {
            Some(version) if version < AZURE_FOLLOWS_SINCE => PLAIN,
            _ => OPENAI,
        },
        ProviderId::Groq => GROQ,
        ProviderId::Deepseek | ProviderId::Xai | ProviderId::Ollama => ASKED,
        _ => PLAIN,
    }
}

pub(super) fn body(call: &UnifiedCall, model: &str, config: &ProviderConfig) -> Map<String, Value> {
    let dialect = dialect(call.provider, config);
    let mut body = Map::new();
    put(&mut body, "model", Some(model));
    put(&mut body, "messages", Some(role_and_content(&call.messages)));
    put(&mut body, dialect.limit, call.max_tokens);
    put(&mut body, "temperature", call.temperature);
    put(&mut body, "top_p", call.top_p);
    put(&mut body, "stop", stops(call));
    put(&mut body, "stream", call.stream.then_some(true));
    let asks = call.stream && dialect.asks_for_usage;
    put(&mut body, "stream_options", asks.then(|| json!({"include_usage": true})));
    body
}

pub(super) fn whole(json: &Value) -> Option<Piece> {
    if !json["error"].is_null() {
        return None;
    }
    let choice = first_choice(json)?;
    choice["message"].is_object().then(|| read(json, choice, "message"))
}

pub(super) fn piece(json: &Value) -> Piece {
    if !json["error"].is_null() || !json["x_groq"]["error"].is_null() {
        return Piece::failed();
    }
    // Azure begins with a piece about the prompt, and usage comes in one of its own: neither has a choice.
    read(json, first_choice(json).unwrap_or(&Value::Null), "delta")
}

/// No more than one is ever asked for.
fn first_choice(json: &Value) -> Option<&Value> {
    json["choices"].as_array()?.iter().find(|choice| matches!(choice["index"].as_u64(), None | Some(0)))
}

fn read(json: &Value, choice: &Value, message: &str) -> Piece {
    let reason = choice["finish_reason"].as_str();
    if reason == Some("error") || !choice["error"].is_null() {
        return Piece::failed(); // OpenRouter and Mistral say so here
    }
    let message = &choice[message];
    let mut text = match &message["content"] {
        Value::String(text) => text.clone(),
        parts => texts(parts, "text"), // Mistral's reasoning models: thoughts are parts of another kind
    };
    let refusal = message["refusal"].as_str().unwrap_or_default();
    text.push_str(refusal);
    let usage = [&json["usage"], &json["x_groq"]["usage"]].into_iter().find(|usage| usage.is_object());
    let usage = usage.unwrap_or(&Value::Null);
    Piece {
        text,
        model: name(&json["model"]),
        finish: if refusal.is_empty() { reason.map(finish) } else { Some(FinishReason::ContentFilter) },
        input_tokens: count(&usage["prompt_tokens"]),
        output_tokens: count(&usage["completion_tokens"]),
        end: false,
        failed: false,
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "stop" | "eos" => FinishReason::Stop, // Together's word for it
        "length" | "model_length" => FinishReason::Length,
        "content_filter" => FinishReason::ContentFilter,
        "tool_calls" | "function_call" => FinishReason::ToolCalls,
        _ => FinishReason::Other,
    }
}
