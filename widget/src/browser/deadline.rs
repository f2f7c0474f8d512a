//! The time a call may take, all its attempts together.

use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

const MILLISECONDS: u32 = 40_000;

/// Cancels the requests of a call when its time is over.
pub(super) struct Deadline {
    signal: AbortSignal,
}

impl Deadline {
    pub(super) fn start() -> Self {
        Self { signal: AbortSignal::timeout_with_u32(MILLISECONDS) }
    }

    /// For `fetch`.
    pub(super) fn signal(&self) -> &JsValue {
        self.signal.as_ref()
    }

    pub(super) fn is_over(&self) -> bool {
        self.signal.aborted()
    }
}
