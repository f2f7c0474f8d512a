//! strace, which shows a suite what the server asks of the kernel: found, or installed from Debian.

use anyhow::{Context as _, Result};

use super::debian;
use crate::layout::Layout;

const HINT: &str = "strace is missing: run `sudo apt-get update && sudo apt-get install -y strace`";

/// Sees that it is there. On Debian and Ubuntu, as root, a missing one is installed.
pub(crate) fn ensure(layout: &Layout) -> Result<()> {
    if debian::on_path("strace").is_none() {
        debian::install(layout, &["strace"]).context(HINT)?;
    }
    Ok(())
}
