//! Answers for when there is no key at all: from templates, so that a product can be tried before anything is
//! connected. They say what they are.

use super::{FinishReason, UnifiedAnswer, UnifiedCall, UnifiedEvent, default_model};

/// The most characters of the prompt that are repeated.
const MOST_ECHOED: usize = 80;

/// What the answer stands for; there is no model behind it.
const MODE: &str = "demo";

/// `{prompt}` and `{provider}` are filled in.
const TEMPLATES: &[&str] = &[
    "This is a demo answer: no key is connected yet, so no model was asked. You wrote: “{prompt}”. Connect a \
     key for {provider} and this becomes a real answer.",
    "Hello! I am a demo and not a model. I was asked “{prompt}”, and {provider} will answer that as soon as a key is \
     connected.",
    "Demo mode: “{prompt}” arrived here and went no further. With a key for {provider} connected, the answer comes \
     from the model itself.",
    "A template wrote this demo answer. Your words, “{prompt}”, would have gone to {provider}; connect a key to hear \
     what it says.",
];

/// The same request has the same answer every time.
#[must_use]
pub fn answer(call: &UnifiedCall) -> UnifiedAnswer {
    UnifiedAnswer {
        content: text(call),
        provider: call.provider,
        model: model(call),
        mode: MODE,
        usage: None, // nobody counted
        finish_reason: FinishReason::Stop,
    }
}

/// The same answer, word by word.
#[must_use]
pub fn events(call: &UnifiedCall) -> Vec<UnifiedEvent> {
    let text = text(call);
    let words = text.split_inclusive(' ').map(|word| UnifiedEvent::Delta { content: word.to_owned() });
    let done = UnifiedEvent::Done {
        provider: call.provider,
        model: model(call),
        mode: MODE,
        usage: None,
        finish_reason: FinishReason::Stop,
    };
    words.chain([done]).collect()
}

fn model(call: &UnifiedCall) -> String {
    call.model.clone().unwrap_or_else(|| default_model(call.provider).unwrap_or(MODE).to_owned())
}

fn text(call: &UnifiedCall) -> String {
    let prompt = call.prompt();
    let choice = crc32fast::hash(prompt.as_bytes()) as usize % TEMPLATES.len();
    // The prompt last: it may hold the other's name.
    TEMPLATES[choice].replace("{provider}", call.provider.label()).replace("{prompt}", &echo(prompt))
}

/// The prompt's beginning on one line.
fn echo(prompt: &str) -> String {
    let visible = prompt.split(|character: char| character.is_whitespace() || character.is_control());
    let line = visible.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_ECHOED) {
        None => line,
        Some(_) => line.chars().take(MOST_ECHOED - 1).chain(['…']).collect(),
    }
}
