//! Anthropic's Messages API: <https://docs.anthropic.com/en/api/messages> and its page on streaming.

use serde_json::{Map, Value};

use super::{Piece, count, name, put, role_and_content, stops, texts};
use crate::unified::{FinishReason, UnifiedCall};

/// The version that this is written for.
pub(super) const VERSION: &str = "2023-06-01";

/// This wire must be given a limit.
const DEFAULT_MAX_TOKENS: u64 = 1024;

pub(super) fn body(call: &UnifiedCall, model: &str) -> Map<String, Value> {
    let (system, turns) = call.instructions_and_turns();
    let mut body = Map::new();
    put(&mut body, "model", Some(model));
    put(&mut body, "max_tokens", Some(call.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS)));
    put(&mut body, "system", system);
    put(&mut body, "messages", Some(role_and_content(&turns)));
    put(&mut body, "temperature", call.temperature);
    put(&mut body, "top_p", call.top_p);
    put(&mut body, "stop_sequences", stops(call));
    put(&mut body, "stream", call.stream.then_some(true));
    body
}

pub(super) fn whole(json: &Value) -> Option<Piece> {
    if json["type"] != "message" || !json["content"].is_array() {
        return None;
    }
    Some(Piece { text: texts(&json["content"], "text"), ..about(json, &json["stop_reason"], &json["usage"]) })
}

pub(super) fn piece(json: &Value) -> Piece {
    match json["type"].as_str() {
        Some("message_start") => {
            let message = &json["message"];
            about(message, &message["stop_reason"], &message["usage"])
        }
        Some("content_block_start") if json["content_block"]["type"] == "text" => {
            text(&json["content_block"]["text"])
        }
        Some("content_block_delta") if json["delta"]["type"] == "text_delta" => text(&json["delta"]["text"]),
        Some("message_delta") => about(&Value::Null, &json["delta"]["stop_reason"], &json["usage"]),
        Some("message_stop") => Piece { end: true, ..Piece::default() },
        Some("error") => Piece::failed(),
        _ => Piece::default(),
    }
}

fn text(value: &Value) -> Piece {
    Piece { text: value.as_str().unwrap_or_default().to_owned(), ..Piece::default() }
}

fn about(message: &Value, stop_reason: &Value, usage: &Value) -> Piece {
    // What came from the cache or went into it is counted apart.
    let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"]
        .into_iter()
        .filter_map(|member| count(&usage[member]))
        .fold(0, u64::saturating_add);
    Piece {
        model: name(&message["model"]),
        finish: stop_reason.as_str().map(finish),
        input_tokens: count(&usage["input_tokens"]).map(|fresh| fresh.saturating_add(cached)),
        output_tokens: count(&usage["output_tokens"]),
        ..Piece::default()
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" | "model_context_window_exceeded" => FinishReason::Length,
        "refusal" => FinishReason::ContentFilter,
        "tool_use" => FinishReason::ToolCalls,
        _ => FinishReason::Other,
    }
}
