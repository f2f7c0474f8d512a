//! `load TARGET REQUESTS CONNECTIONS WARM-UP SECONDS RATE CONTAINS`: asks a gateway, and says how long it took.
//!
//! REQUESTS is a file of whole requests with a zero byte between them; each connection sends its own. RATE is requests
//! a second, whatever the answers do (an open loop); 0 keeps every connection busy (a closed loop). Every answer must
//! be 200 and its body must hold CONTAINS; the first other one ends the run.
//!
//! Printed: `start` and `end` at the ends of the window that counts, then `arrivals N`, `answers N`, `late N` (those of
//! an open loop that came after the window's end), and of each answer `whole MICROSECONDS COUNT` and `first MICROSECONDS COUNT`, its first byte's time.

use std::{
    cell::RefCell,
    collections::{BTreeMap, VecDeque},
    env,
    error::Error,
    fs, io,
    net::SocketAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use byo_bench::{Framing, MOST_HEADERS, Wire, is_last, malformed};
use memchr::memmem::Finder;
use tokio::{
    net::TcpStream,
    sync::mpsc::{UnboundedSender, unbounded_channel},
    task::{LocalSet, spawn_local},
    time::{MissedTickBehavior, interval_at, sleep_until, timeout},
};

/// For answers that are still under way at the window's end.
const PATIENCE: Duration = Duration::from_secs(5);

struct Load {
    target: SocketAddr,
    requests: Vec<Vec<u8>>,
    connections: usize,
    /// The window that counts.
    from: Instant,
    to: Instant,
    rate: u32,
    contains: Finder<'static>,
    seen: RefCell<Seen>,
}

#[derive(Default)]
struct Seen {
    arrivals: u64,
    late: u64,
    whole: Vec<Duration>,
    first: Vec<Duration>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let load = Rc::new(Load::from_arguments()?);
    let announcing = Rc::clone(&load);
    let running = Rc::clone(&load);
    LocalSet::new()
        .run_until(async move {
            let announced = spawn_local(async move {
                sleep_until(announcing.from.into()).await;
                println!("start");
                sleep_until(announcing.to.into()).await;
                println!("end");
            });
            let ended =
                if running.rate == 0 { closed_loop(&running).await } else { open_loop(&running).await };
            if ended.is_ok() {
                announced.await.expect("saying two words does not panic");
            }
            ended
        })
        .await?;
    load.print();
    Ok(())
}

/// Every connection asks again as soon as it is answered.
async fn closed_loop(load: &Rc<Load>) -> io::Result<()> {
    let clients: Vec<_> = (0..load.connections)
        .map(|number| {
            let mut client = Client::new(Rc::clone(load), number);
            spawn_local(async move {
                while Instant::now() < client.load.to {
                    client.call(Instant::now()).await?;
                }
                Ok::<(), io::Error>(())
            })
        })
        .collect();
    let until = load.to + PATIENCE;
    for client in clients {
        // What is not answered by then is not counted, here as elsewhere.
        if let Ok(ended) = timeout(until.saturating_duration_since(Instant::now()), client).await {
            ended.expect("a client does not panic")?;
        }
    }
    Ok(())
}

/// Requests arrive evenly. One that finds no connection idle waits, and its wait counts.
async fn open_loop(load: &Rc<Load>) -> io::Result<()> {
    let (failures, mut failed) = unbounded_channel();
    let queue = Rc::new(Queue {
        idle: (0..load.connections)
            .map(|number| Client::new(Rc::clone(load), number))
            .collect::<Vec<_>>()
            .into(),
        waiting: RefCell::default(),
    });
    let mut ticks = interval_at(tokio::time::Instant::now(), Duration::from_secs(1) / load.rate);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while Instant::now() < load.to {
        ticks.tick().await;
        let arrival = Instant::now();
        load.seen.borrow_mut().arrivals += u64::from(load.counts(arrival));
        queue.arrive(arrival, &failures);
    }
    drop(failures);
    match timeout(PATIENCE, failed.recv()).await {
        Ok(Some(failure)) => Err(failure),
        Ok(None) | Err(_) => Ok(()),
    }
}

struct Queue {
    idle: RefCell<Vec<Client>>,
    waiting: RefCell<VecDeque<Instant>>,
}

impl Queue {
    fn arrive(self: &Rc<Self>, arrival: Instant, failures: &UnboundedSender<io::Error>) {
        self.waiting.borrow_mut().push_back(arrival);
        // The one that was idle for longest, so that all of them are used.
        let mut idle = self.idle.borrow_mut();
        if idle.is_empty() {
            return;
        }
        let mut client = idle.remove(0);
        let (queue, failures) = (Rc::clone(self), failures.clone());
        spawn_local(async move {
            loop {
                let next = queue.waiting.borrow_mut().pop_front();
                let Some(arrival) = next else { break };
                if let Err(failure) = client.call(arrival).await {
                    // Nobody listens any more once the window has ended.
                    drop(failures.send(failure));
                }
            }
            queue.idle.borrow_mut().push(client);
        });
    }
}

struct Client {
    load: Rc<Load>,
    number: usize,
    wire: Option<Wire>,
    body: Vec<u8>,
}

impl Client {
    fn new(load: Rc<Load>, number: usize) -> Self {
        Self { load, number, wire: None, body: Vec::new() }
    }

    /// Asks, reads the answer, and notes its times since `arrival`.
    async fn call(&mut self, arrival: Instant) -> io::Result<()> {
        let was_open = self.wire.is_some();
        let first = match self.exchange().await? {
            Some(first) => first,
            // The gateway had closed it meanwhile, as it may.
            None if was_open => self.exchange().await?.ok_or(io::ErrorKind::UnexpectedEof)?,
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        let now = Instant::now();
        let load = &self.load;
        let counts = if load.rate == 0 { load.counts(now) } else { load.counts(arrival) };
        if counts {
            let mut seen = load.seen.borrow_mut();
            seen.whole.push(now - arrival);
            seen.first.push(first - arrival);
            seen.late += u64::from(now >= load.to);
        }
        Ok(())
    }

    /// None when the connection ended before anything was answered.
    async fn exchange(&mut self) -> io::Result<Option<Instant>> {
        let mut wire = match self.wire.take() {
            Some(wire) => wire,
            None => Wire::new(TcpStream::connect(self.load.target).await?)?,
        };
        let request = &self.load.requests[self.number % self.load.requests.len()];
        let head = match wire.send(request).await {
            Ok(()) => wire.head().await,
            Err(error) => Err(error),
        };
        let head = match head {
            Ok(Some(head)) => head,
            Ok(None) => return Ok(None),
            Err(error)
                if matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        response.parse(&head).map_err(|_| malformed("an answer"))?;
        self.body.clear();
        let first = wire.body(Framing::of(response.headers)?, &mut self.body).await?;
        if response.code != Some(200) || self.load.contains.find(&self.body).is_none() {
            let body = String::from_utf8_lossy(&self.body[..self.body.len().min(1000)]);
            return Err(io::Error::other(format!("answered {}{body}", String::from_utf8_lossy(&head))));
        }
        if !is_last(response.headers) {
            self.wire = Some(wire);
        }
        Ok(Some(first))
    }
}

impl Load {
    fn from_arguments() -> Result<Self, Box<dyn Error>> {
        let arguments: Vec<String> = env::args().skip(1).collect();
        let [target, requests, connections, warm_up, seconds, rate, contains] = arguments.as_slice() else {
            return Err("usage: load TARGET REQUESTS CONNECTIONS WARM-UP SECONDS RATE CONTAINS".into());
        };
        let from = Instant::now() + Duration::from_secs_f64(warm_up.parse()?);
        Ok(Self {
            target: target.parse()?,
            requests: fs::read(requests)?.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect(),
            connections: connections.parse()?,
            from,
            to: from + Duration::from_secs_f64(seconds.parse()?),
            rate: rate.parse()?,
            contains: Finder::new(contains).into_owned(),
            seen: RefCell::default(),
        })
    }

    fn counts(&self, at: Instant) -> bool {
        (self.from..self.to).contains(&at)
    }

    fn print(&self) {
        let seen = self.seen.borrow();
        println!("arrivals {}\nanswers {}\nlate {}", seen.arrivals, seen.whole.len(), seen.late);
        for (name, times) in [("whole", &seen.whole), ("first", &seen.first)] {
            let mut counts = BTreeMap::new();
            for time in times {
                *counts.entry(time.as_micros()).or_insert(0_u64) += 1;
            }
            for (time, count) in counts {
                println!("{name} {time} {count}");
            }
        }
    }
}
