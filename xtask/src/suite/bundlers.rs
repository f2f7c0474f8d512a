//! The package through the bundlers and frameworks that its users have.

use std::fs;

use anyhow::{Context as _, Result};

use super::{node, report::Outcome};
use crate::{layout::Layout, need::npm, tool::Tool};

/// Where they are installed and fixtures are built: some five hundred megabytes that are nobody's source.
const WORKSHOP: &str = "target/bundlers";

/// Installs the bundlers as `tests/bundlers/package-lock.json` names them.
pub(crate) fn install(layout: &Layout) -> Result<()> {
    let workshop = layout.root.join(WORKSHOP);
    fs::create_dir_all(&workshop).context(WORKSHOP)?;
    for name in ["package.json", "package-lock.json"] {
        let source = layout.root.join("tests/bundlers").join(name);
        fs::copy(&source, workshop.join(name)).with_context(|| source.display().to_string())?;
    }
    npm::install(layout, WORKSHOP)
}

/// Builds every fixture and drives it through the browser.
pub(crate) fn run(layout: &Layout, node: Tool) -> Result<Outcome> {
    node::run(layout, node.env("BYO_BUNDLERS", layout.root.join(WORKSHOP)), "tests/bundlers")
}
