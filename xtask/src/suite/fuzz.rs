//! The fuzz targets, a minute each. In the long tier alone: they are built a second time, for libFuzzer.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use super::{report::Outcome, tally::Tally};
use crate::{
    layout::Layout,
    need::{cargo_fuzz, rust},
    step::step,
    tool::Tool,
};

const SECONDS: u32 = 60;
/// An input that takes longer hangs.
const SECONDS_AN_INPUT: u32 = 10;

/// Every file in `fuzz/targets` is one test. What the fuzzer learns stays in `target/fuzz/corpus` for the next run.
pub(crate) fn run(layout: &Layout) -> Result<Outcome> {
    let targets = targets(&layout.root.join("fuzz/targets"))?;
    build(layout)?;
    let host = rust::host(layout)?;
    let mut tally = Tally::default();
    for target in &targets {
        let program = layout.generated(&format!("fuzz/{host}/release/{target}"));
        match step(&format!("fuzz target {target}, {SECONDS} s"), || one(layout, &program, target)) {
            Ok(()) => tally.passed += 1,
            Err(error) => {
                println!("    {error:#}");
                tally.failed += 1;
            }
        }
    }
    Ok(Outcome { tally, succeeded: tally.failed == 0 })
}

/// Without a sanitizer: there is no unsafe code to watch, and so the stable compiler will do.
fn build(layout: &Layout) -> Result<()> {
    let path = cargo_fuzz::ensure(layout)?;
    let build = Tool::cargo(layout).env("PATH", path).args(["fuzz", "build", "--fuzz-dir", "fuzz"]);
    build.args(["--sanitizer", "none", "--target-dir"]).arg(layout.generated("fuzz")).run()
}

fn one(layout: &Layout, program: &Path, target: &str) -> Result<()> {
    let folder = |name: &str| -> Result<String> {
        let folder = layout.generated(&format!("fuzz/{name}"));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(folder.display().to_string())
    };
    let artifacts = folder(&format!("artifacts/{target}"))?;
    let run = Tool::new(layout, program)
        .env("TMPDIR", folder("tmp")?)
        .arg(folder(&format!("corpus/{target}"))?)
        .arg(layout.root.join("fuzz/seeds").join(target))
        .arg(format!("-artifact_prefix={artifacts}/"))
        .arg(format!("-max_total_time={SECONDS}"))
        .arg(format!("-timeout={SECONDS_AN_INPUT}"))
        .args(["-verbosity=0", "-print_final_stats=1"]);
    run.run().with_context(|| {
        format!(
            "what failed lies in {artifacts}: make it a test beside the code at fault, and a seed in \
             fuzz/seeds/{target}"
        )
    })
}

fn targets(folder: &Path) -> Result<Vec<String>> {
    let files = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut names = Vec::new();
    for file in files {
        let path = file.with_context(|| folder.display().to_string())?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}
