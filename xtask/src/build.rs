//! The release build and the one dev build that everything else runs.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::{layout::Layout, need::make, step::step, tool::Tool, widget};

/// `cargo xtask build`.
pub(crate) fn run(layout: &Layout) -> Result<()> {
    make::ensure(layout)?;
    widget::run(layout)?;
    step("server, release", || {
        Tool::cargo(layout).args(["build", "--release", "-p", "byo-server", "--bin", "byo"]).run()
    })?;
    println!("{}", present(layout.cargo_output("release/byo"))?.display());
    println!("{}", layout.npm_package().display());
    Ok(())
}

/// The server as the demo runs it.
pub(crate) fn server(layout: &Layout) -> Result<PathBuf> {
    make::ensure(layout)?;
    step("server", || {
        Tool::cargo(layout).args(["build", "-p", "byo-server", "--bin", "byo"]).run()?;
        present(layout.cargo_output("debug/byo"))
    })
}

/// Every crate with its tests, and the server the browser suites run: one build, one set of features.
/// xtask is left out: it was built to get here.
pub(crate) fn everything(layout: &Layout) -> Result<PathBuf> {
    step("dev build", || {
        Tool::cargo(layout).args(["build", "--workspace", "--exclude", "xtask", "--all-targets"]).run()?;
        present(layout.cargo_output("debug/byo"))
    })
}

fn present(binary: PathBuf) -> Result<PathBuf> {
    if !binary.exists() {
        bail!("cargo left no {}", binary.display());
    }
    Ok(binary)
}
