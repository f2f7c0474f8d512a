//! `POST /chat/completions`, <https://platform.openai.com/docs/api-reference/chat>.

use byo_seal::ProviderId;
use bytes::Bytes;
use serde_json::{Value, json};

use super::super::{
    fault::Fault,
    reply::{SimulatedAnswer, data},
    request::{Request, messages},
    words::{Prompt, Words},
};

pub(super) fn answer(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    let model = request.model(&body)?;
    let words = Prompt::of_messages(messages(&body, "messages")?).answered_by(request.voice);
    let chat = Chat { request, model, words: &words };
    Ok(if body["stream"] == true {
        // Some send it unasked.
        let unasked = matches!(
            request.provider,
            ProviderId::Groq | ProviderId::Mistral | ProviderId::Openrouter | ProviderId::Together
        );
        SimulatedAnswer::events(chat.events(unasked || body["stream_options"]["include_usage"] == true))
    } else {
        SimulatedAnswer::ok(&chat.whole())
    })
}

struct Chat<'a> {
    request: &'a Request<'a>,
    model: &'a str,
    words: &'a Words,
}

impl Chat<'_> {
    fn whole(&self) -> Value {
        let message =
            json!({"role": "assistant", "content": self.words.text, "refusal": null, "annotations": []});
        let choice = json!({"index": 0, "message": message, "logprobs": null, "finish_reason": "stop"});
        let mut whole = self.part("chat.completion", json!([choice]));
        whole["usage"] = self.usage();
        whole
    }

    fn events(&self, with_usage: bool) -> Vec<Bytes> {
        let chunk = |choices, usage| {
            let mut chunk = self.part("chat.completion.chunk", choices);
            if with_usage {
                chunk["usage"] = usage;
            }
            data(&chunk)
        };
        let delta = |delta: Value, finish_reason: Option<&str>| {
            let choice =
                json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason});
            chunk(json!([choice]), Value::Null)
        };
        let mut events = vec![delta(json!({"role": "assistant", "content": "", "refusal": null}), None)];
        events.extend(self.words.pieces().map(|piece| delta(json!({"content": piece}), None)));
        events.push(delta(json!({}), Some("stop")));
        if with_usage {
            events.push(chunk(json!([]), self.usage()));
        }
        events.push(Bytes::from_static(b"data: [DONE]\n\n"));
        events
    }

    /// What the whole answer and every chunk begin with.
    fn part(&self, object: &str, choices: Value) -> Value {
        let mut part = json!({
            "id": format!("chatcmpl-{}", self.request.id),
            "object": object,
            "created": self.request.unix_seconds,
            "model": self.model,
            "service_tier": "default",
            "system_fingerprint": "fp_byo_simulated",
        });
        part["choices"] = choices;
        part
    }

    fn usage(&self) -> Value {
        json!({
            "prompt_tokens": self.words.input_tokens,
            "completion_tokens": self.words.output_tokens,
            "total_tokens": self.words.total_tokens(),
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        })
    }
}
