//! Programs of the system: looked for on the path, and installed from Debian's packages where that is possible.

use std::{
    env,
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{layout::Layout, tool::Tool};

/// Installs packages, without what they merely recommend. Only root can, and only on Debian and Ubuntu.
pub(super) fn install(layout: &Layout, packages: &[&str]) -> Result<()> {
    apt(layout)?.arg("update").output()?;
    apt(layout)?.args(["install", "-y", "--no-install-recommends"]).args(packages).output()?;
    Ok(())
}

/// Fetches a package, and those it needs that are not installed, into a folder.
pub(super) fn download(layout: &Layout, package: &str, folder: &Path) -> Result<()> {
    let partial = folder.join("partial");
    fs::create_dir_all(&partial).with_context(|| partial.display().to_string())?;
    apt(layout)?.arg("update").output()?;
    let install = apt(layout)?.args(["install", "-y", "--no-install-recommends", "--download-only"]);
    install.args(["-o", &format!("Dir::Cache::archives={}", folder.display()), package]).output()?;
    Ok(())
}

fn apt(layout: &Layout) -> Result<Tool> {
    if !(Path::new("/etc/debian_version").exists() && is_root()) {
        bail!("only root on Debian or Ubuntu can have it installed");
    }
    Ok(Tool::new(layout, "apt-get").env("DEBIAN_FRONTEND", "noninteractive").arg("-qq"))
}

/// The first program of that name on the path.
pub(super) fn on_path(name: &str) -> Option<PathBuf> {
    first_program(&env::var_os("PATH")?, name)
}

pub(super) fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.mode() & 0o111 != 0)
}

fn first_program(path: &OsStr, name: &str) -> Option<PathBuf> {
    env::split_paths(path).map(|dir| dir.join(name)).find(|candidate| is_program(candidate))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn only_an_executable_file_counts_as_found() {
        let dir = env::temp_dir().join(format!("xtask-debian-{}", std::process::id()));
        let (first, second) = (dir.join("first"), dir.join("second"));
        fs::create_dir_all(first.join("chromium")).unwrap();
        fs::create_dir_all(&second).unwrap();
        let path = env::join_paths([&first, &second]).unwrap();

        assert_eq!(first_program(&path, "chromium"), None, "a folder of that name is no program");
        fs::write(second.join("chromium"), "").unwrap();
        fs::set_permissions(second.join("chromium"), fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(first_program(&path, "chromium"), None, "it may not be run");
        fs::set_permissions(second.join("chromium"), fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(first_program(&path, "chromium"), Some(second.join("chromium")));

        fs::remove_dir_all(dir).unwrap();
    }
}
