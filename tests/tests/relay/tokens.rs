//! A runtime token is revoked, or the secret key that made it, while calls run with it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use byo_server::{clock::Clock, config::ProxyConfig};
use byo_tests::{
    Wire, is_long,
    upstream::{Call, chunk},
};
use http::Method;
use serde_json::{Value, json};

use crate::{
    endings::{FIRST, is_farewell},
    stage::{CUSTOMER, HOST, PATIENCE, PROVIDERS, Stage, within},
};

const SECOND: &[u8] = b"data: {\"second\":true}\n\n";
/// A call that was told to end is over by then.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Who may call.
#[derive(Clone)]
struct Caller {
    token: String,
    /// Of a runtime token.
    id: String,
    /// A key that the calls bring along.
    brings: &'static str,
}

/// What ends a runtime token.
#[derive(Clone, Copy, Debug)]
enum Ending {
    Itself,
    Maker,
}

/// A secret key besides the project's own, and its id.
async fn maker(stage: &Stage) -> (String, String) {
    let path = format!("/v1/admin/projects/{}/tokens", stage.project.id);
    let body = json!({"environment": "live", "kind": "secret", "name": "another"});
    let made = stage.byo.admin(Method::POST, &path, Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    (text(&made.json["token"]), text(&made.json["id"]))
}

/// A runtime token made with this secret key.
async fn runtime(stage: &Stage, secret: &str) -> Caller {
    let body = json!({"refId": CUSTOMER, "expiresIn": 60});
    let made = stage.byo.post("/v1/runtime-tokens", secret, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    Caller { token: text(&made.json["token"]), id: text(&made.json["id"]), brings: "" }
}

async fn revoke(stage: &Stage, caller: &Caller) {
    let path = format!("/v1/runtime-tokens/{}", caller.id);
    let ended = stage.byo.call(Method::DELETE, &path, &stage.project.secret, None).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
}

async fn revoke_secret(stage: &Stage, id: &str) {
    let ended = stage.byo.admin(Method::DELETE, &format!("/v1/admin/tokens/{id}"), None).await;
    assert_eq!(ended.status, 204, "{}", ended.text);
}

fn text(value: &Value) -> String {
    value.as_str().expect("ids and tokens are text").to_owned()
}

/// A call's line and headers, but for those of its body.
fn head(stage: &Stage, caller: &Caller) -> String {
    let Caller { token, brings, .. } = caller;
    let path = stage.path();
    format!(
        "POST {path} HTTP/1.1\r\nhost: {HOST}\r\nauthorization: Bearer {token}\r\nx-byo-ref-id: {CUSTOMER}\r\n{brings}"
    )
}

fn usual(stage: &Stage, caller: &Caller) -> Vec<u8> {
    let body = r#"{"model":"gpt-4.1","stream":true}"#;
    let head = head(stage, caller);
    format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        .into_bytes()
}

async fn stream(stage: &Stage, caller: &Caller) -> (Wire, Call) {
    let mut wire = stage.sent(&usual(stage, caller)).await;
    let mut call = within(stage.upstream.call()).await;
    let _: Option<Vec<u8>> = call.body().await;
    call.stream().await;
    call.chunk(FIRST).await;
    assert!(within(wire.has(FIRST)).await);
    (wire, call)
}

/// The stream was told once that it ends, and broke; at the provider's side it is over.
async fn assert_told(stage: &Stage, (mut wire, call): (Wire, Call), named: &str) {
    let (all, _) = within(wire.all()).await;
    let body = all.windows(4).position(|four| four == b"\r\n\r\n").expect("the head ends") + 4;
    let rest = all[body..].strip_prefix(&chunk(FIRST)[..]).expect("it was there");
    let rest = String::from_utf8(rest.to_vec()).expect("the rest is text");
    let (size, event) = rest.split_once("\r\n").unwrap_or_default();
    let size = usize::from_str_radix(size, 16).unwrap_or_default();
    assert_eq!(event.len(), size + 2, "{named}: {rest:?}");
    assert!(is_farewell(stage.provider, &event[..size]), "{named}: {rest:?}");
    within(call.over()).await;
}

/// The stream goes on to its end.
async fn assert_goes_on((mut wire, call): (Wire, Call), named: &str) {
    call.chunk(SECOND).await;
    call.chunk(b"").await;
    let reply = within(wire.answer("POST"))
        .await
        .unwrap_or_else(|error| panic!("{named}: {error}"))
        .expect("the server answers");
    assert_eq!(reply.body, [FIRST, SECOND].concat(), "{named}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn streams_of_an_ended_token_are_told_once_and_break_and_no_others() {
    for (provider, ..) in PROVIDERS {
        for ending in [Ending::Itself, Ending::Maker] {
            let named = format!("{provider} {ending:?}");
            let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
            let (secret, id) = maker(&stage).await;
            let caller = runtime(&stage, &secret).await;
            let others = [
                runtime(&stage, &stage.project.secret).await,
                Caller { token: stage.project.secret.clone(), id: String::new(), brings: "" },
                // What a secret key has begun itself comes to its end.
                Caller { token: secret.clone(), id: String::new(), brings: "" },
            ];
            let mut streams = Vec::new();
            for _ in 0..20 {
                streams.push(stream(&stage, &caller).await);
            }
            let mut going_on = Vec::new();
            for other in &others {
                going_on.push(stream(&stage, other).await);
            }
            let started = tokio::time::Instant::now();
            match ending {
                Ending::Itself => within(revoke(&stage, &caller)).await,
                Ending::Maker => within(revoke_secret(&stage, &id)).await,
            }
            let took = started.elapsed();
            assert!(took < AT_ONCE, "{named}: {took:?}");
            assert_eq!(stage.byo.app.in_use.len(), going_on.len(), "{named}");
            for stream in streams {
                assert_told(&stage, stream, &named).await;
            }
            for stream in going_on {
                assert_goes_on(stream, &named).await;
            }
            let mut wire = stage.sent(&usual(&stage, &caller)).await;
            let refused = within(wire.answer("POST")).await.unwrap().unwrap();
            stage.assert_refused(&refused, 401, "unauthenticated");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_with_a_key_of_their_own_end_with_the_token_too() {
    let stage = Stage::new().await;
    let brings = "x-openai-key: sk-proj-0123456789abcdefghij\r\n";
    let caller = Caller { brings, ..runtime(&stage, &stage.project.secret).await };
    let secret = Caller { token: stage.project.secret.clone(), id: String::new(), brings };
    let (ending, going_on) = (stream(&stage, &caller).await, stream(&stage, &secret).await);
    within(revoke(&stage, &caller)).await;
    assert_told(&stage, ending, "through the token").await;
    assert_goes_on(going_on, "through the secret key").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_wait_for_their_answer_are_refused() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let caller = runtime(&stage, &stage.project.secret).await;
        let mut waiting = Vec::new();
        for _ in 0..5 {
            let wire = stage.sent(&usual(&stage, &caller)).await;
            waiting.push((wire, within(stage.upstream.call()).await));
        }
        within(revoke(&stage, &caller)).await;
        for (mut wire, call) in waiting {
            let reply = within(wire.answer("POST")).await.unwrap().unwrap();
            stage.assert_refused(&reply, 403, "no_key_connected");
            within(call.over()).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_upload_goes_up_once_the_tokens_end_is_acknowledged() {
    let rounds = if is_long() { 200 } else { 15 };
    let stage = Stage::new().await;
    for round in 0..rounds {
        let caller = runtime(&stage, &stage.project.secret).await;
        let head = head(&stage, &caller);
        let mut wire = stage.sent(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).await;
        let call = within(stage.upstream.call()).await;
        wire.send(&chunk(b"before")).await.unwrap();
        assert!(within(call.has(b"before")).await);
        within(revoke(&stage, &caller)).await;
        let mark = stage.upstream.mark().await;
        // The client may have been hung up on already.
        let _: Result<(), _> = wire.send(&chunk(b"after")).await;
        let (all, _) = within(wire.all()).await;
        assert!(all.starts_with(b"HTTP/1.1 403"), "round {round}: {}", all.escape_ascii());
        within(call.over()).await;
        let later = stage.upstream.mark().await;
        assert!(mark.is_the_last_before(&later), "round {round}: {mark:?}, then {later:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_body_is_read_first_ends_at_once_and_never_reaches_the_provider() {
    for brings in ["", "x-openai-key: sk-proj-0123456789abcdefghij\r\n"] {
        let stage = Stage::new().await;
        stage.restrict_models().await;
        let caller = Caller { brings, ..runtime(&stage, &stage.project.secret).await };
        let head = head(&stage, &caller);
        let (before, after) = (r#"{"model":"#, r#""gpt-4.1"}"#);
        let length = before.len() + after.len();
        let mut wire = stage.sent(format!("{head}content-length: {length}\r\n\r\n{before}").as_bytes()).await;
        within(async {
            while stage.byo.app.in_use.is_empty() {
                tokio::task::yield_now().await;
            }
        })
        .await;
        let started = tokio::time::Instant::now();
        within(revoke(&stage, &caller)).await;
        let took = started.elapsed();
        // The client may have been hung up on already.
        let _: Result<(), _> = wire.send(after.as_bytes()).await;
        let mut going_up = std::pin::pin!(stage.upstream.call());
        tokio::select! {
            reply = within(wire.answer("POST")) => {
                stage.assert_refused(&reply.unwrap().unwrap(), 403, "no_key_connected");
            }
            _ = &mut going_up => panic!("it went up after its token had ended: {brings:?}"),
        }
        assert!(took < AT_ONCE, "{took:?}");
        assert!(stage.upstream.heads().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_expires_lets_what_has_begun_come_to_its_end() {
    let stage = Stage::new().await;
    let caller = runtime(&stage, &stage.project.secret).await;
    let running = stream(&stage, &caller).await;
    stage.byo.clock.advance(Duration::from_secs(60));
    stage.byo.app.store.sweep(stage.byo.clock.now()).await.expect("the database works");
    let mut wire = stage.sent(&usual(&stage, &caller)).await;
    let refused = within(wire.answer("POST")).await.unwrap().unwrap();
    stage.assert_refused(&refused, 401, "unauthenticated");
    assert_goes_on(running, "expired").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_tokens_end_is_acknowledged_no_call_of_its_reaches_the_provider() {
    let rounds = if is_long() { 300 } else { 20 };
    let stage = Arc::new(Stage::new().await);
    let serving = stage.answer_all();
    for round in 0..rounds {
        let (secret, id) = maker(&stage).await;
        let caller = runtime(&stage, &secret).await;
        let is_over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicUsize::new(0));
        let callers: Vec<_> = (0..6)
            .map(|number| {
                // Half of them with a key of their own, which nothing else ends.
                let brings = if number % 2 == 0 { "" } else { "x-openai-key: sk-proj-0123456789abcdef\r\n" };
                let caller = Caller { brings, ..caller.clone() };
                tokio::spawn(calls(Arc::clone(&stage), caller, Arc::clone(&is_over), Arc::clone(&answered)))
            })
            .collect();
        // Everywhere in the course of calls.
        within(async {
            while answered.load(Ordering::SeqCst) < 6 + round % 7 {
                tokio::task::yield_now().await;
            }
        })
        .await;
        if round % 2 == 0 {
            within(revoke(&stage, &caller)).await;
        } else {
            within(revoke_secret(&stage, &id)).await;
        }
        let mark = stage.upstream.mark().await;
        is_over.store(true, Ordering::SeqCst);
        for caller in callers {
            within(caller).await.expect("it does not panic");
        }
        let later = stage.upstream.mark().await;
        assert!(mark.is_the_last_before(&later), "round {round}: {mark:?}, then {later:?}");
        assert!(stage.byo.app.in_use.is_empty(), "round {round}");
    }
    serving.abort();
}

/// One call after another, until some after the end are refused.
async fn calls(stage: Arc<Stage>, caller: Caller, is_over: Arc<AtomicBool>, answered: Arc<AtomicUsize>) {
    let mut wire = stage.wire().await;
    let mut refused = 0;
    while refused < 3 {
        let is_after = is_over.load(Ordering::SeqCst);
        wire.send(&usual(&stage, &caller)).await.expect("it reads");
        let Ok(Some(reply)) = within(wire.answer("POST")).await else {
            // Broken within an answer, as it is to be.
            wire = stage.wire().await;
            continue;
        };
        assert!(!is_after || reply.status == 401, "a call after the end got {}", reply.status);
        answered.fetch_add(1, Ordering::SeqCst);
        refused += usize::from(is_after);
        if reply.status != 200 {
            wire = stage.wire().await;
        }
    }
}
