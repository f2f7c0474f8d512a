//! Node.js and npm: looked for, never installed.

use anyhow::{Context as _, Result, bail};

use crate::{layout::Layout, tool::Tool};

/// The oldest version on which the packages under test run: aimock needs `crc32`, Copilot's SDK says so.
const OLDEST: (u32, u32) = (20, 19);

/// Sees that node and npm are there and new enough.
pub(crate) fn check(layout: &Layout) -> Result<()> {
    let (major, minor) = OLDEST;
    let hint =
        || format!("Node.js {major}.{minor} or newer with npm is needed: https://nodejs.org/en/download");
    let version = Tool::new(layout, "node").arg("--version").output().with_context(hint)?;
    if parsed(&version).is_none_or(|found| found < OLDEST) {
        bail!("{}; found {}", hint(), version.trim());
    }
    Tool::new(layout, "npm").arg("--version").output().with_context(hint)?;
    Ok(())
}

fn parsed(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim().strip_prefix('v')?.split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_what_node_prints() {
        assert_eq!(parsed("v20.20.2\n"), Some((20, 20)));
        assert_eq!(parsed("v9.1.0"), Some((9, 1)));
        assert_eq!(parsed("command not found"), None);
    }
}
