//! wasm-bindgen as a library, so that it is always the crate's own version.

use std::path::Path;

use anyhow::Result;
use wasm_bindgen_cli_support::Bindgen;

/// An ES module for browsers beside the wasm file; the caller says where the wasm comes from.
pub(crate) fn for_web(wasm: &Path, out: &Path) -> Result<()> {
    quiet().input_path(wasm).web(true)?.typescript(true).generate(out)
}

/// A CommonJS module for Node, for suites that run the same code as wasm.
pub(crate) fn for_node(wasm: &Path, out: &Path) -> Result<()> {
    quiet().input_path(wasm).nodejs(true)?.generate(out)
}

/// Without the section that names the compiler and its version.
fn quiet() -> Bindgen {
    let mut bindgen = Bindgen::new();
    bindgen.remove_producers_section(true);
    bindgen
}
