//! The browser half: Rust to wasm, bound to JavaScript, shrunk, then bundled by `widget/build.mjs`.

mod bindgen;
mod optimise;

use std::{fs, path::PathBuf, thread};

use anyhow::{Context as _, Result, bail};

use crate::{
    layout::Layout,
    need::{node, npm, rust},
    stamp::{Inputs, Stamp},
    step::step,
    tool::Tool,
};

pub(crate) use bindgen::for_node;

/// Builds the widget when anything it is made from has changed.
pub(crate) fn run(layout: &Layout) -> Result<()> {
    step("widget", || {
        let stamp = stamp(layout)?;
        if stamp.is_current() && missing_output(layout).is_none() {
            println!("    unchanged");
            return Ok(());
        }
        stamp.forget()?;
        build(layout)?;
        if let Some(missing) = missing_output(layout) {
            bail!("widget/build.mjs did not write {}", missing.display());
        }
        stamp.remember()
    })
}

/// Compiles one crate's library, or an example of it, to wasm that is bound to no JavaScript yet.
///
/// Cargo runs no link-time optimisation for a crate that is also an `rlib`, and without it the module is
/// several times the size.
pub(crate) fn compile(layout: &Layout, target: &[&str], file: &str) -> Result<PathBuf> {
    rust::wasm_target(layout)?;
    let rustc = Tool::cargo(layout).args(["rustc", "--profile", "wasm", "--target", rust::WASM]);
    let rustc = rustc.arg("--target-dir").arg(layout.cargo_output(""));
    rustc.args(["--config", &without_paths(layout)]).args(target).args(["--crate-type", "cdylib"]).run()?;
    Ok(layout.cargo_output(&format!("{}/wasm/{file}", rust::WASM)))
}

/// Panic messages name source files. Where those lie on the builder's machine is nobody's business, and would make
/// every builder's module another one.
fn without_paths(layout: &Layout) -> String {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    let registry = home.join("registry/src");
    let folders =
        fs::read_dir(&registry).into_iter().flatten().filter_map(Result::ok).map(|folder| folder.path());
    let flags: Vec<String> = folders
        .chain([registry.clone(), layout.root.clone()])
        .map(|folder| format!("\"--remap-path-prefix={}=\"", folder.display()))
        .collect();
    format!("target.{}.rustflags=[{}]", rust::WASM, flags.join(","))
}

/// Builds it whether anything has changed or not.
pub(crate) fn build(layout: &Layout) -> Result<()> {
    node::check(layout)?;
    let wasm = thread::scope(|scope| {
        let packages = scope.spawn(|| npm::install(layout, "widget"));
        let wasm = compile(layout, &["-p", "byo-widget", "--lib"], "byo_widget.wasm");
        packages.join().expect("installing packages does not panic")?;
        wasm
    })?;
    let bound = layout.generated("widget-wasm");
    bindgen::for_web(&wasm, &bound)?;
    optimise::in_place(layout, &bound.join("byo_widget_bg.wasm"))?;
    bundle(layout, &bound)
}

fn bundle(layout: &Layout, bound: &std::path::Path) -> Result<()> {
    for dir in [layout.npm_package(), layout.embed()] {
        if dir.exists() {
            fs::remove_dir_all(&dir).with_context(|| dir.display().to_string())?;
        }
        fs::create_dir_all(&dir).with_context(|| dir.display().to_string())?;
    }
    Tool::new(layout, "node")
        .args(["widget/build.mjs", "--wasm-dir"])
        .arg(bound)
        .arg("--out-npm")
        .arg(layout.npm_package())
        .arg("--out-embed")
        .arg(layout.embed())
        .run()
}

fn stamp(layout: &Layout) -> Result<Stamp> {
    Ok(Stamp::new(layout.generated("widget-stamp"), &inputs(layout)?))
}

/// Everything that decides what comes out.
pub(crate) fn inputs(layout: &Layout) -> Result<Inputs> {
    let mut inputs = Inputs::default().text(&rust::compiler_version(layout)?);
    for path in [".cargo", "Cargo.lock", "Cargo.toml", "seal", "widget", "xtask/src/widget"] {
        inputs = inputs.path(&layout.root, path)?;
    }
    Ok(inputs)
}

fn missing_output(layout: &Layout) -> Option<PathBuf> {
    let embed = layout.embed();
    [
        embed.join("connect.js"),
        embed.join("frame.js"),
        embed.join("npm/byo-connect.tgz"),
        layout.npm_package().join("package.json"),
    ]
    .into_iter()
    .find(|file| !file.exists())
}
