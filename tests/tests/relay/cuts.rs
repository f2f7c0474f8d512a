//! The provider's connection is cut somewhere: no client may take what it has for the whole.

use byo_server::config::ProxyConfig;
use byo_tests::{
    is_long,
    upstream::{Call, chunk, head},
};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::{
    client::{Client, Got, Version, read},
    stage::{PATIENCE, PROVIDERS, Stage, within},
};

const SEED: u64 = 0x9_0420;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Measured,
    Chunked,
    Stream,
    Lines,
    /// Of one that is no Google's, JSON as any other.
    Array,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Finish,
    Reset,
}

#[derive(Debug)]
struct Case {
    how: How,
    version: Version,
    /// How much of the answer is sent.
    sent: usize,
    /// Whether the cut waits until the client has the head.
    late: bool,
}

#[tokio::test]
async fn a_cut_answer_never_looks_complete() {
    let count = if is_long() { 1_000 } else { 60 };
    println!("seed {SEED}, {count} cuts");
    for (index, (provider, ..)) in (0_u64..).zip(PROVIDERS) {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let mut rng = ChaCha20Rng::seed_from_u64(SEED + index);
        let mut in_the_body = 0;
        for number in 0..count / 3 + 1 {
            let (head, body, wire) = answer(&mut rng, number);
            let case = case(&mut rng, head.len(), wire.len());
            let got = within(cut(&stage, &case, &[head.as_bytes(), &wire].concat(), head.len())).await;
            let named = format!("seed {SEED}, {provider}, cut {number}: {:?}, {case:?}", shape(number));
            if case.sent < head.len() {
                let got = got.unwrap_or_else(|| panic!("no answer: {named}"));
                assert!(got.status == 502 && got.is_whole, "{} {named}", got.status);
                continue;
            }
            in_the_body += 1;
            // An answer may be cut before its head has come down. Then there is none, or byo's own.
            let Some(got) = got else { continue };
            if got.status == 502 {
                assert!(case.how == How::Reset && !case.late, "{named}");
                continue;
            }
            assert_eq!(got.status, 200, "{named}");
            assert!(!got.is_whole, "it looks complete: {named}");
            assert!(body.starts_with(&got.body), "something was made up: {named}");
        }
        assert!(in_the_body > count / 6, "only {in_the_body} cuts were in the body");
        within(stage.upstream.quiet()).await;
        assert!(stage.byo.app.in_use.is_empty());
    }
}

/// Its head, its body, and that body as it is sent. None but the last ends with the end of something.
fn answer(rng: &mut ChaCha20Rng, number: usize) -> (String, Vec<u8>, Vec<u8>) {
    let parts = 1 + rng.next_u32() as usize % 20;
    let shape = shape(number);
    let events = (0..parts)
        .map(|part| format!("event: content_block_delta\ndata: {{\"part\":{part},\"text\":\"word\"}}\n\n"));
    let parts: Vec<Vec<u8>> = match shape {
        Shape::Stream => events.map(String::into_bytes).collect(),
        Shape::Lines => {
            (0..parts).map(|part| format!("{{\"part\":{part},\"text\":\"word\"}}\n").into_bytes()).collect()
        }
        Shape::Array => (0..parts)
            .map(|part| {
                let (before, after) =
                    (if part == 0 { '[' } else { ',' }, if part + 1 == parts { "]" } else { "" });
                format!("{before}{{\n  \"part\": {part}\n}}\n{after}").into_bytes()
            })
            .collect(),
        Shape::Measured | Shape::Chunked => {
            (0..parts).map(|_| vec![b'x'; 1 + rng.next_u32() as usize % 3_000]).collect()
        }
    };
    let body = parts.concat();
    let wire = if shape == Shape::Measured {
        body.clone()
    } else {
        parts.iter().flat_map(|part| chunk(part)).chain(*b"0\r\n\r\n").collect()
    };
    let kind = match shape {
        Shape::Stream => "text/event-stream",
        Shape::Lines => "application/x-ndjson",
        Shape::Measured | Shape::Chunked | Shape::Array => "application/json",
    };
    let length = if shape == Shape::Measured {
        format!("content-length: {}", body.len())
    } else {
        "transfer-encoding: chunked".to_owned()
    };
    (head("200 OK", &[("content-type", kind)], &length), body, wire)
}

const fn shape(number: usize) -> Shape {
    match number % 5 {
        0 => Shape::Measured,
        1 => Shape::Chunked,
        2 => Shape::Lines,
        3 => Shape::Array,
        _ => Shape::Stream,
    }
}

/// Three in four within the body, some of them at its very end.
fn case(rng: &mut ChaCha20Rng, head: usize, wire: usize) -> Case {
    let mut below = |most: usize| rng.next_u32() as usize % most;
    let sent = match below(8) {
        0 => below(head),
        1 => head,
        2 => head + wire - 1 - below(wire.min(6)),
        _ => head + below(wire),
    };
    Case {
        how: if below(2) == 0 { How::Finish } else { How::Reset },
        version: if below(2) == 0 { Version::One } else { Version::Two },
        sent,
        late: sent >= head && below(2) == 0,
    }
}

async fn cut(stage: &Stage, case: &Case, bytes: &[u8], head: usize) -> Option<Got> {
    let mut client = Client::open(stage, case.version).await;
    let (has_head, wait) = tokio::sync::oneshot::channel();
    let provider = async {
        let mut call: Call = stage.upstream.call().await;
        let _: Option<Vec<u8>> = call.body().await;
        call.send(&bytes[..case.sent]).await;
        if case.late && case.sent >= head {
            let _: Result<(), _> = wait.await;
        }
        match case.how {
            How::Finish => call.close().await,
            How::Reset => call.reset().await,
        }
    };
    let client = async {
        let response = client.call(stage).await.ok()?;
        let _: Result<(), ()> = has_head.send(());
        Some(read(response).await)
    };
    let ((), got) = tokio::join!(provider, client);
    got
}
