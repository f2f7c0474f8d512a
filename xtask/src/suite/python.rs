//! `unittest`, counted.

use std::path::Path;

use anyhow::{Context as _, Result};

use super::{report::Outcome, tally::Tally};
use crate::tool::Tool;

/// Runs the tests of `tests/python` on the stage that `node` sets for them.
pub(crate) fn run(node: Tool, python: &Path) -> Result<Outcome> {
    let mut ran = None;
    let mut tally = None;
    let status = node.env("BYO_PYTHON", python).arg("tests/python/run.mjs").watch(|line| {
        ran = Tally::ran_by_unittest(line).or(ran);
        tally = ran.and_then(|ran| Tally::of_unittest(ran, line)).or(tally);
    })?;
    Ok(Outcome { tally: tally.context("the runner left no count")?, succeeded: status.success() })
}
