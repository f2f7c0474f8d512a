//! Bad answers, wherever a provider is asked: to unified calls and to checks of keys as to calls that pass through.

use byo_tests::{
    Wire, is_long, unique,
    upstream::{Call, chunk, head},
};

use crate::{
    kinds::{KINDS, Kind},
    stage::{CUSTOMER, HOST, Stage, within},
    upstreams::answers,
};

/// A request on its way, and the provider's side of it.
async fn asked(stage: &Stage, kind: Kind) -> (Wire, Call) {
    let mut wire = stage.sent(&kind.request(HOST, &stage.project, &unique("sk-proj-"))).await;
    let asking = async {
        tokio::select! {
            call = stage.upstream.call() => call,
            reply = wire.answer(kind.method()) => panic!("{kind:?} asks nobody: {reply:?}"),
        }
    };
    let mut call = within(asking).await;
    let _: Option<Vec<u8>> = within(call.body()).await;
    (wire, call)
}

/// What is neither a list of models nor a completion, and whole.
fn strange_answers() -> Vec<Vec<u8>> {
    let page = "<!doctype html><title>502</title>";
    let with = |status: &str, headers: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let (json, _) = Kind::Unified.good();
    vec![
        with("200 OK", "", page),
        with("200 OK", &format!("content-type: {json}\r\n"), page),
        with("200 OK", "content-type: text/event-stream\r\n", page),
        with("203 X", "content-type: text/html\r\n", page),
        with("503 X", "content-type: text/html\r\n", page),
        with("200 OK", &format!("content-type: {json}\r\n"), "[]"),
        with("200 OK", &format!("content-type: {json}\r\n"), "null"),
        with("200 OK", &format!("content-type: {json}\r\n"), "\"data\""),
        with("200 OK", &format!("content-type: {json}\r\n"), r#"{"object":"list","choices":{}}"#),
        with("200 OK", &format!("content-type: {json}\r\n"), &"[".repeat(100_000)),
    ]
}

#[tokio::test]
async fn no_bad_answer_is_taken_for_a_good_one() {
    let stage = Stage::new().await;
    stage.upstream.hand_over_lists();
    for kind in KINDS.into_iter().filter(|&kind| kind != Kind::Proxied) {
        for answer in answers().into_iter().map(|(answer, _)| answer).chain(strange_answers()) {
            let (mut wire, call) = asked(&stage, kind).await;
            call.send(&answer).await;
            call.finish();
            let reply = within(wire.answer(kind.method())).await.unwrap().unwrap();
            within(call.end()).await;
            kind.assert_unusable(200, &reply, &answer[..answer.len().min(200)].escape_ascii().to_string());
        }
    }
    nothing_has_changed(&stage).await;
}

/// No key was stored, and the one that was there is as good as before.
async fn nothing_has_changed(stage: &Stage) {
    let keys = stage.byo.get("/v1/keys", &stage.project.secret).await.ok();
    let keys = keys["data"].as_array().expect("a list").clone();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert_eq!((&keys[0]["refId"], &keys[0]["status"]), (&CUSTOMER.into(), &"active".into()), "{keys:?}");
    let platform = format!("/v1/admin/projects/{}/environments/live/platform-keys", stage.project.id);
    let platform = stage.byo.admin(http::Method::GET, &platform, None).await.ok();
    assert_eq!(platform["data"].as_array().map(Vec::len), Some(0), "{platform}");
}

#[tokio::test]
async fn an_answer_that_is_reset_at_any_byte_is_none() {
    let stage = Stage::new().await;
    stage.upstream.hand_over_lists();
    let step = if is_long() { 1 } else { 3 };
    for (number, kind) in KINDS.into_iter().enumerate() {
        let (content_type, body) = kind.good();
        let length = format!("content-length: {}", body.len());
        let answer = head("200 OK", &[("content-type", content_type)], &length) + body;
        for cut in (number % step..answer.len()).step_by(step).chain([answer.len() - 1]) {
            let (mut wire, call) = asked(&stage, kind).await;
            call.send(&answer.as_bytes()[..cut]).await;
            call.reset().await;
            let what = format!("cut at {cut} of {}", answer.len());
            match within(wire.answer(kind.method())).await {
                Ok(Some(reply)) => kind.assert_unusable(200, &reply, &what),
                // What passes breaks off as it came.
                Ok(None) | Err(_) => {
                    assert!(kind == Kind::Proxied && cut >= answer.len() - body.len(), "{kind:?}, {what}");
                }
            }
        }
    }
    nothing_has_changed(&stage).await;
}

#[tokio::test]
async fn an_answer_byte_by_byte_is_as_good_as_another() {
    let stage = Stage::new().await;
    stage.upstream.hand_over_lists();
    let refusal = r#"{"error":{"message":"No.","type":"invalid_request_error","code":"invalid_api_key"}}"#;
    for kind in KINDS {
        let (content_type, body) = kind.good();
        // A stored key that is called unknown would be checked behind the test's back.
        let no = if kind.is_call() { "429 X" } else { "401 X" };
        for (status, body, expected) in [("200 OK", body, 200..300), (no, refusal, 200..500)] {
            let (mut wire, call) = asked(&stage, kind).await;
            let sending = async {
                call.begin(status, &[("content-type", content_type)]).await;
                for byte in body.as_bytes() {
                    call.send(&chunk(&[*byte])).await;
                    tokio::task::yield_now().await;
                }
                call.send(b"0\r\n\r\n").await;
            };
            let ((), reply) = within(async { tokio::join!(sending, wire.answer(kind.method())) }).await;
            let reply = reply.unwrap().unwrap();
            within(call.end()).await;
            assert!(expected.contains(&reply.status), "{kind:?} {status}: {reply}");
            let says_no = ["rate_limited", "key_rejected", "\"rejected\"", refusal]
                .iter()
                .any(|no| reply.to_string().contains(no));
            assert_eq!(says_no, status == no, "{kind:?} {status}: {reply}");
        }
    }
}
