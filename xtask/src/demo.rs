//! `cargo xtask demo`: the whole product on one machine, for people or driven through Chromium.

use std::thread;

use anyhow::Result;

use crate::{
    build,
    layout::Layout,
    need::{chromium, node, npm},
    step::step,
    suite::node::Stage,
    tool::Tool,
    widget,
};

/// Starts the demo and stays up; the server prints the address.
pub(crate) fn foreground(layout: &Layout) -> Result<()> {
    widget::run(layout)?;
    let server = build::server(layout)?;
    Err(Tool::new(layout, server).arg("demo").replace_this_process())
}

/// Drives Chromium through the demo twice, simulated and live, and leaves screenshots.
pub(crate) fn headless(layout: &Layout) -> Result<()> {
    node::check(layout)?;
    let stage = thread::scope(|scope| {
        let chromium = scope.spawn(|| chromium::ensure(layout));
        let packages = scope.spawn(|| npm::install(layout, "tests"));
        widget::run(layout)?;
        let server = build::server(layout)?;
        packages.join().expect("installing packages does not panic")?;
        Ok::<_, anyhow::Error>(Stage {
            server,
            chromium: chromium.join().expect("finding a browser does not panic")?,
        })
    })?;
    step("demo", || stage.equip(layout, Tool::new(layout, "node").arg("tests/browser/demo.mjs")).run())
}
