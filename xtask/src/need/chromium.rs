//! The browser that the demo and the browser suites drive: found, or installed from Debian.

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result, bail};

use super::debian;
use crate::layout::Layout;

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const HINT: &str = "Chromium is missing: run `sudo apt-get update && sudo apt-get install -y chromium`, \
                    or set CHROMIUM to a Chrome or Chromium binary";

/// The browser's path. On Debian and Ubuntu, as root, a missing one is installed.
pub(crate) fn ensure(layout: &Layout) -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        let named = PathBuf::from(named);
        if !debian::is_program(&named) {
            bail!("CHROMIUM names {}, which is no program", named.display());
        }
        return Ok(named);
    }
    if let Some(found) = on_path() {
        return Ok(found);
    }
    // Fonts are only recommended by the package, and a page without them is boxes.
    debian::install(layout, &["chromium", "fonts-liberation"]).context(HINT)?;
    on_path().context(HINT)
}

fn on_path() -> Option<PathBuf> {
    NAMES.iter().find_map(|name| debian::on_path(name))
}
