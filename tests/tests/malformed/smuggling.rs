//! A request that is hidden in another one, on every route.

use std::{collections::BTreeMap, sync::Arc};

use byo_tests::{
    is_long,
    smuggling::{Case, cases, statuses},
};
use tokio::{sync::Semaphore, task::JoinSet};

use crate::{
    request::Request,
    stage::{Stage, routes},
};

/// A client that has said everything is hung up on soon, and so shows that there were no more answers.
const IMPATIENT: [(&str, &str); 2] =
    [("BYO_SERVER__HEADER_TIMEOUT", "500ms"), ("BYO_SERVER__BODY_TIMEOUT", "500ms")];
/// On so many routes stands each case in the short tier, in the long one on all.
const ROUTES_A_CASE: usize = 5;
/// At once. More would wait for each other longer than the server waits for them.
const CONNECTIONS: usize = 96;

#[tokio::test]
async fn a_request_hidden_in_another_is_never_answered() {
    let stage = Arc::new(Stage::new(&IMPATIENT).await);
    let cases = cases(&hidden(&stage));
    assert!(cases.len() >= 95, "only {} cases", cases.len());
    let routes = routes();
    let mut requests = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        // Nobody asks with a credential: whatever is read rightly is refused for want of one, and not read on.
        let nobody = Request::new("POST", "/v1/keys/validate")
            .with("host", &stage.host)
            .with("content-type", "application/json");
        requests.push((&b"POST /v1/keys/validate, by nobody"[..], bytes(&nobody, case)));
        let on = if is_long() { routes.len() } else { ROUTES_A_CASE };
        for at in 0..on {
            let route = &routes[(number * ROUTES_A_CASE + at) % routes.len()];
            let good = stage.good(route, at as u64);
            requests.push((route.as_bytes(), bytes(&Request { body: Vec::new(), ..good }, case)));
        }
    }
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let mut running = JoinSet::new();
    let count = requests.len();
    for (route, request) in requests {
        let (stage, permits) = (Arc::clone(&stage), Arc::clone(&permits));
        let route = String::from_utf8_lossy(route).into_owned();
        running.spawn(async move {
            let _permit = permits.acquire().await.expect("nobody closes it");
            (statuses(stage.process.address(), &request).await, route, request)
        });
    }
    let (mut wrong, mut seen) = (Vec::new(), BTreeMap::new());
    for (statuses, route, request) in running.join_all().await {
        let is_right = match statuses[..] {
            [status] if route.ends_with("nobody") => [400, 401].contains(&status),
            [status] => status < 500,
            _ => false,
        };
        if !is_right {
            wrong.push(format!("{statuses:?} to {route}: {}", request.escape_ascii()));
        }
        *seen.entry(statuses).or_insert(0) += 1;
    }
    println!("{} cases, {count} requests to {} routes: {seen:?}", cases.len(), routes.len());
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn two_requests_one_after_another_are_two() {
    let stage = Stage::new(&IMPATIENT).await;
    let hidden = hidden(&stage);
    let twice = format!("{hidden}{hidden}");
    let statuses = statuses(stage.process.address(), twice.as_bytes()).await;
    assert_eq!(statuses, [200, 200], "a second request would not be noticed");
}

/// A request that whoever answers it answers with 200.
fn hidden(stage: &Stage) -> String {
    format!("GET /healthz HTTP/1.1\r\nhost: {}\r\n\r\n", stage.host)
}

/// A request without a body, and the case behind it.
fn bytes(request: &Request, case: &Case) -> Vec<u8> {
    let mut bytes = request.bytes();
    bytes.truncate(bytes.len() - b"\r\n".len());
    bytes.extend_from_slice(format!("{}\r\n{}", case.headers, case.body).as_bytes());
    bytes
}
