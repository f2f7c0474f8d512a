//! What makes a network namespace and routes in it: found, or installed from Debian.

use anyhow::{Context as _, Result};

use super::debian;
use crate::layout::Layout;

/// Each program and the package it is in.
const PROGRAMS: [(&str, &str); 2] = [("ip", "iproute2"), ("unshare", "util-linux")];

/// Sees that they are there. On Debian and Ubuntu, as root, a missing one is installed.
pub(crate) fn ensure(layout: &Layout) -> Result<()> {
    for (program, package) in PROGRAMS {
        if debian::on_path(program).is_none() {
            debian::install(layout, &[package]).with_context(|| {
                format!(
                    "{program} is missing: run `sudo apt-get update && sudo apt-get install -y {package}`"
                )
            })?;
        }
    }
    Ok(())
}
