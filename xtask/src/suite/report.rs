//! What every suite came to.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::tally::Tally;
use crate::step;

/// One line for each suite, and their sum.
#[derive(Default)]
pub(crate) struct Report {
    lines: Vec<Line>,
}

struct Line {
    name: &'static str,
    tally: Tally,
    time: Duration,
    trouble: Option<String>,
}

impl Report {
    /// Runs a suite. One that breaks off, runs no test or skips one counts as a failure.
    pub(crate) fn suite(&mut self, name: &'static str, run: impl FnOnce() -> Result<Outcome>) {
        let mut tally = Tally::default();
        self.line(name, || {
            let outcome = run()?;
            tally = outcome.tally;
            ensure!(tally.skipped == 0, "{} tests were skipped", tally.skipped);
            ensure!(tally.passed + tally.failed > 0, "no test ran");
            ensure!(outcome.succeeded || tally.failed > 0, "the runner failed");
            Ok(())
        });
        self.lines.last_mut().expect("a line was just added").tally += tally;
    }

    /// Runs something that has no tests to count but may fail.
    pub(crate) fn check(&mut self, name: &'static str, run: impl FnOnce() -> Result<()>) {
        self.line(name, run);
    }

    /// Prints the table and, last and alone, the count. True when nothing failed.
    pub(crate) fn conclude(self) -> bool {
        let mut sum = Tally::default();
        println!();
        for line in &self.lines {
            let Tally { passed, failed, .. } = line.tally;
            println!("{:<24} {passed:>6} passed {failed:>4} failed  {}", line.name, step::shown(line.time));
            if let Some(trouble) = &line.trouble {
                println!("    {trouble}");
            }
            sum += line.tally;
        }
        println!("\n{} passed, {} failed", sum.passed, sum.failed);
        sum.failed == 0
    }

    fn line(&mut self, name: &'static str, run: impl FnOnce() -> Result<()>) {
        println!("==> {name}");
        let started = Instant::now();
        let trouble = run().err().map(|error| format!("{error:#}"));
        let time = started.elapsed();
        println!("    {name}: {}", step::shown(time));
        let tally = Tally { failed: u64::from(trouble.is_some()), ..Tally::default() };
        self.lines.push(Line { name, tally, time, trouble });
    }
}

/// How a runner ended.
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    /// It exited with 0.
    pub(crate) succeeded: bool,
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    fn concluded(run: impl FnOnce() -> Result<Outcome>) -> bool {
        let mut report = Report::default();
        report.suite("a suite", run);
        report.conclude()
    }

    fn outcome(passed: u64, failed: u64, skipped: u64, succeeded: bool) -> Outcome {
        Outcome { tally: Tally { passed, failed, skipped }, succeeded }
    }

    #[test]
    fn a_suite_passes_when_tests_ran_and_none_failed() {
        assert!(concluded(|| Ok(outcome(1, 0, 0, true))));
    }

    #[test]
    fn a_suite_that_ran_nothing_skipped_or_broke_off_fails_the_run() {
        assert!(!concluded(|| Ok(outcome(0, 0, 0, true))), "no test ran");
        assert!(!concluded(|| Ok(outcome(5, 0, 1, true))), "one was skipped");
        assert!(!concluded(|| Ok(outcome(5, 0, 0, false))), "the runner failed");
        assert!(!concluded(|| Ok(outcome(5, 1, 0, false))), "a test failed");
        assert!(!concluded(|| bail!("it did not start")));
    }
}
