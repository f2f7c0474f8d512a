//! byo as a process.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::sinks::PROXY;

/// Where it listens.
pub(crate) const LISTEN: &str = "127.0.0.1:8787";
/// The host under which it is known outside.
pub(crate) const PUBLIC_HOST: &str = "byo.example.net";

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    log: UnboundedReceiver<String>,
    printed: Arc<Mutex<String>>,
}

impl Server {
    /// Starts it with these settings and the environment of a machine that has proxies, and waits until it is ready.
    pub(crate) async fn start(settings: &[(String, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_byo-serve"));
        command.env_clear().envs(settings.iter().cloned());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, format!("http://{PROXY}")).env(name.to_lowercase(), format!("http://{PROXY}"));
        }
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it was built");
        let printed = Arc::<Mutex<String>>::default();
        let (stdout, stderr) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let (said, mut says) = unbounded_channel();
        let (logged, log) = unbounded_channel();
        read_lines(stdout, said, Arc::clone(&printed));
        read_lines(stderr, logged, Arc::clone(&printed));
        let server = Self { child, log, printed };
        while let Some(line) = says.recv().await {
            if line.starts_with("ready at ") {
                return server;
            }
        }
        panic!("the server did not start:\n{}", server.printed());
    }

    /// The next line of its log; `None` when it has ended.
    pub(crate) async fn logged(&mut self) -> Option<String> {
        self.log.recv().await
    }

    /// All it printed.
    pub(crate) fn printed(&self) -> String {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn stop(mut self) -> String {
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        assert!(asked.is_ok_and(|status| status.success()), "a child can be signalled");
        while self.log.recv().await.is_some() {}
        let status = self.child.wait().expect("it was started");
        assert!(status.success(), "the server ended with {status}:\n{}", self.printed());
        self.printed()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn read_lines(from: impl Read + Send + 'static, to: UnboundedSender<String>, all: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.push_str(&line);
            all.push('\n');
            drop(all);
            drop(to.send(line));
        }
    });
}
