//! Who is measured. Each is fetched or found, and knows how it is started and called.

mod byo;
mod configured;
mod direct;
mod hyper;
mod litellm;
mod portkey;

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use super::stage::{KEY, Stage};
use crate::layout::Layout;

/// What callers show to a gateway that asks who they are; the upstream refuses it.
pub(super) const CALLER: &str = "sk-bench-caller-61c7e0a2d9f8";

/// The names `--only` takes, in the order of the tables.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, ValueEnum)]
pub(crate) enum Name {
    /// No gateway: what the others' latencies are compared with, and all that load and upstream can do
    Direct,
    Nginx,
    Haproxy,
    /// The smallest proxy that can be made of hyper: `bench/src/bin/hyper-proxy.rs`
    Hyper,
    Portkey,
    Litellm,
    Byo,
    /// byo that logs errors only
    ByoQuiet,
}

impl Name {
    pub(super) fn is_byo(self) -> bool {
        matches!(self, Self::Byo | Self::ByoQuiet)
    }

    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Direct => "no gateway",
            Self::Nginx => "nginx",
            Self::Haproxy => "HAProxy",
            Self::Hyper => "minimal hyper proxy",
            Self::Portkey => "Portkey",
            Self::Litellm => "LiteLLM",
            Self::Byo => "byo",
            Self::ByoQuiet => "byo, logging errors only",
        }
    }
}

/// One that is measured.
pub(super) trait Gateway {
    fn version(&self) -> &str;

    /// How it is started; none for no gateway at all.
    fn command(&self, stage: &Stage<'_>) -> Result<Option<Command>>;

    /// A path that is answered with 200 once it can be used.
    fn ready(&self) -> &'static str {
        "/v1/models"
    }

    /// Where chat completions are.
    fn path(&self) -> &'static str {
        "/v1/chat/completions"
    }

    /// The headers of each caller, once it is ready; connections take turns to be one of them.
    fn callers(&self, stage: &Stage<'_>) -> Result<Vec<Vec<String>>>;
}

/// Gets one ready to be measured.
pub(super) fn prepare(layout: &Layout, name: Name, byo: Option<&Path>) -> Result<Box<dyn Gateway>> {
    Ok(match name {
        Name::Direct => Box::new(direct::Direct),
        Name::Nginx => Box::new(configured::nginx(layout)?),
        Name::Haproxy => Box::new(configured::haproxy(layout)?),
        Name::Hyper => Box::new(hyper::Hyper::find(layout)?),
        Name::Portkey => Box::new(portkey::Portkey::install(layout)?),
        Name::Litellm => Box::new(litellm::LiteLlm::install(layout)?),
        Name::Byo | Name::ByoQuiet => {
            let log = if name == Name::ByoQuiet { "error" } else { "" };
            Box::new(byo::Byo::find(layout, byo.context("a byo is built for it")?, log)?)
        }
    })
}

/// Everybody is one caller, who has a token for the gateway.
fn one_caller(token: &str) -> Vec<Vec<String>> {
    vec![vec![format!("authorization: Bearer {token}")]]
}

/// What stands after a word in what a program says of its version.
fn after<'a>(text: &'a str, word: &str) -> Result<&'a str> {
    let rest = text.split(word).nth(1).and_then(|rest| rest.split_whitespace().next());
    rest.with_context(|| format!("no version in {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_what_programs_say() {
        assert_eq!(after("nginx version: nginx/1.22.1\n", "nginx/").unwrap(), "1.22.1");
        assert_eq!(after("HAProxy version 2.6.12-1 2026/10/17 - x", "version ").unwrap(), "2.6.12-1");
        assert!(after("command not found", "version ").is_err());
    }
}
