//! `POST /embeddings`, <https://platform.openai.com/docs/api-reference/embeddings>.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;
use serde_json::{Value, json};

use super::super::{fault::Fault, reply::SimulatedAnswer, request::Request, vector, words::Prompt};

/// Written straight to text: as [`Value`]s a large answer would take many times its size.
#[derive(Serialize)]
struct List<'a> {
    object: &'static str,
    data: Vec<Embedding>,
    model: &'a str,
    usage: Value,
}

#[derive(Serialize)]
struct Embedding {
    object: &'static str,
    index: usize,
    embedding: Numbers,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Numbers {
    Plain(Vec<f32>),
    /// Little-endian, which is what official clients ask for unless told otherwise.
    Base64(String),
}

pub(super) fn answer(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let body = request.paid_body()?;
    let model = request.model(&body)?;
    let inputs = inputs(&body["input"])?;
    let default = if model.contains("large") { 3072 } else { 1536 };
    let dimensions = vector::dimensions(&body, "dimensions", default, inputs.len())?;
    let in_base64 = body["encoding_format"] == "base64";
    let embedding = |(index, input): (usize, &&Value)| {
        let numbers = vector::of(input, dimensions);
        let embedding = if in_base64 { Numbers::Base64(base64(&numbers)) } else { Numbers::Plain(numbers) };
        Embedding { object: "embedding", index, embedding }
    };
    let tokens: usize = inputs.iter().map(|input| tokens(input)).sum();
    Ok(SimulatedAnswer::ok(&List {
        object: "list",
        data: inputs.iter().enumerate().map(embedding).collect(),
        model,
        usage: json!({"prompt_tokens": tokens, "total_tokens": tokens}),
    }))
}

/// A text, or the numbers of its tokens, or a list of either.
fn inputs(input: &Value) -> Result<Vec<&Value>, Fault> {
    let is_input = |value: &Value| match value {
        Value::String(text) => !text.is_empty(),
        value => is_tokens(value),
    };
    match input {
        Value::Null => Err(Fault::Missing("input")),
        one if is_input(one) => Ok(vec![one]),
        Value::Array(many) if !many.is_empty() && many.iter().all(is_input) => Ok(many.iter().collect()),
        _ => Err(Fault::Invalid("input")),
    }
}

fn is_tokens(value: &Value) -> bool {
    value.as_array().is_some_and(|tokens| !tokens.is_empty() && tokens.iter().all(Value::is_u64))
}

fn tokens(input: &Value) -> usize {
    match input {
        Value::Array(tokens) => tokens.len(),
        text => Prompt::of_text(text).tokens(),
    }
}

fn base64(numbers: &[f32]) -> String {
    STANDARD.encode(numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>())
}
