//! A provider refuses a stored key: it is checked again, and disabled only when the check fails too.

use std::time::Duration;

use byo_seal::{ProviderId, Verdict};
use byo_server::{
    clock::Clock,
    id::KeyId,
    store::{KeyAddress, KeyStatus, RecordCheck},
};
use byo_tests::{Receiver, ScriptedProvider, Seen, answer_json, answer_with, unique};
use http::Method;
use serde_json::{Value, json};

use super::stage::{APIS, Api, Stage, api_of, event, main_call};
use crate::{database, working::Working};

/// A key that was checked just now is not checked again for one refusal.
const LATER: Duration = Duration::from_secs(31);

fn refusal(provider: ProviderId) -> (u16, Value) {
    match provider {
        ProviderId::Google => (
            400,
            json!({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT", "details": [
                {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}}),
        ),
        ProviderId::Xai => {
            (400, json!({"code": "invalid-argument", "error": "Incorrect API key provided: xa***0."}))
        }
        _ => (
            401,
            json!({"error": {"message": "Invalid.", "type": "authentication_error", "code": "invalid_api_key"}}),
        ),
    }
}

fn is_chat(api: &'static Api) -> impl Fn(&Seen) -> bool {
    move |seen| seen.target == upstream_target(api)
}

fn upstream_target(api: &Api) -> String {
    api.chat.to_owned()
}

/// Only the main call is refused; checks pass.
fn refuse_calls(upstream: &ScriptedProvider, api: &'static Api) {
    let (status, body) = refusal(api.id);
    upstream.answers(move |seen| if is_chat(api)(seen) { answer_json(status, &body) } else { well() });
}

fn well() -> http::Response<axum::body::Body> {
    answer_json(
        200,
        &json!({"data": [], "models": [], "valid": true, "is_available": true, "redacted_api_key": "x", "0": {"id": "x"}}),
    )
}

async fn disabled_events(stage: &Stage) -> Vec<Value> {
    let query = "SELECT body FROM events WHERE type = 'key.disabled' ORDER BY id";
    let bodies: Vec<String> = sqlx::query_scalar(query)
        .fetch_all(&mut database::open(&stage.app).await)
        .await
        .expect("the table is there");
    bodies.iter().map(|body| serde_json::from_str(body).expect("events are JSON")).collect()
}

#[tokio::test]
async fn a_key_that_its_provider_refuses_twice_is_disabled_and_told_of_once() {
    for api in &APIS {
        let stage = Stage::new().await;
        let receiver = Receiver::start(&[]).await;
        let hook = json!({"url": receiver.url, "events": ["key.disabled"]});
        assert_eq!(stage.app.post("/v1/webhook-endpoints", &stage.project.secret, hook).await.status, 201);
        let (_, id) = stage.connect(api.id, "customer_1").await;
        stage.app.clock.advance(LATER);
        let (status, body) = refusal(api.id);
        stage.upstream.answers(move |_| answer_json(status, &body));
        let working = Working::start(&stage.app);
        let answer = stage.chat(api.id, "customer_1").await;
        assert_eq!(answer.status.as_u16(), status, "{}: {}", api.id, answer.text);
        assert_eq!(answer.headers["x-byo-key-id"], id.as_str());
        stage.settled().await;
        assert_eq!(stage.status(&id).await, "disabled", "{}", api.id);
        let event = receiver.first(1).await.remove(0).json();
        assert_eq!((&event["type"], &event["projectId"]), (&json!("key.disabled"), &json!(stage.project.id)));
        let data = &event["data"];
        assert_eq!(
            (&data["keyId"], &data["status"], &data["verdict"]),
            (&json!(id), &json!("disabled"), &json!("rejected"))
        );
        assert_eq!((&data["refId"], &data["provider"]), (&json!("customer_1"), &json!(api.id)));
        // From now on it is refused here.
        let asked = stage.upstream.count();
        assert_eq!(stage.chat(api.id, "customer_1").await.status, 403);
        stage.settled().await;
        assert_eq!(stage.upstream.count(), asked);
        working.stop().await;
        assert_eq!((disabled_events(&stage).await.len(), receiver.count()), (1, 1), "{}", api.id);
        // Disabled by a check, it is replaced by a good key.
        stage.upstream.answers_well();
        let (_, again) = stage.connect(api.id, "customer_1").await;
        assert_eq!(again, id);
        assert_eq!(stage.chat(api.id, "customer_1").await.status, 200, "{}", api.id);
    }
}

#[tokio::test]
async fn a_hiccup_of_the_providers_disconnects_nobody() {
    for api in &APIS {
        let stage = Stage::new().await;
        let (_, id) = stage.connect(api.id, "customer_1").await;
        stage.app.clock.advance(LATER);
        refuse_calls(&stage.upstream, api);
        let asked = stage.upstream.count();
        stage.chat(api.id, "customer_1").await;
        stage.settled().await;
        assert!(stage.upstream.count() > asked + 1, "{}: it was checked again", api.id);
        assert_eq!(stage.status(&id).await, "active", "{}", api.id);
        stage.upstream.answers_well();
        assert_eq!(stage.chat(api.id, "customer_1").await.status, 200);
        assert_eq!(disabled_events(&stage).await, Vec::<Value>::new(), "{}", api.id);
    }
}

#[tokio::test]
async fn while_it_is_checked_again_the_key_is_suspect_and_serves() {
    let stage = Stage::new().await;
    let api = api_of(ProviderId::Openai);
    let (_, id) = stage.connect(api.id, "customer_1").await;
    stage.app.clock.advance(LATER);
    refuse_calls(&stage.upstream, api);
    stage.upstream.hold(|seen| seen.target.ends_with("/models"));
    let asked = stage.upstream.count();
    assert_eq!(stage.chat(api.id, "customer_1").await.status, 401);
    stage.upstream.until_asked(asked + 2).await;
    assert_eq!(stage.status(&id).await, "suspect");
    stage.upstream.answers(|_| well());
    assert_eq!(stage.chat(api.id, "customer_1").await.status, 200);
    stage.upstream.let_go();
    stage.settled().await;
    assert_eq!(stage.status(&id).await, "active");
}

#[tokio::test]
async fn a_key_that_cannot_be_checked_stays_suspect_and_serves_until_it_can() {
    let stage = Stage::new().await;
    let api = api_of(ProviderId::Openai);
    let (_, id) = stage.connect(api.id, "customer_1").await;
    stage.app.clock.advance(LATER);
    let refuse = |check: u16| {
        let (status, body) = refusal(api.id);
        stage
            .upstream
            .answers(move |seen| answer_json(if is_chat(api)(seen) { status } else { check }, &body));
    };
    refuse(503);
    stage.chat(api.id, "customer_1").await;
    stage.settled().await;
    assert_eq!(stage.status(&id).await, "suspect");
    stage.upstream.answers_well();
    assert_eq!(stage.chat(api.id, "customer_1").await.status, 200, "it keeps serving");
    stage.settled().await;
    // The next refusal has it checked again.
    stage.app.clock.advance(LATER);
    refuse(401);
    stage.chat(api.id, "customer_1").await;
    stage.settled().await;
    assert_eq!(stage.status(&id).await, "disabled");
    assert_eq!(disabled_events(&stage).await.len(), 1);
}

#[tokio::test]
async fn nothing_but_a_refusal_of_the_key_makes_it_suspect() {
    let stage = Stage::new().await;
    let impatient = stage.impatient().await;
    for api in &APIS {
        let (_, id) = stage.connect(api.id, "customer_1").await;
        stage.app.clock.advance(LATER);
        for status in [302, 400, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 529] {
            let asked = stage.upstream.count();
            stage
                .upstream
                .answers(move |_| answer_json(status, &json!({"error": {"message": "No.", "code": "no"}})));
            stage.chat(api.id, "customer_1").await;
            stage.settled().await;
            assert_eq!(stage.upstream.count(), asked + 1, "{} {status}: it was checked", api.id);
        }
        stage.upstream.hold(|_| true);
        let asked = stage.upstream.count();
        assert_eq!(impatient.send(main_call(api, &stage.project.secret)).await.status, 504);
        assert!(impatient.app.tasks.is_empty() && stage.upstream.count() <= asked + 1, "{}", api.id);
        stage.upstream.let_go();
        stage.upstream.answers(|_| answer_with(200, &[("content-type", "text/html")], "Invalid API key 401"));
        assert_eq!(stage.chat(api.id, "customer_1").await.status, 502);
        stage.settled().await;
        // Words of a refusal in an answer that is none.
        stage.upstream.answers(|_| {
            answer_json(200, &json!({"error": {"code": "invalid_api_key", "message": "Incorrect API key"}}))
        });
        stage.chat(api.id, "customer_1").await;
        stage.settled().await;
        assert_eq!(stage.status(&id).await, "active", "{}", api.id);
        stage.upstream.answers_well();
    }
    // OpenAI refuses keys that lack a scope, or come from elsewhere, with 401 too.
    for (code, message) in [
        (Value::Null, "You have insufficient permissions for this operation. Missing scopes: x."),
        (json!("ip_not_authorized"), "IP not authorized."),
    ] {
        stage.app.clock.advance(LATER);
        let body = json!({"error": {"message": message, "code": code}});
        stage.upstream.answers(move |_| answer_json(401, &body));
        let asked = stage.upstream.count();
        assert_eq!(stage.chat(ProviderId::Openai, "customer_1").await.status, 401);
        stage.settled().await;
        assert_eq!(stage.upstream.count(), asked + 1, "{message}: it was checked");
    }
}

async fn crowd(stage: &Stage, api: &'static Api) -> usize {
    let before = stage.upstream.seen().iter().filter(|seen| !is_chat(api)(seen)).count();
    stage.upstream.hold(is_chat(api));
    let asked = stage.upstream.count();
    let calls = futures_of(stage, api, 50);
    let together = async {
        stage.upstream.until_asked(asked + 50).await;
        stage.upstream.let_go();
    };
    tokio::join!(calls, together);
    stage.settled().await;
    stage.upstream.seen().iter().filter(|seen| !is_chat(api)(seen)).count() - before
}

async fn futures_of(stage: &Stage, api: &'static Api, count: usize) {
    let calls = (0..count).map(|_| stage.chat(api.id, "customer_1"));
    futures_util::future::join_all(calls).await;
}

#[tokio::test]
async fn fifty_refusals_at_once_are_one_check() {
    let api = api_of(ProviderId::Openai);
    let (status, body) = refusal(api.id);
    // Whatever comes of the check: it fails, it passes, it cannot be made.
    for (check, state, events) in [(401, "disabled", 1), (200, "active", 0), (503, "suspect", 0)] {
        let stage = Stage::new().await;
        let (_, id) = stage.connect(api.id, "customer_1").await;
        stage.app.clock.advance(LATER);
        let body = body.clone();
        stage.upstream.answers(move |seen| match (is_chat(api)(seen), check) {
            (true, _) => answer_json(status, &body),
            (false, 200) => well(),
            (false, check) => answer_json(check, &body),
        });
        assert_eq!(crowd(&stage, api).await, 1, "checks, each answered with {check}");
        assert_eq!(stage.status(&id).await, state);
        assert_eq!(disabled_events(&stage).await.len(), events);
    }
}

#[tokio::test]
async fn two_nodes_that_disable_a_key_at_once_tell_of_it_once() {
    let stage = Stage::new().await;
    let (_, id) = stage.connect(ProviderId::Openai, "customer_1").await;
    let environment = stage.environment(&stage.project.secret).await;
    let now = stage.app.clock.now();
    // What each node writes when its own check failed, neither knowing of the other's.
    for node in 0..2 {
        let told = event("key.disabled", &environment, "customer_1", now);
        let check = RecordCheck {
            id: KeyId::parse(&id).expect("an id"),
            version: 1,
            status: KeyStatus::Disabled,
            verdict: Verdict::Rejected,
            models: None,
            at: now,
            event: Some(Box::new(move |_| told)),
        };
        assert!(stage.app.app.store.record_check(check).await.expect("the store works"), "node {node}");
    }
    assert_eq!(stage.status(&id).await, "disabled");
    assert_eq!(disabled_events(&stage).await.len(), 1);
}

#[tokio::test]
async fn a_key_that_was_replaced_meanwhile_is_not_blamed_for_the_one_before() {
    let stage = Stage::new().await;
    let api = api_of(ProviderId::Openai);
    let (old, id) = stage.connect(api.id, "customer_1").await;
    stage.app.clock.advance(LATER);
    let (status, body) = refusal(api.id);
    let bad = old.clone();
    stage.upstream.answers(move |seen| if seen.holds(&bad) { answer_json(status, &body) } else { well() });
    let checked = old.clone();
    stage.upstream.hold(move |seen| seen.target.ends_with("/models") && seen.holds(&checked));
    let asked = stage.upstream.count();
    assert_eq!(stage.chat(api.id, "customer_1").await.status, 401);
    stage.upstream.until_asked(asked + 2).await;
    let body = json!({"provider": "openai", "refId": "customer_1", "providerKey": unique("sk-live-")});
    stage.app.post("/v1/keys/rotate", &stage.project.secret, body).await.ok();
    stage.upstream.let_go();
    stage.settled().await;
    assert_eq!(stage.status(&id).await, "active");
    assert_eq!(stage.chat(api.id, "customer_1").await.status, 200);
    assert_eq!(disabled_events(&stage).await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_key_that_was_sent_along_marks_no_stored_one() {
    let stage = Stage::new().await;
    for (header, provider) in [("x-openai-key", ProviderId::Openai), ("x-gemini-key", ProviderId::Google)] {
        let api = api_of(provider);
        let (_, id) = stage.connect(provider, "customer_1").await;
        stage.app.clock.advance(LATER);
        let (status, body) = refusal(provider);
        stage.upstream.answers(move |_| answer_json(status, &body));
        let asked = stage.upstream.count();
        let given = unique("sk-given-");
        let headers = [("x-byo-ref-id", "customer_1"), (header, given.as_str())];
        let answer = stage.send(Method::POST, &api.path(), &stage.project.secret, &headers, "{}").await;
        assert_eq!(answer.status.as_u16(), status);
        stage.settled().await;
        assert_eq!(stage.upstream.count(), asked + 1);
        assert_eq!(stage.status(&id).await, "active");
        stage.upstream.answers_well();
    }
}

#[tokio::test]
async fn the_operators_own_key_is_disabled_too_and_no_customer_hears_of_it() {
    let stage = Stage::new().await;
    let (_, id) = stage.platform_key(ProviderId::Openai).await;
    stage.settings(json!({"platformKeys": true})).await;
    stage.app.clock.advance(LATER);
    let (status, body) = refusal(ProviderId::Openai);
    stage.upstream.answers(move |_| answer_json(status, &body));
    assert_eq!(stage.chat(ProviderId::Openai, "customer_1").await.status, 401);
    stage.settled().await;
    let environment = stage.environment(&stage.project.secret).await;
    let name = "default".to_owned();
    let address = KeyAddress { environment, ref_id: String::new(), provider: ProviderId::Openai, name };
    let row = stage.app.app.store.key(&address).await.unwrap().unwrap();
    assert_eq!(row.id.as_str(), id);
    assert_eq!(row.status, KeyStatus::Disabled);
    assert_eq!(disabled_events(&stage).await, Vec::<Value>::new());
    assert_eq!(stage.chat(ProviderId::Openai, "customer_1").await.status, 403, "it is not used again");
}
