//! Google's Gemini API, <https://ai.google.dev/api>.

use bytes::Bytes;
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    check,
    fault::Fault,
    reply::SimulatedAnswer,
    request::{Request, messages},
    vector,
    words::{Prompt, Words},
};

const DIMENSIONS: usize = 3072;

pub(super) fn answer(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let (method, path) = request.call();
    match (method, path.as_slice()) {
        ("GET", ["v1" | "v1beta", "models"]) => models(request),
        ("GET", ["v1" | "v1beta", "models", id]) => model(request, id),
        ("POST", ["v1" | "v1beta", "models", call]) => match call.split_once(':') {
            Some((model, "generateContent")) => Ok(SimulatedAnswer::ok(&generation(request, model)?.whole())),
            Some((model, "streamGenerateContent")) => Ok(stream(request, &generation(request, model)?)),
            Some((_, "countTokens")) => count(request),
            Some((_, "embedContent")) => embed(request),
            Some((_, "batchEmbedContents")) => embed_many(request),
            _ => Err(Fault::UnknownPath),
        },
        _ => Err(Fault::UnknownPath),
    }
}

struct Generation<'a> {
    request: &'a Request<'a>,
    model: &'a str,
    words: Words,
}

fn generation<'a>(request: &'a Request<'a>, model: &'a str) -> Result<Generation<'a>, Fault> {
    let words = prompt(&request.paid_body()?)?.answered_by(request.voice);
    Ok(Generation { request, model, words })
}

fn prompt(body: &Value) -> Result<Prompt, Fault> {
    let contents = messages(body, "contents")?;
    // Google reads both spellings.
    Ok(Prompt::of_messages(contents).and(&body["systemInstruction"]).and(&body["system_instruction"]))
}

impl Generation<'_> {
    fn whole(&self) -> Value {
        self.part(&self.words.text, true)
    }

    fn parts(&self) -> Vec<Value> {
        let pieces: Vec<_> = self.words.pieces().collect();
        let last = pieces.len().saturating_sub(1);
        pieces.iter().enumerate().map(|(at, piece)| self.part(piece, at == last)).collect()
    }

    /// Every part counts the prompt; the answer is counted when it is all there.
    fn part(&self, text: &str, is_last: bool) -> Value {
        let prompt = self.words.input_tokens;
        let mut candidate = json!({"content": {"parts": [{"text": text}], "role": "model"}, "index": 0});
        let mut usage = json!({
            "promptTokenCount": prompt,
            "totalTokenCount": prompt,
            "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt}],
        });
        if is_last {
            candidate["finishReason"] = "STOP".into();
            usage["candidatesTokenCount"] = self.words.output_tokens.into();
            usage["totalTokenCount"] = self.words.total_tokens().into();
        }
        json!({
            "candidates": [candidate],
            "usageMetadata": usage,
            "modelVersion": self.model,
            "responseId": self.request.id,
        })
    }
}

/// Events when the query asks for them, which every official client does; else one array that grows.
fn stream(request: &Request<'_>, generation: &Generation<'_>) -> SimulatedAnswer {
    let parts = generation.parts();
    if request.asks("alt", "sse") {
        // Google ends its lines with both characters.
        let event = |part: &Value| Bytes::from(format!("data: {part}\r\n\r\n"));
        return SimulatedAnswer::stream("text/event-stream", parts.iter().map(event).collect());
    }
    let piece = |(at, part): (usize, &Value)| {
        Bytes::from(if at == 0 { format!("[{part}") } else { format!(",\r\n{part}") })
    };
    let mut pieces: Vec<_> = parts.iter().enumerate().map(piece).collect();
    pieces.push(Bytes::from_static(b"]"));
    SimulatedAnswer::stream("application/json; charset=UTF-8", pieces)
}

fn count(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    let counted = body.get("generateContentRequest").unwrap_or(&body);
    let tokens = prompt(counted)?.tokens();
    let details = json!([{"modality": "TEXT", "tokenCount": tokens}]);
    Ok(SimulatedAnswer::ok(&json!({"totalTokens": tokens, "promptTokensDetails": details})))
}

#[derive(Serialize)]
struct Embedding {
    values: Vec<f32>,
}

#[derive(Serialize)]
struct Embedded {
    embedding: Embedding,
}

#[derive(Serialize)]
struct EmbeddedMany {
    embeddings: Vec<Embedding>,
}

fn embed(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    Ok(SimulatedAnswer::ok(&Embedded { embedding: embedding(&body, 1)? }))
}

fn embed_many(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    let requests = messages(&body, "requests")?;
    let embeddings = requests.iter().map(|request| embedding(request, requests.len()));
    Ok(SimulatedAnswer::ok(&EmbeddedMany { embeddings: embeddings.collect::<Result<_, _>>()? }))
}

fn embedding(body: &Value, inputs: usize) -> Result<Embedding, Fault> {
    let content = body.get("content").ok_or(Fault::Missing("content"))?;
    let dimensions = vector::dimensions(body, "outputDimensionality", DIMENSIONS, inputs)?;
    Ok(Embedding { values: vector::of(&content["parts"], dimensions) })
}

fn models(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let models: Vec<_> = check::models(request.provider).iter().map(|id| described(id)).collect();
    Ok(SimulatedAnswer::ok(&json!({"models": models})))
}

fn model(request: &Request<'_>, id: &str) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let known = check::models(request.provider).iter().any(|known| known == id);
    if known { Ok(SimulatedAnswer::ok(&described(id))) } else { Err(Fault::UnknownModel) }
}

fn described(id: &str) -> Value {
    let methods: &[&str] = if id.contains("embedding") {
        &["embedContent", "batchEmbedContents"]
    } else {
        &["generateContent", "streamGenerateContent", "countTokens"]
    };
    json!({
        "name": format!("models/{id}"),
        "version": "001",
        "displayName": id,
        "description": "Simulated by byo's test environment",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": methods,
    })
}

pub(super) fn fault(request: &Request<'_>, fault: &Fault) -> (StatusCode, Value) {
    // Google calls a wrong key a wrong argument.
    let status = match fault {
        Fault::RejectedKey(_) => StatusCode::BAD_REQUEST,
        _ => fault.status(),
    };
    let name = match fault {
        Fault::RejectedKey(_) | Fault::NotJson | Fault::Missing(_) | Fault::Invalid(_) => "INVALID_ARGUMENT",
        Fault::RateLimited | Fault::NoCredit => "RESOURCE_EXHAUSTED",
        Fault::ModelListForbidden => "PERMISSION_DENIED",
        Fault::UnknownPath | Fault::UnknownModel => "NOT_FOUND",
    };
    let message = match fault {
        Fault::RejectedKey(Some(_)) => "API key not valid. Please pass a valid API key.".to_owned(),
        _ => fault.message(request),
    };
    let mut error = json!({"code": status.as_u16(), "message": message, "status": name});
    if let Some(details) = details(fault) {
        error["details"] = details;
    }
    (status, json!({"error": error}))
}

/// What tells apart the errors that share a status.
fn details(fault: &Fault) -> Option<Value> {
    Some(match fault {
        Fault::RejectedKey(_) => json!([{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        }]),
        Fault::RateLimited => json!([
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}],
            },
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"},
        ]),
        _ => return None,
    })
}
