//! `POST /v1/unified`: one request over any provider.

use byo_seal::ProviderId;
use byo_server::{environment::Environment, store::ModelMode};
use byo_tests::{ADMIN_KEY, Answer, Project, TestApp, answer_json, answer_with, unique};
use http::Method;
use serde_json::{Value, json};

use super::stage::{APIS, Stage, request};

const UNIFIED: &str = "/v1/unified";
const KEY: &str = "sk-byo-test-valid-0123456789";

struct Testing {
    app: TestApp,
    project: Project,
}

impl Testing {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let project = app.project(Environment::Test).await;
        Self { app, project }
    }

    async fn ask(&self, ref_id: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.project.secret);
        let headers = [("authorization", bearer.as_str()), ("x-byo-ref-id", ref_id)];
        self.app.send(request(Method::POST, UNIFIED, &headers, body.to_string())).await
    }
}

/// Names and data of server-sent events.
fn events(text: &str) -> Vec<(String, Value)> {
    let event = |event: &str| {
        let mut lines = event.lines();
        let name = lines.next().and_then(|line| line.strip_prefix("event: ")).expect("events have names");
        let data = lines.next().and_then(|line| line.strip_prefix("data: ")).expect("events have data");
        assert_eq!(lines.next(), None, "{event}");
        (name.to_owned(), serde_json::from_str(data).expect("data is JSON"))
    };
    text.strip_suffix("\n\n").expect("the last event is whole").split("\n\n").map(event).collect()
}

fn text_of(events: &[(String, Value)]) -> String {
    let deltas = events.iter().filter(|(name, _)| name == "delta");
    deltas.map(|(_, data)| data["content"].as_str().expect("deltas are text")).collect()
}

/// What a provider needs that others do not.
fn body(provider: ProviderId) -> Value {
    let mut body = json!({"provider": provider, "prompt": "Say hello.", "maxTokens": 64});
    if matches!(provider, ProviderId::Azure | ProviderId::Ollama) {
        body["model"] = json!("test-model-small");
    }
    body
}

#[tokio::test]
async fn every_provider_answers_whole_and_streamed_alike() {
    let testing = Testing::new().await;
    for api in &APIS {
        let mut key = json!({"provider": api.id, "refId": "customer_1", "providerKey": KEY});
        if api.id == ProviderId::Azure {
            key["providerConfig"] = json!({"baseUrl": "http://127.0.0.1:1"});
        }
        let stored = testing.app.post("/v1/keys/connect", &testing.project.secret, key).await.ok();
        let mut body = body(api.id);
        let whole = testing.ask("customer_1", &body).await;
        assert_eq!(whole.headers["x-byo-mode"], "byok", "{}: {}", api.id, whole.text);
        assert_eq!(whole.headers["x-byo-key-id"].to_str().ok(), stored["id"].as_str());
        let whole = whole.ok();
        assert_eq!((&whole["provider"], &whole["mode"]), (&json!(api.id), &json!("byok")));
        assert!(whole["content"].as_str().is_some_and(|content| content.contains("Say hello.")), "{whole}");
        assert!(
            whole["usage"]["inputTokens"].as_u64() > Some(0)
                && whole["usage"]["outputTokens"].as_u64() > Some(0)
        );
        assert_eq!(whole["finishReason"], "stop", "{}", api.id);
        body["stream"] = json!(true);
        let stream = testing.ask("customer_1", &body).await;
        assert_eq!(
            (stream.status.as_u16(), &stream.headers["content-type"]),
            (200, &"text/event-stream".parse().unwrap())
        );
        let events = events(&stream.text);
        let (last, deltas) = events.split_last().unwrap();
        assert!(
            deltas.len() > 1 && deltas.iter().all(|(name, _)| name == "delta"),
            "{}: {}",
            api.id,
            stream.text
        );
        assert_eq!(last.0, "done", "{}: {}", api.id, stream.text);
        for member in ["provider", "model", "mode", "finishReason", "usage"] {
            assert_eq!(last.1[member], whole[member], "{} {member}", api.id);
        }
        assert_eq!(json!(text_of(&events)), whole["content"], "{}", api.id);
    }
}

#[tokio::test]
async fn messages_say_the_same_as_a_prompt() {
    let testing = Testing::new().await;
    let key = json!({"provider": "openai", "refId": "customer_1", "providerKey": KEY});
    testing.app.post("/v1/keys/connect", &testing.project.secret, key).await.ok();
    let prompt = testing.ask("customer_1", &json!({"provider": "openai", "prompt": "Hi"})).await.ok();
    for content in [json!("Hi"), json!([{"type": "text", "text": "H"}, {"type": "text", "text": "i"}])] {
        let body = json!({"provider": "openai", "messages": [{"role": "user", "content": content}]});
        assert_eq!(testing.ask("customer_1", &body).await.ok()["content"], prompt["content"]);
    }
}

#[tokio::test]
async fn a_key_may_come_with_the_request_whichever_provider_it_is_for() {
    let stage = Stage::new().await;
    for api in &APIS {
        let given = unique("sk-given-");
        let headers = [("x-api-key", given.as_str())];
        let mut body = body(api.id);
        body["model"] = json!("m");
        let before = stage.upstream.count();
        let answer =
            stage.send(Method::POST, UNIFIED, &stage.project.secret, &headers, body.to_string()).await;
        assert_eq!(stage.upstream.count(), before + 1, "{}: {}", api.id, answer.text);
        let seen = stage.upstream.last();
        assert_eq!(seen.header(api.header), api.credential(&given), "{}", api.id);
        assert_eq!(seen.header("content-type"), "application/json");
        assert!(!seen.holds(&stage.project.secret));
        assert!(!answer.headers.contains_key("x-byo-key-id") && !answer.text.contains(&given));
    }
    let two = [("x-api-key", "sk-one-0123456789"), ("x-openai-key", "sk-two-0123456789")];
    let body = body(ProviderId::Openai).to_string();
    let answer = stage.send(Method::POST, UNIFIED, &stage.project.secret, &two, body.clone()).await;
    answer.assert_refused(400, "conflicting_credentials");
    let two = [("x-api-key", "sk-one-0123456789"), ("x-api-key", "sk-two-0123456789")];
    let answer = stage.send(Method::POST, UNIFIED, &stage.project.secret, &two, body.clone()).await;
    answer.assert_refused(400, "conflicting_credentials");
    // The token itself may stand there; then no key came along.
    let headers = [("x-api-key", stage.project.secret.as_str()), ("x-byo-ref-id", "customer_1")];
    let answer = stage.app.send(request(Method::POST, UNIFIED, &headers, body)).await;
    answer.assert_refused(403, "no_key_connected");
}

#[tokio::test]
async fn without_any_key_a_demo_answers_where_it_may() {
    let stage = Stage::new().await;
    stage.settings(json!({"demo": true})).await;
    let ask = async |body: &Value| stage.post(UNIFIED, "customer_1", body).await;
    for api in &APIS {
        let mut body = body(api.id);
        let answer = ask(&body).await;
        assert_eq!(answer.headers["x-byo-mode"], "demo", "{}: {}", api.id, answer.text);
        let whole = answer.ok();
        assert_eq!((&whole["mode"], &whole["provider"]), (&json!("demo"), &json!(api.id)));
        assert!(
            whole["content"].as_str().is_some_and(|text| text.to_lowercase().contains("demo")),
            "{whole}"
        );
        body["stream"] = json!(true);
        let stream = events(&ask(&body).await.text);
        assert_eq!(
            stream.last().map(|(name, data)| (name.as_str(), &data["mode"])),
            Some(("done", &json!("demo")))
        );
        assert_eq!(json!(text_of(&stream)), whole["content"]);
    }
    assert_eq!(stage.upstream.count(), 0);
    // A key that is there and bad is no reason for a demo.
    stage.connect(ProviderId::Openai, "customer_1").await;
    stage.upstream.answers(|_| answer_json(401, &json!({"error": {"message": "No."}})));
    ask(&body(ProviderId::Openai)).await.assert_refused(422, "key_rejected");
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_by_field() {
    let testing = Testing::new().await;
    let key = |provider: &str| json!({"provider": provider, "refId": "c", "providerKey": KEY});
    for provider in ["openai", "anthropic", "azure", "google"] {
        let mut key = key(provider);
        if provider == "azure" {
            key["providerConfig"] = json!({"baseUrl": "http://127.0.0.1:1"});
        }
        testing.app.post("/v1/keys/connect", &testing.project.secret, key).await.ok();
    }
    for (body, fields) in [
        (json!({}), vec!["provider"]),
        (json!({"provider": "nobody", "prompt": "Hi"}), vec!["provider"]),
        (json!({"provider": "openai"}), vec!["prompt"]),
        (json!({"provider": "openai", "prompt": "Hi", "messages": []}), vec!["prompt"]),
        (json!({"provider": "openai", "prompt": "  "}), vec!["prompt"]),
        (json!({"provider": "openai", "messages": []}), vec!["messages"]),
        (
            json!({"provider": "openai", "messages": [{"role": "assistant", "content": "Hi"}]}),
            vec!["messages"],
        ),
        (
            json!({"provider": "openai", "messages": [{"role": "tool", "content": "Hi"}]}),
            vec!["messages[].role"],
        ),
        (
            json!({"provider": "openai", "messages": [{"role": "user", "content": [{"type": "image_url"}]}]}),
            vec!["messages[].content"],
        ),
        (json!({"provider": "openai", "prompt": "Hi", "maxTokens": 0}), vec!["maxTokens"]),
        (json!({"provider": "openai", "prompt": "Hi", "maxTokens": 1, "max_tokens": 1}), vec!["max_tokens"]),
        (json!({"provider": "openai", "prompt": "Hi", "temperature": 3}), vec!["temperature"]),
        (json!({"provider": "anthropic", "prompt": "Hi", "temperature": 1.5}), vec!["temperature"]),
        (json!({"provider": "openai", "prompt": "Hi", "topP": -1}), vec!["topP"]),
        (json!({"provider": "openai", "prompt": "Hi", "stop": ["a", "b", "c", "d", "e"]}), vec!["stop"]),
        (json!({"provider": "openai", "prompt": "Hi", "model": "a b"}), vec!["model"]),
        (json!({"provider": "google", "prompt": "Hi", "model": "../../v1/files"}), vec!["model"]),
        (json!({"provider": "azure", "prompt": "Hi"}), vec!["model"]),
        (json!({"provider": "openai", "prompt": "Hi", "tools": []}), vec!["tools"]),
        (
            json!({"provider": "nobody", "maxTokens": 0, "topP": 7}),
            vec!["provider", "prompt", "maxTokens", "topP"],
        ),
    ] {
        let answer = testing.ask("c", &body).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), fields, "{body}: {}", answer.text);
    }
    let broken = testing.app.send(request(
        Method::POST,
        UNIFIED,
        &[("authorization", &format!("Bearer {}", testing.project.secret)), ("x-byo-ref-id", "c")],
        "{",
    ));
    broken.await.assert_refused(400, "malformed_json");
}

#[tokio::test]
async fn credentials_are_read_as_on_the_proxy_and_refusals_are_byos_own() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let secret = stage.project.secret.clone();
    let body = body(ProviderId::Openai).to_string();
    for (name, value) in [
        ("authorization", format!("Bearer {secret}")),
        ("x-api-key", secret.clone()),
        ("x-goog-api-key", secret.clone()),
        ("api-key", secret.clone()),
    ] {
        let headers = [(name, value.as_str()), ("x-byo-ref-id", "customer_1")];
        assert_eq!(
            stage.app.send(request(Method::POST, UNIFIED, &headers, body.clone())).await.status,
            200,
            "{name}"
        );
    }
    let session = stage.app.session(&stage.project, json!({"refId": "customer_1"})).await;
    let before = stage.upstream.count();
    for (token, status, code) in [
        ("nothing", 401, "unauthenticated"),
        (session.as_str(), 403, "forbidden"),
        (stage.project.publishable.as_str(), 403, "forbidden"),
        (ADMIN_KEY, 401, "unauthenticated"),
    ] {
        let answer =
            stage.send(Method::POST, UNIFIED, token, &[("x-byo-ref-id", "customer_1")], body.clone()).await;
        answer.assert_refused(status, code);
    }
    let other = stage.app.project(Environment::Live).await;
    let headers = [("x-byo-ref-id", "customer_1")];
    stage
        .send(Method::POST, UNIFIED, &other.secret, &headers, body.clone())
        .await
        .assert_refused(403, "no_key_connected");
    stage
        .send(Method::POST, UNIFIED, &secret, &[], body.clone())
        .await
        .assert_refused(400, "malformed_request");
    let path = format!("{UNIFIED}?x={secret}");
    stage
        .send(Method::POST, &path, &secret, &headers, body.clone())
        .await
        .assert_refused(400, "credential_in_url");
    stage.send(Method::GET, UNIFIED, &secret, &headers, "").await.assert_refused(405, "method_not_allowed");
    let text = [("x-byo-ref-id", "customer_1"), ("content-type", "text/plain")];
    stage
        .send(Method::POST, UNIFIED, &secret, &text, body)
        .await
        .assert_refused(415, "unsupported_media_type");
    assert_eq!(stage.upstream.count(), before, "a provider was asked");
}

#[tokio::test]
async fn what_a_provider_refuses_is_told_in_byos_words() {
    let stage = Stage::new().await;
    let (key, _) = stage.connect(ProviderId::Openai, "customer_1").await;
    for stream in [false, true] {
        let mut body = body(ProviderId::Openai);
        body["stream"] = json!(stream);
        for (status, answered, code) in [
            (401, 422, "key_rejected"),
            (403, 422, "provider_refused"),
            (404, 422, "provider_refused"),
            (429, 429, "rate_limited"),
            (500, 502, "provider_unreachable"),
            (302, 502, "provider_unreachable"),
        ] {
            let told = key.clone();
            stage.upstream.answers(move |_| {
                let body = json!({"error": {"message": format!("Their words about {told}")}}).to_string();
                answer_with(status, &[("content-type", "application/json"), ("retry-after", "9")], body)
            });
            let answer = stage.post(UNIFIED, "customer_1", &body).await;
            answer.assert_refused(answered, code);
            assert!(!answer.text.contains("Their words") && !answer.text.contains(&key), "{}", answer.text);
            assert_eq!(
                answer.headers.get("retry-after").map(|value| value == "9"),
                (status == 429).then_some(true)
            );
            stage.settled().await;
        }
        stage.upstream.answers(|_| answer_json(200, &json!({"unheard": "of"})));
        stage.post(UNIFIED, "customer_1", &body).await.assert_refused(502, "provider_unreachable");
    }
    let broken = "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}]}\n\n";
    stage.upstream.answers(move |_| answer_with(200, &[("content-type", "text/event-stream")], broken));
    let mut body = body(ProviderId::Openai);
    body["stream"] = json!(true);
    let stream = events(&stage.post(UNIFIED, "customer_1", &body).await.text);
    assert_eq!(stream[0], ("delta".to_owned(), json!({"content": "Hi"})));
    assert_eq!((stream.len(), stream[1].0.as_str()), (2, "error"), "{stream:?}");
}

#[tokio::test]
async fn lists_of_models_hold_here_too_the_default_model_included() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    stage.set_models(None, ModelMode::Enabled, &["openai/gpt-4.1-mini"]).await;
    let ask = async |model: Option<&str>| {
        let mut body = body(ProviderId::Openai);
        body["model"] = json!(model);
        stage.post(UNIFIED, "customer_1", &body).await
    };
    for model in [None, Some("gpt-4.1-mini")] {
        assert_eq!(ask(model).await.status, 200, "{model:?}");
        assert_eq!(
            serde_json::from_slice::<Value>(&stage.upstream.last().body).unwrap()["model"],
            "gpt-4.1-mini"
        );
    }
    let before = stage.upstream.count();
    ask(Some("gpt-4.1")).await.assert_refused(403, "model_not_allowed");
    stage.set_models(None, ModelMode::Disabled, &["openai/gpt-4.1-mini"]).await;
    ask(None).await.assert_refused(403, "model_not_allowed");
    let demo = stage.app.project(Environment::Live).await;
    stage.app.settings(&demo, Environment::Live, json!({"demo": true})).await;
    let environment = stage.environment(&demo.secret).await;
    let list = super::stage::list(ModelMode::Enabled, &["openai/none"]);
    stage.app.app.store.set_models(&environment, None, list).await.unwrap();
    let headers = [("x-byo-ref-id", "customer_1")];
    let answer =
        stage.send(Method::POST, UNIFIED, &demo.secret, &headers, body(ProviderId::Openai).to_string()).await;
    answer.assert_refused(403, "model_not_allowed");
    assert_eq!(stage.upstream.count(), before);
}

#[tokio::test]
async fn what_it_used_is_counted() {
    let testing = Testing::new().await;
    let key = json!({"provider": "anthropic", "refId": "customer_1", "providerKey": KEY});
    testing.app.post("/v1/keys/connect", &testing.project.secret, key).await.ok();
    let mut body = body(ProviderId::Anthropic);
    let whole = testing.ask("customer_1", &body).await.ok();
    body["stream"] = json!(true);
    testing.ask("customer_1", &body).await;
    testing.app.app.usage.write_down(&*testing.app.app.store).await.unwrap();
    let hash = byo_server::token::Token::parse(&testing.project.secret).unwrap().hash();
    let environment = testing.app.app.store.token_by_hash(&hash).await.unwrap().unwrap().1.environment.id;
    let rows = testing.app.app.store.usage(&environment).await.unwrap();
    assert_eq!(rows.len(), 1);
    let (key, sum) = &rows[0];
    assert_eq!(
        (key.provider, key.model.as_str(), sum.requests),
        (ProviderId::Anthropic, whole["model"].as_str().unwrap(), 2)
    );
    assert_eq!(json!(sum.input_tokens), json!(2 * whole["usage"]["inputTokens"].as_u64().unwrap()));
    assert_eq!(json!(sum.output_tokens), json!(2 * whole["usage"]["outputTokens"].as_u64().unwrap()));
}
