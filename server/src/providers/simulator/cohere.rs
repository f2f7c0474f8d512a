//! Cohere's API: `/v2/chat`, models, <https://docs.cohere.com/reference/chat>.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    check,
    fault::Fault,
    reply::{SimulatedAnswer, typed},
    request::{Request, messages},
    words::{Prompt, Words},
};

pub(super) fn answer(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let (method, path) = request.call();
    match (method, path.as_slice()) {
        ("POST", ["v2", "chat"]) => chat(request),
        ("GET", ["v1", "models"]) => models(request),
        ("POST", ["v1", "check-api-key"]) => Ok(SimulatedAnswer::ok(&json!({"valid": true}))),
        _ => Err(Fault::UnknownPath),
    }
}

fn chat(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    request.model(&body)?;
    let words = Prompt::of_messages(messages(&body, "messages")?).answered_by(request.voice);
    Ok(if body["stream"] == true {
        SimulatedAnswer::events(events(request, &words))
    } else {
        SimulatedAnswer::ok(&json!({
            "id": request.id,
            "finish_reason": "COMPLETE",
            "message": {"role": "assistant", "content": [{"type": "text", "text": words.text}]},
            "usage": usage(&words),
        }))
    })
}

fn events(request: &Request<'_>, words: &Words) -> Vec<Bytes> {
    let content = |kind: &str, content: Value| {
        let mut event = json!({"type": kind, "index": 0, "delta": {"message": {}}});
        event["delta"]["message"]["content"] = content;
        event
    };
    let begun =
        json!({"role": "assistant", "content": [], "tool_plan": "", "tool_calls": [], "citations": []});
    let mut events = vec![
        json!({"type": "message-start", "id": request.id, "delta": {"message": begun}}),
        content("content-start", json!({"type": "text", "text": ""})),
    ];
    events.extend(words.pieces().map(|piece| content("content-delta", json!({"text": piece}))));
    events.extend([
        json!({"type": "content-end", "index": 0}),
        json!({"type": "message-end", "delta": {"finish_reason": "COMPLETE", "usage": usage(words)}}),
    ]);
    events.iter().map(typed).collect()
}

fn usage(words: &Words) -> Value {
    let tokens = json!({"input_tokens": words.input_tokens, "output_tokens": words.output_tokens});
    json!({"billed_units": tokens, "tokens": tokens})
}

fn models(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let described = |id: &String| json!({"name": id, "endpoints": ["chat"], "finetuned": false, "context_length": 128_000});
    let models: Vec<_> = check::models(request.provider).iter().map(described).collect();
    Ok(SimulatedAnswer::ok(&json!({"models": models})))
}

pub(super) fn fault(request: &Request<'_>, fault: &Fault) -> (StatusCode, Value) {
    let (status, message) = match fault {
        Fault::RejectedKey(Some(_)) => (fault.status(), "invalid api token".to_owned()),
        Fault::NoCredit => (StatusCode::PAYMENT_REQUIRED, fault.message(request)),
        _ => (fault.status(), fault.message(request)),
    };
    (status, json!({"id": request.id, "message": message}))
}
