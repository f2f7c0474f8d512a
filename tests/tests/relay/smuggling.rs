//! A call that is hidden in another one, with the key of a customer.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use byo_seal::ProviderId;
use byo_server::config::ProxyConfig;
use byo_tests::{
    smuggling::{Case, cases, statuses},
    upstream::Call,
};
use tokio::{sync::Mutex, task::JoinSet};

use crate::stage::Stage;

/// A client that has said everything is hung up on soon.
const IMPATIENT: Duration = Duration::from_millis(500);
const HIDDEN: &str = "/v1/proxy/openai/v1/files/hidden";

/// Answers every call and writes down how often each was made.
struct Provider {
    seen: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Provider {
    fn start(stage: &Arc<Stage>) -> Self {
        let seen = Arc::new(Mutex::new(BTreeMap::new()));
        let (stage, counted) = (Arc::clone(stage), Arc::clone(&seen));
        tokio::spawn(async move {
            loop {
                let call = stage.upstream.call().await;
                *counted.lock().await.entry(call.target()).or_insert(0) += 1;
                tokio::spawn(answer(call));
            }
        });
        Self { seen }
    }
}

async fn answer(mut call: Call) {
    if call.body().await.is_some() && call.answer("200 OK", &[], b"{}").await {
        call.keep();
    }
}

#[tokio::test]
async fn a_call_hidden_in_another_never_reaches_the_provider() {
    let stage = Arc::new(Stage::with(ProviderId::Openai, ProxyConfig::default(), IMPATIENT).await);
    let provider = Provider::start(&stage);
    let hidden = stage.head("GET", HIDDEN) + "\r\n";
    let cases = cases(&hidden);
    assert!(cases.len() >= 95, "only {} cases", cases.len());
    let mut running = JoinSet::new();
    for (number, Case { headers, body }) in cases.iter().enumerate() {
        for path in [format!("/v1/proxy/openai/v1/files/{number}"), "/v1/unified".to_owned()] {
            let head = stage.head("POST", &path);
            let request = format!("{head}content-type: application/json\r\n{headers}\r\n{body}");
            let to = stage.address;
            running.spawn(async move { (statuses(to, request.as_bytes()).await, path, request) });
        }
    }
    let mut wrong = Vec::new();
    for (statuses, path, request) in running.join_all().await {
        let allowed: &[u16] = if path == "/v1/unified" { &[400, 408] } else { &[200, 400, 408] };
        if statuses.len() > 1 || statuses.iter().any(|status| !allowed.contains(status)) {
            wrong.push(format!("{statuses:?} to {}", request.escape_debug()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), 2 * cases.len(), wrong.join("\n"));
    let seen = provider.seen.lock().await;
    assert!(!seen.keys().any(|target| target.contains("hidden")), "{seen:?}");
    assert!(seen.values().all(|&times| times == 1), "{seen:?}");
}

#[tokio::test]
async fn two_calls_one_after_another_are_two() {
    let stage = Arc::new(Stage::with(ProviderId::Openai, ProxyConfig::default(), IMPATIENT).await);
    let provider = Provider::start(&stage);
    let hidden = stage.head("GET", HIDDEN) + "\r\n";
    assert_eq!(statuses(stage.address, format!("{hidden}{hidden}").as_bytes()).await, [200, 200]);
    assert_eq!(provider.seen.lock().await["/v1/files/hidden"], 2, "a second call would not be noticed");
}
