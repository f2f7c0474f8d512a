//! The same over a thousand connections.

use std::{net::SocketAddr, sync::Arc};

use byo_tests::PAGE;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Barrier,
};

use super::{
    crowd::{CROWD, assert_one_of_each},
    envelopes::Stage,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_connections_with_one_envelope_store_tell_and_ask_once() {
    let stage = Stage::new().await;
    let body = stage.sealed(&stage.params().await);
    let bodies = vec![body; CROWD];
    let answers = over_sockets(&stage, bodies).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]), "one answer for all");
    assert_eq!(answers[0].0, 200, "{}", answers[0].1);
    assert_eq!(stage.provider.asked(), 1);
    assert_one_of_each(&stage.app, &stage.receiver).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_connections_with_one_challenge_store_one_envelope() {
    let stage = Stage::new().await;
    let params = stage.params().await;
    let bodies = (0..CROWD).map(|_| stage.sealed(&params)).collect();
    let answers = over_sockets(&stage, bodies).await;
    let of = |status: u16, code: Value| {
        answers.iter().filter(|(found, json)| *found == status && json["code"] == code).count()
    };
    assert_eq!((of(200, Value::Null), of(409, "sealed_key_replayed".into())), (1, CROWD - 1));
    assert_eq!(stage.provider.asked(), 1);
    assert_one_of_each(&stage.app, &stage.receiver).await;
}

/// Every connection has sent all but its last byte before any sends that.
async fn over_sockets(stage: &Stage, bodies: Vec<Value>) -> Vec<(u16, Value)> {
    let address = stage.app.listen().await;
    let start = Arc::new(Barrier::new(bodies.len()));
    let exchanges: Vec<_> = bodies
        .into_iter()
        .map(|body| tokio::spawn(exchange(address, request(&stage.session, &body), Arc::clone(&start))))
        .collect();
    let mut answers = Vec::with_capacity(exchanges.len());
    for exchange in exchanges {
        answers.push(exchange.await.expect("an exchange never panics"));
    }
    answers
}

fn request(token: &str, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "POST /v1/keys/connect HTTP/1.1\r\nhost: byo.example.com\r\nauthorization: Bearer {token}\r\n\
         origin: {PAGE}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

async fn exchange(address: SocketAddr, request: String, start: Arc<Barrier>) -> (u16, Value) {
    #[expect(clippy::disallowed_methods, reason = "a client of the server under test")]
    let mut stream = TcpStream::connect(address).await.expect("the server listens");
    let (first, last) = request.as_bytes().split_at(request.len() - 1);
    stream.write_all(first).await.expect("the server reads");
    start.wait().await;
    stream.write_all(last).await.expect("the server reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("the server answers to the end");
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, serde_json::from_str(body).expect("answers are JSON"))
}
