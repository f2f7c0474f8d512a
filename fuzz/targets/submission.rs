//! Whatever is posted to `POST /v1/keys/connect`, the answer is a whole refusal that is the sender's fault, or the answer
//! that the one good envelope got.
#![no_main]

use std::sync::LazyLock;

use axum::body::Body;
use byo_fuzz::{Input, edit};
use byo_server::environment::Environment;
use byo_tests::{PAGE, TestApp};
use http::Request;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_current_thread().enable_all().build().expect("the system has an event queue")
});

/// A server in this process, and what it has taken already.
struct Stage {
    app: TestApp,
    token: String,
    body: Vec<u8>,
    answer: Value,
}

static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    RUNTIME.block_on(async {
        let app = TestApp::new().await;
        let token = app.project(Environment::Test).await.publishable;
        let (body, answer) = {
            let browser = app.browser(&token);
            let body = browser.body(&browser.seal(&browser.params().await, "sk-byo-test-valid-0123456789"));
            (body.to_string().into_bytes(), browser.post(body).await.ok())
        };
        Stage { app, token, body, answer }
    })
});

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    // The input as it is, or the good body with the input's changes.
    let body = if input.byte().is_multiple_of(2) {
        input.rest().to_vec()
    } else {
        let mut parts = [STAGE.body.clone()];
        edit(&mut parts, input.rest());
        let [body] = parts;
        body
    };
    let unchanged = body == STAGE.body;
    let request = Request::post("/v1/keys/connect")
        .header("authorization", format!("Bearer {}", STAGE.token))
        .header("origin", PAGE)
        .header("content-type", "application/json")
        .body(Body::from(body))
        .expect("a good head");
    let answer = RUNTIME.block_on(STAGE.app.send(request));
    let status = answer.status.as_u16();
    if status == 200 {
        assert_eq!(answer.json, STAGE.answer, "nothing else is stored");
        return;
    }
    assert!(!unchanged, "the same request gets the same answer: {}", answer.text);
    answer.assert_refused(status, answer.code());
    assert!((400..500).contains(&status) && !answer.code().is_empty(), "{}", answer.text);
});
