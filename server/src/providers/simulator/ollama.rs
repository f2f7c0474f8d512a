//! Ollama's own API, <https://docs.ollama.com/api>. It streams lines of JSON unless told not to.

use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};

use super::{
    check,
    fault::Fault,
    reply::SimulatedAnswer,
    request::{Request, messages},
    words::{Prompt, Words},
};

pub(super) fn answer(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let (method, path) = request.call();
    match (method, path.as_slice()) {
        ("POST", ["api", "chat"]) => {
            let body = request.paid_body()?;
            let prompt = Prompt::of_messages(messages(&body, "messages")?);
            speak(request, &body, &prompt, |text| ("message", json!({"role": "assistant", "content": text})))
        }
        ("POST", ["api", "generate"]) => {
            let body = request.paid_body()?;
            let prompt = match &body["prompt"] {
                text @ Value::String(_) => Prompt::of_text(text).and(&body["system"]),
                Value::Null => return Err(Fault::Missing("prompt")),
                _ => return Err(Fault::Invalid("prompt")),
            };
            speak(request, &body, &prompt, |text| ("response", text.into()))
        }
        ("GET", ["api", "tags"]) => models(request),
        ("GET", ["api", "version"]) => Ok(SimulatedAnswer::ok(&json!({"version": "0.0.0-byo-simulator"}))),
        _ => Err(Fault::UnknownPath),
    }
}

/// `carried` puts a piece of text where the call's answers have it.
fn speak(
    request: &Request<'_>,
    body: &Value,
    prompt: &Prompt,
    carried: impl Fn(&str) -> (&'static str, Value),
) -> Result<SimulatedAnswer, Fault> {
    let words = prompt.answered_by(request.voice);
    let model = request.model(body)?;
    let part = |text: &str| {
        let mut part = json!({"model": model, "created_at": moment(request), "done": false});
        let (name, value) = carried(text);
        part[name] = value;
        part
    };
    if body["stream"] == false {
        return Ok(SimulatedAnswer::ok(&finished(part(&words.text), &words)));
    }
    let line = |part: &Value| Bytes::from(format!("{part}\n"));
    let mut lines: Vec<_> = words.pieces().map(|piece| line(&part(piece))).collect();
    lines.push(line(&finished(part(""), &words)));
    Ok(SimulatedAnswer::stream("application/x-ndjson", lines))
}

/// The last part tells what it took, in nanoseconds and tokens.
fn finished(mut part: Value, words: &Words) -> Value {
    let told = [
        ("done", Value::Bool(true)),
        ("done_reason", "stop".into()),
        ("total_duration", 3_000_000.into()),
        ("load_duration", 1_000_000.into()),
        ("prompt_eval_count", words.input_tokens.into()),
        ("prompt_eval_duration", 1_000_000.into()),
        ("eval_count", words.output_tokens.into()),
        ("eval_duration", 1_000_000.into()),
    ];
    for (name, value) in told {
        part[name] = value;
    }
    part
}

fn moment(request: &Request<'_>) -> String {
    jiff::Timestamp::from_second(request.unix_seconds).unwrap_or_default().to_string()
}

fn models(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let described = |id: &String| {
        json!({
            "name": id,
            "model": id,
            "modified_at": "2025-01-01T00:00:00Z",
            "size": 0,
            "digest": "0".repeat(64),
            "details": {
                "parent_model": "",
                "format": "gguf",
                "family": "byo",
                "families": ["byo"],
                "parameter_size": "0B",
                "quantization_level": "Q4_0",
            },
        })
    };
    let models: Vec<_> = check::models(request.provider).iter().map(described).collect();
    Ok(SimulatedAnswer::ok(&json!({"models": models})))
}

pub(super) fn fault(request: &Request<'_>, fault: &Fault) -> (StatusCode, Value) {
    let status = match fault {
        Fault::NoCredit => StatusCode::PAYMENT_REQUIRED,
        _ => fault.status(),
    };
    (status, json!({"error": fault.message(request)}))
}
