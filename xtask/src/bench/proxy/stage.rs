//! What one run has: two cores, an address of its own, a folder, and the upstream.

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, bail};

use super::process::Process;
use crate::{layout::Layout, step::step, tool::Tool};

/// What the upstream takes; every gateway has to put it in.
pub(super) const KEY: &str = "sk-bench-upstream-9f2b7c51d04e";

/// Load and upstream share one.
const OTHERS: &str = "0";
const GATEWAY: &str = "1";
/// In bytes.
const LAST_WORDS: usize = 500;

pub(super) struct Stage<'a> {
    pub(super) layout: &'a Layout,
    pub(super) folder: PathBuf,
    pub(super) upstream: SocketAddr,
    /// Where each gateway listens, one at a time.
    pub(super) gateway: SocketAddr,
    programs: PathBuf,
    running: Option<Process>,
}

impl<'a> Stage<'a> {
    /// Builds what is needed and starts the upstream.
    pub(super) fn set(layout: &'a Layout) -> Result<Self> {
        if thread::available_parallelism()?.get() < 2 {
            bail!("two cores are needed: one for the gateway, one for load and upstream");
        }
        let target = layout.cargo_output("bench");
        step("upstream, load generator, smallest proxy", || {
            let build = Tool::cargo(layout).args(["build", "--release", "--locked"]);
            build.args(["--manifest-path", "bench/Cargo.toml", "--target-dir"]).arg(&target).run()
        })?;
        // Below `target` and not in `/tmp`, which is memory on some machines: byo's database is to be on a disk.
        let folder = layout.generated("bench-run").join(std::process::id().to_string());
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        // An address of its own, so that no port is fought over.
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let at = |port: u16| SocketAddr::from(([127, 81, high, low.max(1)], port));
        let programs = target.join("release");
        let mut stage =
            Self { layout, folder, upstream: at(9000), gateway: at(8787), programs, running: None };
        stage.running = Some(stage.start_upstream()?);
        Ok(stage)
    }

    fn start_upstream(&self) -> Result<Process> {
        let mut command = pinned(OTHERS, &self.program("upstream"));
        command.args([&self.upstream.to_string(), KEY]).stdout(Stdio::piped());
        let mut upstream = Process::start(&mut command)?;
        let stdout = upstream.child().stdout.take().expect("it was piped above");
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.trim() != "ready" {
            bail!("the upstream did not start");
        }
        Ok(upstream)
    }

    /// One of `bench/`'s.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }

    /// To start a gateway on its core. What it logs goes to a file, as it would in earnest.
    pub(super) fn gateway_command(&self, program: &Path) -> Result<Command> {
        let log = File::create(self.log()).with_context(|| self.log().display().to_string())?;
        let mut command = pinned(GATEWAY, program);
        command.current_dir(&self.folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        Ok(command)
    }

    /// To be called before a gateway is started: what others logged is not its own.
    pub(super) fn forget_log(&self) {
        let _: Result<(), _> = fs::remove_file(self.log());
    }

    /// The end of what the gateway logged.
    pub(super) fn last_words(&self) -> String {
        let bytes = fs::read(self.log()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes[bytes.len().saturating_sub(LAST_WORDS)..]);
        // What makes colours says nothing in a file.
        let text: String = text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
        text.trim().to_owned()
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// To start the load generator.
    pub(super) fn load_command(&self) -> Command {
        let mut command = pinned(OTHERS, &self.program("load"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Writes a peer's configuration with what stands between `@` filled in; gives its path.
    pub(super) fn configure(&self, file: &str) -> Result<PathBuf> {
        let template = self.layout.root.join("bench/peers").join(file);
        let mut text = fs::read_to_string(&template).with_context(|| template.display().to_string())?;
        for (name, value) in [
            ("@listen@", self.gateway.to_string()),
            ("@upstream@", self.upstream.to_string()),
            ("@folder@", self.folder.display().to_string()),
            ("@key@", KEY.to_owned()),
            ("@caller@", super::line_up::CALLER.to_owned()),
        ] {
            text = text.replace(name, &value);
        }
        let path = self.folder.join(file.replace('/', "-"));
        fs::write(&path, text).with_context(|| path.display().to_string())?;
        Ok(path)
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        self.running = None;
        let _: Result<(), _> = fs::remove_dir_all(&self.folder);
    }
}

fn pinned(core: &str, program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", core]).arg(program);
    command
}
