//! Parts of the Rust toolchain that a plain installation leaves out.

use std::path::Path;

use anyhow::{Context as _, Result};

use crate::{layout::Layout, tool::Tool};

/// The target that browsers run.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// Sees to the standard library for [`WASM`].
pub(crate) fn wasm_target(layout: &Layout) -> Result<()> {
    let libraries =
        Tool::new(layout, rustc()).args(["--print", "target-libdir", "--target", WASM]).output()?;
    if Path::new(libraries.trim()).exists() {
        return Ok(());
    }
    let add = Tool::new(layout, "rustup").args(["target", "add", WASM]).output();
    add.map(drop).with_context(|| format!("Rust's {WASM} is missing: run `rustup target add {WASM}`"))
}

/// Sees to `cargo fmt` and `cargo clippy`.
pub(crate) fn components(layout: &Layout) -> Result<()> {
    for (program, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !Tool::cargo(layout).args([program, "--version"]).succeeds() {
            let add = Tool::new(layout, "rustup").args(["component", "add", component]).output();
            add.with_context(|| format!("{component} is missing: run `rustup component add {component}`"))?;
        }
    }
    Ok(())
}

/// The compiler's full version, for stamps.
pub(crate) fn compiler_version(layout: &Layout) -> Result<String> {
    Tool::new(layout, rustc()).arg("-vV").output()
}

/// The machine's own target, which some tools name their folders after.
pub(crate) fn host(layout: &Layout) -> Result<String> {
    let version = compiler_version(layout)?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` names no host")
}

fn rustc() -> std::ffi::OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}
