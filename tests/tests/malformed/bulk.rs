//! Bent requests in bulk, over connections that are kept open as long as the server keeps them.

use std::{
    io::{self, ErrorKind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use byo_tests::{Reply, Wire, is_long};
use tokio::{task::JoinSet, time::Instant};

use crate::{
    mutate::{Draw, bend},
    request::Request,
    stage::{Stage, files, routes},
};

const SEED: u64 = 1_2021;
/// For an answer, or a closed connection.
const DEADLINE: Duration = Duration::from_secs(1);
/// A machine that does much else may stall longer. A request is too slow when it is so this often, each time after a
/// good one of its route was answered in `CALM`.
const CHANCES: usize = 3;
const CALM: Duration = Duration::from_millis(250);
/// So long that only a server that hangs reaches it.
const FOR_EVER: Duration = Duration::from_secs(60);
/// For the rest of a request that is none, before the client hangs up.
const SILENCE: Duration = Duration::from_millis(30);
const CONNECTIONS: usize = 16;

/// What a run came to.
#[derive(Default)]
struct Seen {
    /// By hundreds of the status; 0 is a connection that was closed without an answer.
    answers: [AtomicU64; 6],
    slowest: AtomicU64,
    /// How often an answer was waited for in vain.
    stalls: AtomicU64,
}

#[tokio::test(flavor = "multi_thread")]
async fn no_malformed_request_is_answered_with_5xx_or_not_at_all_and_memory_stays_flat() {
    let count: u64 = if is_long() { 100_000 } else { 300 };
    let stage = Arc::new(Stage::new(&[]).await);
    let seen = Arc::new(Seen::default());
    if let Some((route, number)) = chosen() {
        let mut line = None;
        return one(&stage, &route, number, &mut line, &seen).await.unwrap_or_else(|what| panic!("{what}"));
    }
    // Pages of the database, arenas of the allocator: whatever is kept is there after as much again. Twice, so that
    // routes which list things have listed what the others make.
    let warm_up = if is_long() { 5_000 } else { 300 };
    for from in [count, count + warm_up] {
        for route in routes().into_iter().chain(files()) {
            run(&stage, &route, from..from + warm_up, &seen).await;
        }
    }
    let warm = stage.process.resident_kib();
    let mut most = warm;
    // Files are large, and what is read of their requests is little.
    let files = files().into_iter().map(|route| (route, count.min(10_000)));
    for (route, count) in routes().into_iter().map(|route| (route, count)).chain(files) {
        let mut from = 0;
        while from < count {
            let to = (from + 1_000).min(count);
            run(&stage, &route, from..to, &seen).await;
            most = most.max(stage.process.resident_kib());
            from = to;
        }
        println!("{route}: {} KiB", stage.process.resident_kib());
    }
    let [closed, _, good, moved, refused, failed] =
        seen.answers.each_ref().map(|count| count.load(Ordering::SeqCst));
    println!("seed {SEED}: {good} good, {moved} moved, {refused} refused, {closed} closed, {failed} failed");
    println!("{} stalls of the machine", seen.stalls.load(Ordering::SeqCst));
    println!("slowest {} ms; memory {warm} KiB, at most {most} KiB", seen.slowest.load(Ordering::SeqCst));
    assert!(refused > good && good > 0, "bent requests are mostly refused, and some are still good");
    assert!(most * 100 <= warm * 105, "memory grew from {warm} KiB to {most} KiB");
}

#[tokio::test]
async fn what_is_bent_is_good_before() {
    let stage = Stage::new(&[]).await;
    let mut wire = Wire::open(stage.process.address()).await.expect("it listens");
    for route in routes().into_iter().chain(files()) {
        for number in [0, 1_000, 2_000] {
            let good = stage.good(&route, number);
            wire.send(&good.bytes()).await.expect("it listens");
            let answer = wire.answer(good.method()).await.expect("it answers well").expect("it answers");
            let is_good = matches!(answer.status, 200 | 201 | 204 | 307);
            // What is to be deleted, rotated or tested is not there for everybody, and then says just that.
            let is_elsewhere = [404, 422].contains(&answer.status);
            let needs_something = [
                "DELETE ",
                "PUT /v1/proxy/",
                "PATCH /v1/proxy/",
                "POST /v1/keys/",
                "POST /v1/customers/",
                "GET /.well-known/",
            ]
            .iter()
            .any(|start| route.starts_with(start));
            // A server that was built without the widget has none, and one without a demo none of that.
            let needs_something = needs_something || files().contains(&route);
            assert!(is_good || is_elsewhere && needs_something, "{route} #{number}: {answer}");
        }
    }
}

async fn run(stage: &Arc<Stage>, route: &str, numbers: std::ops::Range<u64>, seen: &Arc<Seen>) {
    let next = Arc::new(AtomicU64::new(numbers.start));
    let mut running = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (stage, seen, next) = (Arc::clone(stage), Arc::clone(seen), Arc::clone(&next));
        let (route, end) = (route.to_owned(), numbers.end);
        running.spawn(async move {
            let mut line = None;
            loop {
                let number = next.fetch_add(1, Ordering::SeqCst);
                if number >= end {
                    return;
                }
                if let Err(what) = one(&stage, &route, number, &mut line, &seen).await {
                    panic!("{what}");
                }
            }
        });
    }
    running.join_all().await;
}

/// Sends one case. Everything in which the server falls short is an error, with what it takes to see it alone.
async fn one(
    stage: &Stage,
    route: &str,
    number: u64,
    line: &mut Option<Wire>,
    seen: &Seen,
) -> Result<(), String> {
    let request = bend(stage.good(route, number), &mut Draw::of(SEED, route, number));
    let fault = |what: String| {
        format!(
            "seed {SEED}: {what}\nBYO_TEST_CASE='{route} #{number}' sends it alone:\n{}",
            request.bytes().escape_ascii()
        )
    };
    let mut chances = 1..=CHANCES;
    let answers = loop {
        let started = Instant::now();
        let exchange = tokio::time::timeout(DEADLINE, exchange(stage, &request, line)).await;
        let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        seen.slowest.fetch_max(took, Ordering::SeqCst);
        match exchange {
            Ok(answers) => break answers.map_err(|error| fault(format!("no good answer: {error}")))?,
            Err(_) if chances.next() == Some(CHANCES) => {
                return Err(fault(format!("no answer and no end within {DEADLINE:?}, {CHANCES} times")));
            }
            Err(_) => {
                seen.stalls.fetch_add(1, Ordering::SeqCst);
                calm(stage, route, number).await.map_err(fault)?;
            }
        }
    };
    if answers.is_empty() {
        seen.answers[0].fetch_add(1, Ordering::SeqCst);
    }
    for answer in answers {
        seen.answers[usize::from(answer.status / 100).min(5)].fetch_add(1, Ordering::SeqCst);
        let is_refusal = answer.status >= 400 && !answer.body.is_empty();
        if answer.status >= 500 || is_refusal && !is_whole(&request, &answer) {
            return Err(fault(answer.to_string()));
        }
    }
    Ok(())
}

/// A refusal tells of itself in the form that its reader knows: that of the provider whose API was called, else byo's.
pub(crate) fn is_whole(request: &Request, answer: &Reply) -> bool {
    let json = answer.json();
    let is_text = |pointer: &str| json.pointer(pointer).is_some_and(serde_json::Value::is_string);
    if answer.header("content-type") == Some("application/problem+json") {
        // What is no HTTP is refused before anybody knows whose API it was for.
        let is_elsewhere = request.is_last || called(&request.target).is_none();
        return is_elsewhere && is_text("/code") && is_text("/detail") && is_text("/requestId");
    }
    let is_json = answer.header("content-type") == Some("application/json");
    is_json
        && match called(&request.target) {
            Some("anthropic") => {
                json["type"] == "error" && is_text("/error/type") && is_text("/error/message")
            }
            Some("google") => is_text("/error/status") && is_text("/error/message"),
            Some("cohere") => is_text("/message"),
            Some("ollama") => is_text("/error") || is_text("/error/message"),
            // Of its simulated own, one has the text at the top and one instead of the object.
            Some("mistral") => is_text("/message") || is_text("/error/message"),
            Some("xai") => is_text("/error") || is_text("/error/message"),
            Some(_) => is_text("/error/type") && is_text("/error/message"),
            None => false,
        }
}

/// The provider that a target names, as the server reads it.
fn called(target: &[u8]) -> Option<&str> {
    let target = std::str::from_utf8(target).ok()?;
    let path = target.strip_prefix("http://other.example.com").unwrap_or(target);
    let (provider, _) = path.split(['?', '#']).next()?.strip_prefix("/v1/proxy/")?.split_once('/')?;
    provider.parse::<byo_seal::ProviderId>().is_ok().then_some(provider)
}

/// Waits until a good request of the route is answered in no time.
async fn calm(stage: &Stage, route: &str, number: u64) -> Result<(), String> {
    let good = stage.good(route, number);
    let in_no_time = async {
        loop {
            let started = Instant::now();
            let answers = exchange(stage, &good, &mut None).await;
            if answers.is_ok() && started.elapsed() < CALM {
                return;
            }
        }
    };
    let calmed = tokio::time::timeout(FOR_EVER, in_no_time).await;
    calmed.map_err(|_| format!("good requests are not answered within {CALM:?} either"))
}

/// All answers to a request: one, or those that come until the server closes when nothing may follow it.
async fn exchange(stage: &Stage, request: &Request, line: &mut Option<Wire>) -> io::Result<Vec<Reply>> {
    if !request.is_last
        && let Some(wire) = line.take()
        && let Some(answer) = kept(wire, request, line).await?
    {
        return Ok(vec![answer]);
    }
    let mut wire = Wire::open(stage.process.address()).await?;
    if request.is_last {
        return to_the_end(wire, request).await;
    }
    wire.send(&request.bytes()).await?;
    let answer = wire.answer(request.method()).await?;
    let answer = answer.ok_or_else(|| io::Error::other("the connection was closed without one"))?;
    *line = Some(wire).filter(|_| !answer.closes());
    Ok(vec![answer])
}

/// The answer over a connection that was used before. The server may have closed it since, as after a body that nobody
/// read; then the request was not heard.
async fn kept(mut wire: Wire, request: &Request, line: &mut Option<Wire>) -> io::Result<Option<Reply>> {
    let sent = wire.send(&request.bytes()).await;
    let answer = match sent {
        Ok(()) => wire.answer(request.method()).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(Some(answer)) => {
            *line = Some(wire).filter(|_| !answer.closes());
            Ok(Some(answer))
        }
        Ok(None) => Ok(None),
        Err(error) if is_closed(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Every answer until the server closes. It is given a moment for the first one: whoever hangs up is not answered.
async fn to_the_end(mut wire: Wire, request: &Request) -> io::Result<Vec<Reply>> {
    // It may close before all of it came.
    let _: io::Result<()> = wire.send(&request.bytes()).await;
    let mut answers = Vec::new();
    if let Ok(first) = tokio::time::timeout(SILENCE, wire.answer(request.method())).await {
        match first {
            Ok(Some(answer)) => answers.push(answer),
            Ok(None) => return Ok(answers),
            Err(error) if is_closed(&error) => return Ok(answers),
            Err(error) => return Err(error),
        }
    }
    let _: io::Result<()> = wire.finish().await;
    loop {
        match wire.answer(request.method()).await {
            Ok(Some(answer)) => answers.push(answer),
            Ok(None) => return Ok(answers),
            Err(error) if is_closed(&error) => return Ok(answers),
            Err(error) => return Err(error),
        }
    }
}

/// It was closed while something was still on its way.
fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

/// A case to be sent alone.
fn chosen() -> Option<(String, u64)> {
    #[expect(clippy::disallowed_methods, reason = "a switch of the tests, not a setting of the server")]
    let case = std::env::var("BYO_TEST_CASE").ok()?;
    let (route, number) = case.split_once(" #").expect("a case is a route and a number");
    Some((route.to_owned(), number.parse().expect("a case has a number")))
}
