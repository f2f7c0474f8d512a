//! What is large on purpose takes no memory, whichever side sends it.

use std::io::Write;

use byo_tests::upstream::chunk;
use flate2::{Compression, write::GzEncoder};

use crate::{
    alone::Alone,
    kinds::{KINDS, Kind},
    stage::within,
};

const MEGABYTE: usize = 1 << 20;
const TEN_GIGABYTES: u64 = 10 << 30;
/// The largest answer that is read whole.
const LARGEST_ANSWER: u64 = 8 << 20;
/// What two pairs of sockets hold of what nobody has read.
const ON_THE_WAY: u64 = 24 << 20;

#[tokio::test]
async fn a_line_of_a_hundred_megabytes_takes_no_memory() {
    let alone = Alone::new().await;
    let before = alone.warm().await;
    let (mut wire, call) = alone.asked(Kind::Proxied).await;
    let flooding = async {
        call.stream().await;
        call.chunk(b"data: ").await;
        let piece = chunk(&[b'x'; MEGABYTE]);
        for _ in 0..100 {
            call.send(&piece).await;
        }
        call.send(b"0\r\n\r\n").await;
    };
    let ((), got) = tokio::join!(flooding, within(wire.count()));
    assert!(got.unwrap() >= 100 * MEGABYTE);
    alone.assert_held(before, 0);
}

/// Statuses of answers that nothing can be made of. None of them has byo doubt a stored key and check it by itself.
const STATUSES: [u16; 3] = [200, 400, 500];

#[tokio::test]
async fn a_gzip_bomb_passes_unopened_or_is_refused() {
    let alone = Alone::new().await;
    let before = alone.warm().await;
    for kind in KINDS {
        let (content_type, good) = kind.good();
        let headers = [("content-type", content_type), ("content-encoding", "gzip")];
        let bomb = bomb(good.as_bytes());
        for status in STATUSES {
            let (mut wire, call) = alone.asked(kind).await;
            let line = format!("{status} X");
            // It may hang up before it has all.
            let sending = call.answer(&line, &headers, &bomb);
            let (_, reply) = within(async { tokio::join!(sending, wire.answer(kind.method())) }).await;
            let reply = reply.unwrap().unwrap();
            within(call.end()).await;
            if kind == Kind::Proxied && status == 200 {
                assert_eq!((reply.status, reply.header("content-encoding")), (200, Some("gzip")));
                assert!(reply.body == bomb, "it does not pass as it is");
            } else {
                kind.assert_unusable(
                    status,
                    &reply,
                    &format!("a bomb of {} bytes with {status}", bomb.len()),
                );
            }
        }
    }
    alone.assert_held(before, 0);
}

/// A gigabyte of blanks before a good answer, in a megabyte: a file of gzip may have many parts.
fn bomb(good: &[u8]) -> Vec<u8> {
    let zipped = |bytes: &[u8]| {
        let mut part = GzEncoder::new(Vec::new(), Compression::best());
        part.write_all(bytes).expect("it is memory");
        part.finish().expect("it is memory")
    };
    [zipped(&[b' '; MEGABYTE]).repeat(1024), zipped(good)].concat()
}

#[tokio::test]
async fn an_answer_without_an_end_is_cut_off() {
    let alone = Alone::new().await;
    let before = alone.warm().await;
    for kind in KINDS {
        for (status, piece) in STATUSES.into_iter().flat_map(|status| PIECES.map(|piece| (status, piece))) {
            // It passes for as long as its client wants; and what no success says is not looked into before it is whole.
            if kind == Kind::Proxied && status == 200 || status != 200 && piece != PIECES[0] {
                continue;
            }
            let (mut wire, call) = alone.asked(kind).await;
            let sending = async {
                call.begin(&format!("{status} X"), &[("content-type", kind.good().0)]).await;
                let piece = chunk(&piece.repeat(1 << 12));
                let mut sent = 0;
                while sent < TEN_GIGABYTES && call.send(&piece).await {
                    sent += piece.len() as u64;
                }
                sent
            };
            let (sent, reply) = within(async { tokio::join!(sending, wire.answer(kind.method())) }).await;
            let what = format!("{kind:?} with {status} and {:?}", String::from_utf8_lossy(piece));
            assert!(sent < ON_THE_WAY, "{what}: {sent} bytes were taken");
            kind.assert_unusable(status, &reply.unwrap().unwrap(), &what);
        }
    }
    // What is read whole is there twice for a moment.
    alone.assert_held(before, 2 * LARGEST_ANSWER);
}

/// What goes on for ever: blanks, a line of data, an error that is told and told.
const PIECES: [&[u8]; 3] = [b"                ", b"data: x", b"event: error\ndata: {}\n\n"];

#[tokio::test]
async fn an_upload_of_ten_gigabytes_is_cut_off() {
    const LARGEST_CALL: u64 = 32 << 20;
    let alone = Alone::new().await;
    let before = alone.warm().await;
    let piece = chunk(&[b' '; 1 << 16]);
    for path in ["/v1/proxy/openai/v1/chat/completions", "/v1/proxy/openai/v1/files"] {
        let head = alone.head(path);
        // By what it says of itself: nothing goes up.
        let mut wire = alone.wire().await;
        wire.send(format!("{head}content-length: {TEN_GIGABYTES}\r\n\r\n").as_bytes()).await.unwrap();
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        assert_eq!(reply.status, 413, "{reply}");
        assert!(alone.upstream.waiting().await.is_none(), "it went up");
        // And really.
        let mut wire = alone.wire().await;
        wire.send(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await.unwrap();
        let mut call = within(alone.upstream.call()).await;
        let sent = within(wire.flood(&piece, TEN_GIGABYTES)).await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        assert_eq!(reply.status, 413, "{reply}");
        assert!(sent < LARGEST_CALL + ON_THE_WAY, "{path} took {sent} bytes");
        within(call.over()).await;
        assert!(within(call.body()).await.is_none(), "it looks whole to the provider");
    }
    alone.assert_held(before, 0);
}
