//! Cohere's chat, version 2: <https://docs.cohere.com/reference/chat> and its page on streaming.

use serde_json::{Map, Value};

use super::{Piece, count, put, role_and_content, stops, texts};
use crate::unified::{FinishReason, UnifiedCall};

pub(super) fn body(call: &UnifiedCall, model: &str) -> Map<String, Value> {
    let mut body = Map::new();
    put(&mut body, "model", Some(model));
    put(&mut body, "messages", Some(role_and_content(&call.messages)));
    put(&mut body, "max_tokens", call.max_tokens);
    put(&mut body, "temperature", call.temperature);
    put(&mut body, "p", call.top_p);
    put(&mut body, "stop_sequences", stops(call));
    put(&mut body, "stream", Some(call.stream));
    body
}

pub(super) fn whole(json: &Value) -> Option<Piece> {
    let message = &json["message"];
    if !message.is_object() {
        return None; // its errors have a message too, which is a text
    }
    Some(Piece { text: texts(&message["content"], "text"), ..ending(json) })
}

pub(super) fn piece(json: &Value) -> Piece {
    let delta = &json["delta"];
    match json["type"].as_str() {
        Some("content-start" | "content-delta") => {
            let text = delta["message"]["content"]["text"].as_str().unwrap_or_default().to_owned();
            Piece { text, ..Piece::default() }
        }
        Some("message-end") if !delta["error"].is_null() => Piece::failed(),
        Some("message-end") => Piece { end: true, ..ending(delta) },
        _ => Piece::default(),
    }
}

/// What an answer says besides its text.
fn ending(json: &Value) -> Piece {
    let reason = json["finish_reason"].as_str();
    let usage = [&json["usage"]["tokens"], &json["usage"]["billed_units"]];
    let usage = usage.into_iter().find(|usage| usage.is_object()).unwrap_or(&Value::Null);
    Piece {
        finish: reason.map(finish),
        input_tokens: count(&usage["input_tokens"]),
        output_tokens: count(&usage["output_tokens"]),
        failed: reason == Some("ERROR"),
        ..Piece::default()
    }
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "COMPLETE" | "STOP_SEQUENCE" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "TOOL_CALL" => FinishReason::ToolCalls,
        _ => FinishReason::Other,
    }
}
