//! Requests that carry another one where a proxy in front would read their body, or the other way round.
//!
//! Each is one request for whoever reads it rightly, or none. So there is one answer, and no second one.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use byo_tests::{Reply, Wire};
use tokio::task::JoinSet;

use crate::stage::Stage;

const PATIENCE: Duration = Duration::from_secs(20);
/// A client that has said everything is hung up on soon, and so shows that there were no more answers.
const IMPATIENT: [(&str, &str); 2] =
    [("BYO_SERVER__HEADER_TIMEOUT", "500ms"), ("BYO_SERVER__BODY_TIMEOUT", "500ms")];
const CHUNKED: &str = "transfer-encoding: chunked\r\n";

/// What a case looks like after the line and the host.
struct Case {
    headers: String,
    body: String,
}

#[tokio::test]
async fn a_request_hidden_in_another_is_never_answered() {
    let stage = Arc::new(Stage::new(&IMPATIENT).await);
    let cases = cases(&hidden(&stage));
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    let mut running = JoinSet::new();
    for case in &cases {
        let request = format!(
            "POST /v1/keys/validate HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n{}\r\n{}",
            stage.host, case.headers, case.body
        );
        let stage = Arc::clone(&stage);
        running.spawn(async move { (answers(&stage, request.as_bytes()).await, request) });
    }
    let mut wrong = Vec::new();
    for (answers, request) in running.join_all().await {
        // Nobody asked with a credential: whatever was read rightly is refused for want of one.
        if !matches!(answers[..], [400 | 401]) {
            wrong.push(format!("{answers:?} to {}", request.escape_debug()));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[tokio::test]
async fn two_requests_one_after_another_are_two() {
    let stage = Stage::new(&IMPATIENT).await;
    let hidden = hidden(&stage);
    let [_, _] = answers(&stage, format!("{hidden}{hidden}").as_bytes()).await[..] else {
        panic!("a second request would not be noticed");
    };
}

/// A request that whoever answers it answers with 200.
fn hidden(stage: &Stage) -> String {
    format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", stage.host)
}

fn cases(hidden: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |headers: String, body: String| cases.push(Case { headers, body });
    let ended = format!("0\r\n\r\n{hidden}");
    let chunk = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    // Two lengths: the one that says less, and the one that says more, first or last.
    let length = |bytes: usize| format!("content-length: {bytes}\r\n");
    for (less, more) in [(0, hidden.len()), (5, ended.len()), (1, hidden.len())] {
        add(format!("{}{}", length(less), length(more)), ended.clone());
        add(format!("{}{}", length(more), length(less)), ended.clone());
        add(format!("content-length: {less}, {more}\r\n"), ended.clone());
    }
    // Both a length and chunks.
    for body in [&ended, &chunk] {
        for bytes in [0, 4, 5, body.len()] {
            add(format!("{}{CHUNKED}", length(bytes)), body.clone());
            add(format!("{CHUNKED}{}", length(bytes)), body.clone());
        }
    }
    // Chunks that only some would see. Those who do not, read as much as the length says.
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
        "transfer-encoding: chunked\u{b}",
        "transfer-encoding: \"chunked\"",
        "transfer-encoding:\r\n chunked",
        "transfer-encoding: chunked\r\ntransfer-encoding: x",
        "transfer-encoding: x\r\ntransfer-encoding: chunked",
        "transfer-encoding\0: chunked",
        "transfer_encoding: chunked",
        "transfer-encoding; chunked",
        "x: y\rtransfer-encoding: chunked",
        "x: y\ntransfer-encoding: chunked",
        "transfer-encoding: ch\u{fc}nked",
        "Transfer-Encoding: CHUNKED",
        "transfer-encoding:chunked",
        "transfer-encoding: chunked;q=1",
    ] {
        add(format!("{coding}\r\n{}", length(ended.len())), ended.clone());
        add(format!("{}{coding}\r\n", length(ended.len())), ended.clone());
    }
    // Lengths that are none.
    for bad in
        ["+5", "-5", "0x5", "5;", "5 5", "5\t", "", "five", "18446744073709551621", "0005, 5", "5\u{b}", "٥"]
    {
        // A tab at the end is white space, and five the length: the rest would be the next request.
        if bad != "5\t" {
            add(format!("content-length: {bad}\r\n"), ended.clone());
        }
    }
    for name in ["content-length :", " content-length:", "content-length\u{b}:"] {
        add(format!("{name} 5\r\n{CHUNKED}"), ended.clone());
    }
    // Chunks that end in a way of their own.
    for chunks in [
        "0x0\r\n\r\n",
        "-0\r\n\r\n",
        "0\n\n",
        "0\r\r\n\n",
        "0 ;a\n\r\n",
        "10000000000000000\r\n\r\n",
        "5\r\nabcdefgh\r\n0\r\n\r\n",
        "5\nabcde\n0\n\n",
        "5\r\nabcde0\r\n\r\n",
        "\r\n0\r\n\r\n",
        "0;\nx\r\n\r\n",
        "0\r\nhost: x\ncontent-length: 9\r\n\r\n",
    ] {
        add(CHUNKED.to_owned(), format!("{chunks}{hidden}"));
    }
    cases
}

/// The statuses of all answers until the server closes.
async fn answers(stage: &Stage, request: &[u8]) -> Vec<u16> {
    let mut wire = Wire::open(stage.process.address()).await.expect("it listens");
    // It may close before all has come.
    let _: Result<(), _> = wire.send(request).await;
    let mut statuses = Vec::new();
    loop {
        let answer = tokio::time::timeout(PATIENCE, wire.answer("POST")).await;
        match answer.unwrap_or_else(|_| panic!("no end: {}", request.escape_ascii())) {
            Ok(Some(Reply { status, .. })) => statuses.push(status),
            Ok(None) => return statuses,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return statuses,
            Err(error) => panic!("{error}: {}", request.escape_ascii()),
        }
    }
}
