//! The seal crate's vectors, run as wasm in Node.

use anyhow::Result;

use super::{node, report::Outcome};
use crate::{layout::Layout, tool::Tool, widget};

/// Builds the crate's example `wasm_vectors` as wasm and runs `seal/js/*.test.mjs` against it.
pub(crate) fn run(layout: &Layout) -> Result<Outcome> {
    let wasm = widget::compile(
        layout,
        &["-p", "byo-seal", "--example", "wasm_vectors"],
        "examples/wasm_vectors.wasm",
    )?;
    let bound = layout.generated("seal-wasm");
    widget::for_node(&wasm, &bound)?;
    node::run(layout, Tool::new(layout, "node").env("BYO_SEAL_WASM", bound), "seal/js")
}
