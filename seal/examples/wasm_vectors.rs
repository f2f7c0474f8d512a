//! The vectors as a wasm module, for `js/vectors.test.mjs`. Elsewhere it is empty.
#![cfg(target_arch = "wasm32")]

#[path = "../tests/pinned/mod.rs"]
mod pinned;
#[path = "../tests/rfc9180/mod.rs"]
mod rfc9180;

use wasm_bindgen::{JsError, prelude::wasm_bindgen};

/// Checks one vector of `byo-seal-v1.json`, given as JSON. Throws what does not hold.
#[wasm_bindgen(js_name = checkVector)]
pub fn check_vector(json: &str) -> Result<(), JsError> {
    pinned::check(&serde_json::from_str(json)?).map_err(|error| JsError::new(&error))
}

/// Checks one vector of `byo-request-v1.json`, given as JSON. Throws what does not hold.
#[wasm_bindgen(js_name = checkRequestVector)]
pub fn check_request_vector(json: &str) -> Result<(), JsError> {
    pinned::request::check(&serde_json::from_str(json)?).map_err(|error| JsError::new(&error))
}

/// Checks the file of RFC 9180's vectors; gives back the numbers of encryptions and exports that held.
#[wasm_bindgen(js_name = checkRfc9180)]
pub fn check_rfc9180(json: &str) -> Result<Vec<u32>, JsError> {
    let count = rfc9180::check_all(json).map_err(|error| JsError::new(&error))?;
    Ok(vec![u32::try_from(count.encryptions)?, u32::try_from(count.exports)?])
}
