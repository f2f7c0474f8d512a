//! npm packages, exactly as a lockfile names them.

use anyhow::{Context as _, Result, bail};

use crate::{
    layout::Layout,
    stamp::{Inputs, Stamp},
    tool::Tool,
};

/// Installs a folder's packages unless its lockfile is the one they were installed from.
/// Packages' own install scripts are never run.
pub(crate) fn install(layout: &Layout, folder: &str) -> Result<()> {
    let dir = layout.root.join(folder);
    if !dir.join("package-lock.json").exists() {
        bail!("{folder}/package-lock.json is missing: run `npm install --ignore-scripts` in {folder}");
    }
    let inputs = Inputs::default()
        .path(&layout.root, &format!("{folder}/package.json"))?
        .path(&layout.root, &format!("{folder}/package-lock.json"))?;
    let stamp = Stamp::new(dir.join("node_modules/.xtask-stamp"), &inputs);
    if stamp.is_current() {
        return Ok(());
    }
    Tool::new(layout, "npm")
        .dir(&dir)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .output()
        .with_context(|| format!("the npm packages of {folder} cannot be installed"))?;
    stamp.remember()
}
