//! Providers that answer badly, on purpose or not.

use byo_server::config::ProxyConfig;
use byo_tests::upstream::{Call, Upstream, chunk};

use crate::{
    client::{Client, Version, read},
    stage::{PATIENCE, PROVIDERS, Stage, within},
};

#[derive(Debug)]
pub(crate) enum Expected {
    /// byo's own 502.
    Refused,
    /// An answer that visibly breaks off.
    Broken,
    /// This body, whole.
    Whole(&'static [u8]),
}
use Expected::{Broken, Refused, Whole};

const LONG: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"part\":";

/// Answers after which the connection is closed, and what is to become of them.
pub(crate) fn answers() -> Vec<(Vec<u8>, Expected)> {
    let chunked =
        |rest: &str| format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{rest}").into_bytes();
    let mut answers: Vec<(Vec<u8>, Expected)> = vec![
        (b"".to_vec(), Refused),
        (b"garbage\r\n\r\n".to_vec(), Refused),
        (b"\0\0\0\0\0\0\0\0\r\n\r\n".to_vec(), Refused),
        (b"HTTP/1.1\r\n\r\n".to_vec(), Refused),
        (b"HTTP/1.1 99 X\r\ncontent-length: 0\r\n\r\n".to_vec(), Refused),
        (b"HTTP/1.1 2000 X\r\ncontent-length: 0\r\n\r\n".to_vec(), Refused),
        (b"HTTP/1.1 abc X\r\ncontent-length: 0\r\n\r\n".to_vec(), Refused),
        (b"HTTP/3.0 200 OK\r\ncontent-length: 0\r\n\r\n".to_vec(), Refused),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), Refused),
        (b"SSH-2.0-OpenSSH_9.0\r\n".to_vec(), Refused),
        (b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n".to_vec(), Refused),
        (b"HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 2\r\n\r\n{}".to_vec(), Refused),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_vec(), Refused),
        (b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}".to_vec(), Refused),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999999999999\r\n\r\n{}".to_vec(), Refused),
        (b"HTTP/1.1 200 OK\r\ncontent-len".to_vec(), Refused),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n".to_vec(), Refused),
        (b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(), Refused),
        (LONG.into(), Broken),
        (chunked("5\r\nhello\r\n"), Broken),
        (chunked("5\r\nhel"), Broken),
        (chunked("5\r\nhello\r\n0\r\n"), Broken),
        (chunked("5\r\nhello\r\nxyz\r\nhello\r\n0\r\n\r\n"), Broken),
        (chunked("5\r\nhelloworld\r\n0\r\n\r\n"), Broken),
        (chunked("-5\r\nhello\r\n0\r\n\r\n"), Broken),
        (chunked("fffffffffffffffff\r\nhello\r\n0\r\n\r\n"), Broken),
        (chunked(""), Broken),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), Whole(b"{}")),
        (b"HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 102 P\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec(), Whole(b"{}")),
        (b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n{}".to_vec(), Whole(b"{}")),
        (b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{}".to_vec(), Whole(b"{}")),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}surplus".to_vec(), Whole(b"{}")),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}".to_vec(), Whole(b"{}")),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond".to_vec(), Whole(b"{}")),
        (b"HTTP/1.1 200\r\ncontent-length: 2\r\n\r\n{}".to_vec(), Whole(b"{}")),
        (b"HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello".to_vec(), Whole(b"")),
    ];
    for status in ["200 OK", "500 X"] {
        for kind in ["text/html", "Text/HTML; charset=utf-8", "application/xhtml+xml"] {
            if status == "200 OK" {
                let page =
                    format!("HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: 6\r\n\r\n<html>");
                answers.push((page.into_bytes(), Refused));
            }
        }
    }
    answers
}

#[tokio::test]
async fn a_bad_answer_is_refused_or_breaks() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let mut wrong = Vec::new();
        for (answer, expected) in answers() {
            for version in [Version::One, Version::Two] {
                let mut client = Client::open(&stage, version).await;
                let answering = async {
                    let mut call: Call = stage.upstream.call().await;
                    let _: Option<Vec<u8>> = call.body().await;
                    call.send(&answer).await;
                    call.finish();
                    call
                };
                let (response, call) = within(async { tokio::join!(client.call(&stage), answering) }).await;
                let got = match response {
                    Ok(response) => Some(within(read(response)).await),
                    Err(_) => None,
                };
                let is_right = match (&expected, &got) {
                    (Refused, Some(got)) => got.status == 502 && got.is_whole && has_message(&got.body),
                    (Broken, Some(got)) => got.status == 200 && !got.is_whole,
                    // It may break before anything of it is there.
                    (Broken, None) => true,
                    (Whole(body), Some(got)) => got.is_whole && got.body == *body && got.status < 300,
                    (Refused | Whole(_), None) => false,
                };
                if !is_right {
                    wrong.push(format!("{version:?} {}: {expected:?}, got {got:?}", answer.escape_ascii()));
                }
                within(call.over()).await;
            }
        }
        assert!(wrong.is_empty(), "{provider}: {} wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(stage.byo.app.in_use.is_empty());
    }
}

fn has_message(body: &[u8]) -> bool {
    serde_json::from_slice(body).is_ok_and(|body: serde_json::Value| body["error"]["message"].is_string())
}

#[tokio::test]
async fn a_second_answer_is_nobodys() {
    let stage = Stage::new().await;
    for round in 0..20 {
        let mut wire = stage.sent(&stage.usual()).await;
        let mut call = within(stage.upstream.call()).await;
        let _: Option<Vec<u8>> = call.body().await;
        call.send(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nfirstHTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecond").await;
        call.keep();
        assert_eq!(within(wire.answer("POST")).await.unwrap().unwrap().body, b"first");
        let mut other = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        call.answer("200 OK", &[], b"third").await;
        assert_eq!(within(other.answer("POST")).await.unwrap().unwrap().body, b"third", "round {round}");
    }
}

#[tokio::test]
async fn redirects_are_followed_by_nobody() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let elsewhere = Upstream::start().await;
        for status in [300, 301, 302, 303, 305, 307, 308] {
            for location in [format!("http://{}/v1/x", elsewhere.address), "/v1/elsewhere".to_owned()] {
                let mut wire = stage.sent(&stage.usual()).await;
                let call = within(stage.upstream.call()).await;
                call.answer(&format!("{status} Moved"), &[("location", &location)], b"moved").await;
                let reply = within(wire.answer("POST")).await.unwrap().unwrap();
                stage.assert_refused(&reply, 502, "provider_refused");
                assert_eq!(reply.header("location"), None);
            }
        }
        assert_eq!((elsewhere.accepted(), stage.upstream.heads().len()), (0, 14));
    }
}

#[tokio::test]
async fn heads_without_an_end_are_refused() {
    let stage = Stage::new().await;
    let line = format!("x-filler: {}\r\n", "x".repeat(1_000));
    let name = "x".repeat(100_000);
    for filler in [line, name, "x-a: b\r\n".repeat(100)] {
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        let flooding = async {
            call.send(b"HTTP/1.1 200 OK\r\n").await;
            let mut sent = 0;
            while sent < 64 << 20 && call.send(filler.as_bytes()).await {
                sent += filler.len();
            }
            sent
        };
        let (sent, reply) = within(async { tokio::join!(flooding, wire.answer("POST")) }).await;
        stage.assert_refused(&reply.unwrap().unwrap(), 502, "provider_unreachable");
        assert!(sent < 16 << 20, "{sent} bytes of a head were taken");
        within(call.over()).await;
    }
    // One of a megabyte that does end.
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    let header = "x".repeat(1 << 20);
    let headers = [("x-filler", header.as_str())];
    let answering = call.answer("200 OK", &headers, b"{}");
    let (_, reply) = within(async { tokio::join!(answering, wire.answer("POST")) }).await;
    stage.assert_refused(&reply.unwrap().unwrap(), 502, "provider_unreachable");
}

#[tokio::test]
async fn an_answer_byte_by_byte_is_whole() {
    let stage = Stage::new().await;
    let mut bytes =
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let stream = b"data: {\"a\":1}\n\ndata: [DONE]\n\n";
    stream.iter().for_each(|&byte| bytes.extend_from_slice(&chunk(&[byte])));
    bytes.extend_from_slice(b"0\r\n\r\n");
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    let sending = async {
        for byte in &bytes {
            call.send(&[*byte]).await;
            tokio::task::yield_now().await;
        }
    };
    let ((), reply) = tokio::join!(sending, within(wire.answer("POST")));
    assert_eq!(reply.unwrap().unwrap().body, stream);
}
