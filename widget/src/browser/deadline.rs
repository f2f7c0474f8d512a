//! The time a call may take, all its attempts together.

use std::{cell::Cell, rc::Rc};

use gloo_timers::callback::Timeout;
use wasm_bindgen::JsValue;
use web_sys::AbortController;

const MILLISECONDS: u32 = 40_000;

/// Cancels the requests of a call when its time is over, or when it is dropped.
pub(super) struct Deadline {
    controller: Option<AbortController>,
    is_over: Rc<Cell<bool>>,
    _timer: Timeout,
}

impl Deadline {
    pub(super) fn start() -> Self {
        let controller = AbortController::new().ok();
        let is_over = Rc::new(Cell::new(false));
        let timer = Timeout::new(MILLISECONDS, {
            let (controller, is_over) = (controller.clone(), Rc::clone(&is_over));
            move || {
                is_over.set(true);
                if let Some(controller) = controller {
                    controller.abort();
                }
            }
        });
        Self { controller, is_over, _timer: timer }
    }

    /// For `fetch`; `null` where there is nothing to cancel with.
    pub(super) fn signal(&self) -> JsValue {
        self.controller.as_ref().map_or(JsValue::NULL, |controller| controller.signal().into())
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over.get()
    }
}
