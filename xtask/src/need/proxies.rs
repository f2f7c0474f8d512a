//! nginx and HAProxy, to measure beside byo: found, or unpacked from Debian's packages.
//!
//! Unpacked below `target` and not installed: once installed, Debian's nginx serves on port 80.

use std::{fs, path::PathBuf};

use anyhow::{Context as _, Result};

use super::debian;
use crate::{layout::Layout, tool::Tool};

/// A program and where its libraries are, besides the system's.
pub(crate) struct Proxy {
    pub(crate) program: PathBuf,
    pub(crate) libraries: PathBuf,
}

/// nginx or HAProxy, whose packages are named as their programs are.
pub(crate) fn ensure(layout: &Layout, name: &str) -> Result<Proxy> {
    let folder = layout.generated("tools/debian");
    let libraries = folder.join(format!("usr/lib/{}-linux-gnu", std::env::consts::ARCH));
    let unpacked = folder.join("usr/sbin").join(name);
    if let Some(program) = debian::on_path(name) {
        return Ok(Proxy { program, libraries });
    }
    if !debian::is_program(&unpacked) {
        let hint =
            || format!("{name} is missing: run `sudo apt-get update && sudo apt-get install -y {name}`");
        unpack(layout, name, &folder).with_context(hint)?;
    }
    Ok(Proxy { program: unpacked, libraries })
}

/// The package, and those it needs that the system lacks.
fn unpack(layout: &Layout, name: &str, folder: &PathBuf) -> Result<()> {
    let archives = layout.generated("tools/debian-packages").join(name);
    debian::download(layout, name, &archives)?;
    for archive in fs::read_dir(&archives)? {
        let archive = archive?.path();
        if archive.extension().is_some_and(|extension| extension == "deb") {
            Tool::new(layout, "dpkg-deb").arg("--extract").arg(archive).arg(folder).output()?;
        }
    }
    Ok(())
}
