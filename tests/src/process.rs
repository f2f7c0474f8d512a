//! The program `byo` as a process of its own, as operators run it: started, killed, started again on the same files.

use std::{
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
    time::Duration,
};

use byo_server::entropy::{Entropy, SystemEntropy};
use rustix::process::{Pid, Signal, kill_process};

use crate::{ADMIN_KEY, Folder, MASTER_KEY};

/// A debug build on a busy machine.
const START: Duration = Duration::from_secs(60);
/// Of what the process printed, for a failure's message.
const LAST_LINES: usize = 60;

/// What a server is started with, as often as it takes.
pub struct Launch {
    /// Its data folder.
    pub folder: Folder,
    address: SocketAddr,
    settings: Vec<(String, String)>,
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
    pub fn start(&self) -> Process {
        let mut process = Process::ready(&mut self.command());
        process.address = Some(self.address);
        process
    }

    /// Starts it, to be killed before it is ready.
    pub fn begin(&self) -> Process {
        let (mut process, _) = Process::spawn(&mut self.command());
        process.address = Some(self.address);
        process
    }

    fn command(&self) -> Command {
        let settings: Vec<_> =
            self.settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut command = command(self.folder.as_path(), &settings);
        command.arg("serve");
        command
    }
}

/// A running server. Dropped, it is killed.
pub struct Process {
    /// Where it answers; empty until it has said so.
    pub origin: String,
    address: Option<SocketAddr>,
    child: Child,
    output: Arc<Mutex<Vec<u8>>>,
    readers: Vec<JoinHandle<()>>,
}

impl Process {
    /// Starts a server on a free port, with its data in `folder`/data and nothing in its environment but these
    /// variables; waits until it is ready.
    pub fn serve(folder: &Path, variables: &[(&str, &str)]) -> Self {
        Self::ready(command(folder, variables).arg("serve"))
    }

    /// Runs a command that says where it is ready; waits until then.
    pub fn ready(command: &mut Command) -> Self {
        let (mut process, told) = Self::spawn(command);
        match told.recv_timeout(START) {
            Ok(origin) => process.origin = origin,
            Err(_) => panic!("byo is not ready:\n{}", process.printed()),
        }
        process
    }

    fn spawn(command: &mut Command) -> (Self, mpsc::Receiver<String>) {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let output = Arc::new(Mutex::new(Vec::new()));
        let (tell, told) = mpsc::channel();
        let stdout = child.stdout.take().expect("it is piped");
        let stderr = child.stderr.take().expect("it is piped");
        let readers =
            vec![listen(stdout, Arc::clone(&output), Some(tell)), listen(stderr, Arc::clone(&output), None)];
        (Self { origin: String::new(), address: None, child, output, readers }, told)
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address.unwrap_or_else(|| {
            let authority = self.origin.strip_prefix("http://").expect("tests run it without TLS");
            authority.parse().expect("without a public URL the origin is the address")
        })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it wrote to its standard output and error until now.
    pub fn output(&self) -> Vec<u8> {
        self.output.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The last lines of that.
    pub fn printed(&self) -> String {
        let output = self.output();
        let text = String::from_utf8_lossy(&output);
        let lines: Vec<_> = text.lines().rev().take(LAST_LINES).collect();
        lines.into_iter().rev().map(|line| format!("{line}\n")).collect()
    }

    /// Memory it has in RAM, in KiB.
    pub fn resident_kib(&self) -> u64 {
        self.status_kib("VmRSS:")
    }

    /// The most it ever had there, in KiB.
    pub fn peak_kib(&self) -> u64 {
        self.status_kib("VmHWM:")
    }

    fn status_kib(&self, name: &str) -> u64 {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).expect("the process is there");
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("Linux tells it");
        line.trim().trim_end_matches(" kB").parse().expect("it is a number")
    }

    /// Whether it has not ended by itself.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// SIGKILL; it is gone when this returns.
    pub fn kill(&mut self) {
        // It may have ended by itself, which whoever waits for an answer of it will notice.
        let _: Result<(), _> = self.child.kill();
        let _: Result<ExitStatus, _> = self.child.wait();
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it has not been waited for");
    }

    /// Waits for its end; gives its status and all that it wrote.
    pub fn end(mut self) -> (ExitStatus, Vec<u8>) {
        let status = self.child.wait().expect("it is our child");
        for reader in std::mem::take(&mut self.readers) {
            reader.join().expect("readers do not panic");
        }
        (status, self.output())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// `byo`, with its data in `folder`/data, its temporary files in `folder`/tmp and nothing in its environment but
/// these variables.
pub fn command(folder: &Path, variables: &[(&str, &str)]) -> Command {
    let temporary = folder.join("tmp");
    std::fs::create_dir_all(&temporary).expect("the folder takes another");
    let mut command = Command::new(binary());
    command
        .env_clear()
        .env("TMPDIR", temporary)
        .env("BYO_DATA_DIR", folder.join("data"))
        .env("BYO_SERVER__LISTEN", "127.0.0.1:0")
        .envs(variables.iter().copied())
        .current_dir(folder);
    command
}

/// The binary that cargo left beside the tests. Fails when it is older than what it is made of.
pub fn binary() -> PathBuf {
    const HINT: &str = "build it with `cargo build -p byo-server --bin byo`";
    let test = std::env::current_exe().expect("tests are files");
    let profile = test.ancestors().nth(2).expect("tests lie in target/<profile>/deps");
    let binary = profile.join("byo");
    let modified = |path: &Path| std::fs::metadata(path).and_then(|found| found.modified());
    let built = modified(&binary).unwrap_or_else(|error| panic!("{}: {error}; {HINT}", binary.display()));
    // What cargo noted down; a test's source is not among it.
    let made_of = std::fs::read_to_string(profile.join("byo.d")).expect("cargo leaves it beside the binary");
    let (_, made_of) = made_of.split_once(": ").expect("it has make's form");
    for source in made_of.split_whitespace().map(Path::new) {
        let is_newer = modified(source).is_ok_and(|modified| modified > built);
        assert!(!is_newer, "{} is older than {}; {HINT}", binary.display(), source.display());
    }
    binary
}

/// Keeps what a pipe brings, and tells where the server is once it says so.
fn listen(
    pipe: impl Read + Send + 'static,
    output: Arc<Mutex<Vec<u8>>>,
    ready: Option<mpsc::Sender<String>>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut lines = BufReader::new(pipe);
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            output.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&line);
            let said = String::from_utf8_lossy(&line);
            if let (Some(tell), Some((_, origin))) = (&ready, said.trim_end().split_once(" is ready at ")) {
                let _: Result<(), _> = tell.send(origin.to_owned()); // Nobody waits a second time.
            }
            line.clear();
        }
    })
}
