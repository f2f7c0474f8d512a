//! Requests of a size that nobody has: refused in words, cut off, and never held.

use std::time::Duration;

use byo_tests::{Reply, Wire, upstream::chunk};

use crate::{
    bulk::is_whole,
    request::Request,
    stage::{Stage, routes},
};

const MEGABYTE: usize = 1 << 20;
const TEN_GIGABYTES: u64 = 10 << 30;
/// The largest body of a call that passes through, as it is set by default.
const LARGEST_CALL: u64 = 32 << 20;
/// What the sockets between client and server hold of what nobody has read.
const ON_THE_WAY: u64 = 16 << 20;
/// By how much the server's memory may grow beside what it has to hold.
const SLACK_KIB: u64 = 16 << 10;
/// So long that only a server that hangs reaches it.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_megabyte_before_the_body_is_refused_on_every_route() {
    let stage = Stage::new(&[]).await;
    let long = "x".repeat(MEGABYTE);
    let many: String = (0..MEGABYTE / 16).map(|number| format!("x-{number}: 12345678\r\n")).collect();
    let before = warm(&stage).await;
    for route in routes() {
        for (what, request) in large_heads(&stage.good(&route, 1), &long, &many) {
            let mut wire = open(&stage).await;
            // It hangs up before it has all.
            let _: Result<(), _> = wire.send(&request.bytes()).await;
            let answer = answered(&mut wire, &request, &format!("{route} with {what}")).await;
            assert_eq!(answer.status, 431, "{route} with {what}: {answer}");
        }
    }
    assert_held(&stage, before, 0);
}

/// Requests that differ from a good one in the size of a single thing.
fn large_heads(good: &Request, long: &str, many: &str) -> Vec<(&'static str, Request)> {
    let with_target = |more: String| {
        let target = [&good.target, more.as_bytes()].concat();
        Request { target, ..good.clone() }
    };
    vec![
        ("a long value", good.clone().with("x-filler", long)),
        ("a long name", good.clone().with(long, "x")),
        ("a long token", good.clone().with("authorization", &format!("Bearer {long}"))),
        ("a long customer", good.clone().with("x-byo-ref-id", long)),
        ("a long host", good.clone().with("host", long)),
        ("many headers", good.clone().with("x", &format!("y\r\n{many}z: z"))),
        ("a long path", with_target(format!("/{long}"))),
        ("a long query", with_target(format!("?q={long}"))),
        ("a long method", Request { method: long.into(), ..good.clone() }),
    ]
}

#[tokio::test]
async fn a_body_of_ten_gigabytes_is_refused_by_what_it_says_of_itself() {
    let stage = Stage::new(&[]).await;
    let before = warm(&stage).await;
    for route in routes() {
        // Each provider's call, and each place of the token.
        for number in 0..12 {
            let request = Request { body: Vec::new(), ..stage.good(&route, number) };
            let request = request.with("content-length", &TEN_GIGABYTES.to_string());
            let mut wire = open(&stage).await;
            wire.send(&request.bytes()).await.expect("it reads");
            let answer = answered(&mut wire, &request, &route).await;
            assert!(answer.status == 413 && is_whole(&request, &answer), "{route} #{number}: {answer}");
        }
    }
    assert_held(&stage, before, 0);
}

#[tokio::test]
async fn a_body_that_goes_on_is_cut_off() {
    let stage = Stage::new(&[]).await;
    let before = warm(&stage).await;
    let piece = chunk(&[b' '; 1 << 16]);
    for route in routes() {
        let request = Request { body: Vec::new(), ..stage.good(&route, 1) };
        let request = request.with("transfer-encoding", "chunked");
        let mut wire = open(&stage).await;
        wire.send(&request.bytes()).await.expect("it reads");
        let mut sent = within(&route, wire.flood(&piece, TEN_GIGABYTES)).await;
        let answer = answered(&mut wire, &request, &route).await;
        // Who deaf goes on is not listened to.
        let deaf = async {
            while sent < TEN_GIGABYTES && wire.send(&piece).await.is_ok() {
                sent += piece.len() as u64;
            }
        };
        within(&route, deaf).await;
        let is_call = ["/v1/proxy/", "/v1/unified"].iter().any(|call| route.contains(call));
        let most = ON_THE_WAY + if is_call { LARGEST_CALL } else { 0 };
        assert!(sent < most, "{route} took {sent} bytes");
        if is_call || ["POST", "PUT", "PATCH"].contains(&request.method()) {
            assert!(answer.status == 413 && is_whole(&request, &answer), "{route}: {answer}");
        } else {
            // Nobody reads a body here.
            assert!(answer.status < 500, "{route}: {answer}");
        }
    }
    // The simulated provider reads a call whole, and a buffer that grows is there twice for a moment.
    assert_held(&stage, before, 2 * LARGEST_CALL / 1024);
}

/// Answers a few good requests; gives the most memory it ever had, in KiB.
async fn warm(stage: &Stage) -> u64 {
    let mut wire = open(stage).await;
    for number in 0..12 {
        let good = stage.good("POST /v1/proxy/{provider}/{path}", number);
        let answer = wire.ask("POST", &good.bytes()).await;
        assert_eq!(answer.status, 200, "{answer}");
    }
    stage.process.peak_kib()
}

fn assert_held(stage: &Stage, before: u64, most: u64) {
    let peak = stage.process.peak_kib();
    println!("at most {before} KiB before, {peak} KiB in all");
    assert!(peak < before + most + SLACK_KIB, "memory grew from {before} KiB to {peak} KiB");
}

async fn open(stage: &Stage) -> Wire {
    Wire::open(stage.process.address()).await.expect("it listens")
}

async fn answered(wire: &mut Wire, request: &Request, what: &str) -> Reply {
    let answer = within(what, wire.answer(request.method())).await;
    answer.unwrap_or_else(|error| panic!("{error}: {what}")).unwrap_or_else(|| panic!("no answer to {what}"))
}

async fn within<F: Future>(what: &str, future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("it hangs: {what}"))
}
