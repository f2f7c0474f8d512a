//! Clients that go: the provider's connection is closed, and nothing is left.

use std::{collections::BTreeSet, time::Duration};

use byo_tests::{
    is_long,
    upstream::{Call, chunk},
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use tokio::time::Instant;

use crate::{
    client::{Client, Version, has},
    stage::{Stage, within},
};

const SEED: u64 = 0xab_0423;

#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The provider has the call and has not answered.
    BeforeTheHead,
    /// A part of the answer has come down.
    InTheAnswer,
    /// A part of the call has gone up.
    InTheUpload,
    /// The call was sent, and nobody knows how far it got.
    AtOnce,
}

#[tokio::test]
async fn when_a_client_goes_its_call_ends() {
    let count = if is_long() { 1_000 } else { 60 };
    println!("seed {SEED}, {count} aborts");
    let stage = Stage::new().await;
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let mut left_waiting = Vec::new();
    for number in 0..count {
        // Of the last nobody knows when they come, so the others go first.
        let moment = match number % 3 {
            _ if number >= count / 4 * 3 => Moment::AtOnce,
            0 => Moment::BeforeTheHead,
            1 => Moment::InTheAnswer,
            _ => Moment::InTheUpload,
        };
        let resets = rng.next_u32().is_multiple_of(2);
        let is_second = rng.next_u32().is_multiple_of(3);
        let parts = 1 + rng.next_u32() % 8;
        let named = format!("seed {SEED}, abort {number}: {moment:?}, reset {resets}, HTTP/2 {is_second}");
        let (call, _client) = match (moment, is_second) {
            (Moment::AtOnce, _) => {
                let wire = stage.sent(&stage.usual()).await;
                if resets {
                    wire.reset();
                } else {
                    drop(wire);
                }
                while let Some(call) = stage.upstream.waiting().await {
                    left_waiting.push(call);
                }
                continue;
            }
            (Moment::InTheUpload, _) => (upload(&stage, parts, resets).await, None),
            (_, false) => (by_hand(&stage, moment, parts, resets).await, None),
            (_, true) => {
                let (call, client) = by_stream(&stage, moment, parts).await;
                (call, Some(client))
            }
        };
        let gone = Instant::now();
        within(call.over()).await;
        let took = gone.elapsed();
        assert!(!is_long() || took < Duration::from_secs(1), "{took:?}: {named}");
        assert!(stage.byo.app.in_use.is_empty(), "{named}");
    }
    // Those who went at once: what of them has reached the provider is there, or never will be. Nobody tells when.
    let ports = BTreeSet::from([stage.address.port(), stage.upstream.address.port()]);
    within(async {
        loop {
            while let Some(call) = stage.upstream.waiting().await {
                left_waiting.push(call);
            }
            left_waiting.retain(|call| !call.is_over());
            let is_idle = left_waiting.is_empty() && stage.byo.app.in_use.is_empty();
            if is_idle && open_sockets(&ports).is_empty() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    stage.quiet().await;
}

async fn by_hand(stage: &Stage, moment: Moment, parts: u32, resets: bool) -> Call {
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    if matches!(moment, Moment::InTheAnswer) {
        call.stream().await;
        for part in 0..parts {
            let event = format!("data: {part}\n\n");
            call.chunk(event.as_bytes()).await;
            assert!(within(wire.has(event.as_bytes())).await);
        }
    }
    assert!(!call.is_over() && stage.byo.app.in_use.len() == 1);
    if resets {
        wire.reset();
    } else {
        drop(wire);
    }
    call
}

/// HTTP/2: the call goes, its connection stays for a while.
async fn by_stream(stage: &Stage, moment: Moment, parts: u32) -> (Call, Client) {
    let mut client = Client::open(stage, Version::Two).await;
    let mut asking = Box::pin(client.call(stage));
    let call = tokio::select! {
        call = stage.upstream.call() => call,
        _ = &mut asking => panic!("nobody has answered"),
    };
    if matches!(moment, Moment::InTheAnswer) {
        call.stream().await;
        let mut response = within(asking).await.expect("the head was sent");
        let mut read = Vec::new();
        for part in 0..parts {
            let event = format!("data: {part}\n\n");
            call.chunk(event.as_bytes()).await;
            assert!(within(has(&mut response, &mut read, event.as_bytes())).await);
        }
        drop(response);
    } else {
        drop(asking);
    }
    (call, client)
}

async fn upload(stage: &Stage, parts: u32, resets: bool) -> Call {
    let head = stage.head("POST", &stage.path());
    let mut wire = stage.sent(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await;
    let call = within(stage.upstream.call()).await;
    for part in 0..parts {
        let part = format!("part {part} of the upload");
        wire.send(&chunk(part.as_bytes())).await.expect("it reads");
        assert!(within(call.has(part.as_bytes())).await);
    }
    if resets {
        wire.reset();
    } else {
        drop(wire);
    }
    call
}

/// Of these ports, apart from those that listen and those the kernel keeps for late packets.
fn open_sockets(ports: &BTreeSet<u16>) -> Vec<String> {
    const LISTEN: &str = "0A";
    const TIME_WAIT: &str = "06";
    let table = std::fs::read_to_string("/proc/self/net/tcp").expect("Linux has it");
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    let is_open = |line: &&str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let of = |field: usize| fields.get(field).and_then(|address| port(address));
        let is_ours = [of(1), of(2)].into_iter().flatten().any(|port| ports.contains(&port));
        is_ours && ![LISTEN, TIME_WAIT].contains(&fields[3])
    };
    table.lines().skip(1).filter(is_open).map(str::to_owned).collect()
}
