//! The program `byo` as a process of its own: started, killed, started again on the same files.

use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use byo_server::entropy::{Entropy, SystemEntropy};
use tokio::sync::oneshot;

use crate::{ADMIN_KEY, Folder, MASTER_KEY};

/// So long that only a server that will never be ready reaches it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Of what the process printed, for a failure's message.
const KEPT_LINES: usize = 60;

/// What a server is started with, as often as it takes.
pub struct Launch {
    /// Its data folder.
    pub folder: Folder,
    address: SocketAddr,
    settings: Vec<(String, String)>,
}

/// A running server. Dropped, it is killed.
pub struct Process {
    child: Child,
    address: SocketAddr,
    printed: Arc<Mutex<VecDeque<String>>>,
}

impl Launch {
    /// A server on a new folder, with these settings beside the necessary ones, as in the environment:
    /// `("BYO_LOG__FILTER", "warn")`.
    pub fn new(settings: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        // A whole address instead of a free port: no client's own port can take it while the server is down.
        let entropy: &dyn Entropy = &SystemEntropy;
        let [a, b, c] = entropy.bytes();
        let address = SocketAddr::from((Ipv4Addr::new(127, 64 | a >> 2, b, c.clamp(2, 250)), 8787));
        let necessary = [
            ("BYO_DATA_DIR", folder.as_path().to_str().expect("temporary folders are text").to_owned()),
            ("BYO_SERVER__LISTEN", address.to_string()),
            ("BYO_VAULT__MASTER_KEY", MASTER_KEY.to_owned()),
            ("BYO_ADMIN__KEY", ADMIN_KEY.to_owned()),
        ];
        let given = settings.iter().map(|&(name, value)| (name, value.to_owned()));
        let settings = necessary.into_iter().chain(given).map(|(name, value)| (name.to_owned(), value));
        Self { settings: settings.collect(), folder, address }
    }

    /// The origin it stands for.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Starts it and waits until it says that it is ready.
    pub async fn start(&self) -> Process {
        let (process, ready) = self.spawn();
        let is_ready = matches!(tokio::time::timeout(PATIENCE, ready).await, Ok(Ok(())));
        assert!(is_ready, "the server did not start:\n{}", process.printed());
        process
    }

    /// Starts it, to be killed before it is ready.
    pub fn begin(&self) -> Process {
        self.spawn().0
    }

    fn spawn(&self) -> (Process, oneshot::Receiver<()>) {
        let mut child = Command::new(program())
            .arg("serve")
            .env_clear()
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let printed = Arc::default();
        let (tell, ready) = oneshot::channel();
        let stdout = child.stdout.take().expect("it was piped");
        let stderr = child.stderr.take().expect("it was piped");
        keep(stdout, Arc::clone(&printed), Some(tell));
        keep(stderr, Arc::clone(&printed), None);
        (Process { child, address: self.address, printed }, ready)
    }
}

impl Process {
    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// SIGKILL; it is gone when this returns.
    pub fn kill(&mut self) {
        // It may have ended by itself, which whoever waits for an answer of it will notice.
        let _: Result<(), _> = self.child.kill();
        let _: Result<_, _> = self.child.wait();
    }

    /// Whether it has not ended by itself.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The last lines it printed.
    pub fn printed(&self) -> String {
        let printed = self.printed.lock().unwrap_or_else(PoisonError::into_inner);
        printed.iter().map(|line| format!("{line}\n")).collect()
    }

    /// Memory it has in RAM, in KiB.
    pub fn resident_kib(&self) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("Linux tells it");
        line.trim().trim_end_matches(" kB").parse().expect("it is a number")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The dev build of this very checkout: it lies beside the folder of the test's own program.
fn program() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own program");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("cargo puts it into target/debug/deps");
    let program = folder.join("byo");
    assert!(program.exists(), "{} is missing: cargo build -p byo-server --bin byo", program.display());
    program
}

/// Reads until the process ends, or its pipe would fill and hold it up.
fn keep(
    from: impl Read + Send + 'static,
    into: Arc<Mutex<VecDeque<String>>>,
    mut ready: Option<oneshot::Sender<()>>,
) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            if line.starts_with("byo ") && line.contains(" is ready at ") {
                // Nobody waits for a server that is only begun.
                let _: Option<Result<(), ()>> = ready.take().map(|ready| ready.send(()));
            }
            let mut printed = into.lock().unwrap_or_else(PoisonError::into_inner);
            printed.push_back(line);
            if printed.len() > KEPT_LINES {
                printed.pop_front();
            }
        }
    });
}
