//! A running program with the processes it started: its CPU time, its memory, its end.

use std::{
    fs,
    process::{Child, Command},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};

/// How often Linux counts CPU time a second; it is 100 wherever programs can see it.
const TICKS: f64 = 100.0;
const PATIENCE: Duration = Duration::from_secs(10);

/// Dropped, it and all it started are ended.
pub(super) struct Process {
    child: Child,
    pub(super) since: Instant,
}

/// In MiB, of all its processes together.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Memory {
    pub(super) now: f64,
    pub(super) most: f64,
}

impl Process {
    pub(super) fn start(command: &mut Command) -> Result<Self> {
        let since = Instant::now();
        let child = command
            .spawn()
            .with_context(|| format!("`{}` cannot be started", command.get_program().to_string_lossy()))?;
        Ok(Self { child, since })
    }

    pub(super) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// True while it has not ended.
    pub(super) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Seconds it has computed so far.
    pub(super) fn cpu(&self) -> Result<f64> {
        let ticks: Result<Vec<u64>> = tree(self.child.id())
            .iter()
            .map(|id| {
                let path = format!("/proc/{id}/stat");
                let stat = fs::read_to_string(&path).context(path)?;
                ticks(&stat).context("Linux tells a process's CPU time")
            })
            .collect();
        Ok(ticks?.iter().sum::<u64>() as f64 / TICKS)
    }

    pub(super) fn memory(&self) -> Result<Memory> {
        let mut all = Memory::default();
        for id in tree(self.child.id()) {
            let path = format!("/proc/{id}/status");
            let status = fs::read_to_string(&path).context(path)?;
            all.now += mib(&status, "VmRSS:").context("Linux tells VmRSS")?;
            all.most += mib(&status, "VmHWM:").context("Linux tells VmHWM")?;
        }
        Ok(all)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asked first, so that it ends what it started; whatever is left then has no choice.
        let all = tree(self.child.id());
        let end = |id: u32, signal| {
            let id = i32::try_from(id).ok().and_then(Pid::from_raw);
            id.map(|id| kill_process(id, signal));
        };
        if self.runs() {
            end(self.child.id(), Signal::TERM);
        }
        wait_until(|| !self.runs());
        let _: Result<(), _> = self.child.kill();
        let _: Result<_, _> = self.child.wait();
        let started = &all[1..];
        started.iter().filter(|id| is_alive(**id)).for_each(|id| end(*id, Signal::KILL));
        // The next gateway needs the address and the core. These have another parent now, who tells nobody.
        wait_until(|| !started.iter().any(|id| is_alive(*id)));
    }
}

fn wait_until(mut it_is_so: impl FnMut() -> bool) {
    let asked = Instant::now();
    while !it_is_so() && asked.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(5));
    }
}

fn is_alive(id: u32) -> bool {
    // `Z`: it has ended, and its parent has not looked yet.
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
}

/// A process and all that it and those started.
fn tree(root: u32) -> Vec<u32> {
    let mut all = vec![root];
    let mut next = 0;
    while let Some(id) = all.get(next) {
        let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
        let children: Vec<u32> = threads
            .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
            .flat_map(|ids| ids.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
            .collect();
        all.extend(children);
        next += 1;
    }
    all
}

/// User and system time of `/proc/<pid>/stat`, fields 14 and 15. The second field is the program's name in brackets
/// and may hold anything, brackets and spaces too.
fn ticks(stat: &str) -> Option<u64> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11).map(str::parse::<u64>);
    Some(fields.next()?.ok()? + fields.next()?.ok()?)
}

/// A line of `/proc/<pid>/status`.
fn mib(status: &str, name: &str) -> Option<f64> {
    let value = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: f64 = value.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn cpu_time_is_user_and_system_time() {
        let stat = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1 2 3 4 250 31 7 8 20 0 5 0 99 1 2";
        assert_eq!(ticks(stat), Some(281));
        assert_eq!(ticks("4711 (cut off) S 1 2"), None);
        assert_eq!(ticks(""), None);
    }

    #[test]
    fn memory_is_told_in_kib() {
        let status = "Name:\tx\nVmHWM:\t    3072 kB\nVmRSS:\t    1536 kB\n";
        assert_eq!((mib(status, "VmRSS:"), mib(status, "VmHWM:")), (Some(1.5), Some(3.0)));
        assert_eq!(mib("VmRSS: many", "VmRSS:"), None);
    }

    #[test]
    fn what_a_process_started_is_counted_and_ended_with_it() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 1000 & wait"]).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Process::start(&mut command).unwrap();
        let asked = Instant::now();
        let child = loop {
            if let [_, child] = tree(process.child.id())[..] {
                break child;
            }
            assert!(asked.elapsed() < PATIENCE, "the shell starts a child");
            thread::sleep(Duration::from_millis(1));
        };
        assert!(process.memory().unwrap().most > 0.0);
        process.cpu().unwrap();

        drop(process);
        assert!(!is_alive(child), "the shell left its child");
    }
}
