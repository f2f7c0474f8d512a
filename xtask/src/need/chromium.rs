//! The browser that the demo and the browser suites drive: found, or installed from Debian.

use std::{
    env,
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{layout::Layout, tool::Tool};

const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const HINT: &str = "Chromium is missing: run `sudo apt-get update && sudo apt-get install -y chromium`, \
                    or set CHROMIUM to a Chrome or Chromium binary";

/// The browser's path. On Debian and Ubuntu, as root, a missing one is installed.
pub(crate) fn ensure(layout: &Layout) -> Result<PathBuf> {
    if let Some(named) = env::var_os("CHROMIUM") {
        let named = PathBuf::from(named);
        if !is_program(&named) {
            bail!("CHROMIUM names {}, which is no program", named.display());
        }
        return Ok(named);
    }
    if let Some(found) = on_path() {
        return Ok(found);
    }
    if !(Path::new("/etc/debian_version").exists() && is_root()) {
        bail!(HINT);
    }
    install(layout).context(HINT)?;
    on_path().context(HINT)
}

fn install(layout: &Layout) -> Result<()> {
    let apt = || Tool::new(layout, "apt-get").env("DEBIAN_FRONTEND", "noninteractive").arg("-qq");
    apt().arg("update").output()?;
    // Fonts are only recommended by the package, and a page without them is boxes.
    apt().args(["install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"]).output()?;
    Ok(())
}

fn on_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    NAMES.iter().find_map(|name| first_program(&path, name))
}

fn first_program(path: &OsStr, name: &str) -> Option<PathBuf> {
    env::split_paths(path).map(|dir| dir.join(name)).find(|candidate| is_program(candidate))
}

fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|file| file.is_file() && file.mode() & 0o111 != 0)
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
        let dir = env::temp_dir().join(format!("xtask-chromium-{}", std::process::id()));
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
