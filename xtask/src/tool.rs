//! Other programs that xtask runs: cargo, npm, node, apt-get.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, ExitStatus, Output, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::layout::Layout;

/// A child process in the checkout's root, with its input closed.
pub(crate) struct Tool(Command);

impl Tool {
    pub(crate) fn new(layout: &Layout, program: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(program);
        command.current_dir(&layout.root).stdin(Stdio::null());
        Self(command)
    }

    /// The cargo that started xtask, or the one on the path.
    ///
    /// Without what cargo told xtask about xtask: some build scripts (ring's) watch those variables, and would run
    /// again whenever a build by xtask follows one by hand.
    pub(crate) fn cargo(layout: &Layout) -> Self {
        let mut tool = Self::new(layout, std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let of_xtask = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        for (name, _) in std::env::vars_os() {
            if of_xtask.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
                tool.0.env_remove(name);
            }
        }
        tool
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.0.arg(arg);
        self
    }

    pub(crate) fn args<A: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.0.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn dir(mut self, dir: &Path) -> Self {
        self.0.current_dir(dir);
        self
    }

    /// Runs it with its output on the terminal.
    pub(crate) fn run(mut self) -> Result<()> {
        let status = self.0.status().with_context(|| self.cannot_start())?;
        if !status.success() {
            bail!("`{}` ended with {status}", self.shown());
        }
        Ok(())
    }

    /// Runs it silently and gives its standard output; a failure carries the end of what it printed.
    pub(crate) fn output(mut self) -> Result<String> {
        let output = self.0.output().with_context(|| self.cannot_start())?;
        if !output.status.success() {
            bail!("`{}` ended with {}:\n{}", self.shown(), output.status, last_lines(&output));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// True when it can be started and succeeds; prints nothing.
    pub(crate) fn succeeds(mut self) -> bool {
        self.0.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    /// Runs it with its output on the terminal and shows each line of standard output to `see` as well.
    pub(crate) fn watch(mut self, mut see: impl FnMut(&str)) -> Result<ExitStatus> {
        let mut child = self.0.stdout(Stdio::piped()).spawn().with_context(|| self.cannot_start())?;
        let stdout = child.stdout.take().expect("standard output was piped above");
        for line in BufReader::new(stdout).split(b'\n') {
            let line = line.context("reading a child's output")?;
            let line = String::from_utf8_lossy(&line);
            println!("{line}");
            see(&line);
        }
        child.wait().context("waiting for a child")
    }

    /// Becomes the program; returns only when that fails.
    pub(crate) fn replace_this_process(mut self) -> anyhow::Error {
        use std::os::unix::process::CommandExt as _;
        let error = self.0.exec();
        anyhow::Error::new(error).context(self.cannot_start())
    }

    fn cannot_start(&self) -> String {
        format!("`{}` cannot be started", self.0.get_program().to_string_lossy())
    }

    fn shown(&self) -> String {
        let words = std::iter::once(self.0.get_program()).chain(self.0.get_args());
        words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
    }
}

fn last_lines(output: &Output) -> String {
    const KEPT: usize = 40;
    let text = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(KEPT)..].join("\n")
}
