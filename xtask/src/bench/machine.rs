//! Where and when it was measured.

use std::{fmt, fs, thread, time::Duration};

use anyhow::{Context as _, Result};

use crate::{layout::Layout, tool::Tool};

#[derive(Default)]
pub(super) struct Machine {
    pub(super) date: String,
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) memory: String,
    pub(super) kernel: String,
    pub(super) compiler: String,
}

impl Machine {
    pub(super) fn this(layout: &Layout) -> Result<Self> {
        let told = |program: &str, arguments: &[&str]| {
            Tool::new(layout, program).args(arguments).output().map(|text| text.trim().to_owned())
        };
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let memory = value(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
        Ok(Self {
            date: told("date", &["--utc", "+%Y-%m-%d %H:%M UTC"])?,
            processor: value(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown".into()),
            cores: thread::available_parallelism()?.get(),
            memory: memory.trim_end_matches(" kB").parse().map(gib).unwrap_or_default(),
            kernel: told("uname", &["-sr"])?,
            compiler: told("rustc", &["--version"])?,
        })
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { date, processor, cores, memory, kernel, compiler } = self;
        write!(f, "{date}, on {processor} ({cores} cores, {memory}), {kernel}, {compiler}.")
    }
}

/// What others may use of all cores before figures are doubted.
pub(super) const QUIET: f64 = 0.03;

/// Which share of all cores others use, looked at for a second while nothing is measured.
pub(super) fn busy_with_others() -> Result<f64> {
    let look = || {
        let stat = fs::read_to_string("/proc/stat").context("/proc/stat")?;
        times(&stat).context("Linux tells how idle it was")
    };
    let before = look()?;
    thread::sleep(Duration::from_secs(1));
    let after = look()?;
    Ok(1.0 - (after.idle - before.idle) / (after.all - before.all))
}

/// In ticks, of all cores together.
#[derive(Debug, PartialEq)]
struct CpuTimes {
    idle: f64,
    all: f64,
}

/// The first line of `/proc/stat`: `cpu`, then user, nice, system, idle, waiting for disks, interrupts, stolen; then
/// guests, who are counted in user already.
fn times(stat: &str) -> Option<CpuTimes> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace().take(8);
    let fields: Vec<f64> = fields.map(str::parse).collect::<Result<_, _>>().ok()?;
    Some(CpuTimes { idle: fields.get(3)? + fields.get(4)?, all: fields.iter().sum() })
}

fn gib(kib: f64) -> String {
    format!("{:.1} GiB", kib / 1024.0 / 1024.0)
}

/// The first `name : value` of a file in `/proc`.
fn value(text: &str, name: &str) -> Option<String> {
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    let mut named = pairs.filter(|(key, _)| key.trim() == name);
    named.next().map(|(_, value)| value.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_linux_says_is_read() {
        let text = "model\t\t: 17\nmodel name\t: AMD EPYC\nmodel name\t: another\n";
        assert_eq!(value(text, "model name").as_deref(), Some("AMD EPYC"));
        assert_eq!(value(text, "MemTotal"), None);
        assert_eq!(
            times("cpu  10 20 30 400 50 1 2 3 99 99\ncpu0 1 2 3\n"),
            Some(CpuTimes { idle: 450.0, all: 516.0 })
        );
        assert_eq!(times("cpu  10"), None);
        assert_eq!(gib(25_165_824.0), "24.0 GiB");
    }
}
