//! `cargo test`, counted.

use anyhow::Result;

use super::{report::Outcome, tally::Tally};
use crate::{layout::Layout, tool::Tool};

/// Every crate but xtask, with the features of the dev build.
pub(crate) fn workspace(layout: &Layout, long: bool) -> Result<Outcome> {
    let tests = test(layout).args(["--workspace", "--exclude", "xtask"]);
    counted(if long { tests.env("BYO_TEST_LONG", "1") } else { tests })
}

/// xtask alone, with the features it was built with to get here.
pub(crate) fn xtask(layout: &Layout) -> Result<Outcome> {
    counted(test(layout).args(["--package", "xtask"]))
}

/// What the line-up runs beside byo, which is a workspace of its own.
pub(crate) fn bench(layout: &Layout) -> Result<Outcome> {
    let tests = test(layout).args(["--manifest-path", "bench/Cargo.toml", "--target-dir"]);
    counted(tests.arg(layout.cargo_output("")))
}

fn test(layout: &Layout) -> Tool {
    Tool::cargo(layout).args(["test", "--no-fail-fast"])
}

fn counted(tests: Tool) -> Result<Outcome> {
    let mut tally = Tally::default();
    let status = tests.watch(|line| {
        if let Some(result) = Tally::of_libtest(line) {
            tally += result;
        }
    })?;
    Ok(Outcome { tally, succeeded: status.success() })
}
