//! Healthy clients: calls over kept connections, and how long each took.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use super::server::ADMIN_KEY;

/// At once; more would measure the machine instead of the server.
const CLIENTS: usize = 4;
/// Between an answer and the next call.
const PAUSE: Duration = Duration::from_millis(2);
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection.
struct Client {
    stream: BufReader<TcpStream>,
}

/// A new project's secret key.
pub(super) fn secret_key(server: SocketAddr) -> Result<String> {
    let body = r#"{"name":"Northwind"}"#;
    let request = format!(
        "POST /v1/admin/projects HTTP/1.1\r\nhost: {server}\r\nx-admin-key: {ADMIN_KEY}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let project = Client::connect(server)?.call(&request, "201")?;
    let start = project.find("byo_sk_test_").context("a project has a secret key")?;
    let length = project[start..].find('"').context("text ends in quotes")?;
    Ok(project[start..start + length].to_owned())
}

/// Calls until told to stop; gives every latency, shortest first.
pub(super) fn latencies(server: SocketAddr, secret: &str, stop: &AtomicBool) -> Result<Vec<Duration>> {
    let request =
        format!("GET /v1/keys HTTP/1.1\r\nhost: {server}\r\nauthorization: Bearer {secret}\r\n\r\n");
    let one = || -> Result<Vec<Duration>> {
        let mut client = Client::connect(server)?;
        let mut latencies = Vec::new();
        while !stop.load(Ordering::SeqCst) {
            let started = Instant::now();
            client.call(&request, "200")?;
            latencies.push(started.elapsed());
            thread::sleep(PAUSE);
        }
        Ok(latencies)
    };
    let mut all = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS).map(|_| scope.spawn(one)).collect();
        let all = clients.into_iter().map(|client| client.join().expect("a client does not panic"));
        all.collect::<Result<Vec<_>>>()
    })?
    .concat();
    all.sort_unstable();
    Ok(all)
}

impl Client {
    fn connect(server: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(server).context("a healthy client cannot connect")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self { stream: BufReader::new(stream) })
    }

    /// Calls, and gives the answer's body.
    fn call(&mut self, request: &str, status: &str) -> Result<String> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (mut first, mut length) = (String::new(), 0);
        self.stream.read_line(&mut first).context("a healthy client is not answered")?;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().context("a length is a number")?;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        if !first.starts_with(&format!("HTTP/1.1 {status}")) {
            bail!("a healthy client is answered {first}");
        }
        String::from_utf8(body).context("answers are text")
    }
}
