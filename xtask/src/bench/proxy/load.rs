//! Runs the load generator and reads what it says.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::SocketAddr,
};

use anyhow::{Context as _, Result, bail};

use super::{process::Process, stage::Stage};
use crate::bench::stats::Times;

/// Connections, all of them busy in a closed loop.
pub(super) const CONNECTIONS: usize = 64;

/// Which share of what arrived within a window a gateway that keeps up has answered at its end.
const IN_TIME: f64 = 0.95;

/// What to ask and how.
pub(super) struct Load<'a> {
    pub(super) target: SocketAddr,
    /// Whole requests; each connection sends one of them over and over.
    pub(super) requests: &'a [String],
    /// Requests a second; none keeps every connection busy.
    pub(super) rate: Option<u32>,
    /// In every answer's body.
    pub(super) contains: &'a str,
    pub(super) warm_up: f64,
    pub(super) seconds: f64,
}

/// What came of it: of a closed loop, within the window; of an open one, what arrived within it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) arrivals: u64,
    pub(super) answers: u64,
    /// Answers that came after the window's end.
    pub(super) late: u64,
    pub(super) whole: Times,
    pub(super) first: Times,
}

impl Load<'_> {
    /// Calls `mark` at the start and at the end of the window that counts.
    pub(super) fn run(&self, stage: &Stage<'_>, mut mark: impl FnMut() -> Result<()>) -> Result<Seen> {
        let file = stage.folder.join("requests");
        fs::write(&file, self.requests.join("\0")).with_context(|| file.display().to_string())?;
        let mut command = stage.load_command();
        command.arg(self.target.to_string()).arg(&file).args([
            CONNECTIONS.to_string(),
            self.warm_up.to_string(),
            self.seconds.to_string(),
            self.rate.unwrap_or(0).to_string(),
            self.contains.to_owned(),
        ]);
        let mut process = Process::start(&mut command)?;
        let stdout = process.child().stdout.take().expect("it was piped");
        let mut seen = Seen::default();
        for line in BufReader::new(stdout).lines() {
            match line?.as_str() {
                "start" | "end" => mark()?,
                line => seen.take(line).with_context(|| format!("the load generator says {line}"))?,
            }
        }
        let mut complaint = String::new();
        let stderr = process.child().stderr.as_mut().expect("it was piped");
        stderr.read_to_string(&mut complaint)?;
        if !process.child().wait()?.success() {
            bail!("{}", complaint.trim());
        }
        Ok(seen)
    }
}

impl Seen {
    /// An open loop's: more arrived than was answered meanwhile, so latencies only tell how long it went on.
    pub(super) fn is_saturated(&self) -> bool {
        ((self.answers - self.late) as f64) < IN_TIME * self.arrivals as f64
    }

    fn take(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        let name = words.next()?;
        let mut number = || words.next()?.parse::<u64>().ok();
        match name {
            "arrivals" => self.arrivals = number()?,
            "answers" => self.answers = number()?,
            "late" => self.late = number()?,
            "whole" => self.whole.add(number()?, number()?),
            "first" => self.first.add(number()?, number()?),
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_load_generator_says_is_read_line_by_line() {
        let mut seen = Seen::default();
        for line in ["arrivals 0", "answers 3", "late 1", "whole 120 2", "whole 130 1", "first 90 3"] {
            seen.take(line).unwrap();
        }
        assert_eq!((seen.arrivals, seen.answers, seen.late), (0, 3, 1));
        assert_eq!((seen.whole.percentile(1.0), seen.first.percentile(0.5)), (130.0, 90.0));
        assert_eq!(seen.take("whole 12"), None);
        assert_eq!(seen.take("panicked at"), None);
    }

    #[test]
    fn a_gateway_that_falls_behind_is_saturated() {
        let seen = |answers, late| Seen { arrivals: 100, answers, late, ..Seen::default() };
        assert!(!seen(100, 5).is_saturated(), "some are under way when the window ends");
        assert!(seen(100, 6).is_saturated(), "answered in the end, but too late");
        assert!(seen(94, 0).is_saturated(), "never answered");
    }
}
