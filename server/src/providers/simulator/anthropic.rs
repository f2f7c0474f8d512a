//! Anthropic's API: `/v1/messages`, counting, models, <https://docs.anthropic.com/en/api/messages>.

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
        ("POST", ["v1", "messages"]) => message(request),
        ("POST", ["v1", "messages", "count_tokens"]) => count(request),
        ("GET", ["v1", "models"]) => models(request),
        ("GET", ["v1", "models", id]) => model(request, id),
        _ => Err(Fault::UnknownPath),
    }
}

fn message(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    let model = request.model(&body)?;
    let prompt = prompt(&body)?;
    match &body["max_tokens"] {
        Value::Null => return Err(Fault::Missing("max_tokens")),
        most if most.as_u64().is_none_or(|most| most == 0) => return Err(Fault::Invalid("max_tokens")),
        _ => {}
    }
    let message = Message { request, model, words: &prompt.answered_by(request.voice) };
    Ok(if body["stream"] == true {
        SimulatedAnswer::events(message.events())
    } else {
        SimulatedAnswer::ok(&message.whole())
    })
}

fn count(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    request.model(&body)?;
    Ok(SimulatedAnswer::ok(&json!({"input_tokens": prompt(&body)?.tokens()})))
}

fn prompt(body: &Value) -> Result<Prompt, Fault> {
    Ok(Prompt::of_messages(messages(body, "messages")?).and(&body["system"]))
}

struct Message<'a> {
    request: &'a Request<'a>,
    model: &'a str,
    words: &'a Words,
}

impl Message<'_> {
    fn whole(&self) -> Value {
        let content = json!([{"type": "text", "text": self.words.text}]);
        self.state(content, Some("end_turn"), self.words.output_tokens)
    }

    fn events(&self) -> Vec<Bytes> {
        let mut events = vec![
            json!({"type": "message_start", "message": self.state(json!([]), None, 1)}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "ping"}),
        ];
        events.extend(self.words.pieces().map(|piece| {
            let delta = json!({"type": "text_delta", "text": piece});
            json!({"type": "content_block_delta", "index": 0, "delta": delta})
        }));
        events.extend([
            json!({"type": "content_block_stop", "index": 0}),
            json!({
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": null},
                "usage": {
                    "input_tokens": self.words.input_tokens,
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": 0,
                    "output_tokens": self.words.output_tokens,
                },
            }),
            json!({"type": "message_stop"}),
        ]);
        events.iter().map(typed).collect()
    }

    fn state(&self, content: Value, stop_reason: Option<&str>, output_tokens: usize) -> Value {
        let mut state = json!({
            "id": format!("msg_{}", self.request.id),
            "type": "message",
            "role": "assistant",
            "model": self.model,
            "stop_reason": stop_reason,
            "stop_sequence": null,
            "usage": {
                "input_tokens": self.words.input_tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
                "output_tokens": output_tokens,
                "service_tier": "standard",
            },
        });
        state["content"] = content;
        state
    }
}

fn models(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let ids = check::models(request.provider);
    let models: Vec<_> = ids.iter().map(|id| described(id)).collect();
    let page = json!({"data": models, "has_more": false, "first_id": ids.first(), "last_id": ids.last()});
    Ok(SimulatedAnswer::ok(&page))
}

fn model(request: &Request<'_>, id: &str) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let known = check::models(request.provider).iter().any(|known| known == id);
    if known { Ok(SimulatedAnswer::ok(&described(id))) } else { Err(Fault::UnknownModel) }
}

fn described(id: &str) -> Value {
    json!({
        "type": "model",
        "id": id,
        "display_name": id,
        "created_at": "2025-01-01T00:00:00Z",
        "lifecycle": "active",
    })
}

pub(super) fn fault(request: &Request<'_>, fault: &Fault) -> (StatusCode, Value) {
    let kind = match fault {
        Fault::RejectedKey(_) => "authentication_error",
        Fault::RateLimited => "rate_limit_error",
        Fault::ModelListForbidden => "permission_error",
        Fault::UnknownPath | Fault::UnknownModel => "not_found_error",
        Fault::NoCredit | Fault::NotJson | Fault::Missing(_) | Fault::Invalid(_) => "invalid_request_error",
    };
    let (status, message) = match fault {
        Fault::RejectedKey(Some(_)) => (StatusCode::UNAUTHORIZED, "invalid x-api-key".to_owned()),
        Fault::NoCredit => (StatusCode::BAD_REQUEST, "Your credit balance is too low.".to_owned()),
        Fault::Missing(name) => (StatusCode::BAD_REQUEST, format!("{name}: Field required")),
        _ => (fault.status(), fault.message(request)),
    };
    let id = format!("req_{}", request.id);
    (status, json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": id}))
}
