//! `cargo xtask bench flood`: connections that dribble their headers for ever.

use std::{
    io::{ErrorKind, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use socket2::{Domain, Socket, Type};

use super::{Figure, client, judge, server::Server};

const CONNECTIONS: usize = 2_000;
/// Each drives its part of the connections.
const THREADS: usize = 4;
/// Parts of a second in which the connections take turns: each says something once a second.
const TURNS: u32 = 10;
/// Each is looked at twice a second.
const LOOK_EVERY: u32 = TURNS / 2;
/// The server's default for a request's head, which this leaves as it is.
const HEADER_TIMEOUT: f64 = 9.0;
/// A cut is noticed within half a second, and a little for the machine, which does all of this at once.
const SLACK: f64 = 1.0;
/// Far longer than a server that cuts anything takes.
const GIVE_UP: Duration = Duration::from_secs(40);
const BASELINE: Duration = Duration::from_secs(10);

/// Runs it from many addresses, where no cap for one address helps, and from one.
pub(super) fn run(binary: &Path) -> Result<()> {
    let many: Vec<_> = (1..=20).map(|host| Ipv4Addr::new(127, 0, 1, host).into()).collect();
    let spread = one_run(binary, "2,000 slow headers from 20 addresses", &many);
    let single = one_run(binary, "2,000 slow headers from one address", &many[..1]);
    spread.and(single)
}

fn one_run(binary: &Path, title: &str, sources: &[IpAddr]) -> Result<()> {
    let server = Server::start(binary)?;
    let secret = client::secret_key(server.address)?;
    let alone = while_working(&server, &secret, || {
        thread::sleep(BASELINE);
        Ok(())
    })?;
    let before = server.resident_mib()?;
    let mut most = before;
    let mut cuts = Vec::new();
    let during = while_working(&server, &secret, || {
        thread::scope(|scope| {
            let parts: Vec<_> = (0..THREADS)
                .map(|part| scope.spawn(move || dribble(server.address, sources, part)))
                .collect();
            while parts.iter().any(|part| !part.is_finished()) {
                most = most.max(server.resident_mib()?);
                thread::sleep(Duration::from_millis(100));
            }
            for part in parts {
                cuts.extend(part.join().expect("a slow client does not panic")?);
            }
            Ok(())
        })
    })?;
    println!("{} and {} calls of healthy clients, alone and during it", alone.len(), during.len());
    let (alone, during) = (p99(&alone), p99(&during));
    judge(
        title,
        &[
            Figure {
                name: "last connection cut after",
                value: cuts.iter().copied().fold(0.0, f64::max),
                limit: HEADER_TIMEOUT + SLACK,
                unit: "s",
            },
            Figure { name: "p99 of others, during it / alone", value: during / alone, limit: 2.0, unit: "" },
            Figure { name: "memory at most above before", value: most - before, limit: 64.0, unit: "MiB" },
        ],
    )?;
    println!(
        "  p99 of others: {alone:.2} ms alone, {during:.2} ms during it; memory before: {before:.1} MiB"
    );
    Ok(())
}

/// The latencies of healthy clients while something goes on.
fn while_working(server: &Server, secret: &str, work: impl FnOnce() -> Result<()>) -> Result<Vec<Duration>> {
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let healthy = scope.spawn(|| client::latencies(server.address, secret, &stop));
        let worked = work();
        stop.store(true, Ordering::SeqCst);
        let latencies = healthy.join().expect("healthy clients do not panic")?;
        worked.map(|()| latencies)
    })
}

struct Slow {
    stream: TcpStream,
    since: Instant,
    turn: u32,
}

/// Opens its part of the connections and sends each a header line now and then; gives their ages, in seconds, when the
/// server cut them.
fn dribble(server: SocketAddr, sources: &[IpAddr], part: usize) -> Result<Vec<f64>> {
    let mut open = Vec::new();
    for number in (part..CONNECTIONS).step_by(THREADS) {
        let stream = connect(sources[number % sources.len()], server)?;
        open.push(Slow { stream, since: Instant::now(), turn: u32::try_from(number / THREADS)? % TURNS });
    }
    let mut ages = Vec::new();
    let started = Instant::now();
    for turn in (0..TURNS).cycle() {
        if open.is_empty() || started.elapsed() > GIVE_UP {
            break;
        }
        open.retain_mut(|slow: &mut Slow| {
            let is_cut = slow.turn % LOOK_EVERY == turn % LOOK_EVERY && slow.is_cut(turn);
            if is_cut {
                ages.push(slow.since.elapsed().as_secs_f64());
            }
            !is_cut
        });
        thread::sleep(Duration::from_secs(1) / TURNS);
    }
    ages.extend(open.iter().map(|_| f64::INFINITY));
    Ok(ages)
}

fn connect(from: IpAddr, to: SocketAddr) -> Result<TcpStream> {
    let context = "too many open files? `ulimit -n 8192` allows as many as this takes";
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).context(context)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect(&to.into()).context("a slow client cannot connect")?;
    let mut stream = TcpStream::from(socket);
    stream.set_nonblocking(true)?;
    // Above a cap the server has hung up by now, which the next look tells.
    let _: Result<(), _> = stream.write_all(b"GET /v1/keys HTTP/1.1\r\nhost: x\r\n");
    Ok(stream)
}

impl Slow {
    /// Looks whether it was cut; if not and it is its turn, it says a little.
    fn is_cut(&mut self, turn: u32) -> bool {
        let mut answer = [0; 512];
        let read = self.stream.read(&mut answer);
        let is_silent = matches!(read, Err(error) if error.kind() == ErrorKind::WouldBlock);
        !is_silent || self.turn == turn && self.stream.write_all(b"a: b\r\n").is_err()
    }
}

/// In milliseconds.
fn p99(sorted: &[Duration]) -> f64 {
    sorted.get(sorted.len().saturating_sub(1) * 99 / 100).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
