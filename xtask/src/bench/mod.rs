//! `cargo xtask bench`: what depends on time is measured here, as ratios within one run, and never in a test.

mod client;
mod flood;
mod machine;
mod proxy;
mod server;
mod stats;
mod widget;

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Subcommand;

use crate::{build, layout::Layout};

/// What to measure.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// 2,000 connections that never finish their headers: when they are cut, and what others notice
    Flood {
        /// The server to measure; a release build of this checkout when left out
        #[arg(long)]
        binary: Option<PathBuf>,
    },
    /// byo beside nginx, HAProxy, a minimal hyper proxy, Portkey and LiteLLM; leaves `bench/RESULTS.md`
    Proxy(proxy::Options),
    /// The widget's sealing beside `@hpke/core` in Chromium; leaves `bench/WIDGET.md`
    Widget(widget::Options),
}

/// `cargo xtask bench …`; an error when a limit is not kept.
pub(crate) fn run(layout: &Layout, bench: Bench) -> Result<()> {
    match bench {
        Bench::Flood { binary } => flood::run(&binary.map_or_else(|| released(layout), Ok)?),
        Bench::Proxy(options) => proxy::run(layout, &options),
        Bench::Widget(options) => widget::run(layout, &options),
    }
}

fn released(layout: &Layout) -> Result<PathBuf> {
    build::run(layout)?;
    Ok(layout.cargo_output("release/byo"))
}

/// One figure against its limit.
struct Figure {
    name: &'static str,
    value: f64,
    limit: f64,
    unit: &'static str,
}

/// Prints them all; an error when one is above its limit.
fn judge(title: &str, figures: &[Figure]) -> Result<()> {
    println!("{title}");
    for Figure { name, value, limit, unit } in figures {
        let verdict = if value <= limit { "" } else { "  <-- above its limit" };
        println!("  {name:<44} {value:>8.2} {unit:<3} (limit {limit:.2}){verdict}");
    }
    if figures.iter().any(|figure| figure.value.is_nan() || figure.value > figure.limit) {
        bail!("{title}: a figure is above its limit");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_above_its_limit_fails_the_run() {
        let figure = |value| [Figure { name: "a", value, limit: 2.0, unit: "" }];
        assert!(judge("at its limit", &figure(2.0)).is_ok());
        assert!(judge("above", &figure(2.01)).is_err());
        assert!(judge("never measured", &figure(f64::NAN)).is_err());
    }
}
