//! A server to be measured, on a folder of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, bail};

/// Open files, each a connection, that the server is to be allowed.
const OPEN_FILES: u32 = 8192;
pub(super) const MASTER_KEY: &str = "qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw=";
pub(super) const ADMIN_KEY: &str = "an-admin-key-that-is-long-enough-to-be-one-7261";

/// A running server. Dropped, it is killed, and its folder is gone.
pub(super) struct Server {
    child: Child,
    folder: PathBuf,
    pub(super) address: SocketAddr,
}

impl Server {
    /// Starts it with its default settings and waits until it is ready.
    pub(super) fn start(binary: &Path) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("byo-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        // An address of its own, so that no port is fought over.
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let address = SocketAddr::from(([127, 80, high, low.max(1)], 8787));
        let child = Command::new("sh")
            .args(["-c", &format!("ulimit -n {OPEN_FILES} && exec \"$0\" serve")])
            .arg(binary)
            .env_clear()
            .env("BYO_DATA_DIR", &folder)
            .env("BYO_SERVER__LISTEN", address.to_string())
            .env("BYO_VAULT__MASTER_KEY", MASTER_KEY)
            .env("BYO_ADMIN__KEY", ADMIN_KEY)
            .env("BYO_LOG__FILTER", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("`{}` cannot be started", binary.display()))?;
        let mut server = Self { child, folder, address };
        let mut lines = BufReader::new(server.child.stdout.take().context("it was piped")?).lines();
        if !lines.by_ref().map_while(Result::ok).any(|line| line.contains(" is ready at ")) {
            bail!("`{}` did not start", binary.display());
        }
        thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    /// Memory it has in RAM, in MiB.
    pub(super) fn resident_mib(&self) -> Result<f64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = fs::read_to_string(&path).context(path)?;
        let line =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("Linux tells VmRSS")?;
        let kib: f64 = line.trim().trim_end_matches(" kB").parse().context("VmRSS is a number")?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _: Result<(), _> = self.child.kill();
        let _: Result<_, _> = self.child.wait();
        let _: Result<(), _> = fs::remove_dir_all(&self.folder);
    }
}
