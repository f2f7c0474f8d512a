//! Formatting and lints; nothing here needs the network once the toolchain is complete.

use anyhow::Result;

use crate::{layout::Layout, need::rust, step::step, tool::Tool};

/// `cargo xtask lint`.
pub(crate) fn run(layout: &Layout) -> Result<()> {
    rust::components(layout)?;
    step("formatting", || Tool::cargo(layout).args(["fmt", "--all", "--check"]).run())?;
    step("clippy", || {
        let clippy = Tool::cargo(layout).args(["clippy", "--workspace", "--all-targets"]);
        clippy.args(["--", "-D", "warnings"]).run()
    })?;
    step("clippy, wasm", || {
        rust::wasm_target(layout)?;
        let clippy = Tool::cargo(layout).args(["clippy", "-p", "byo-seal", "-p", "byo-widget"]);
        clippy.args(["--target", rust::WASM, "--", "-D", "warnings"]).run()
    })?;
    step("fuzz targets", || fuzz_targets(layout))?;
    dependencies(layout)
}

/// Their workspace is another. Without libFuzzer, which takes a C++ compiler, and with what clippy above left.
fn fuzz_targets(layout: &Layout) -> Result<()> {
    let cargo = |command: &str| Tool::cargo(layout).args([command, "--manifest-path", "fuzz/Cargo.toml"]);
    cargo("fmt").arg("--check").run()?;
    let clippy =
        cargo("clippy").arg("--no-default-features").arg("--target-dir").arg(layout.cargo_output(""));
    clippy.args(["--", "-D", "warnings"]).run()
}

/// Licences, sources and bans. Advisories need a download, so they are `cargo deny check`'s alone.
fn dependencies(layout: &Layout) -> Result<()> {
    if !Tool::cargo(layout).args(["deny", "--version"]).succeeds() {
        println!(
            "==> deny.toml: not checked, cargo-deny is not installed (`cargo install cargo-deny --locked`)"
        );
        return Ok(());
    }
    step("deny.toml", || Tool::cargo(layout).args(["deny", "check", "bans", "licenses", "sources"]).run())
}
