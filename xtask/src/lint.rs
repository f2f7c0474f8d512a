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
        // As it is shipped: without std, of which a module may have none beside its own end.
        clippy.args(["--no-default-features", "--target", rust::WASM, "--", "-D", "warnings"]).run()
    })?;
    // Without libFuzzer, which takes a C++ compiler.
    step("fuzz targets", || workspace_apart(layout, "fuzz", "--no-default-features"))?;
    step("line-up", || workspace_apart(layout, "bench", "--all-targets"))?;
    dependencies(layout)
}

/// One of the workspaces that are not the project's, with what clippy above left.
fn workspace_apart(layout: &Layout, folder: &str, what: &str) -> Result<()> {
    let manifest = format!("{folder}/Cargo.toml");
    let cargo = |command: &str| Tool::cargo(layout).args([command, "--manifest-path", &manifest]);
    cargo("fmt").arg("--check").run()?;
    let clippy = cargo("clippy").arg(what).arg("--target-dir").arg(layout.cargo_output(""));
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
