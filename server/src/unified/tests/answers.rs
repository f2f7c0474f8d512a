//! Whole answers.

use super::*;

#[test]
fn every_provider_has_a_fixture() {
    for provider in ProviderId::ALL {
        assert!(cases().iter().any(|case| case.provider == *provider), "{provider}");
    }
}

#[test]
fn a_whole_answer_of_every_provider_becomes_the_same() {
    for case in cases() {
        let answer = answer(case.served(), case.whole.as_bytes());
        let expected = UnifiedAnswer {
            content: CONTENT.to_owned(),
            provider: case.provider,
            model: case.model.to_owned(),
            mode: "byok",
            usage: Some(USAGE),
            finish_reason: FinishReason::Stop,
        };
        assert_eq!(answer, Ok(expected), "{}", case.name());
    }
}

#[test]
fn an_answer_is_written_with_these_members() {
    let case = &cases()[2];
    let answer = answer(case.served(), case.whole.as_bytes()).unwrap();
    let expected = json!({
        "content": CONTENT,
        "provider": "anthropic",
        "model": "claude-sonnet-4-5-20250929",
        "mode": "byok",
        "usage": {"inputTokens": 11, "outputTokens": 7},
        "finishReason": "stop",
    });
    assert_eq!(serde_json::to_value(answer).unwrap(), expected);
}

#[test]
fn members_that_are_not_known_are_ignored_wherever_they_stand() {
    for case in cases() {
        let mut json: Value = serde_json::from_str(case.whole).unwrap();
        let plain = answer(case.served(), case.whole.as_bytes());
        strew(&mut json);
        let strewn = answer(case.served(), json.to_string().as_bytes());
        assert_eq!(strewn, plain, "{}", case.name());
    }
}

/// A member that nobody knows, in every object.
pub(super) fn strew(json: &mut Value) {
    match json {
        Value::Object(members) => {
            members.values_mut().for_each(strew);
            members.insert("newIn2030".to_owned(), json!({"text": "no part of it", "deep": [1, null, {}]}));
        }
        Value::Array(items) => items.iter_mut().for_each(strew),
        _ => {}
    }
}

#[test]
fn every_reason_to_finish_has_its_word() {
    use FinishReason::*;
    let chat = |reason: &str| json!({"choices": [{"message": {"content": "x"}, "finish_reason": reason}]});
    let messages = |reason: &str| json!({"type": "message", "content": [], "stop_reason": reason});
    let google = |reason: &str| json!({"candidates": [{"finishReason": reason}]});
    let cohere = |reason: &str| json!({"message": {"content": []}, "finish_reason": reason});
    let incomplete = |reason: &str| json!({"status": "incomplete", "output": [], "incomplete_details": {"reason": reason}});
    let calls = json!({"status": "completed", "output": [{"type": "function_call"}]});
    for (wire, body, expected) in [
        (Wire::Chat, chat("stop"), Stop),
        (Wire::Chat, chat("eos"), Stop),
        (Wire::Chat, chat("length"), Length),
        (Wire::Chat, chat("model_length"), Length),
        (Wire::Chat, chat("content_filter"), ContentFilter),
        (Wire::Chat, chat("tool_calls"), ToolCalls),
        (Wire::Chat, chat("insufficient_system_resource"), Other),
        (Wire::Messages, messages("end_turn"), Stop),
        (Wire::Messages, messages("stop_sequence"), Stop),
        (Wire::Messages, messages("max_tokens"), Length),
        (Wire::Messages, messages("model_context_window_exceeded"), Length),
        (Wire::Messages, messages("refusal"), ContentFilter),
        (Wire::Messages, messages("tool_use"), ToolCalls),
        (Wire::Messages, messages("pause_turn"), Other),
        (Wire::Google, google("STOP"), Stop),
        (Wire::Google, google("MAX_TOKENS"), Length),
        (Wire::Google, google("SAFETY"), ContentFilter),
        (Wire::Google, google("RECITATION"), ContentFilter),
        (Wire::Google, google("SPII"), ContentFilter),
        (Wire::Google, google("LANGUAGE"), Other),
        (Wire::Google, google("FINISH_REASON_UNSPECIFIED"), Other),
        (Wire::Google, json!({"promptFeedback": {"blockReason": "SAFETY"}}), ContentFilter),
        (Wire::Cohere, cohere("COMPLETE"), Stop),
        (Wire::Cohere, cohere("STOP_SEQUENCE"), Stop),
        (Wire::Cohere, cohere("MAX_TOKENS"), Length),
        (Wire::Cohere, cohere("TOOL_CALL"), ToolCalls),
        (Wire::Cohere, cohere("TIMEOUT"), Other),
        (Wire::Responses, incomplete("max_output_tokens"), Length),
        (Wire::Responses, incomplete("content_filter"), ContentFilter),
        (Wire::Responses, incomplete("something else"), Other),
        (Wire::Responses, calls, ToolCalls),
    ] {
        let answer = answer(served(wire), body.to_string().as_bytes()).unwrap();
        assert_eq!(answer.finish_reason, expected, "{wire:?} {body}");
    }
}

pub(super) fn served(wire: Wire) -> Served {
    Served { wire, provider: ProviderId::Openai, model: "asked-for".to_owned(), mode: "byok" }
}

#[test]
fn a_refusal_is_told_as_text_and_as_one() {
    let chat =
        json!({"choices": [{"message": {"content": null, "refusal": "No."}, "finish_reason": "stop"}]});
    let parts = json!([{"type": "refusal", "refusal": "No."}]);
    let responses = json!({"status": "completed", "output": [{"type": "message", "content": parts}]});
    for (wire, body) in [(Wire::Chat, chat), (Wire::Responses, responses)] {
        let answer = answer(served(wire), body.to_string().as_bytes()).unwrap();
        assert_eq!((answer.content.as_str(), answer.finish_reason), ("No.", FinishReason::ContentFilter));
    }
}

#[test]
fn what_is_no_answer_is_not_understood() {
    let chat_error = json!({"error": {"message": "over capacity", "code": 502}, "choices": []});
    let choice_error = json!({"choices": [{"message": {"content": "He"}, "finish_reason": "error"}]});
    let anthropic_error = json!({"type": "error", "error": {"type": "overloaded_error"}});
    let failed = json!({"status": "failed", "output": [], "error": {"code": "server_error"}});
    for (wire, body) in [
        (Wire::Chat, json!({})),
        (Wire::Chat, json!({"choices": []})),
        (Wire::Chat, json!({"choices": [{}]})),
        (Wire::Chat, chat_error),
        (Wire::Chat, choice_error),
        (Wire::Responses, failed),
        (Wire::Responses, json!({"status": "in_progress", "output": []})),
        (Wire::Messages, anthropic_error),
        (Wire::Google, json!({"error": {"code": 500}})),
        (Wire::Google, json!({"candidates": []})),
        (Wire::Google, json!({"usageMetadata": {"promptTokenCount": 1}})),
        (Wire::Cohere, json!({"message": "internal error"})),
        (Wire::Cohere, json!({"message": {"content": []}, "finish_reason": "ERROR"})),
    ] {
        assert_eq!(answer(served(wire), body.to_string().as_bytes()), Err(NotUnderstood), "{wire:?} {body}");
    }
}

#[test]
fn half_a_usage_is_none() {
    let body = json!({"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": 3}});
    assert_eq!(answer(served(Wire::Chat), body.to_string().as_bytes()).unwrap().usage, None);
}

#[test]
fn a_model_name_that_cannot_be_one_is_not_told() {
    for name in [json!(""), json!("a b"), json!("é"), json!("x".repeat(201)), json!(7)] {
        let body = json!({"model": name, "choices": [{"message": {"content": "x"}}]});
        let answer = answer(served(Wire::Chat), body.to_string().as_bytes()).unwrap();
        assert_eq!(answer.model, "asked-for");
    }
}
