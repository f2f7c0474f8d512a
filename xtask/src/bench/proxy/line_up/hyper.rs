//! What a proxy in Rust costs at least.

use std::{fs, process::Command};

use anyhow::{Context as _, Result};

use super::{CALLER, Gateway, KEY, Stage, one_caller};
use crate::layout::Layout;

pub(super) struct Hyper {
    version: String,
}

impl Hyper {
    pub(super) fn find(layout: &Layout) -> Result<Self> {
        let lock = fs::read_to_string(layout.root.join("bench/Cargo.lock"))?;
        let version = locked(&lock, "hyper").context("bench/Cargo.lock names hyper")?;
        Ok(Self { version: format!("hyper {version}") })
    }
}

impl Gateway for Hyper {
    fn version(&self) -> &str {
        &self.version
    }

    fn command(&self, stage: &Stage<'_>) -> Result<Option<Command>> {
        let mut command = stage.gateway_command(&stage.program("hyper-proxy"))?;
        command.args([stage.gateway.to_string(), stage.upstream.to_string(), KEY.to_owned()]);
        Ok(Some(command))
    }

    fn callers(&self, _: &Stage<'_>) -> Result<Vec<Vec<String>>> {
        Ok(one_caller(CALLER))
    }
}

/// A crate's version in a lock file.
fn locked<'a>(lock: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = lock.lines();
    lines.find(|line| *line == format!("name = \"{name}\""))?;
    lines.next()?.strip_prefix("version = \"")?.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_lock_file() {
        let lock = "[[package]]\nname = \"hyper-util\"\nversion = \"0.1.2\"\n\n\
                    [[package]]\nname = \"hyper\"\nversion = \"1.2.3\"\n";
        assert_eq!(locked(lock, "hyper"), Some("1.2.3"));
        assert_eq!(locked(lock, "http"), None);
    }
}
