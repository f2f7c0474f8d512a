//! What is said: the same words for the same prompt, whatever the shape, whole or streamed.

use serde_json::Value;

use super::request::Voice;

/// Most characters of the user's that are repeated.
const MAX_REPEATED: usize = 200;
/// How long a token is, roughly.
const CHARACTERS_PER_TOKEN: usize = 4;

/// An answer's text and what it is said to cost.
pub(super) struct Words {
    pub(super) text: String,
    pub(super) input_tokens: usize,
    pub(super) output_tokens: usize,
}

impl Words {
    pub(super) fn total_tokens(&self) -> usize {
        self.input_tokens + self.output_tokens
    }

    /// The text in the pieces it is streamed in.
    pub(super) fn pieces(&self) -> impl Iterator<Item = &str> {
        self.text.split_inclusive(' ')
    }
}

/// What the answer is made of.
#[derive(Default)]
pub(super) struct Prompt {
    said: String,
    characters: usize,
}

impl Prompt {
    /// A conversation. The user's last words count as what was said; results of tools and pictures hold none.
    pub(super) fn of_messages(messages: &[Value]) -> Self {
        let mut prompt = Self::default();
        for message in messages {
            prompt.reads(message);
        }
        let by_user = |message: &&Value| message.get("role").is_none_or(|role| role == "user");
        let said = messages.iter().rev().filter(by_user).map(text_of).find(|text| !text.is_empty());
        Self { said: said.unwrap_or_default(), ..prompt }
    }

    /// One text, or whatever holds one.
    pub(super) fn of_text(text: &Value) -> Self {
        let mut prompt = Self { said: text_of(text), characters: 0 };
        prompt.reads(text);
        prompt
    }

    /// With instructions, which are counted and not repeated.
    pub(super) fn and(mut self, instructions: &Value) -> Self {
        self.reads(instructions);
        self
    }

    pub(super) fn tokens(&self) -> usize {
        tokens(self.characters)
    }

    pub(super) fn answered_by(&self, voice: Voice) -> Words {
        let opening = match voice {
            Voice::Test => "This is byo's test environment.",
            Voice::Demo => "This is a demo answer. Connect your own key to get real ones.",
        };
        let text = format!("{opening} You said: \"{}\".", shortened(&self.said));
        Words { input_tokens: self.tokens(), output_tokens: tokens(text.chars().count()), text }
    }

    fn reads(&mut self, value: &Value) {
        each_text(value, &mut |text| self.characters += text.chars().count());
    }
}

fn tokens(characters: usize) -> usize {
    characters.div_ceil(CHARACTERS_PER_TOKEN).max(1)
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_REPEATED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn text_of(value: &Value) -> String {
    let mut texts = Vec::new();
    each_text(value, &mut |text| texts.push(text.to_owned()));
    texts.join("\n")
}

/// Every text in a message, a block or a list of them, in any of the shapes.
fn each_text(value: &Value, found: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => found(text),
        Value::Array(items) => items.iter().for_each(|item| each_text(item, found)),
        Value::Object(members) => {
            let holders = ["text", "content", "parts"];
            holders.iter().filter_map(|name| members.get(*name)).for_each(|value| each_text(value, found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
