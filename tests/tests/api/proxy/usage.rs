//! What was used, by environment, customer, provider, model, mode and day.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use byo_seal::ProviderId;
use byo_server::{
    id::EnvironmentId,
    store::{Mode, UsageKey, UsageSum},
};
use byo_tests::{TestApp, answer_json, answer_with};
use http::Method;
use serde_json::json;

use super::stage::{APIS, Form, Stage, main_call, request};
use crate::database;

type Row = (String, &'static str, String, &'static str, u64, u64, u64);

/// The rows of an environment: refId, provider, model, mode, requests, tokens in, tokens out.
async fn usage(app: &TestApp, environment: &EnvironmentId) -> Vec<Row> {
    app.app.usage.write_down(&*app.app.store).await.expect("the store works");
    let rows = app.app.store.usage(environment).await.expect("the store works");
    rows.into_iter().map(|(key, sum)| row(key, sum)).collect()
}

fn row(key: UsageKey, sum: UsageSum) -> Row {
    let UsageKey { ref_id, provider, model, mode, .. } = key;
    (ref_id, provider.as_str(), model, mode.as_str(), sum.requests, sum.input_tokens, sum.output_tokens)
}

#[tokio::test]
async fn answers_whole_and_streamed_are_counted_with_all_that_tells_them_apart() {
    let stage = Stage::new().await;
    let environment = stage.environment(&stage.project.secret).await;
    for ref_id in ["customer_1", "customer_2"] {
        stage.connect(ProviderId::Openai, ref_id).await;
        stage.connect(ProviderId::Anthropic, ref_id).await;
    }
    assert_eq!(usage(&stage.app, &environment).await, [], "checks are not counted");
    let whole = |model: &'static str| {
        move |_: &byo_tests::Seen| {
            answer_json(
                200,
                &json!({"model": model, "usage": {"prompt_tokens": 10, "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 6}, "completion_tokens_details": {"reasoning_tokens": 3}}}),
            )
        }
    };
    stage.upstream.answers(whole("gpt-4.1"));
    for ref_id in ["customer_1", "customer_1", "customer_2"] {
        stage.chat(ProviderId::Openai, ref_id).await;
    }
    stage.upstream.answers(whole("gpt-4o"));
    stage.chat(ProviderId::Openai, "customer_1").await;
    let events = concat!(
        "data: {\"model\":\"gpt-4.1\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\n",
        "data: {\"model\":\"gpt-4.1\",\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":50}}\n\n",
        "data: [DONE]\n\n"
    );
    stage.upstream.answers(move |_| answer_with(200, &[("content-type", "text/event-stream")], events));
    let streamed = stage.chat(ProviderId::Openai, "customer_1").await;
    assert_eq!(streamed.text, events, "it passes byte for byte");
    let events = concat!(
        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-sonnet-4-5\",",
        "\"usage\":{\"input_tokens\":7,\"cache_read_input_tokens\":2,\"output_tokens\":1}}}\n\n",
        "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":30}}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"
    );
    stage
        .upstream
        .answers(move |_| answer_with(200, &[("content-type", "text/event-stream; charset=utf-8")], events));
    stage.chat(ProviderId::Anthropic, "customer_2").await;
    let row = |ref_id: &str, provider, model: &str, requests, input, output| -> Row {
        (ref_id.to_owned(), provider, model.to_owned(), "byok", requests, input, output)
    };
    assert_eq!(
        usage(&stage.app, &environment).await,
        [
            row("customer_1", "openai", "gpt-4.1", 3, 120, 58),
            row("customer_1", "openai", "gpt-4o", 1, 10, 4),
            row("customer_2", "anthropic", "claude-sonnet-4-5", 1, 9, 30),
            row("customer_2", "openai", "gpt-4.1", 1, 10, 4),
        ]
    );
    let sums = stage.app.app.store.usage(&environment).await.unwrap();
    assert_eq!((sums[0].1.cached_input_tokens, sums[0].1.reasoning_tokens), (12, 6));
    // Another day is another row, and what was written stays.
    stage.app.clock.advance(Duration::from_hours(24));
    stage.upstream.answers(whole("gpt-4.1"));
    stage.chat(ProviderId::Openai, "customer_1").await;
    let rows = usage(&stage.app, &environment).await;
    assert_eq!((rows.len(), &rows[4]), (5, &row("customer_1", "openai", "gpt-4.1", 1, 10, 4)));
    let days = stage.app.app.store.usage(&environment).await.unwrap();
    assert_eq!(days[4].0.day, days[0].0.day + 1);
    // Another project has nothing.
    let other = stage.app.project(byo_server::environment::Environment::Live).await;
    let other = stage.environment(&other.secret).await;
    assert_eq!(usage(&stage.app, &other).await, []);
}

#[tokio::test]
async fn whose_key_it_was_is_told_apart_in_live_and_test() {
    let stage = Stage::new().await;
    let environment = stage.environment(&stage.project.secret).await;
    let chat = json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello there"}]});
    let path = "/v1/proxy/openai/v1/chat/completions";
    stage.settings(json!({"demo": true})).await;
    stage.post(path, "customer_1", &chat).await;
    let mut streamed = chat.clone();
    streamed["stream"] = json!(true);
    streamed["stream_options"] = json!({"include_usage": true});
    let stream = stage.post(path, "customer_1", &streamed).await;
    assert!(stream.text.starts_with("data: "), "{}", stream.text);
    stage.platform_key(ProviderId::Openai).await;
    stage.settings(json!({"platformKeys": true})).await;
    stage.post(path, "customer_1", &chat).await;
    let headers = [("x-openai-key", "sk-given-0123456789")];
    stage.send(Method::POST, path, &stage.project.secret, &headers, chat.to_string()).await;
    let rows = usage(&stage.app, &environment).await;
    let told: Vec<_> = rows.iter().map(|row| (row.0.as_str(), row.3, row.4, row.5 > 0, row.6 > 0)).collect();
    assert_eq!(
        told,
        [
            ("", Mode::Byok.as_str(), 1, true, true),
            ("customer_1", "demo", 2, true, true),
            ("customer_1", "server", 1, true, true)
        ],
        "{rows:?}"
    );
}

#[tokio::test]
async fn the_test_environments_answers_are_counted_for_every_provider_whole_and_streamed() {
    let app = TestApp::new().await;
    let project = app.project(byo_server::environment::Environment::Test).await;
    let token = byo_server::token::Token::parse(&project.secret).unwrap().hash();
    let environment = app.app.store.token_by_hash(&token).await.unwrap().unwrap().1.environment.id;
    let bearer = format!("Bearer {}", project.secret);
    for api in &APIS {
        let body = json!({"provider": api.id, "refId": api.id, "providerKey": "sk-byo-test-valid-0123456789",
            "providerConfig": {"baseUrl": "http://127.0.0.1:1"}});
        app.post("/v1/keys/connect", &project.secret, body).await.ok();
        let headers = [("authorization", bearer.as_str()), ("x-byo-ref-id", api.id.as_str())];
        for stream in [false, true] {
            let mut body = json!({"model": "test-model-small", "max_tokens": 50, "stream": stream,
                "messages": [{"role": "user", "content": "Hello there"}]});
            let mut path = api.path();
            if api.form == Form::Google {
                body = json!({"contents": [{"role": "user", "parts": [{"text": "Hello there"}]}]});
                path = if stream { path.replace(":generate", ":streamGenerate") + "?alt=sse" } else { path };
            }
            if api.form == Form::Openai && stream {
                body["stream_options"] = json!({"include_usage": true});
            }
            let answer = app.send(request(Method::POST, &path, &headers, body.to_string())).await;
            assert_eq!(answer.status, 200, "{} {stream}: {}", api.id, answer.text);
        }
    }
    let rows = usage(&app, &environment).await;
    assert_eq!(rows.len(), APIS.len(), "{rows:#?}");
    for (ref_id, provider, model, mode, requests, input, output) in rows {
        assert_eq!((ref_id.as_str(), mode, requests), (provider, "byok", 2));
        assert!(
            input > 0 && input % 2 == 0 && output > 0 && output % 2 == 0,
            "{provider} {model}: {input} {output}"
        );
    }
}

#[tokio::test]
async fn calls_that_fail_are_not_counted() {
    let stage = Stage::new().await;
    let impatient = stage.impatient().await;
    let environment = stage.environment(&stage.project.secret).await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let told = json!({"model": "gpt-4.1", "usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    for status in [400, 401, 403, 404, 429, 500, 503] {
        let told = told.clone();
        stage.upstream.answers(move |_| answer_json(status, &told));
        stage.chat(ProviderId::Openai, "customer_1").await;
    }
    stage.upstream.answers(|_| answer_with(200, &[("content-type", "text/html")], "<p>"));
    stage.chat(ProviderId::Openai, "customer_1").await;
    stage.upstream.hold(|_| true);
    assert_eq!(impatient.send(main_call(&APIS[0], &stage.project.secret)).await.status, 504);
    stage.upstream.let_go();
    assert_eq!(usage(&impatient, &environment).await, []);
    stage.chat(ProviderId::Groq, "customer_1").await;
    stage.settled().await;
    assert_eq!(usage(&stage.app, &environment).await, []);
    // One that tells of no tokens is a request all the same.
    stage.upstream.answers_well();
    stage.connect(ProviderId::Mistral, "customer_1").await;
    stage.upstream.answers(|_| answer_with(200, &[("content-type", "audio/mpeg")], vec![0xff; 64]));
    stage.chat(ProviderId::Mistral, "customer_1").await;
    let rows = usage(&stage.app, &environment).await;
    assert_eq!(rows, [("customer_1".to_owned(), "mistral", String::new(), "byok", 1, 0, 0)]);
}

#[tokio::test]
async fn a_server_that_makes_up_models_fills_no_table() {
    const MOST: usize = UsageKey::MOST_MODELS;

    let stage = Stage::new().await;
    let environment = stage.environment(&stage.project.secret).await;
    for (provider, ref_id) in [
        (ProviderId::Openai, "customer_1"),
        (ProviderId::Openai, "customer_2"),
        (ProviderId::Groq, "customer_1"),
    ] {
        stage.connect(provider, ref_id).await;
    }
    let made_up = AtomicUsize::new(0);
    stage.upstream.answers(move |_| {
        let model = format!("model-{}", made_up.fetch_add(1, Ordering::Relaxed));
        answer_json(200, &json!({"model": model, "usage": {"prompt_tokens": 3, "completion_tokens": 2}}))
    });
    // The bound is that of the table, and not of what is written down at once.
    for _ in 0..5 {
        for _ in 0..30 {
            stage.chat(ProviderId::Openai, "customer_1").await;
        }
        usage(&stage.app, &environment).await;
    }
    let rows = usage(&stage.app, &environment).await;
    assert_eq!(rows.len(), MOST + 1);
    let nameless = ("customer_1".to_owned(), "openai", String::new(), "byok", 50, 150, 100);
    assert_eq!(rows[0], nameless);
    assert!(rows[1..].iter().all(|row| (row.4, row.5, row.6) == (1, 3, 2)), "{rows:?}");
    // Those that are known keep their names, and other customers, providers and days have names of their own.
    let known = rows[7].2.clone();
    stage.upstream.answers({
        let known = known.clone();
        move |_| answer_json(200, &json!({"model": known, "usage": {"prompt_tokens": 3}}))
    });
    stage.chat(ProviderId::Openai, "customer_1").await;
    stage.upstream.answers(|_| answer_json(200, &json!({"model": "new", "usage": {"prompt_tokens": 3}})));
    stage.chat(ProviderId::Openai, "customer_1").await;
    stage.chat(ProviderId::Openai, "customer_2").await;
    stage.chat(ProviderId::Groq, "customer_1").await;
    stage.app.clock.advance(Duration::from_hours(24));
    stage.chat(ProviderId::Openai, "customer_1").await;
    let rows = usage(&stage.app, &environment).await;
    let count = |ref_id: &str, provider: &str, model: &str| -> Vec<u64> {
        let is_it = |row: &&Row| row.0 == ref_id && row.1 == provider && row.2 == model;
        rows.iter().filter(is_it).map(|row| row.4).collect()
    };
    assert_eq!(count("customer_1", "openai", &known), [2]);
    assert_eq!(count("customer_1", "openai", ""), [51]);
    assert_eq!(count("customer_1", "openai", "new"), [1], "the next day");
    assert_eq!(count("customer_2", "openai", "new"), [1]);
    assert_eq!(count("customer_1", "groq", "new"), [1]);
    assert_eq!(rows.len(), MOST + 4);
}

#[tokio::test]
async fn a_name_that_is_no_models_is_not_kept() {
    let stage = Stage::new().await;
    let environment = stage.environment(&stage.project.secret).await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let names =
        ["m".repeat(201), "a b".to_owned(), "<b>".to_owned(), "\u{202e}m".to_owned(), "a\0".to_owned()];
    let count = names.len() as u64;
    for name in names {
        stage
            .upstream
            .answers(move |_| answer_json(200, &json!({"model": name, "usage": {"prompt_tokens": 1}})));
        stage.chat(ProviderId::Openai, "customer_1").await;
    }
    let rows = usage(&stage.app, &environment).await;
    assert_eq!(rows, [("customer_1".to_owned(), "openai", String::new(), "byok", count, count, 0)]);
}

#[tokio::test]
async fn sums_that_could_not_be_written_down_are_kept() {
    let stage = Stage::new().await;
    let environment = stage.environment(&stage.project.secret).await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    stage.chat(ProviderId::Openai, "customer_1").await;
    let mut db = database::open(&stage.app).await;
    let fail = "CREATE TRIGGER fail BEFORE INSERT ON usage BEGIN SELECT RAISE(ABORT, 'no room'); END";
    sqlx::query(fail).execute(&mut db).await.unwrap();
    for _ in 0..3 {
        assert!(stage.app.app.usage.write_down(&*stage.app.app.store).await.is_err());
    }
    stage.chat(ProviderId::Openai, "customer_1").await;
    sqlx::query("DROP TRIGGER fail").execute(&mut db).await.unwrap();
    let rows = usage(&stage.app, &environment).await;
    assert_eq!(rows, [("customer_1".to_owned(), "openai", "gpt-4.1".to_owned(), "byok", 2, 6, 4)]);
    assert_eq!(usage(&stage.app, &environment).await, rows, "nothing is written twice");
}
