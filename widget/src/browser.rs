//! The bindings to JavaScript. They carry values across and decide nothing.

mod client;
mod deadline;
mod exchange;
mod key_buffer;
mod reading;

use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::{failure::Failure, verdict};

pub use client::Client;
pub use key_buffer::KeyBuffer;

/// A verdict in plain words: `{title, next}`.
#[wasm_bindgen(js_name = verdictText)]
#[must_use]
pub fn verdict_text(verdict: &str) -> JsValue {
    reading::to_js(&verdict::text(verdict).json())
}

/// What JavaScript catches: a plain object.
impl From<Failure> for JsValue {
    fn from(failure: Failure) -> Self {
        reading::to_js(&failure.json())
    }
}
