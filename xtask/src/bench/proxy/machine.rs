//! Where and when it was measured.

use std::{fs, thread};

use anyhow::Result;

use crate::{layout::Layout, tool::Tool};

#[derive(Default)]
pub(super) struct Machine {
    pub(super) date: String,
    pub(super) processor: String,
    pub(super) cores: usize,
    pub(super) memory: String,
    pub(super) kernel: String,
    pub(super) compiler: String,
    /// Processes that wanted to run, over the last minute before it began.
    pub(super) load: f64,
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
            load: read("/proc/loadavg").split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0),
        })
    }
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
    fn a_value_is_found_by_its_name() {
        let text = "model\t\t: 17\nmodel name\t: AMD EPYC\nmodel name\t: another\n";
        assert_eq!(value(text, "model name").as_deref(), Some("AMD EPYC"));
        assert_eq!(value(text, "MemTotal"), None);
        assert_eq!(gib(25_165_824.0), "24.0 GiB");
    }
}
