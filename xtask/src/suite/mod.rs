//! `cargo xtask test`: every suite in one go, and a count at the end.

mod bundlers;
mod fuzz;
pub(crate) mod node;
mod python;
mod report;
mod reproducible;
mod rust;
mod seal;
mod tally;

use std::{path::PathBuf, thread};

use anyhow::Result;

use crate::{
    build,
    layout::Layout,
    lint,
    need::{self, chromium, namespace, npm, strace},
    suite::{node::Stage, report::Report},
    tool::Tool,
    widget,
};

/// Runs everything; false when anything failed. Its last line is `N passed, M failed`.
pub(crate) fn run(layout: &Layout, long: bool) -> Result<bool> {
    let (stage, python) = prepare(layout)?;
    let tool = |program: &str| {
        let tool = stage.equip(layout, Tool::new(layout, program));
        if long { tool.env("BYO_TEST_LONG", "1") } else { tool }
    };

    let mut report = Report::default();
    report.suite("Rust", || rust::workspace(layout, long));
    report.suite("xtask", || rust::xtask(layout));
    report.suite("seal as wasm in Node", || seal::run(layout));
    report.suite("widget in Node", || node::run(layout, tool("node"), "widget"));
    report.suite("interoperation", || node::run(layout, tool("node"), "tests/node"));
    report.suite("SDKs for Python", || python::run(tool("node"), &python));
    thread::scope(|scope| {
        // Beside suites that wait for browsers more than they compute.
        let again = scope.spawn(|| reproducible::run(layout));
        report.suite("browser", || node::run(layout, tool("node"), "tests/browser"));
        report.suite("bundlers", || bundlers::run(layout, tool("node")));
        report.suite("reproducible build", || again.join().expect("comparing builds does not panic"));
    });
    if long {
        report.suite("line-up", || rust::bench(layout));
        report.suite("fuzz", || fuzz::run(layout));
    }
    report.check("lint", || lint::run(layout));
    Ok(report.conclude())
}

/// Fetches what is missing while cargo compiles. Gives also the Python that has its suite's packages.
fn prepare(layout: &Layout) -> Result<(Stage, PathBuf)> {
    need::node::check(layout)?;
    // Before the others, since the build needs it.
    need::make::ensure(layout)?;
    thread::scope(|scope| {
        // One after the other: only one apt-get runs at a time.
        let programs = scope.spawn(|| {
            namespace::ensure(layout)?;
            strace::ensure(layout)?;
            Ok::<_, anyhow::Error>((chromium::ensure(layout)?, need::python::ensure(layout)?))
        });
        let packages = scope.spawn(|| {
            npm::install(layout, "tests")?;
            bundlers::install(layout)
        });
        widget::run(layout)?;
        let server = build::everything(layout)?;
        packages.join().expect("installing packages does not panic")?;
        let (chromium, python) = programs.join().expect("finding programs does not panic")?;
        Ok((Stage { server, chromium }, python))
    })
}
