//! `cargo xtask bench widget`: what sealing costs in a browser, beside `@hpke/core` doing the same in the same page.

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result};
use clap::Args;

use super::{
    Figure, judge,
    machine::{self, Machine, QUIET},
    stats::{Spread, number},
};
use crate::{
    layout::Layout,
    need::{chromium, npm},
    tool::Tool,
    widget,
};

const RESULTS: &str = "bench/WIDGET.md";

/// What the widget may take, times what `@hpke/core` takes with the browser's own X25519.
const LIMIT: f64 = 1.5;

/// How much to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// Pages in which everybody seals, in turns
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Seals of everybody in each of them
    #[arg(long, default_value_t = 3000)]
    seals: usize,
    /// Fresh pages for each, to be loaded into
    #[arg(long, default_value_t = 30)]
    contexts: usize,
}

/// Measures, prints, writes the results and judges.
pub(crate) fn run(layout: &Layout, options: &Options) -> Result<()> {
    widget::run(layout)?;
    npm::install(layout, "widget")?;
    npm::install(layout, "tests")?;
    let chromium = chromium::ensure(layout)?;
    let machine = Machine::this(layout)?;
    let disturbance = machine::busy_with_others()?;
    let printed = Tool::new(layout, "node")
        .args(["bench/widget/run.mjs", "--package"])
        .arg(layout.npm_package())
        .arg("--chromium")
        .arg(chromium)
        .args(["--runs", &options.runs.to_string(), "--seals", &options.seals.to_string()])
        .args(["--contexts", &options.contexts.to_string()])
        .output()?;
    let measured = Measured::read(&printed).context("bench/widget/run.mjs prints figures")?;
    let text = text(&measured, options, &machine, disturbance);
    println!("{text}");
    fs::write(layout.root.join(RESULTS), &text).context(RESULTS)?;
    println!("{RESULTS} is written");
    judge("The widget beside @hpke/core with the browser's X25519", &measured.promises())
}

/// Who seals, as the page calls them and as people read it.
const BYO: &str = "byo";
const NATIVE: &str = "native";
const ENTRANTS: [(&str, &str); 4] = [
    (BYO, "byo, WebAssembly"),
    ("whole", "byo, with the element before it"),
    (NATIVE, "`@hpke/core`, X25519 by WebCrypto"),
    ("script", "`@hpke/core`, X25519 in JavaScript"),
];

/// By who it was and in which run.
type ByRun = BTreeMap<(String, usize), f64>;

#[derive(Default)]
struct Measured {
    versions: String,
    /// In microseconds.
    p50: ByRun,
    p99: ByRun,
    /// From the import to having sealed once, in milliseconds.
    ready: ByRun,
}

impl Measured {
    /// One figure a line: `seal 0 byo 181.5 430.0`, `ready 0 byo 22.83`.
    fn read(printed: &str) -> Option<Self> {
        let mut measured = Self::default();
        for line in printed.lines() {
            let (kind, rest) = line.split_once(' ')?;
            if kind == "version" {
                rest.clone_into(&mut measured.versions);
                continue;
            }
            let words: Vec<&str> = rest.split(' ').collect();
            let at = |who: &str, run: &str| Some((who.to_owned(), run.parse().ok()?));
            match (kind, words.as_slice()) {
                ("seal", [run, who, p50, p99]) => {
                    measured.p50.insert(at(who, run)?, p50.parse().ok()?);
                    measured.p99.insert(at(who, run)?, p99.parse().ok()?);
                }
                ("ready", [run, who, ready]) => {
                    measured.ready.insert(at(who, run)?, ready.parse().ok()?);
                }
                _ => return None,
            }
        }
        Some(measured)
    }

    fn promises(&self) -> [Figure; 3] {
        let figure = |name, figures: &ByRun| Figure {
            name,
            value: ratio(figures, BYO).median,
            limit: LIMIT,
            unit: "×",
        };
        [
            figure("a seal, p50", &self.p50),
            figure("a seal, p99", &self.p99),
            figure("import to ready", &self.ready),
        ]
    }
}

fn spread(figures: &ByRun, who: &str) -> Spread {
    Spread::of(figures.iter().filter(|((whose, _), _)| whose == who).map(|(_, figure)| *figure))
}

/// In proportion to `@hpke/core` with the browser's X25519, of the same run.
fn ratio(figures: &ByRun, who: &str) -> Spread {
    let of = figures.iter().filter(|((whose, _), _)| whose == who);
    Spread::of_ratios(
        of.filter_map(|((_, run), figure)| Some((*figure, *figures.get(&(NATIVE.to_owned(), *run))?))),
    )
}

fn text(measured: &Measured, options: &Options, machine: &Machine, disturbance: f64) -> String {
    let Options { runs, seals, contexts } = options;
    let doubt = if disturbance > QUIET {
        let busy = number(disturbance * 100.0);
        format!("\n**Others used {busy} % of the cores before it began: these figures are worth little.**\n")
    } else {
        String::new()
    };
    let promises: String = measured
        .promises()
        .iter()
        .map(|Figure { name, value, limit, .. }| {
            let verdict = if value <= limit { "kept" } else { "**not kept**" };
            format!("| {name}, × `@hpke/core`'s ≤ {limit} | {} | {verdict} |\n", number(*value))
        })
        .collect();
    let rows: String = ENTRANTS
        .iter()
        .map(|(who, shown)| {
            let [p50, p99, ready] = [&measured.p50, &measured.p99, &measured.ready]
                .map(|figures| format!("{} | {}", spread(figures, who), ratio(figures, who)));
            format!("| {shown} | {p50} | {p99} | {ready} |\n")
        })
        .collect();
    format!(
        "# The widget's sealing beside `@hpke/core`\n\n\
         Written by `cargo xtask bench widget`; do not edit.\n\n\
         {machine} {}.\n{doubt}\n\
         ## Promises\n\n| promise | measured | |\n|---|---|---|\n{promises}\n\
         ## Figures\n\n\
         Median (smallest–largest); × is in proportion to `@hpke/core` with X25519 by WebCrypto, of the same run.\n\n\
         | | p50 µs | × | p99 µs | × | ready ms | × |\n|---|---|---|---|---|---|---|\n{rows}\n\
         ## Method\n\n\
         DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305; 512 bytes of padded plaintext, 44 of `info`, no `aad`: \
         the first of the pinned vectors. What each of them seals is opened before anything is measured. Chromium, one \
         local server for all, pages isolated so that their clock ticks every 5 µs.\n\n\
         - **p50, p99**: {runs} fresh pages with {seals} seals of each, after 200 to warm up, in turns of 100. byo is the \
         package's `Sealer.seal`: from the held key to the envelope's text, so that it pads, hashes the context and \
         spells base64url besides, while the others are handed the padded text and `info`.\n\
         - **ready**: {contexts} fresh browser contexts for each, in turns; from `import()` to having sealed once. byo is \
         the package as it ships: the element is there with the page, and what seals is imported when somebody touches the \
         field, together with the panel's actions, the client and the words. \"With the element before it\" imports both, one \
         after the other.\n",
        measured.versions
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "version Chromium 1\nseal 0 byo 150.0 400.0\nseal 0 native 100.0 500.0\n\
                           seal 1 byo 100.0 400.0\nseal 1 native 100.0 200.0\nready 0 byo 30.00\nready 0 native 10.00\n";

    #[test]
    fn figures_are_compared_within_a_run() {
        let measured = Measured::read(PRINTED).unwrap();
        assert_eq!(measured.promises().map(|figure| figure.value), [1.25, 1.4, 3.0]);
    }

    #[test]
    fn what_is_no_figure_is_refused() {
        for odd in ["seal 0 byo 1.0", "seal x byo 1 2", "ready 0 byo soon", "hello", ""] {
            let is_read = Measured::read(&format!("{PRINTED}{odd}\n")).is_some();
            assert!(!is_read, "{odd}");
        }
    }

    #[test]
    fn what_was_never_measured_keeps_no_promise() {
        assert!(judge("nothing", &Measured::default().promises()).is_err());
    }

    #[test]
    fn the_results_say_what_was_not_kept_and_when_to_doubt_them() {
        let options = Options { runs: 2, seals: 1, contexts: 1 };
        let told = |busy| text(&Measured::read(PRINTED).unwrap(), &options, &Machine::default(), busy);
        assert!(told(0.0).contains("| a seal, p50, × `@hpke/core`'s ≤ 1.5 | 1.25 | kept |\n"));
        assert!(told(0.0).contains("| import to ready, × `@hpke/core`'s ≤ 1.5 | 3.00 | **not kept** |\n"));
        assert_eq!((told(0.0).contains("worth little"), told(0.2).contains("worth little")), (false, true));
    }
}
