//! What was used until an answer broke off is counted, whoever broke it off.

use std::time::Duration;

use byo_seal::ProviderId;
use byo_server::{
    config::ProxyConfig,
    store::{UsageKey, UsageSum},
};
use byo_tests::upstream::{Call, chunk, head};

use crate::{
    client::{Client, Version, has},
    stage::{LINES, PATIENCE, Stage, within},
};

/// What was used: refId, model, requests, tokens in, tokens out.
type Row = (String, String, u64, u64, u64);

fn row(model: &str, requests: u64, input: u64, output: u64) -> Row {
    (crate::stage::CUSTOMER.to_owned(), model.to_owned(), requests, input, output)
}

async fn rows(stage: &Stage) -> Vec<Row> {
    let app = &stage.byo.app;
    app.usage.write_down(&*app.store).await.expect("the store works");
    let token = byo_server::token::Token::parse(&stage.project.secret).expect("it is one").hash();
    let environment = app.store.token_by_hash(&token).await.expect("the store works").expect("it is known").1;
    let rows = app.store.usage(&environment.environment.id).await.expect("the store works");
    let row = |(UsageKey { ref_id, model, .. }, sum): (UsageKey, UsageSum)| {
        (ref_id, model, sum.requests, sum.input_tokens, sum.output_tokens)
    };
    rows.into_iter().map(row).collect()
}

/// Waits until something is counted: nobody tells when a client's going has been noticed.
async fn first_rows(stage: &Stage) -> Vec<Row> {
    within(async {
        loop {
            let rows = rows(stage).await;
            if !rows.is_empty() {
                return rows;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
}

/// Streams of which the last piece is cut within a count.
const ANTHROPIC: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude-sonnet-4-5\",",
    "\"usage\":{\"input_tokens\":7,\"cache_read_input_tokens\":2,\"output_tokens\":1}}}\n\n",
    "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"Hi\"}}\n\n",
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":12}}\n\n",
);
const ANTHROPIC_CUT: &str =
    "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":99";
const OPENAI: &str =
    "data: {\"model\":\"gpt-4.1\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\n";
const GOOGLE: &str = concat!(
    "[{\"candidates\":[],\"usageMetadata\":{\"promptTokenCount\":5,\"candidatesTokenCount\":3},",
    "\"modelVersion\":\"gemini-2.5-flash\"}",
);
const GOOGLE_CUT: &str = "\n,\r\n{\"usageMetadata\":{\"promptTokenCount\":5,\"candidatesTokenCount\":9";
const OLLAMA: &str = "{\"model\":\"llama3.2\",\"message\":{\"content\":\"Hi\"},\"done\":false}\n";
const OLLAMA_CUT: &str = "{\"model\":\"llama3.2\",\"done\":true,\"prompt_eval_count\":77";

const EVENTS: &str = "text/event-stream";

fn streams() -> [(ProviderId, &'static str, &'static str, &'static str, Row); 4] {
    [
        (ProviderId::Anthropic, EVENTS, ANTHROPIC, ANTHROPIC_CUT, row("claude-sonnet-4-5", 1, 9, 12)),
        (ProviderId::Openai, EVENTS, OPENAI, "data: {\"usage\":{\"prompt_tokens\":4", row("", 1, 0, 0)),
        (ProviderId::Google, "application/json", GOOGLE, GOOGLE_CUT, row("gemini-2.5-flash", 1, 5, 3)),
        (LINES.0, "application/x-ndjson", OLLAMA, OLLAMA_CUT, row("", 1, 0, 0)),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Cut {
    Client,
    Upstream,
    Key,
    Silence,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_broke_off_counts_with_what_it_told() {
    for (provider, kind, told, cut_off, expected) in streams() {
        let expected = [expected];
        for (how, version) in [
            (Cut::Client, Version::One),
            (Cut::Client, Version::Two),
            (Cut::Upstream, Version::One),
            (Cut::Key, Version::One),
            (Cut::Silence, Version::One),
        ] {
            let mut proxy = ProxyConfig::default();
            if let Cut::Silence = how {
                proxy.idle_timeout = Duration::from_millis(300);
            }
            let stage = Stage::with(provider, proxy, PATIENCE).await;
            let mut client = Client::open(&stage, version).await;
            let beginning = async {
                let call: Call = stage.upstream.call().await;
                let head = head("200 OK", &[("content-type", kind)], "transfer-encoding: chunked");
                // All at once, so that the silence after it is the only one.
                call.send(&[head.into_bytes(), chunk(told.as_bytes()), chunk(cut_off.as_bytes())].concat())
                    .await;
                call
            };
            let (response, call) = within(async { tokio::join!(client.call(&stage), beginning) }).await;
            let (mut response, mut read) = (response.unwrap(), Vec::new());
            assert!(within(has(&mut response, &mut read, told.as_bytes())).await);
            // Nothing counts before its end.
            if !matches!(how, Cut::Silence) {
                assert_eq!(rows(&stage).await, [], "{provider} {how:?}");
            }
            match how {
                Cut::Client => drop((response, client)),
                Cut::Upstream => call.reset().await,
                Cut::Key => within(stage.change("revoke")).await,
                Cut::Silence => assert!(!within(has(&mut response, &mut read, b"never")).await),
            }
            assert_eq!(first_rows(&stage).await, expected, "{provider} {how:?} {version:?}");
            within(async {
                while !stage.byo.app.in_use.is_empty() {
                    tokio::task::yield_now().await;
                }
            })
            .await;
            assert_eq!(rows(&stage).await, expected, "counted once: {provider} {how:?} {version:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_encoded_counts_and_one_that_never_began_does_not() {
    let stage = Stage::new().await;
    let wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    drop(wire);
    within(call.over()).await;
    assert_eq!(rows(&stage).await, []);
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    let headers = [("content-type", "application/json"), ("content-encoding", "gzip")];
    let body = br#"{"model":"gpt-4.1","usage":{"prompt_tokens":1}}"#;
    call.answer("200 OK", &headers, body).await;
    assert_eq!(within(wire.answer("POST")).await.unwrap().unwrap().body, body);
    assert_eq!(first_rows(&stage).await, [row("", 1, 0, 0)], "what looks like a count may be none");
}
