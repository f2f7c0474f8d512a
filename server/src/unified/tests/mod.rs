//! Every provider both ways, in the shapes that it documents.

mod answers;
mod demo;
mod hostile;
mod outgoing;
mod request;
mod sse;
mod streams;

use byo_seal::{AzureConfig, ProviderConfig, ProviderId, WireApi};
use serde_json::{Value, json};

use super::*;
use crate::domain::Invalid;

/// What every fixture's answer says, over several pieces: more than one byte a character, and a line break.
const CONTENT: &str = "Hello, wörld! 👋\nBye.";
const USAGE: UnifiedUsage = UnifiedUsage { input_tokens: 11, output_tokens: 7 };

/// One way of calling one provider, and what it answers.
struct Case {
    provider: ProviderId,
    config: ProviderConfig,
    whole: &'static str,
    stream: &'static str,
    /// What the provider calls its model.
    model: &'static str,
}

macro_rules! case {
    ($provider:ident, $config:expr, $file:literal, $model:literal) => {
        Case {
            provider: ProviderId::$provider,
            config: $config,
            whole: include_str!(concat!("../fixtures/", $file, ".json")),
            stream: include_str!(concat!("../fixtures/", $file, ".sse")),
            model: $model,
        }
    };
}

fn cases() -> Vec<Case> {
    let usual = ProviderConfig::default;
    vec![
        case!(Openai, usual(), "openai", "gpt-4.1-mini-2025-04-14"),
        case!(Openai, responses(), "responses", "gpt-4.1-mini-2025-04-14"),
        case!(Anthropic, usual(), "anthropic", "claude-sonnet-4-5-20250929"),
        case!(Google, usual(), "google", "gemini-2.5-flash"),
        case!(Azure, azure("2024-10-21"), "azure", "gpt-4.1-2025-04-14"),
        case!(Deepseek, usual(), "deepseek", "deepseek-chat"),
        case!(Mistral, usual(), "mistral", "mistral-large-latest"),
        case!(Groq, usual(), "groq", "llama-3.3-70b-versatile"),
        case!(Openrouter, usual(), "openrouter", "openai/gpt-4.1"),
        case!(Together, usual(), "together", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
        case!(Xai, usual(), "xai", "grok-4-0709"),
        case!(Cohere, usual(), "cohere", "asked-for"),
        case!(Ollama, usual(), "ollama", "llama3.2:latest"),
    ]
}

impl Case {
    fn served(&self) -> Served {
        let wire = Wire::of(self.provider, &self.config);
        Served { wire, provider: self.provider, model: "asked-for".to_owned(), mode: "byok" }
    }

    fn name(&self) -> String {
        format!("{} over {:?}", self.provider, self.served().wire)
    }

    fn read(&self, stream: &[u8]) -> (Vec<UnifiedEvent>, Result<UnifiedEvent, Cut>) {
        read(self.served(), &split(stream).0)
    }
}

fn responses() -> ProviderConfig {
    ProviderConfig { wire_api: Some(WireApi::Responses), ..ProviderConfig::default() }
}

fn azure(version: &str) -> ProviderConfig {
    let azure = AzureConfig { api_version: version.to_owned(), deployment: Some("chat-prod".to_owned()) };
    let base_url = Some("https://acme.openai.azure.com".to_owned());
    ProviderConfig { azure: Some(azure), base_url, ..ProviderConfig::default() }
}

fn at(base_url: &str) -> ProviderConfig {
    ProviderConfig { base_url: Some(base_url.to_owned()), ..ProviderConfig::default() }
}

fn checked(request: Value) -> Result<UnifiedCall, Vec<Invalid>> {
    serde_json::from_value::<UnifiedRequest>(request).expect("of the right types").checked()
}

fn call(request: Value) -> UnifiedCall {
    checked(request).expect("a request in order")
}

fn ask(provider: ProviderId) -> UnifiedCall {
    call(json!({"provider": provider, "prompt": "Hello?", "model": "asked-for"}))
}

/// The whole events of a stream, blank lines included, and what is left over.
fn split(stream: &[u8]) -> (Vec<&[u8]>, &[u8]) {
    let (mut events, mut rest) = (Vec::new(), stream);
    while let Some(end) = event_end(rest) {
        let (event, after) = rest.split_at(end);
        events.push(event);
        rest = after;
    }
    (events, rest)
}

fn event_end(bytes: &[u8]) -> Option<usize> {
    let ends =
        |end: &[u8]| bytes.windows(end.len()).position(|window| window == end).map(|at| at + end.len());
    [ends(b"\n\n"), ends(b"\r\n\r\n")].into_iter().flatten().min()
}

fn read(served: Served, events: &[&[u8]]) -> (Vec<UnifiedEvent>, Result<UnifiedEvent, Cut>) {
    let mut reader = StreamReader::new(served);
    let given = events.iter().flat_map(|event| reader.event(event)).collect();
    (given, reader.finish())
}

fn text_of(events: &[UnifiedEvent]) -> String {
    let texts = events.iter().map(|event| match event {
        UnifiedEvent::Delta { content } => content.as_str(),
        other => panic!("no delta: {other:?}"),
    });
    texts.collect()
}
