//! `node --test`, counted.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::{report::Outcome, tally::Tally};
use crate::{layout::Layout, tool::Tool};

/// A test that takes longer hangs.
const LIMIT_MS: u32 = 300_000;

/// What the browser suites and the demo need, handed over in the environment.
pub(crate) struct Stage {
    pub(crate) server: PathBuf,
    pub(crate) chromium: PathBuf,
}

impl Stage {
    pub(crate) fn equip(&self, layout: &Layout, tool: Tool) -> Tool {
        tool.env("BYO_BINARY", &self.server)
            .env("BYO_CHROMIUM", &self.chromium)
            .env("BYO_PACKAGE", layout.npm_package())
            .env("BYO_SCREENSHOTS", layout.generated("screenshots"))
    }
}

/// Runs every `*.test.mjs` below a folder, one file at a time: the machine is small, and browsers are not.
pub(crate) fn run(layout: &Layout, node: Tool, folder: &str) -> Result<Outcome> {
    let files = test_files(&layout.root.join(folder))?;
    let report = layout.generated(&format!("reports/{}.tap", folder.replace('/', "-")));
    fs::create_dir_all(layout.generated("reports")).context("target/reports")?;
    if files.is_empty() {
        return Ok(Outcome { tally: Tally::default(), succeeded: true });
    }
    let status = node
        .args(["--test", "--test-concurrency=1", &format!("--test-timeout={LIMIT_MS}")])
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout", "--test-reporter=tap"])
        .arg(format!("--test-reporter-destination={}", report.display()))
        .args(files)
        .watch(|_| ())?;
    let text = fs::read_to_string(&report).with_context(|| report.display().to_string())?;
    let tally = Tally::of_tap(&text).context("the runner left no count")?;
    Ok(Outcome { tally, succeeded: status.success() })
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry.with_context(|| folder.display().to_string())?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            files.extend(test_files(&path)?);
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
