//! Token counts, read from answers as they pass. No byte is changed, held back or kept.
//!
//! The shapes describe themselves, so it does not matter whose answer it is: any provider can stand behind an
//! OpenAI-compatible base URL. `counts.rs` tells where each count is from. What the model wrote cannot be taken for
//! its usage: only members at the places that providers document are read, never text and never what lies deeper.

mod counts;
mod lines;
mod scan;

use counts::Tally;
use lines::{Dialect, Lines};
use scan::Scanner;

use super::headers::LINES;

/// What an answer used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// All tokens that were read, those from a cache and those written to one included.
    pub input_tokens: u64,
    /// All tokens that were written, reasoning included.
    pub output_tokens: u64,
    /// How many of [`Self::input_tokens`] came from a cache.
    pub cached_input_tokens: u64,
    /// How many of [`Self::output_tokens`] were reasoning, as far as the provider tells.
    pub reasoning_tokens: u64,
    /// The model as the provider names it: at most 200 letters, digits and `-._:/@+~,=()[]`, anything else is `None`.
    pub model: Option<String>,
}

/// Reads the usage of one answer. Holds a few hundred bytes, and 8 KiB at most, whatever passes.
#[derive(Debug)]
pub struct Reader {
    form: Form,
    tally: Tally,
}

#[derive(Debug)]
enum Form {
    /// JSON values one after another; an array of them does as well.
    Json(Scanner),
    /// JSON values in the lines of a stream.
    Lines(Lines),
    /// Audio, images, files: nothing to read.
    Opaque,
}

impl Reader {
    /// `content_type` is the answer's. Without one it is read as JSON.
    #[must_use]
    pub fn new(content_type: Option<&str>) -> Self {
        let essence =
            content_type.map_or("application/json", |given| given.split(';').next().unwrap_or_default());
        let form = match essence.trim().to_ascii_lowercase().as_str() {
            "text/event-stream" => Form::Lines(Lines::new(Dialect::Events)),
            essence if LINES.contains(&essence) => Form::Lines(Lines::new(Dialect::Json)),
            essence if essence == "application/json" || essence.ends_with("+json") => {
                Form::Json(Scanner::new(true))
            }
            _ => Form::Opaque,
        };
        Self { form, tally: Tally::default() }
    }

    /// For an answer whose bytes tell nothing, since they are encoded.
    #[must_use]
    pub fn blind() -> Self {
        Self { form: Form::Opaque, tally: Tally::default() }
    }

    /// Takes a look at the next bytes of the answer.
    pub fn see(&mut self, chunk: &[u8]) {
        match &mut self.form {
            Form::Json(scanner) => scanner.see(chunk, &mut self.tally),
            Form::Lines(lines) => lines.see(chunk, &mut self.tally),
            Form::Opaque => {}
        }
    }

    /// What was found, also when the answer was cut off; `None` when it told no count.
    #[must_use]
    pub fn finish(mut self) -> Option<Usage> {
        self.tally.end_value();
        self.tally.usage()
    }
}

#[cfg(test)]
mod tests;
