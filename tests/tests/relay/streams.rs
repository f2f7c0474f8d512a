//! Streams of events come as they are sent.

use byo_server::config::ProxyConfig;

use crate::stage::{PATIENCE, PROVIDERS, Stage, within};

#[tokio::test]
async fn an_event_is_with_the_client_before_the_next_is_sent() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        call.stream().await;
        assert!(within(wire.has(b"\r\n\r\n")).await);
        let mut all = Vec::new();
        for number in 0..50 {
            let event = format!("event: part\ndata: {{\"number\":{number}}}\n\n");
            call.chunk(event.as_bytes()).await;
            assert!(within(wire.has(event.as_bytes())).await, "{number}");
            all.extend_from_slice(event.as_bytes());
        }
        call.send(b"0\r\n\r\n").await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        assert_eq!(reply.header("x-accel-buffering"), Some("no"));
        assert_eq!(reply.header("content-type"), Some("text/event-stream"));
        assert!(reply.body == all);
    }
}

#[tokio::test]
async fn an_answer_that_is_no_stream_comes_as_it_is_sent_too() {
    let stage = Stage::new().await;
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    call.begin("200 OK", &[("content-type", "application/x-ndjson")]).await;
    for number in 0..10 {
        let line = format!("{{\"number\":{number}}}\n");
        call.chunk(line.as_bytes()).await;
        assert!(within(wire.has(line.as_bytes())).await, "{number}");
    }
    call.send(b"0\r\n\r\n").await;
    let reply = within(wire.answer("POST")).await.unwrap().unwrap();
    assert_eq!(
        (reply.header("x-accel-buffering"), reply.body.iter().filter(|&&byte| byte == b'\n').count()),
        (None, 10)
    );
}

#[tokio::test]
async fn an_event_in_pieces_comes_whole_and_its_bytes_are_the_same() {
    let stage = Stage::new().await;
    let stream = b"\xef\xbb\xbf: comment\r\n\r\ndata: a\rdata: b\r\rid: 1\nevent: x\ndata: {\"a\":\"\xc3\xa9\"}\n\n\n\ndata: [DONE]\n\nrest";
    for cut in 0..=stream.len() {
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        call.stream().await;
        for part in [&stream[..cut], &stream[cut..]].into_iter().filter(|part| !part.is_empty()) {
            call.chunk(part).await;
        }
        call.send(b"0\r\n\r\n").await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        assert!(reply.body == stream, "cut at {cut}");
    }
}
