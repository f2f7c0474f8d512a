//! Every row's verdicts. A fixture says what is asked, in order, what is answered, and what byo makes of it.

use std::collections::BTreeMap;

use byo_seal::{ProviderConfig, ProviderId, Verdict};
use http_body_util::Full;
use serde::Deserialize;
use serde_json::Value;

use super::{super::Check, providers};
use crate::{
    egress::tests::server::{Reply, Seen, Server},
    environment::Environment,
    secret::ProviderKey,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Fixture {
    provider: ProviderId,
    header: String,
    prefix: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    also_headers: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Case {
    name: String,
    /// The customer's own base URL is on this host; without one the operator's replacement is used.
    host: Option<String>,
    path: Option<String>,
    #[serde(default)]
    config: ProviderConfig,
    #[serde(default = "usual_key")]
    key: String,
    exchanges: Vec<Exchange>,
    verdict: Verdict,
    code: Option<String>,
    models: Vec<String>,
    /// Part of the message.
    says: Option<String>,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Exchange {
    ask: String,
    /// The call carries a made-up key.
    #[serde(default)]
    made_up: bool,
    status: u16,
    #[serde(default = "json_type", rename = "type")]
    content_type: String,
    location: Option<String>,
    body: Value,
}

fn usual_key() -> String {
    "sk-fixture-0123456789abcdefghijklmnopqrstuv".to_owned()
}

fn json_type() -> String {
    "application/json".to_owned()
}

macro_rules! fixtures {
    ($($test:ident => $file:literal;)+) => {$(
        #[tokio::test]
        async fn $test() {
            run(include_str!(concat!("../fixtures/", $file))).await;
        }
    )+};
}

fixtures! {
    openai_answers_get_their_verdicts => "openai.json";
    answers_of_openai_compatible_servers_get_their_verdicts => "compatible.json";
    anthropic_answers_get_their_verdicts => "anthropic.json";
    google_answers_get_their_verdicts => "google.json";
    azure_answers_get_their_verdicts => "azure.json";
    ollama_answers_get_their_verdicts => "ollama.json";
    deepseek_answers_get_their_verdicts => "deepseek.json";
    mistral_answers_get_their_verdicts => "mistral.json";
    groq_answers_get_their_verdicts => "groq.json";
    openrouter_answers_get_their_verdicts => "openrouter.json";
    together_answers_get_their_verdicts => "together.json";
    xai_answers_get_their_verdicts => "xai.json";
    cohere_answers_get_their_verdicts => "cohere.json";
}

async fn run(fixture: &str) {
    let fixture: Fixture = serde_json::from_str(fixture).unwrap();
    for case in &fixture.cases {
        run_case(&fixture, case).await;
    }
}

async fn run_case(fixture: &Fixture, case: &Case) {
    let name = format!("{}: {}", fixture.provider, case.name);
    let (exchanges, sent) = (case.exchanges.clone(), case.key.clone());
    let server = Server::start(move |number, _| {
        Some(exchanges.get(number).map_or_else(unexpected, |exchange| answer(exchange, &sent)))
    })
    .await;
    let check = ask(fixture, case, &server).await;

    let seen = server.seen();
    let lines: Vec<_> = seen.iter().map(|seen| seen.line.as_str()).collect();
    let asked: Vec<_> = case.exchanges.iter().map(|exchange| exchange.ask.as_str()).collect();
    assert_eq!(lines, asked, "{name}: what was asked");
    for (seen, exchange) in seen.iter().zip(&case.exchanges) {
        if case.key.is_empty() {
            assert_nobody_said(seen, &name);
        } else {
            let carried = seen.headers[&fixture.header].to_str().unwrap();
            let right = carried == format!("{}{}", fixture.prefix, case.key);
            assert_eq!(right, !exchange.made_up, "{name}: the key in {}", exchange.ask);
            assert_only_place_of_key(seen, &fixture.header, &case.key);
        }
        assert!(
            fixture.also_headers.iter().all(|(name, value)| seen.headers[name] == *value),
            "{name}: headers"
        );
    }
    assert_eq!(check.verdict, case.verdict, "{name}: verdict");
    assert_eq!(check.error.as_ref().map(|error| error.code), case.code.as_deref(), "{name}: code");
    assert_eq!(check.models, case.models, "{name}: models");
    assert_no_part_of_key(&check, &case.key, &name);
    if let (Some(part), Some(error)) = (&case.says, &check.error) {
        assert!(error.message.contains(part), "{name}: {}", error.message);
    }
}

async fn ask(fixture: &Fixture, case: &Case, server: &Server) -> Check {
    let path = case.path.as_ref().unwrap_or(&fixture.path);
    let mut config = case.config.clone();
    let providers = match &case.host {
        Some(host) => {
            let rule = format!("{host}:{}", server.address.port());
            config.base_url = Some(format!("http://{rule}{path}"));
            providers(&[&rule], &[host], &[])
        }
        None => providers(&[], &[], &[(fixture.provider, &server.url(path))]),
    };
    assert_eq!(providers.validate_config(fixture.provider, &config), Ok(()), "{}", case.name);
    let key = ProviderKey::of(fixture.provider, case.key.clone().into_bytes().into()).unwrap();
    providers.check(Environment::Live, fixture.provider, &config, &key).await
}

fn answer(exchange: &Exchange, key: &str) -> Reply {
    let body = match &exchange.body {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    let mut reply =
        http::Response::builder().status(exchange.status).header("content-type", &exchange.content_type);
    if let Some(location) = &exchange.location {
        reply = reply.header("location", location);
    }
    reply.body(Full::from(body.replace("{key}", key))).unwrap()
}

fn unexpected() -> Reply {
    http::Response::builder().status(599).body(Full::default()).unwrap()
}

/// Without a key no header speaks of one, not even an empty header.
fn assert_nobody_said(seen: &Seen, name: &str) {
    for header in ["authorization", "x-api-key", "api-key", "x-goog-api-key"] {
        assert!(!seen.headers.contains_key(header), "{name}: {header}: {:?}", seen.headers);
    }
}

fn assert_only_place_of_key(seen: &Seen, header: &str, key: &str) {
    assert!(!seen.line.contains(key) && !String::from_utf8_lossy(&seen.body).contains(key));
    let elsewhere = seen.headers.iter().filter(|(name, _)| name.as_str() != header);
    assert!(elsewhere.into_iter().all(|(_, value)| !value.to_str().unwrap().contains(key)));
}

/// Six characters in a row are taken for a part, where the key is not a public prefix.
fn assert_no_part_of_key(check: &Check, key: &str, name: &str) {
    let told = format!("{check:?}");
    for start in 7..key.len().saturating_sub(6) {
        assert!(!told.contains(&key[start..start + 6]), "{name}: part of the key in {told}");
    }
}
