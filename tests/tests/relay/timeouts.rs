//! Whoever takes too long, and bodies that are too large.

use std::time::Duration;

use byo_seal::ProviderId;
use byo_server::config::ProxyConfig;
use byo_tests::{is_long, upstream::chunk};
use tokio::time::Instant;

use crate::stage::{PATIENCE, PROVIDERS, Stage, within};

const SHORT: Duration = Duration::from_millis(400);

/// The long tier runs on a machine of its own and holds time-outs to a second.
#[track_caller]
fn assert_took(took: Duration, expected: Duration) {
    assert!(took + Duration::from_millis(20) >= expected, "{took:?} is too early for {expected:?}");
    assert!(!is_long() || took < expected + Duration::from_secs(1), "{took:?} is too late for {expected:?}");
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_a_timeout() {
    for (provider, ..) in PROVIDERS {
        let proxy = ProxyConfig { first_byte_timeout: SHORT, ..ProxyConfig::default() };
        let stage = Stage::with(provider, proxy, PATIENCE).await;
        let started = Instant::now();
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        assert_took(started.elapsed(), SHORT);
        stage.assert_refused(&reply, 504, "provider_timeout");
        within(call.over()).await;
        // Half a head is no answer either.
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        call.send(b"HTTP/1.1 200 OK\r\ncontent-type: ").await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        stage.assert_refused(&reply, 504, "provider_timeout");
        within(call.over()).await;
        stage.quiet().await;
        assert!(stage.byo.app.in_use.is_empty());
    }
}

#[tokio::test]
async fn a_provider_that_falls_silent_breaks_the_answer() {
    let proxy = ProxyConfig { idle_timeout: SHORT, ..ProxyConfig::default() };
    let stage = Stage::with(ProviderId::Openai, proxy, PATIENCE).await;
    for kind in ["text/event-stream", "application/json"] {
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        call.begin("200 OK", &[("content-type", kind)]).await;
        call.chunk(b"data: 1\n\n").await;
        assert!(within(wire.has(b"data: 1\n\n")).await);
        let started = Instant::now();
        let (all, _) = within(wire.all()).await;
        assert_took(started.elapsed(), SHORT);
        assert!(all.ends_with(&chunk(b"data: 1\n\n")), "{}", all.escape_ascii());
        within(call.over()).await;
    }
    stage.quiet().await;
    assert!(stage.byo.app.in_use.is_empty());
}

#[tokio::test]
async fn a_provider_that_is_slow_but_not_silent_is_waited_for() {
    let proxy = ProxyConfig { idle_timeout: SHORT, first_byte_timeout: SHORT, ..ProxyConfig::default() };
    let stage = Stage::with(ProviderId::Openai, proxy, PATIENCE).await;
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    let sending = async {
        call.stream().await;
        // The pause is what is tested: eight of them are far longer than one may be.
        let mut ticks = tokio::time::interval(SHORT / 4);
        for _ in 0..8 {
            ticks.tick().await;
            call.chunk(b": still there\n\n").await;
        }
        call.send(b"0\r\n\r\n").await;
    };
    let ((), reply) = tokio::join!(sending, within(wire.answer("POST")));
    assert_eq!(reply.unwrap().unwrap().body, b": still there\n\n".repeat(8));
}

#[tokio::test]
async fn an_upload_does_not_count_as_the_providers_silence() {
    let proxy = ProxyConfig { first_byte_timeout: SHORT, ..ProxyConfig::default() };
    let stage = Stage::with(ProviderId::Openai, proxy, PATIENCE).await;
    let head = stage.head("POST", &stage.path());
    let mut wire = stage.sent(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await;
    let mut call = within(stage.upstream.call()).await;
    let mut ticks = tokio::time::interval(SHORT / 4);
    for _ in 0..8 {
        ticks.tick().await;
        wire.send(&chunk(b"part")).await.unwrap();
    }
    wire.send(b"0\r\n\r\n").await.unwrap();
    assert!(within(call.body()).await.is_some(), "it was broken off");
    call.answer("200 OK", &[], b"{}").await;
    let reply = within(wire.answer("POST")).await.unwrap().unwrap();
    assert_eq!(reply.status, 200, "{reply}");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_unreachable() {
    for (provider, ..) in PROVIDERS {
        let mut stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        stage.upstream.stop().await;
        for _ in 0..2 {
            let mut wire = stage.sent(&stage.usual()).await;
            let reply = within(wire.answer("POST")).await.unwrap().unwrap();
            stage.assert_refused(&reply, 502, "provider_unreachable");
        }
        assert!(stage.byo.app.in_use.is_empty());
    }
}

#[tokio::test]
async fn an_upload_that_stalls_is_given_up_on_both_sides() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), SHORT).await;
        for (length, part) in
            [("transfer-encoding: chunked", &b"4\r\npart\r\n"[..]), ("content-length: 100", b"part")]
        {
            let head = stage.head("POST", &stage.path());
            let mut wire = stage.sent(&[format!("{head}{length}\r\n\r\n").as_bytes(), part].concat()).await;
            let mut call = within(stage.upstream.call()).await;
            let reply = within(wire.answer("POST")).await.unwrap().unwrap();
            stage.assert_refused(&reply, 408, "request_timeout");
            within(call.over()).await;
            assert!(within(call.body()).await.is_none(), "it looks whole to the provider");
        }
        stage.quiet().await;
        assert!(stage.byo.app.in_use.is_empty());
    }
}

#[tokio::test]
async fn an_upload_that_ends_early_is_none_for_the_provider() {
    let stage = Stage::new().await;
    for (length, part) in
        [("transfer-encoding: chunked", &b"4\r\npart\r\n"[..]), ("content-length: 100", b"part")]
    {
        let head = stage.head("POST", &stage.path());
        let mut wire = stage.sent(&[format!("{head}{length}\r\n\r\n").as_bytes(), part].concat()).await;
        let mut call = within(stage.upstream.call()).await;
        assert!(within(call.has(b"part")).await);
        wire.finish().await.unwrap();
        within(call.over()).await;
        assert!(within(call.body()).await.is_none(), "it looks whole to the provider");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    const MOST: usize = 100_000;
    for (provider, ..) in PROVIDERS {
        let proxy = ProxyConfig { max_body: MOST, ..ProxyConfig::default() };
        let stage = Stage::with(provider, proxy, PATIENCE).await;
        // Its length is told: nothing goes up, and nothing of it need be sent.
        let head = stage.head("POST", &stage.path());
        let mut wire = stage.sent(format!("{head}content-length: {}\r\n\r\n", MOST + 1).as_bytes()).await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        stage.assert_refused(&reply, 413, "payload_too_large");
        assert!(stage.upstream.heads().is_empty());
        // It is not: the provider never gets the end.
        let mut wire = stage.sent(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await;
        let mut call = within(stage.upstream.call()).await;
        wire.send(&chunk(&vec![b'x'; MOST])).await.unwrap();
        let _: Result<(), _> = wire.send(&chunk(b"x")).await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        stage.assert_refused(&reply, 413, "payload_too_large");
        within(call.over()).await;
        assert!(within(call.body()).await.is_none(), "it looks whole to the provider");
        // The limit itself is allowed.
        for request in [
            stage.post("", &vec![b'x'; MOST]),
            [
                format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes(),
                &chunk(&vec![b'x'; MOST]),
                b"0\r\n\r\n",
            ]
            .concat(),
        ] {
            let mut wire = stage.sent(&request).await;
            let mut call = within(stage.upstream.call()).await;
            assert_eq!(within(call.body()).await.map(|body| body.len()), Some(MOST));
            call.answer("200 OK", &[], b"{}").await;
            assert_eq!(within(wire.answer("POST")).await.unwrap().unwrap().status, 200);
        }
    }
}
