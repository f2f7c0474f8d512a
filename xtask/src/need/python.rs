//! Python packages, in an environment of their own below `target`.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result, bail};

use super::debian;
use crate::{
    layout::Layout,
    stamp::{Inputs, Stamp},
    tool::Tool,
};

/// The oldest version that every SDK under test takes.
const OLDEST: (u32, u32) = (3, 11);

/// The interpreter that has the packages of the suite.
pub(crate) fn ensure(layout: &Layout) -> Result<PathBuf> {
    let environment = environment(layout, "python", "tests/python/requirements.txt", &["--require-hashes"])?;
    Ok(environment.join("bin/python"))
}

/// The folder of an environment that has what a requirements file names. Nothing is installed outside of `target`, and
/// nothing is built from source.
pub(crate) fn environment(
    layout: &Layout,
    name: &str,
    requirements: &str,
    flags: &[&str],
) -> Result<PathBuf> {
    if !has_venv(layout) {
        debian::install(layout, &["python3-venv"]).with_context(hint)?;
    }
    let version = check(layout)?;
    let venv = layout.generated("tools").join(name);
    let inputs = Inputs::default().text(&version).path(&layout.root, requirements)?;
    let stamp = Stamp::new(venv.join(".xtask-stamp"), &inputs);
    if stamp.is_current() {
        return Ok(venv);
    }
    if venv.exists() {
        fs::remove_dir_all(&venv).with_context(|| venv.display().to_string())?;
    }
    Tool::new(layout, "python3").args(["-m", "venv"]).arg(&venv).output().with_context(hint)?;
    Tool::new(layout, venv.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"])
        .args(["--only-binary", ":all:", "--requirement", requirements])
        .args(flags)
        .output()
        .with_context(|| format!("the packages of {requirements} cannot be installed"))?;
    stamp.remember()?;
    Ok(venv)
}

/// Debian has it in a package of its own, and leaves out what it needs without it.
fn has_venv(layout: &Layout) -> bool {
    Tool::new(layout, "python3").args(["-c", "import ensurepip, venv"]).succeeds()
}

fn check(layout: &Layout) -> Result<String> {
    let version = Tool::new(layout, "python3").arg("--version").output().with_context(hint)?;
    if parsed(&version).is_none_or(|found| found < OLDEST) {
        bail!("{}; found {}", hint(), version.trim());
    }
    Ok(version)
}

fn hint() -> String {
    let (major, minor) = OLDEST;
    format!(
        "Python {major}.{minor} or newer with venv is needed: run `sudo apt-get update && \
         sudo apt-get install -y python3-venv`"
    )
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix("Python ")?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_python_prints() {
        assert_eq!(parsed("Python 3.11.7\n"), Some((3, 11)));
        assert_eq!(parsed("Python 3.9.2"), Some((3, 9)));
        assert_eq!(parsed("command not found"), None);
    }
}
