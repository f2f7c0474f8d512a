//! The widget, built once more in another folder: the same bytes, or nobody could tell whose code they run.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use super::{report::Outcome, tally::Tally};
use crate::{layout::Layout, stamp::Stamp, step::step, widget};

/// What the widget is made from, and what cargo wants to see of the workspace around it. Cargo's settings are not
/// among it: they are found in the folders above, and flags that are given twice make another module.
const SOURCES: [&str; 8] =
    ["Cargo.lock", "Cargo.toml", "clippy.toml", "seal", "server", "tests", "widget", "xtask"];

/// What is installed or built in the folders above.
const NO_SOURCES: [&str; 2] = ["node_modules", "target"];

/// What has to come out alike.
const PRODUCTS: [&str; 3] = ["embed", "npm", "widget-wasm"];

/// Builds a clean copy of the sources and compares, unless that was done with just these sources.
pub(crate) fn run(layout: &Layout) -> Result<Outcome> {
    // The threads that this one starts, compilers above all, leave the machine to whatever runs beside.
    rustix::process::nice(10).context("stepping back for other work")?;
    let stamp = Stamp::new(layout.generated("reproducible-stamp"), &widget::inputs(layout)?);
    let mut tally = Tally::default();
    if stamp.is_current() {
        println!("    second build of the widget: done before with these sources");
        tally.passed = 1;
    } else if let Err(error) = step("second build of the widget", || build_again(layout)) {
        println!("    {error:#}");
        tally.failed = 1;
    } else {
        stamp.remember()?;
        tally.passed = 1;
    }
    Ok(Outcome { tally, succeeded: tally.failed == 0 })
}

fn build_again(layout: &Layout) -> Result<()> {
    let elsewhere = layout.generated("again");
    remove(&elsewhere)?;
    fs::create_dir_all(&elsewhere).with_context(|| elsewhere.display().to_string())?;
    for source in SOURCES {
        copy(&layout.root.join(source), &elsewhere.join(source), &NO_SOURCES)?;
    }
    // Installed as the lockfile says, and nothing is built from where it lies.
    let packages = "widget/node_modules";
    copy(&layout.root.join(packages), &elsewhere.join(packages), &[".bin"])?;

    let other = Layout::copy_at(elsewhere.clone());
    widget::build(&other)?;
    for product in PRODUCTS {
        compare(&layout.generated(product), &other.generated(product)).with_context(|| {
            format!("target/{product} is not what a clean copy makes of the same sources; see target/again")
        })?;
    }
    remove(&elsewhere)
}

/// Fails with the names of files that differ or that only one side has.
fn compare(first: &Path, second: &Path) -> Result<()> {
    let all: BTreeSet<PathBuf> = files(first)?.union(&files(second)?).cloned().collect();
    let read = |folder: &Path, file: &Path| fs::read(folder.join(file)).ok();
    let different: Vec<String> = all
        .iter()
        .filter(|file| read(first, file) != read(second, file))
        .map(|file| file.display().to_string())
        .collect();
    if !different.is_empty() {
        bail!("{} of {} files differ: {}", different.len(), all.len(), different.join(", "));
    }
    println!("    {}: {} files alike", first.display(), all.len());
    Ok(())
}

/// Paths below a folder, from there.
fn files(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry.with_context(|| folder.display().to_string())?;
        let name = PathBuf::from(entry.file_name());
        if entry.path().is_dir() {
            found.extend(files(&entry.path())?.into_iter().map(|file| name.join(file)));
        } else {
            found.insert(name);
        }
    }
    Ok(found)
}

/// Copies a file, or a folder without what is named so, however deep.
fn copy(from: &Path, to: &Path, without: &[&str]) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to).with_context(|| to.display().to_string())?;
        for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
            let name = entry.with_context(|| from.display().to_string())?.file_name();
            if !without.iter().any(|left_out| name == *left_out) {
                copy(&from.join(&name), &to.join(&name), without)?;
            }
        }
        return Ok(());
    }
    fs::copy(from, to).map(drop).with_context(|| from.display().to_string())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_differs_or_is_missing_is_named() {
        let dir = std::env::temp_dir().join(format!("xtask-compare-{}", std::process::id()));
        let (one, other) = (dir.join("one"), dir.join("other"));
        for folder in [&one, &other] {
            fs::create_dir_all(folder.join("deep")).unwrap();
            fs::write(folder.join("same"), "1").unwrap();
            fs::write(folder.join("deep/file"), "1").unwrap();
        }
        compare(&one, &other).unwrap();

        fs::write(one.join("deep/file"), "2").unwrap();
        fs::write(other.join("more"), "").unwrap();
        let error = compare(&one, &other).unwrap_err().to_string();
        assert_eq!(error, "2 of 3 files differ: deep/file, more");

        fs::remove_dir_all(dir).unwrap();
    }
}
