//! cargo-fuzz, which knows the compiler's flags for libFuzzer: installed below `target`, for this checkout alone.

use std::{env, ffi::OsString};

use anyhow::{Context as _, Result};

use super::debian;
use crate::{layout::Layout, tool::Tool};

const VERSION: &str = "0.13.2";
const COMPILER_HINT: &str = "a C++ compiler is missing, which builds libFuzzer: run `sudo apt-get update && \
                             sudo apt-get install -y g++`";

/// Sees that it and a C++ compiler are there; gives the search path on which cargo finds it.
pub(crate) fn ensure(layout: &Layout) -> Result<OsString> {
    if debian::on_path("c++").is_none() {
        debian::install(layout, &["g++"]).context(COMPILER_HINT)?;
    }
    let tools = layout.generated("tools");
    let program = tools.join("bin/cargo-fuzz");
    let installed = Tool::new(layout, &program).args(["fuzz", "--version"]).output();
    if !installed.is_ok_and(|version| version.trim().ends_with(VERSION)) {
        let install = Tool::cargo(layout)
            .args(["install", "cargo-fuzz", "--locked", "--force", "--version", VERSION, "--root"])
            .arg(&tools);
        install.run().with_context(|| {
            format!(
                "cargo-fuzz is missing: run `cargo install cargo-fuzz --locked --version {VERSION} --root {}`",
                tools.display()
            )
        })?;
    }
    let standing = env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(tools.join("bin")).chain(env::split_paths(&standing));
    env::join_paths(folders).context("the search path")
}
