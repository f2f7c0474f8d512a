//! `cargo xtask bench proxy`: byo beside others that stand between a client and a provider.
//!
//! All of them are in front of the same upstream, one at a time on a core of their own, in an order that is another
//! one every round. Figures are compared within a round and never across.

mod http;
mod line_up;
mod load;
mod measure;
mod process;
mod report;
mod stage;
mod verdict;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum as _};

use self::{
    line_up::{Gateway, Name},
    measure::Figures,
    stage::Stage,
};
use super::{
    machine::{self, Machine},
    released,
    stats::Spread,
};
use crate::layout::Layout;

const RESULTS: &str = "bench/RESULTS.md";

/// How much to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds of each of the four measurements of each gateway in each round
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Only these, which leaves `bench/RESULTS.md` as it is
    #[arg(long, value_delimiter = ',')]
    only: Vec<Name>,
    /// The byo to measure; a release build of this checkout when left out
    #[arg(long)]
    binary: Option<PathBuf>,
}

/// All that was measured.
struct Results {
    machine: Machine,
    /// Those that took part, also if they failed later.
    versions: BTreeMap<Name, String>,
    /// Why others did not, or not to the end.
    failures: BTreeMap<Name, String>,
    rounds: Vec<BTreeMap<Name, Figures>>,
    /// The largest share of the cores that others used before a round.
    disturbance: f64,
    seconds: f64,
}

/// Measures, prints, writes the results and judges; an error when a promise is not kept or could not be judged.
pub(crate) fn run(layout: &Layout, options: &Options) -> Result<()> {
    let names = match options.only.as_slice() {
        [] => Name::value_variants(),
        only => only,
    };
    let byo = match &options.binary {
        Some(binary) => Some(binary.clone()),
        None if names.iter().any(|name| name.is_byo()) => Some(released(layout)?),
        None => None,
    };
    let stage = Stage::set(layout)?;
    let results = Results::measured(&stage, names, byo.as_deref(), options)?;
    let judged = verdict::judge(&results, names);
    let text = report::text(&results, &judged);
    println!("{text}");
    if options.only.is_empty() {
        fs::write(layout.root.join(RESULTS), &text).context(RESULTS)?;
        println!("{RESULTS} is written");
    }
    let missed = judged.iter().filter(|judged| !judged.is_kept()).count();
    if missed > 0 {
        bail!("{missed} of {} promises are not kept", judged.len());
    }
    Ok(())
}

impl Results {
    fn measured(stage: &Stage<'_>, names: &[Name], byo: Option<&Path>, options: &Options) -> Result<Self> {
        let mut results = Self {
            machine: Machine::this(stage.layout)?,
            versions: BTreeMap::new(),
            failures: BTreeMap::new(),
            rounds: Vec::new(),
            disturbance: 0.0,
            seconds: options.seconds,
        };
        let mut line_up: Vec<(Name, Box<dyn Gateway>)> = Vec::new();
        for name in names {
            match line_up::prepare(stage.layout, *name, byo) {
                Ok(gateway) => {
                    results.versions.insert(*name, gateway.version().to_owned());
                    line_up.push((*name, gateway));
                }
                Err(error) => results.leave_out(*name, &error),
            }
        }
        for number in 0..options.rounds {
            results.disturbance = results.disturbance.max(machine::busy_with_others()?);
            let mut round = BTreeMap::new();
            for (name, gateway) in rotated(&line_up, number) {
                if results.failures.contains_key(name) {
                    continue;
                }
                println!("==> round {} of {}: {}", number + 1, options.rounds, name.shown());
                match measure::measure(gateway.as_ref(), stage, options.seconds) {
                    Ok(figures) => {
                        println!("    {}", report::line(&figures));
                        round.insert(*name, figures);
                    }
                    Err(error) => results.leave_out(*name, &error),
                }
            }
            results.rounds.push(round);
        }
        Ok(results)
    }

    /// The run goes on without it, and what it did before it failed does not count.
    fn leave_out(&mut self, name: Name, error: &anyhow::Error) {
        let why = format!("{error:#}");
        println!("{} is left out: {why}", name.shown());
        self.failures.insert(name, why);
        for round in &mut self.rounds {
            round.remove(&name);
        }
    }

    /// A figure of one over the rounds.
    fn spread(&self, name: Name, figure: impl Fn(&Figures) -> f64) -> Spread {
        Spread::of(self.rounds.iter().filter_map(|round| round.get(&name)).map(figure))
    }

    /// A figure of one in proportion to another's of the same round.
    fn ratio(&self, one: Name, other: Name, figure: impl Fn(&Figures) -> f64) -> Spread {
        let pairs = self.rounds.iter().filter_map(|round| Some((round.get(&one)?, round.get(&other)?)));
        Spread::of_ratios(pairs.map(|(one, other)| (figure(one), figure(other))))
    }

    /// What one adds to a latency, by the round's own measurement without a gateway.
    fn added(&self, name: Name, figure: impl Fn(&Figures) -> f64) -> Spread {
        let pairs =
            self.rounds.iter().filter_map(|round| Some((round.get(&name)?, round.get(&Name::Direct)?)));
        Spread::of(pairs.map(|(with, without)| figure(with) - figure(without)))
    }

    /// What one adds in proportion to what another adds.
    fn added_ratio(&self, one: Name, other: Name, figure: impl Fn(&Figures) -> f64) -> Spread {
        let added = |round: &BTreeMap<Name, Figures>, name| {
            Some(figure(round.get(&name)?) - figure(round.get(&Name::Direct)?))
        };
        let pairs = self.rounds.iter().filter_map(|round| Some((added(round, one)?, added(round, other)?)));
        Spread::of_ratios(pairs)
    }
}

/// Every round somebody else is first.
fn rotated<T>(line_up: &[T], round: usize) -> impl Iterator<Item = &T> {
    line_up.iter().cycle().skip(round % line_up.len().max(1)).take(line_up.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_begins_with_another_and_leaves_nobody_out() {
        let line_up = ["a", "b", "c"];
        let round = |number| rotated(&line_up, number).copied().collect::<String>();
        assert_eq!([0, 1, 2, 3].map(round), ["abc", "bca", "cab", "abc"]);
        assert_eq!(rotated::<u8>(&[], 1).count(), 0);
    }

    #[test]
    fn what_a_gateway_adds_is_compared_within_a_round() {
        let p50 = |p50| Figures { p50, ..measure::tests::nothing() };
        let round = |direct, haproxy, byo| {
            [(Name::Direct, p50(direct)), (Name::Haproxy, p50(haproxy)), (Name::Byo, p50(byo))].into()
        };
        let results = Results {
            rounds: vec![
                round(100.0, 200.0, 250.0),
                round(200.0, 400.0, 500.0),
                [(Name::Byo, p50(1.0))].into(),
            ],
            ..tests::empty()
        };
        let ratio = results.added_ratio(Name::Byo, Name::Haproxy, |figures| figures.p50);
        assert_eq!((ratio.min, ratio.max), (1.5, 1.5));
        let added = results.added(Name::Byo, |figures| figures.p50);
        assert_eq!((added.min, added.max), (150.0, 300.0));
        assert!(results.added(Name::Nginx, |figures| figures.p50).median.is_nan());
    }

    #[test]
    fn who_fails_in_a_later_round_has_no_figures() {
        let round = BTreeMap::from([(Name::Byo, measure::tests::nothing())]);
        let mut results = Results { rounds: vec![round], ..empty() };
        results.leave_out(Name::Byo, &anyhow::anyhow!("it stopped answering"));
        assert!(results.rounds[0].is_empty());
        assert_eq!(results.failures[&Name::Byo], "it stopped answering");
    }

    pub(super) fn empty() -> Results {
        Results {
            machine: Machine::default(),
            versions: BTreeMap::new(),
            failures: BTreeMap::new(),
            rounds: Vec::new(),
            disturbance: 0.0,
            seconds: 1.0,
        }
    }
}
