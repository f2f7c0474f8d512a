//! wasm-opt, from the npm package `binaryen` that `widget/package.json` pins.

use std::path::Path;

use anyhow::Result;

use crate::{layout::Layout, tool::Tool};

/// Named one by one: `--all-features` emits modules that current browsers refuse.
const FEATURES: [&str; 6] = [
    "--mvp-features",
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
];

/// Over control flow that was first taken apart, and as often as it still helps: the last percent.
const SHRINK: [&str; 5] = ["--flatten", "--rereloop", "-Oz", "-Oz", "--converge"];

/// The page brings nothing: the only thing that wasm-bindgen asks it for is to throw an error on a misuse that the page's
/// own code cannot make, and the module ends then as well as by a panic.
const ALONE: &str = "--remove-imports=*";

/// Shrinks a module; strips names and what else only debuggers read.
pub(crate) fn in_place(layout: &Layout, wasm: &Path) -> Result<()> {
    Tool::new(layout, "node")
        .arg("widget/node_modules/binaryen/bin/wasm-opt")
        .args(FEATURES)
        .arg(ALONE)
        .args(SHRINK)
        .args(["--strip-debug", "--strip-producers", "--strip-target-features"])
        .arg(wasm)
        .arg("-o")
        .arg(wasm)
        .output()
        .map(drop)
}
