//! Answers in the shapes that providers document, each seen whole, byte by byte, and in chunks of any size.

mod hostile;
mod shapes;

use super::{Reader, Usage};

const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream; charset=utf-8";
const NDJSON: &str = "application/x-ndjson";

fn usage(content_type: &str, chunks: &[&[u8]]) -> Option<Usage> {
    let mut reader = Reader::new(Some(content_type));
    for chunk in chunks {
        reader.see(chunk);
    }
    reader.finish()
}

/// Input, output, cached, reasoning.
fn counted(counts: [u64; 4], model: &str) -> Option<Usage> {
    let [input_tokens, output_tokens, cached_input_tokens, reasoning_tokens] = counts;
    let model = (!model.is_empty()).then(|| model.to_owned());
    Some(Usage { input_tokens, output_tokens, cached_input_tokens, reasoning_tokens, model })
}
