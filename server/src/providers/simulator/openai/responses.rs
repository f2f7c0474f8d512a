//! `POST /responses`, <https://platform.openai.com/docs/api-reference/responses>.

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::{
    fault::Fault,
    reply::{SimulatedAnswer, typed},
    request::{Request, messages},
    words::{Prompt, Words},
};

pub(super) fn answer(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    let model = request.model(&body)?;
    let prompt = match &body["input"] {
        text @ Value::String(_) => Prompt::of_text(text),
        _ => Prompt::of_messages(messages(&body, "input")?),
    };
    let words = prompt.and(&body["instructions"]).answered_by(request.voice);
    let response = Response { request, model, instructions: &body["instructions"], words: &words };
    Ok(if body["stream"] == true {
        SimulatedAnswer::events(response.events())
    } else {
        SimulatedAnswer::ok(&response.completed())
    })
}

struct Response<'a> {
    request: &'a Request<'a>,
    model: &'a str,
    instructions: &'a Value,
    words: &'a Words,
}

impl Response<'_> {
    fn completed(&self) -> Value {
        self.state("completed", json!([self.message("completed", json!([self.text_part(&self.words.text)]))]))
    }

    fn events(&self) -> Vec<Bytes> {
        let text = &self.words.text;
        let begun = || self.state("in_progress", json!([]));
        let mut events = vec![
            json!({"type": "response.created", "response": begun()}),
            json!({"type": "response.in_progress", "response": begun()}),
            json!({
                "type": "response.output_item.added",
                "output_index": 0,
                "item": self.message("in_progress", json!([])),
            }),
            self.in_part("response.content_part.added", "part", self.text_part("")),
        ];
        events.extend(self.words.pieces().map(|piece| self.in_text("delta", piece)));
        events.extend([
            self.in_text("done", text),
            self.in_part("response.content_part.done", "part", self.text_part(text)),
            json!({
                "type": "response.output_item.done",
                "output_index": 0,
                "item": self.message("completed", json!([self.text_part(text)])),
            }),
            json!({"type": "response.completed", "response": self.completed()}),
        ]);
        let numbered = events.into_iter().enumerate().map(|(number, mut event)| {
            event["sequence_number"] = number.into();
            typed(&event)
        });
        numbered.collect()
    }

    /// `response.output_text.delta` with a `delta`, `response.output_text.done` with the `text`.
    fn in_text(&self, kind: &str, text: &str) -> Value {
        let member = if kind == "delta" { "delta" } else { "text" };
        let mut event = self.in_part(&format!("response.output_text.{kind}"), member, text.into());
        event["logprobs"] = json!([]);
        event
    }

    fn in_part(&self, kind: &str, member: &str, value: Value) -> Value {
        let mut event =
            json!({"type": kind, "item_id": self.message_id(), "output_index": 0, "content_index": 0});
        event[member] = value;
        event
    }

    fn text_part(&self, text: &str) -> Value {
        json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
    }

    fn message(&self, status: &str, content: Value) -> Value {
        let mut message =
            json!({"type": "message", "id": self.message_id(), "status": status, "role": "assistant"});
        message["content"] = content;
        message
    }

    fn message_id(&self) -> String {
        format!("msg_{}", self.request.id)
    }

    fn state(&self, status: &str, output: Value) -> Value {
        let done = status == "completed";
        let mut state = json!({
            "id": format!("resp_{}", self.request.id),
            "object": "response",
            "created_at": self.request.unix_seconds,
            "completed_at": done.then_some(self.request.unix_seconds),
            "status": status,
            "background": false,
            "error": null,
            "incomplete_details": null,
            "instructions": self.instructions,
            "max_output_tokens": null,
            "metadata": {},
            "model": self.model,
            "parallel_tool_calls": true,
            "previous_response_id": null,
            "reasoning": {"effort": null, "summary": null},
            "service_tier": "default",
            "store": false,
            "temperature": 1.0,
            "text": {"format": {"type": "text"}},
            "tool_choice": "auto",
            "tools": [],
            "top_p": 1.0,
            "truncation": "disabled",
            "usage": done.then(|| self.usage()),
            "user": null,
        });
        state["output"] = output;
        state
    }

    fn usage(&self) -> Value {
        json!({
            "input_tokens": self.words.input_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": self.words.output_tokens,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": self.words.total_tokens(),
        })
    }
}
