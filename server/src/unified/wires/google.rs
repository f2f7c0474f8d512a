//! Gemini's `generateContent` and `streamGenerateContent`: <https://ai.google.dev/api/generate-content>.
//!
//! Every event of a stream is an answer like the whole one. The last is the one with a `finishReason`: without it, as
//! the reference has it, the model has not stopped. There is no marker behind it.

use serde_json::{Map, Value, json};

use super::{Piece, count, name, put, stops};
use crate::unified::{FinishReason, Role, UnifiedCall};

pub(super) fn body(call: &UnifiedCall) -> Map<String, Value> {
    let (system, turns) = call.instructions_and_turns();
    let contents: Vec<_> = turns
        .iter()
        .map(|turn| {
            let role = if turn.role == Role::Assistant { "model" } else { "user" };
            json!({"role": role, "parts": [{"text": turn.text}]})
        })
        .collect();
    let mut generation = Map::new();
    put(&mut generation, "maxOutputTokens", call.max_tokens);
    put(&mut generation, "temperature", call.temperature);
    put(&mut generation, "topP", call.top_p);
    put(&mut generation, "stopSequences", stops(call));
    let mut body = Map::new();
    put(&mut body, "contents", Some(contents));
    put(&mut body, "systemInstruction", system.map(|text| json!({"parts": [{"text": text}]})));
    put(&mut body, "generationConfig", Some(generation).filter(|generation| !generation.is_empty()));
    body
}

pub(super) fn whole(json: &Value) -> Option<Piece> {
    let answers = json["candidates"].get(0).is_some_and(Value::is_object);
    (answers || is_blocked(json)).then(|| piece(json)).filter(|piece| !piece.failed)
}

pub(super) fn piece(json: &Value) -> Piece {
    if !json["error"].is_null() {
        return Piece::failed();
    }
    let candidate = &json["candidates"][0];
    let reason = candidate["finishReason"].as_str().filter(|reason| *reason != "FINISH_REASON_UNSPECIFIED");
    let finish = if is_blocked(json) { Some(FinishReason::ContentFilter) } else { reason.map(finish) };
    let parts = candidate["content"]["parts"].as_array().map(Vec::as_slice).unwrap_or_default();
    let said = parts.iter().filter(|part| part["thought"] != true);
    let usage = &json["usageMetadata"];
    let spoken = count(&usage["candidatesTokenCount"]);
    let thought = count(&usage["thoughtsTokenCount"]);
    Piece {
        text: said.filter_map(|part| part["text"].as_str()).collect(),
        model: name(&json["modelVersion"]),
        finish,
        input_tokens: count(&usage["promptTokenCount"]),
        // A count of nothing is left out.
        output_tokens: usage.is_object().then(|| spoken.unwrap_or(0).saturating_add(thought.unwrap_or(0))),
        end: finish.is_some(),
        failed: false,
    }
}

/// The question itself was refused; then there are no candidates.
fn is_blocked(json: &Value) -> bool {
    json["promptFeedback"]["blockReason"]
        .as_str()
        .is_some_and(|reason| reason != "BLOCKED_REASON_UNSPECIFIED")
}

fn finish(reason: &str) -> FinishReason {
    match reason {
        "STOP" => FinishReason::Stop,
        "MAX_TOKENS" => FinishReason::Length,
        "SAFETY"
        | "RECITATION"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => FinishReason::ContentFilter,
        _ => FinishReason::Other,
    }
}
