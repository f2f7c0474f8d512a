//! A thousand requests at once, and what became of them.

use std::sync::Arc;

use byo_tests::{Answer, Receiver, TestApp};
use serde_json::Value;
use tokio::sync::Barrier;

use crate::{database::count, working::Working};

/// How many requests come at once, in both tiers.
pub(super) const CROWD: usize = 1_000;

/// Posts all of them at once, each to a path with a token; gives the answers in the same order.
pub(super) async fn at_once(app: &Arc<TestApp>, posts: Vec<(&'static str, &str, Value)>) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(posts.len()));
    let posting: Vec<_> = posts
        .into_iter()
        .map(|(path, token, body)| {
            let (app, start, token) = (Arc::clone(app), Arc::clone(&start), token.to_owned());
            tokio::spawn(async move {
                start.wait().await;
                app.post(path, &token, body).await
            })
        })
        .collect();
    let mut answers = Vec::with_capacity(posting.len());
    for post in posting {
        answers.push(post.await.expect("a request never panics"));
    }
    answers
}

/// How many answers have this status and code; a success has no code.
pub(super) fn with(answers: &[Answer], status: u16, code: &str) -> usize {
    answers.iter().filter(|answer| (answer.status.as_u16(), answer.code()) == (status, code)).count()
}

/// One key is stored, one event written, and one webhook sent.
pub(super) async fn assert_one_of_each(app: &TestApp, receiver: &Receiver) {
    assert_eq!(count(app, "SELECT count(*) FROM provider_keys").await, 1, "keys");
    assert_eq!(count(app, "SELECT max(version) FROM provider_keys").await, 1, "versions of it");
    assert_eq!(count(app, "SELECT count(*) FROM events").await, 1, "events");
    assert_eq!(count(app, "SELECT count(*) FROM challenges").await, 1, "challenges used");
    let working = Working::start(app);
    receiver.first(1).await;
    working.stop().await;
    assert_eq!(receiver.count(), 1, "webhooks");
    assert_eq!(app.app.store.next_delivery_due().await.expect("the database works"), None);
}
