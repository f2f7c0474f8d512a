//! The forms in which a backend calls through the proxy.

use http::Method;
use serde_json::{Value, json};

use crate::{
    client::{Answer, Client},
    sinks::{CHAT, EVENTS, MODELS},
};

/// What is called, and how it is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Form {
    /// `/v1/proxy/openai/v1/chat/completions`.
    Chat,
    /// The same, streaming.
    ChatStream,
    /// `GET /v1/proxy/openai/v1/models`.
    Models,
    /// `/v1/unified`.
    Unified,
    /// The same, streaming.
    UnifiedStream,
}

impl Form {
    pub(crate) const ALL: [Self; 5] =
        [Self::Chat, Self::ChatStream, Self::Models, Self::Unified, Self::UnifiedStream];

    /// One after another.
    pub(crate) const fn in_turn(number: usize) -> Self {
        Self::ALL[number % Self::ALL.len()]
    }

    /// Whether it is byo's own form, and not the provider's.
    pub(crate) const fn is_unified(self) -> bool {
        matches!(self, Self::Unified | Self::UnifiedStream)
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Chat | Self::ChatStream => "/v1/proxy/openai/v1/chat/completions",
            Self::Models => "/v1/proxy/openai/v1/models",
            Self::Unified | Self::UnifiedStream => "/v1/unified",
        }
    }

    pub(crate) fn body(self) -> Option<Value> {
        let messages = json!([{"role": "user", "content": "ping"}]);
        match self {
            Self::Chat => Some(json!({"model": "llama-4", "messages": messages})),
            Self::ChatStream => Some(json!({"model": "llama-4", "messages": messages, "stream": true})),
            Self::Models => None,
            Self::Unified => Some(json!({"provider": "openai", "model": "llama-4", "prompt": "ping"})),
            Self::UnifiedStream => {
                Some(json!({"provider": "openai", "model": "llama-4", "prompt": "ping", "stream": true}))
            }
        }
    }

    /// `answered` when all came that the provider says, the code of byo's refusal, or everything when it is neither.
    pub(crate) fn outcome(self, answer: &Answer) -> String {
        let is_marked = answer.headers.contains_key("x-byo-mode");
        if answer.status.is_success() && is_marked && self.is_whole(answer) {
            return "answered".to_owned();
        }
        let code = if self.is_unified() { &answer.json["code"] } else { &answer.json["error"]["code"] };
        match code.as_str() {
            Some(code) if !answer.status.is_success() => code.to_owned(),
            _ => format!("{answer:?}"),
        }
    }

    fn is_whole(self, answer: &Answer) -> bool {
        match self {
            Self::Chat => answer.text == CHAT,
            Self::ChatStream => answer.text == EVENTS,
            Self::Models => answer.text == MODELS,
            Self::Unified => answer.json["content"] == "pong",
            Self::UnifiedStream => answer.text.contains("pong") && answer.text.contains("event: done"),
        }
    }
}

/// Who calls, and for whom.
#[derive(Clone)]
pub(crate) struct Caller(Vec<(&'static str, String)>);

impl Caller {
    /// A backend with this secret key, for this customer.
    pub(crate) fn of(secret: &str, ref_id: &str) -> Self {
        Self(vec![("authorization", format!("Bearer {secret}")), ("x-byo-ref-id", ref_id.to_owned())])
    }

    /// With a further header.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.0.push((name, value));
        self
    }

    /// Makes the call.
    pub(crate) async fn ask(&self, client: &Client, form: Form) -> Answer {
        self.ask_at(client, form, form.path()).await
    }

    /// The same at this address, which has a query for example.
    pub(crate) async fn ask_at(&self, client: &Client, form: Form, path: &str) -> Answer {
        let body = form.body();
        let method = if body.is_some() { Method::POST } else { Method::GET };
        client.send(method, path, &self.0, body.as_ref()).await
    }
}
