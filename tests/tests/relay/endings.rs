//! A key is revoked, disabled or replaced while calls use it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use byo_seal::ProviderId;
use byo_server::config::ProxyConfig;
use byo_tests::{
    Wire, is_long,
    upstream::{Call, chunk},
};
use serde_json::Value;

use crate::{
    client::{Client, Got, Version, has, read},
    stage::{CUSTOMER, LINES, PATIENCE, PROVIDERS, Stage, within},
};

/// The first event of every stream.
pub(crate) const FIRST: &[u8] = b"data: {\"first\":true}\n\n";

#[derive(Clone, Copy, Debug)]
enum Ending {
    Revoke,
    Disable,
    Rotate,
}

async fn end(stage: &Stage, ending: Ending) {
    match ending {
        Ending::Revoke => stage.change("revoke").await,
        Ending::Disable => stage.change("disable").await,
        Ending::Rotate => drop(stage.store("/v1/keys/rotate", CUSTOMER).await),
    }
}

async fn stream(stage: &Stage) -> (Wire, Call) {
    let mut wire = stage.sent(&stage.usual()).await;
    let mut call = within(stage.upstream.call()).await;
    let _: Option<Vec<u8>> = call.body().await;
    call.stream().await;
    call.chunk(FIRST).await;
    assert!(within(wire.has(FIRST)).await);
    (wire, call)
}

/// What an event of the provider's form says of the key's end.
pub(crate) fn is_farewell(provider: ProviderId, event: &str) -> bool {
    let event = match provider {
        ProviderId::Anthropic => event.strip_prefix("event: error\n").unwrap_or_default(),
        _ => event,
    };
    let Some(json) = event.strip_prefix("data: ").and_then(|event| event.strip_suffix("\n\n")) else {
        return false;
    };
    let Ok(json) = serde_json::from_str::<Value>(json) else { return false };
    let error = &json["error"];
    error["message"].is_string()
        && match provider {
            ProviderId::Anthropic => json["type"] == "error" && error["type"] == "permission_error",
            ProviderId::Google => error["status"] == "PERMISSION_DENIED" && error["code"] == 403,
            _ => error["code"] == "no_key_connected" && error["type"] == "permission_error",
        }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_streams_are_told_once_and_break() {
    for (provider, ..) in PROVIDERS {
        for ending in [Ending::Revoke, Ending::Disable, Ending::Rotate] {
            let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
            let count = if matches!(ending, Ending::Revoke) { 100 } else { 10 };
            let mut streams = Vec::new();
            for _ in 0..count {
                streams.push(stream(&stage).await);
            }
            within(end(&stage, ending)).await;
            let mark = stage.upstream.mark().await;
            assert!(stage.byo.app.in_use.is_empty());
            for (mut wire, call) in streams {
                let (all, _) = within(wire.all()).await;
                let body = all.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
                let rest = all[body..].strip_prefix(&chunk(FIRST)[..]).expect("it was there");
                let rest = String::from_utf8(rest.to_vec()).unwrap();
                let (size, event) = rest.split_once("\r\n").unwrap_or_default();
                let size = usize::from_str_radix(size, 16).unwrap_or_default();
                // One chunk with the event, and no last one.
                assert_eq!(event.len(), size + 2, "{provider} {ending:?}: {rest:?}");
                assert!(is_farewell(provider, &event[..size]), "{provider} {ending:?}: {rest:?}");
                within(call.over()).await;
            }
            // A rotation checks the new key with the provider, before it ends the old one.
            let later = stage.upstream.mark().await;
            assert!(mark.is_the_last_before(&later), "{provider} {ending:?}: {mark:?}, then {later:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_over_http_2_are_told_and_break() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let mut client = Client::open(&stage, Version::Two).await;
        let mut streams = Vec::new();
        for _ in 0..20 {
            let answering = async {
                let call = stage.upstream.call().await;
                call.stream().await;
                call.chunk(FIRST).await;
                call
            };
            let (response, call) = within(async { tokio::join!(client.call(&stage), answering) }).await;
            let (mut response, mut read) = (response.unwrap(), Vec::new());
            assert!(within(has(&mut response, &mut read, FIRST)).await);
            streams.push((response, call));
        }
        within(stage.change("revoke")).await;
        for (response, call) in streams {
            let got = within(read(response)).await;
            let text = String::from_utf8(got.body).unwrap();
            assert!(!got.is_whole && is_farewell(provider, &text), "{provider}: {text:?}");
            within(call.over()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_lines_are_told_on_a_line_of_their_own_and_break() {
    // What has come, and how much of it goes on: the beginning of a line is nobody's business.
    for (version, came, goes_on) in [
        (Version::One, "{\"a\":1}\n", 8),
        (Version::Two, "{\"a\":1}\n", 8),
        (Version::One, "{\"a\":1}\n{\"b\":\"half", 8),
        (Version::One, "{\"a\":1}\n{\"b\":2}", 15),
    ] {
        let stage = Stage::with(LINES.0, ProxyConfig::default(), PATIENCE).await;
        let got = ended(&stage, version, "application/x-ndjson", came, &came[..goes_on]).await;
        let text = String::from_utf8(got.body).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (last, others) = lines.split_last().unwrap();
        assert!(!got.is_whole && text.starts_with(&came[..goes_on]) && text.ends_with('\n'), "{text:?}");
        assert_eq!(others.len(), came[..goes_on].lines().count(), "{text:?}");
        let message = last["error"].as_str().unwrap();
        assert!(message.contains("revoked") && last.as_object().unwrap().len() == 1, "{text:?}");
        assert!(!text.contains("done"), "{text:?}");
    }
    // Within a line that has been given out in part nothing can be said.
    let stage = Stage::with(LINES.0, ProxyConfig::default(), PATIENCE).await;
    let long = format!("{{\"a\":\"{}", "x".repeat(100_000));
    let got = ended(&stage, Version::One, "application/x-ndjson", &long, &long).await;
    assert!(!got.is_whole && got.body == long.as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_arrays_break_without_a_word() {
    for version in [Version::One, Version::Two] {
        let stage = Stage::with(ProviderId::Google, ProxyConfig::default(), PATIENCE).await;
        let came = "[{\"a\":1}\n,\r\n{\"b\":";
        let goes_on = &came[..came.len() - 5];
        let got = ended(&stage, version, "application/json; charset=UTF-8", came, goes_on).await;
        assert!(!got.is_whole && got.body == goes_on.as_bytes(), "{}", got.body.escape_ascii());
        assert!(serde_json::from_slice::<Value>(&got.body).is_err(), "nobody can take it for the whole");
    }
}

/// What a client has got when the key is revoked after this much has come.
async fn ended(stage: &Stage, version: Version, kind: &str, came: &str, goes_on: &str) -> Got {
    let mut client = Client::open(stage, version).await;
    let answering = async {
        let call = stage.upstream.call().await;
        call.begin("200 OK", &[("content-type", kind)]).await;
        call.chunk(came.as_bytes()).await;
        call
    };
    let (response, call) = within(async { tokio::join!(client.call(stage), answering) }).await;
    let (mut response, mut before) = (response.expect("it answers"), Vec::new());
    assert!(within(has(&mut response, &mut before, goes_on.as_bytes())).await);
    within(stage.change("revoke")).await;
    let got = within(read(response)).await;
    within(call.over()).await;
    Got { body: [before, got.body].concat(), ..got }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_are_no_stream_break_without_a_word() {
    let stage = Stage::new().await;
    for kind in ["application/json", "audio/mpeg"] {
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        call.begin("200 OK", &[("content-type", kind)]).await;
        call.chunk(b"a part").await;
        assert!(within(wire.has(b"a part")).await);
        within(stage.change("disable")).await;
        let (all, _) = within(wire.all()).await;
        assert!(all.ends_with(&chunk(b"a part")), "{}", all.escape_ascii());
        within(call.over()).await;
        stage.change("enable").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_wait_for_their_answer_are_refused() {
    for (provider, ..) in PROVIDERS {
        for ending in [Ending::Revoke, Ending::Disable, Ending::Rotate] {
            let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
            let mut waiting = Vec::new();
            for _ in 0..5 {
                let wire = stage.sent(&stage.usual()).await;
                waiting.push((wire, within(stage.upstream.call()).await));
            }
            within(end(&stage, ending)).await;
            for (mut wire, call) in waiting {
                let reply = within(wire.answer("POST")).await.unwrap().unwrap();
                stage.assert_refused(&reply, 403, "no_key_connected");
                within(call.over()).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_upload_goes_up_once_the_end_is_acknowledged() {
    let rounds = if is_long() { 200 } else { 20 };
    let stage = Stage::new().await;
    for round in 0..rounds {
        let head = stage.head("POST", &stage.path());
        let mut wire = stage.sent(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await;
        let call = within(stage.upstream.call()).await;
        wire.send(&chunk(b"before")).await.unwrap();
        assert!(within(call.has(b"before")).await);
        within(stage.change("disable")).await;
        let mark = stage.upstream.mark().await;
        // The client may have been hung up on already.
        let _: Result<(), _> = wire.send(&chunk(b"after")).await;
        let (all, _) = within(wire.all()).await;
        assert!(all.starts_with(b"HTTP/1.1 403"), "round {round}: {}", all.escape_ascii());
        within(call.over()).await;
        let later = stage.upstream.mark().await;
        assert!(mark.is_the_last_before(&later), "round {round}: {mark:?}, then {later:?}");
        stage.change("enable").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_body_is_read_first_ends_at_once_too() {
    let stage = Stage::new().await;
    stage.restrict_models().await;
    let head = stage.head("POST", &stage.path());
    let mut wire = stage.sent(format!("{head}content-length: 100\r\n\r\n{{\"model\":").as_bytes()).await;
    within(async {
        while stage.byo.app.in_use.is_empty() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let started = tokio::time::Instant::now();
    within(stage.change("revoke")).await;
    let took = started.elapsed();
    let reply = within(wire.answer("POST")).await.unwrap().unwrap();
    stage.assert_refused(&reply, 403, "no_key_connected");
    assert!(took < std::time::Duration::from_millis(1_500), "{took:?}");
    assert!(stage.upstream.heads().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_does_not_read_keeps_no_call_alive() {
    let stage = Stage::new().await;
    let _wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    call.stream().await;
    let event = format!("data: {}\n\n", "x".repeat(60_000));
    // Until nobody takes any more: what is on the way fills up, here and there.
    let most = std::time::Duration::from_millis(500);
    while tokio::time::timeout(most, call.chunk(event.as_bytes())).await.is_ok() {}
    let started = tokio::time::Instant::now();
    within(stage.change("revoke")).await;
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_millis(1_500), "{took:?}");
    assert!(stage.byo.app.in_use.is_empty());
    within(call.over()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_revocation_is_acknowledged_no_call_reaches_the_provider() {
    let rounds = if is_long() { 300 } else { 15 };
    let stage = Arc::new(Stage::new().await);
    let serving = stage.answer_all();
    for round in 0..rounds {
        let is_over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = (0..6)
            .map(|_| tokio::spawn(calls(Arc::clone(&stage), Arc::clone(&is_over), Arc::clone(&answered))))
            .collect();
        // Everywhere in the course of calls.
        while answered.load(Ordering::SeqCst) < 6 + round % 7 {
            tokio::task::yield_now().await;
        }
        within(stage.change("revoke")).await;
        let mark = stage.upstream.mark().await;
        is_over.store(true, Ordering::SeqCst);
        for caller in callers {
            within(caller).await.expect("it does not panic");
        }
        let later = stage.upstream.mark().await;
        assert!(mark.is_the_last_before(&later), "round {round}: {mark:?}, then {later:?}");
        stage.connect(CUSTOMER).await;
    }
    serving.abort();
}

/// One call after another, until some after the end are refused.
async fn calls(stage: Arc<Stage>, is_over: Arc<AtomicBool>, answered: Arc<AtomicUsize>) {
    let mut wire = stage.wire().await;
    let mut refused = 0;
    while refused < 3 {
        let is_after = is_over.load(Ordering::SeqCst);
        wire.send(&stage.usual()).await.expect("it reads");
        let Ok(Some(reply)) = within(wire.answer("POST")).await else {
            // Broken within an answer, as it is to be.
            wire = stage.wire().await;
            continue;
        };
        assert!(!is_after || reply.status == 403, "a call after the end got {}", reply.status);
        answered.fetch_add(1, Ordering::SeqCst);
        refused += usize::from(is_after);
        if reply.status != 200 {
            wire = stage.wire().await;
        }
    }
}
