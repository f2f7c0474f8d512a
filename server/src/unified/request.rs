//! What callers send, and what is left of it once it is checked.

use byo_seal::ProviderId;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::domain::Invalid;

/// One request over any provider.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UnifiedRequest {
    /// The provider's name.
    #[schema(example = "anthropic")]
    provider: String,
    /// What to ask; or give `messages`.
    #[schema(example = "Say hello in five words.")]
    prompt: Option<String>,
    /// The conversation so far, ending with what the user says; or give `prompt`.
    #[schema(value_type = Option<Vec<Object>>, example = json!([{"role": "user", "content": "Hello"}]))]
    messages: Option<Vec<Value>>,
    /// Instructions that stand before the conversation.
    system: Option<String>,
    /// The provider's name for the model, for Azure the deployment. Without one, a current model of the provider's.
    model: Option<String>,
    /// The most tokens the answer may have.
    max_tokens: Option<u64>,
    /// The same as `maxTokens`; give one of them.
    #[serde(rename = "max_tokens")]
    max_tokens_in_snake_case: Option<u64>,
    /// 0 to 2; Anthropic takes at most 1.
    temperature: Option<f64>,
    /// 0 to 1.
    top_p: Option<f64>,
    /// Where the answer ends: a text, or up to four.
    #[schema(value_type = Option<Object>)]
    stop: Option<Value>,
    /// Whether the answer comes piece by piece, as server-sent events.
    stream: Option<bool>,
}

/// A request that is in order, as far as can be said without knowing where it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct UnifiedCall {
    /// Who is asked.
    pub provider: ProviderId,
    /// The model asked for; see [`default_model`](super::default_model) for when there is none.
    pub model: Option<String>,
    /// At least one; the last is the user's.
    pub messages: Vec<Message>,
    /// The most tokens the answer may have.
    pub max_tokens: Option<u64>,
    /// 0 to 2.
    pub temperature: Option<f64>,
    /// 0 to 1.
    pub top_p: Option<f64>,
    /// At most four, none of them empty.
    pub stop: Vec<String>,
    /// Whether the answer comes piece by piece.
    pub stream: bool,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Whose words.
    pub role: Role,
    /// Not blank.
    pub text: String,
}

/// Whose words a message holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The product's instructions.
    System,
    /// The customer.
    User,
    /// The model, earlier.
    Assistant,
}

impl Role {
    /// Its name on most wires.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// No provider gives this many tokens to one answer; more is a mistake in the unit.
const MOST_TOKENS: u64 = 10_000_000;
const LONGEST_MODEL: usize = 200;
/// What OpenAI takes; the others take as many or more.
const MOST_STOPS: usize = 4;
/// A request with more faults than this is told of these.
const MOST_FAULTS: usize = 16;

impl UnifiedRequest {
    /// Checks everything, so that every fault is told at once.
    ///
    /// # Errors
    /// One entry a fault. What was sent is not repeated.
    pub fn checked(self) -> Result<UnifiedCall, Vec<Invalid>> {
        let mut faults = Vec::new();
        let provider = self.provider.parse::<ProviderId>().ok();
        if provider.is_none() {
            let known: Vec<_> = ProviderId::ALL.iter().map(|id| id.as_str()).collect();
            faults.push(Invalid::new("provider", format!("must be one of {}", known.join(", "))));
        }
        if self.model.as_deref().is_some_and(|model| !is_model(model)) {
            let message = format!("must be 1 to {LONGEST_MODEL} visible ASCII characters without spaces");
            faults.push(Invalid::new("model", message));
        }
        let messages = conversation(self.prompt, self.messages, self.system, &mut faults);
        let max_tokens = max_tokens(self.max_tokens, self.max_tokens_in_snake_case, &mut faults);
        check_range("temperature", self.temperature, 2, &mut faults);
        check_range("topP", self.top_p, 1, &mut faults);
        let stop = stops(self.stop, &mut faults);
        let (Some(provider), true) = (provider, faults.is_empty()) else {
            faults.truncate(MOST_FAULTS);
            return Err(faults);
        };
        Ok(UnifiedCall {
            provider,
            model: self.model,
            messages,
            max_tokens,
            temperature: self.temperature,
            top_p: self.top_p,
            stop,
            stream: self.stream.unwrap_or(false),
        })
    }
}

impl UnifiedCall {
    /// What the user said last.
    #[must_use]
    pub fn prompt(&self) -> &str {
        self.messages.last().map_or("", |message| message.text.as_str())
    }

    /// The instructions, wherever they stood, and the turns between user and assistant. Turns of one side that follow
    /// each other become one, for providers that want them to alternate.
    pub(super) fn instructions_and_turns(&self) -> (Option<String>, Vec<Message>) {
        let mut instructions: Option<String> = None;
        let mut turns: Vec<Message> = Vec::new();
        for message in &self.messages {
            let before = match message.role {
                Role::System => instructions.as_mut(),
                role => turns.last_mut().filter(|last| last.role == role).map(|last| &mut last.text),
            };
            match (before, message.role) {
                (Some(text), _) => append(text, &message.text),
                (None, Role::System) => instructions = Some(message.text.clone()),
                (None, _) => turns.push(message.clone()),
            }
        }
        (instructions, turns)
    }
}

/// As a new paragraph, since it was a message of its own.
fn append(text: &mut String, more: &str) {
    text.push_str("\n\n");
    text.push_str(more);
}

fn conversation(
    prompt: Option<String>,
    messages: Option<Vec<Value>>,
    system: Option<String>,
    faults: &mut Vec<Invalid>,
) -> Vec<Message> {
    let mut all = Vec::new();
    if let Some(text) = system {
        if text.trim().is_empty() {
            faults.push(Invalid::new("system", "must hold text, or be left out"));
        }
        all.push(Message { role: Role::System, text });
    }
    match (prompt, messages) {
        (Some(text), None) => {
            if text.trim().is_empty() {
                faults.push(Invalid::new("prompt", "must hold text"));
            }
            all.push(Message { role: Role::User, text });
        }
        (None, Some(messages)) => read_messages(messages, &mut all, faults),
        (None, None) => faults.push(Invalid::new("prompt", "is missing; give prompt or messages")),
        (Some(_), Some(_)) => {
            faults.push(Invalid::new("prompt", "must be left out when messages is given"));
        }
    }
    all
}

fn read_messages(messages: Vec<Value>, all: &mut Vec<Message>, faults: &mut Vec<Invalid>) {
    let before = faults.len();
    let count = messages.len();
    for (index, message) in messages.into_iter().enumerate() {
        match read_message(message) {
            Ok(message) => all.push(message),
            Err((field, what)) => faults.push(Invalid::new(field, format!("{what} (message {})", index + 1))),
        }
        if faults.len() - before >= MOST_FAULTS {
            return;
        }
    }
    if count == 0 {
        faults.push(Invalid::new("messages", "must hold at least one message"));
    } else if faults.len() == before && all.last().is_none_or(|last| last.role != Role::User) {
        faults.push(Invalid::new("messages", "must end with a message of role user"));
    }
}

fn read_message(message: Value) -> Result<Message, (&'static str, &'static str)> {
    let Value::Object(mut members) = message else {
        return Err(("messages[]", "must be an object with role and content"));
    };
    let role = match members.remove("role") {
        Some(Value::String(role)) => {
            [Role::System, Role::User, Role::Assistant].into_iter().find(|known| known.as_str() == role)
        }
        _ => None,
    };
    let Some(role) = role else {
        return Err(("messages[].role", "must be system, user or assistant"));
    };
    let content = members.remove("content").unwrap_or_default();
    if !members.is_empty() {
        return Err(("messages[]", "may hold role and content only; tools and names are not taken here"));
    }
    let text = read_content(content).ok_or((
        "messages[].content",
        "must be a string, or an array of {\"type\": \"text\", \"text\": \"…\"}; images, files and audio are not \
         taken here",
    ))?;
    if text.trim().is_empty() {
        return Err(("messages[].content", "must hold text"));
    }
    Ok(Message { role, text })
}

/// The parts of one message are one text, put together as they are.
fn read_content(content: Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text),
        Value::Array(parts) => parts.into_iter().map(read_part).collect(),
        _ => None,
    }
}

fn read_part(part: Value) -> Option<String> {
    let Value::Object(mut members) = part else { return None };
    match (members.remove("type"), members.remove("text"), members.is_empty()) {
        (Some(Value::String(kind)), Some(Value::String(text)), true) if kind == "text" => Some(text),
        _ => None,
    }
}

fn max_tokens(camel: Option<u64>, snake: Option<u64>, faults: &mut Vec<Invalid>) -> Option<u64> {
    if camel.is_some() && snake.is_some() {
        faults.push(Invalid::new("max_tokens", "must be left out when maxTokens is given"));
    }
    let (field, value) = if camel.is_some() { ("maxTokens", camel) } else { ("max_tokens", snake) };
    if value.is_some_and(|value| !(1..=MOST_TOKENS).contains(&value)) {
        faults.push(Invalid::new(field, format!("must be between 1 and {MOST_TOKENS}")));
    }
    value
}

fn check_range(field: &'static str, value: Option<f64>, most: u8, faults: &mut Vec<Invalid>) {
    if value.is_some_and(|value| !(0.0..=f64::from(most)).contains(&value)) {
        faults.push(Invalid::new(field, format!("must be between 0 and {most}")));
    }
}

fn stops(stop: Option<Value>, faults: &mut Vec<Invalid>) -> Vec<String> {
    let texts = match stop {
        None => Some(Vec::new()),
        Some(Value::String(text)) => Some(vec![text]),
        Some(Value::Array(texts)) => texts.into_iter().map(into_text).collect(),
        Some(_) => None,
    };
    match texts {
        Some(texts) if texts.len() <= MOST_STOPS && texts.iter().all(|text| !text.is_empty()) => texts,
        _ => {
            let message = format!("must be a text, or an array of at most {MOST_STOPS}, none of them empty");
            faults.push(Invalid::new("stop", message));
            Vec::new()
        }
    }
}

fn into_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn is_model(model: &str) -> bool {
    (1..=LONGEST_MODEL).contains(&model.len()) && model.bytes().all(|byte| byte.is_ascii_graphic())
}
