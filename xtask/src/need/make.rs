//! make, which the server's allocator is built with: found, or installed from Debian.

use anyhow::{Context as _, Result};

use super::debian;
use crate::layout::Layout;

const HINT: &str = "make is missing: run `sudo apt-get update && sudo apt-get install -y make`";

/// Sees that it is there. On Debian and Ubuntu, as root, a missing one is installed.
pub(crate) fn ensure(layout: &Layout) -> Result<()> {
    if debian::on_path("make").is_none() {
        debian::install(layout, &["make"]).context(HINT)?;
    }
    Ok(())
}
