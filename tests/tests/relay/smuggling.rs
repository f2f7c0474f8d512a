//! Calls that carry another one where one of the two readers of their length would see it.

use std::{collections::BTreeMap, io::ErrorKind, sync::Arc, time::Duration};

use byo_seal::ProviderId;
use byo_server::config::ProxyConfig;
use byo_tests::upstream::Call;
use tokio::{sync::Mutex, task::JoinSet};

use crate::stage::{Stage, within};

/// A client that has said everything is hung up on soon.
const IMPATIENT: Duration = Duration::from_millis(500);
const CHUNKED: &str = "transfer-encoding: chunked\r\n";
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
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut running = JoinSet::new();
    for (number, (headers, body)) in cases.iter().enumerate() {
        let head = stage.head("POST", &format!("/v1/proxy/openai/v1/files/{number}"));
        let request = format!("{head}content-type: application/json\r\n{headers}\r\n{body}");
        let stage = Arc::clone(&stage);
        running.spawn(async move { (statuses(&stage, request.as_bytes()).await, request) });
    }
    let mut wrong = Vec::new();
    for (statuses, request) in running.join_all().await {
        if statuses.len() > 1 || statuses.iter().any(|&status| ![200, 400, 408].contains(&status)) {
            wrong.push(format!("{statuses:?} to {}", request.escape_debug()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    let seen = provider.seen.lock().await;
    assert!(!seen.keys().any(|target| target.contains("hidden")), "{seen:?}");
    assert!(seen.values().all(|&times| times == 1), "{seen:?}");
}

#[tokio::test]
async fn two_calls_one_after_another_are_two() {
    let stage = Arc::new(Stage::with(ProviderId::Openai, ProxyConfig::default(), IMPATIENT).await);
    let provider = Provider::start(&stage);
    let hidden = stage.head("GET", HIDDEN) + "\r\n";
    assert_eq!(statuses(&stage, format!("{hidden}{hidden}").as_bytes()).await, [200, 200]);
    assert_eq!(provider.seen.lock().await["/v1/files/hidden"], 2, "a second call would not be noticed");
}

async fn statuses(stage: &Stage, request: &[u8]) -> Vec<u16> {
    let mut wire = stage.wire().await;
    // It may close before all has come.
    let _: Result<(), _> = wire.send(request).await;
    let mut statuses = Vec::new();
    loop {
        match within(wire.answer("POST")).await {
            Ok(Some(reply)) => statuses.push(reply.status),
            Ok(None) => return statuses,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return statuses,
            Err(error) => panic!("{error}: {}", request.escape_ascii()),
        }
    }
}

/// Headers and bodies. Each is one call for whoever reads it rightly, or none.
fn cases(hidden: &str) -> Vec<(String, String)> {
    let mut cases = Vec::new();
    let mut add = |headers: String, body: String| cases.push((headers, body));
    let ended = format!("0\r\n\r\n{hidden}");
    let whole = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    let length = |bytes: usize| format!("content-length: {bytes}\r\n");
    for (less, more) in [(0, hidden.len()), (5, ended.len()), (1, hidden.len())] {
        add(length(less) + &length(more), ended.clone());
        add(length(more) + &length(less), ended.clone());
        add(format!("content-length: {less}, {more}\r\n"), ended.clone());
    }
    for body in [&ended, &whole] {
        for bytes in [0, 4, 5, body.len()] {
            add(length(bytes) + CHUNKED, body.clone());
            add(CHUNKED.to_owned() + &length(bytes), body.clone());
        }
    }
    for coding in [
        "transfer-encoding : chunked",
        "transfer-encoding\t: chunked",
        " transfer-encoding: chunked",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: identity, chunked",
        "transfer-encoding: identity",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: chunked, chunked",
        "transfer-encoding: \u{b}chunked",
        "transfer-encoding: \"chunked\"",
        "transfer-encoding:\r\n chunked",
        "transfer-encoding: chunked\r\ntransfer-encoding: x",
        "transfer-encoding: x\r\ntransfer-encoding: chunked",
        "transfer-encoding\0: chunked",
        "transfer_encoding: chunked",
        "x: y\rtransfer-encoding: chunked",
        "x: y\ntransfer-encoding: chunked",
        "Transfer-Encoding: CHUNKED",
        "transfer-encoding: chunked;q=1",
    ] {
        add(format!("{coding}\r\n{}", length(ended.len())), ended.clone());
        add(format!("{}{coding}\r\n", length(ended.len())), ended.clone());
    }
    for bad in ["+5", "-5", "0x5", "5;", "5 5", "", "five", "18446744073709551621", "0005, 5"] {
        add(format!("content-length: {bad}\r\n"), ended.clone());
    }
    for chunks in [
        "0x0\r\n\r\n",
        "-0\r\n\r\n",
        "0\n\n",
        "0\r\r\n\n",
        "10000000000000000\r\n\r\n",
        "5\r\nabcdefgh\r\n0\r\n\r\n",
        "5\nabcde\n0\n\n",
        "5\r\nabcde0\r\n\r\n",
        "\r\n0\r\n\r\n",
        "0;\nx\r\n\r\n",
    ] {
        add(CHUNKED.to_owned(), format!("{chunks}{hidden}"));
    }
    cases
}
