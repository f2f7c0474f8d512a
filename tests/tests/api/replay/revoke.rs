//! A revoke in the middle of a crowd of writes for the same customer.

use std::sync::Arc;

use byo_server::environment::Environment;
use byo_tests::TestApp;
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::JoinSet};

use super::{
    crowd::{CROWD, with},
    envelopes::{KEY, Stage},
};
use crate::database::count;

const CONNECT: &str = "/v1/keys/connect";
const STORED: &str = "SELECT count(*) FROM provider_keys WHERE status <> 'revoked'";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_thousand_writes_that_wait_for_the_provider_while_a_key_is_revoked_none_is_stored() {
    let stage = Stage::new().await;
    let bodies = bodies(&stage.app, &stage.session, KEY, CROWD).await;
    stage.provider.hold();
    let mut writes = JoinSet::new();
    for body in bodies {
        let (app, session) = (Arc::clone(&stage.app), stage.session.clone());
        writes.spawn(async move { app.post(CONNECT, &session, body).await });
    }
    stage.provider.until_asked(CROWD).await;
    let revoke = json!({"provider": "openai", "refId": "customer_1"});
    stage.app.post("/v1/keys/revoke", &stage.project.secret, revoke).await.ok();
    stage.provider.let_go();
    let answers = writes.join_all().await;
    assert_eq!(with(&answers, 409, "challenge_stale"), CROWD);
    assert_eq!(count(&stage.app, "SELECT count(*) FROM provider_keys").await, 0);
    assert_eq!(count(&stage.app, "SELECT count(*) FROM session_uses").await, 0, "failures use nothing up");
    assert_eq!(count(&stage.app, "SELECT count(*) FROM events").await, 0);
    assert_eq!(stage.receiver.count(), 0);
}

/// Here nothing is held: the revoke comes when some writes were answered, and whichever comes first wins. Events are
/// rows in the order in which they were written, each in the transaction of its change.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_sealed_before_a_revoke_is_written_after_it_wherever_it_falls() {
    const ROUNDS: [usize; 5] = [0, 1, 50, 100, 150];
    let (mut stored, mut stale) = (0, 0);
    for answered_before in ROUNDS {
        let app = Arc::new(TestApp::new().await);
        let project = app.project(Environment::Test).await;
        let key = "sk-byo-test-valid-0123456789";
        let target = json!({"provider": "openai", "refId": "customer_1", "providerKey": key});
        app.post(CONNECT, &project.secret, target).await.ok();
        let bodies = bodies(&app, &project.publishable, key, CROWD / ROUNDS.len()).await;
        let mut writes = JoinSet::new();
        let (answered, mut some_answered) = mpsc::unbounded_channel();
        for body in bodies {
            let (app, token) = (Arc::clone(&app), project.publishable.clone());
            let answered = answered.clone();
            writes.spawn(async move {
                let answer = app.post(CONNECT, &token, body).await;
                let _: Result<_, _> = answered.send(());
                answer
            });
        }
        for _ in 0..answered_before {
            some_answered.recv().await;
        }
        let revoke = json!({"provider": "openai", "refId": "customer_1"});
        app.post("/v1/keys/revoke", &project.secret, revoke).await.ok();
        let answers = writes.join_all().await;
        let (ok, refused) = (with(&answers, 200, ""), with(&answers, 409, "challenge_stale"));
        assert_eq!(ok + refused, answers.len(), "after {answered_before}: every write is stored or stale");
        let after = "SELECT count(*) FROM events WHERE rowid >
                         (SELECT rowid FROM events WHERE type = 'key.revoked')";
        assert_eq!(count(&app, after).await, 0, "after {answered_before}: written after the revoke");
        assert_eq!(count(&app, STORED).await, i64::try_from(ok).unwrap(), "after {answered_before}");
        stored += ok;
        stale += refused;
    }
    assert!(stored > 0 && stale > 0, "{stored} stored and {stale} stale: the revokes fell in between");
}

/// So many envelopes of one customer, each for a name of its own.
async fn bodies(app: &TestApp, token: &str, key: &str, count: usize) -> Vec<Value> {
    let mut bodies = Vec::with_capacity(count);
    for number in 0..count {
        let browser = app.browser(token).claiming(|claims| claims.name = format!("n{number}"));
        bodies.push(browser.body(&browser.seal(&browser.params().await, key)));
    }
    bodies
}
