//! OpenAI's Responses API: <https://platform.openai.com/docs/api-reference/responses>.
//!
//! It keeps answers unless it is told not to. It is told not to: nothing here ever asks for one again.

use serde_json::{Map, Value};

use super::{Piece, count, name, put, role_and_content};
use crate::unified::{FinishReason, UnifiedCall};

pub(super) fn body(call: &UnifiedCall, model: &str) -> Map<String, Value> {
    let mut body = Map::new();
    put(&mut body, "model", Some(model));
    put(&mut body, "input", Some(role_and_content(&call.messages)));
    put(&mut body, "max_output_tokens", call.max_tokens);
    put(&mut body, "temperature", call.temperature);
    put(&mut body, "top_p", call.top_p);
    put(&mut body, "store", Some(false));
    put(&mut body, "stream", call.stream.then_some(true));
    body
}

pub(super) fn whole(json: &Value) -> Option<Piece> {
    let done = matches!(json["status"].as_str(), Some("completed" | "incomplete"));
    if !done || !json["error"].is_null() {
        return None;
    }
    let text = contents(json)?.map(|content| match content["type"].as_str() {
        Some("output_text") => content["text"].as_str().unwrap_or_default(),
        Some("refusal") => content["refusal"].as_str().unwrap_or_default(),
        _ => "",
    });
    Some(Piece { text: text.collect(), ..ending(json) })
}

pub(super) fn piece(json: &Value) -> Piece {
    let delta = || json["delta"].as_str().unwrap_or_default().to_owned();
    match json["type"].as_str() {
        Some("response.output_text.delta") => Piece { text: delta(), ..Piece::default() },
        Some("response.refusal.delta") => {
            Piece { text: delta(), finish: Some(FinishReason::ContentFilter), ..Piece::default() }
        }
        Some("response.completed" | "response.incomplete") => {
            Piece { end: true, ..ending(&json["response"]) }
        }
        Some("response.failed" | "response.cancelled" | "error") => Piece::failed(),
        _ => Piece::default(),
    }
}

/// What a response says besides its text.
fn ending(response: &Value) -> Piece {
    let usage = &response["usage"];
    Piece {
        model: name(&response["model"]),
        finish: Some(finish(response)),
        input_tokens: count(&usage["input_tokens"]),
        output_tokens: count(&usage["output_tokens"]),
        ..Piece::default()
    }
}

fn finish(response: &Value) -> FinishReason {
    let refused = contents(response).is_some_and(|mut parts| parts.any(|part| part["type"] == "refusal"));
    let calls =
        output(response).is_some_and(|items| items.iter().any(|item| item["type"] == "function_call"));
    match (response["incomplete_details"]["reason"].as_str(), response["status"].as_str()) {
        (Some("max_output_tokens"), _) => FinishReason::Length,
        (Some("content_filter"), _) => FinishReason::ContentFilter,
        _ if refused => FinishReason::ContentFilter,
        _ if calls => FinishReason::ToolCalls,
        (None, Some("completed")) => FinishReason::Stop,
        _ => FinishReason::Other,
    }
}

fn output(response: &Value) -> Option<&[Value]> {
    response["output"].as_array().map(Vec::as_slice)
}

/// The parts of all messages. Other items are the model's thoughts and tools.
fn contents(response: &Value) -> Option<impl Iterator<Item = &Value>> {
    let messages = output(response)?.iter().filter(|item| item["type"] == "message");
    Some(messages.filter_map(|message| message["content"].as_array()).flatten())
}
