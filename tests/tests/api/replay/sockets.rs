//! The same over a thousand connections.

use std::{net::SocketAddr, sync::Arc};

use byo_tests::{Wire, request};
use serde_json::Value;
use tokio::sync::Barrier;

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
    let bearer = format!("Bearer {}", stage.session);
    let headers = [("host", "byo.example.com"), ("authorization", bearer.as_str()), ("connection", "close")];
    let with = |body: Value| request("POST", "/v1/keys/connect", &headers, body.to_string().as_bytes());
    let exchanges: Vec<_> = bodies
        .into_iter()
        .map(|body| tokio::spawn(exchange(address, with(body), Arc::clone(&start))))
        .collect();
    let mut answers = Vec::with_capacity(exchanges.len());
    for exchange in exchanges {
        answers.push(exchange.await.expect("an exchange never panics"));
    }
    answers
}

/// The status and the body.
async fn exchange(address: SocketAddr, request: Vec<u8>, start: Arc<Barrier>) -> (u16, Value) {
    let mut wire = Wire::open(address).await.expect("the server listens");
    let (first, last) = request.split_at(request.len() - 1);
    wire.send(first).await.expect("the server reads");
    start.wait().await;
    let reply = wire.ask("POST", last).await;
    (reply.status, reply.json())
}
