//! Streams of events come as they are sent.

use byo_seal::ProviderId;
use byo_server::config::ProxyConfig;

use crate::{
    client::{Client, Version, has, read},
    stage::{PATIENCE, PROVIDERS, Stage, within},
};

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

/// What each piece of an answer is, one after another.
const LINE_BY_LINE: [&str; 8] = [
    "{\"number\":1}\n",
    "{\"number\":2}\r\n",
    "{\"number\":3}",
    "\n",
    "\n{\"text\":\"}\\\"{ an error\"}",
    "\n{\"number\":5}\n{\"number\":6}\n",
    "{\"error\":\"of somebody else\"}\n",
    "no line of JSON\n",
];

const ELEMENT_BY_ELEMENT: [&str; 9] = [
    "[",
    "{\n  \"number\": 1\n}",
    "\n,\r\n{\"text\":\"]}\\\"[ an error\"}",
    ",",
    "{\"error\":{\"message\":\"of somebody else\"}}",
    ",{},",
    "{\"number\":[{},[]]},{}",
    "\n",
    "]\n",
];

#[tokio::test]
async fn lines_and_elements_are_with_the_client_before_the_next_are_sent() {
    for (provider, kind, pieces) in [
        (ProviderId::Openai, "application/x-ndjson", &LINE_BY_LINE[..]),
        (ProviderId::Ollama, "application/x-ndjson; charset=utf-8", &LINE_BY_LINE[..]),
        (ProviderId::Google, "application/json; charset=UTF-8", &ELEMENT_BY_ELEMENT[..]),
    ] {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let mut client = Client::open(&stage, Version::One).await;
        let beginning = async {
            let call = stage.upstream.call().await;
            call.begin("200 OK", &[("content-type", kind)]).await;
            call
        };
        let (response, call) = within(async { tokio::join!(client.call(&stage), beginning) }).await;
        let mut response = response.unwrap();
        assert_eq!(response.headers()["x-accel-buffering"], "no");
        assert_eq!(response.headers()["content-type"], kind);
        let (mut sent, mut came) = (String::new(), Vec::new());
        for piece in pieces {
            call.chunk(piece.as_bytes()).await;
            sent.push_str(piece);
            assert!(within(has(&mut response, &mut came, sent.as_bytes())).await, "{provider}: {piece:?}");
        }
        call.send(b"0\r\n\r\n").await;
        let rest = within(read(response)).await;
        assert!(rest.is_whole && rest.body.is_empty() && came == sent.as_bytes(), "{provider}");
    }
}

#[tokio::test]
async fn lines_and_elements_in_pieces_are_the_same_bytes() {
    for (provider, kind, pieces) in [
        (ProviderId::Openai, "application/x-ndjson", &LINE_BY_LINE[..]),
        (ProviderId::Google, "application/json", &ELEMENT_BY_ELEMENT[..]),
    ] {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let stream = pieces.concat();
        for cut in 0..=stream.len() {
            let mut wire = stage.sent(&stage.usual()).await;
            let call = within(stage.upstream.call()).await;
            call.begin("200 OK", &[("content-type", kind)]).await;
            for part in [&stream[..cut], &stream[cut..]].into_iter().filter(|part| !part.is_empty()) {
                call.chunk(part.as_bytes()).await;
            }
            call.send(b"0\r\n\r\n").await;
            let reply = within(wire.answer("POST")).await.unwrap().unwrap();
            assert!(reply.body == stream.as_bytes(), "cut at {cut}: {}", reply.body.escape_ascii());
        }
        // Long values, more of them than any buffer holds.
        let picture = format!("{{\"picture\":\"{}\"}}", "QUJD".repeat(40_000));
        let between = if provider == ProviderId::Google { ",\n" } else { "\n" };
        let long = vec![picture.as_str(); 20].join(between);
        let long = if provider == ProviderId::Google { format!("[{long}]") } else { long + "\n" };
        for part in [1_000, 65_537, long.len()] {
            let mut wire = stage.sent(&stage.usual()).await;
            let call = within(stage.upstream.call()).await;
            call.begin("200 OK", &[("content-type", kind)]).await;
            let sending = async {
                for part in long.as_bytes().chunks(part) {
                    call.chunk(part).await;
                }
                call.send(b"0\r\n\r\n").await
            };
            let (_, reply) = tokio::join!(sending, within(wire.answer("POST")));
            assert!(reply.unwrap().unwrap().body == long.as_bytes(), "{provider} by {part}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_no_stream_comes_as_it_is_sent_too() {
    let stage = Stage::new().await;
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    call.begin("200 OK", &[("content-type", "audio/mpeg")]).await;
    for number in 0..10 {
        let part = format!("part {number}\n");
        call.chunk(part.as_bytes()).await;
        assert!(within(wire.has(part.as_bytes())).await, "{number}");
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
