//! The keys browsers seal to: their lives, their end, and the directory that vouches for them.

use std::{sync::Arc, time::Duration};

use byo_seal::base64url;
use byo_server::{
    directory::{Directory, DirectoryKey, LONGEST_TERM, ListedState, RootKey, TrustRoot},
    domain::{Occasion, keep_sealing_keys},
    entropy::SystemEntropy,
    environment::Environment,
    store::SealingKeyState,
};
use byo_tests::{OVERLAP, ROTATE_EVERY, SERVER, Setup, TestApp};
use http::{Method, Request};
use serde_json::{Value, json};

const KEY: &str = "sk-byo-test-valid-0123456789";
const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_sealing_key_lives_its_life_and_no_envelope_is_lost_on_the_way() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let first = kid(&browser.params().await);
    assert_eq!(
        states(&app).await,
        [(first.clone(), "active".to_owned()), (next(&app).await, "next".to_owned())]
    );

    // Sealed just before the rotation, posted just after it.
    app.clock.advance(ROTATE_EVERY.checked_sub(Duration::from_secs(1)).unwrap());
    keep(&app).await;
    let params = browser.params().await;
    assert_eq!(kid(&params), first);
    let announced = next(&app).await;
    app.clock.advance(Duration::from_secs(2));
    keep(&app).await;
    let second = kid(&browser.params().await);
    assert_eq!(second, announced, "the one that was announced");
    browser.post(browser.body(&browser.seal(&params, KEY))).await.ok();

    app.clock.advance(OVERLAP);
    keep(&app).await;
    let live = states(&app).await;
    assert!(live.iter().all(|(kid, _)| *kid != first), "{live:?}");
    assert_eq!(live.len(), 2);
}

#[tokio::test]
async fn an_envelope_for_a_destroyed_key_is_answered_with_parameters_that_work() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let sealed = browser.seal(&browser.params().await, KEY);
    rotate(&app, true).await;
    let answer = browser.post(browser.body(&sealed)).await;
    answer.assert_refused(409, "key_rotated");
    let again = browser.seal(&answer.json["params"], KEY);
    browser.post(browser.body(&again)).await.ok();
}

#[tokio::test]
async fn a_destroyed_private_key_is_in_no_file_and_stays_destroyed_after_a_restart() {
    let app = TestApp::new().await;
    let records: Vec<Vec<u8>> =
        app.app.store.sealing_keys().await.unwrap().keys.into_iter().map(|key| key.sealed).collect();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| app.folder.holds(record)), "the search works");
    rotate(&app, true).await;
    app.app.store.sweep(app.app.clock.now()).await.unwrap();
    assert!(records.iter().all(|record| !app.folder.holds(record)));

    let live = states(&app).await;
    let app = app.restart(Setup::default()).await;
    assert_eq!(states(&app).await, live);
}

#[tokio::test]
async fn a_server_that_was_off_for_a_year_starts_with_a_key_that_is_in_use() {
    let app = TestApp::new().await;
    let announced = next(&app).await;
    app.clock.advance(Duration::from_hours(365 * 24));
    let app = app.restart(Setup::default()).await;
    let project = app.project(Environment::Test).await;
    let params = app.browser(&project.publishable).params().await;
    assert_eq!(kid(&params), announced);
    app.browser(&project.publishable).submit(KEY).await.ok();
}

#[tokio::test]
async fn what_another_node_did_is_seen_at_the_first_envelope() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let old = browser.seal(&browser.params().await, KEY);
    // The other node: the same database and master key, its own memory.
    let other = app.peer(Setup::default()).await.unwrap();
    keep_sealing_keys(&other.app, Occasion::Rotate).await.unwrap();
    let params = other.browser(&project.publishable).params().await;
    assert_ne!(kid(&params), kid(&browser.params().await), "this node has not looked yet");

    let new = other.browser(&project.publishable).claiming(|claims| claims.ref_id = "customer_2".into());
    let new = new.body(&new.seal(&params, KEY));
    browser.post(new).await.ok();
    other.browser(&project.publishable).post(browser.body(&old)).await.ok();

    // And a key that was made and announced elsewhere in one breath.
    keep_sealing_keys(&other.app, Occasion::Compromise).await.unwrap();
    let params = other.browser(&project.publishable).params().await;
    let fresh = browser.seal(&params, KEY);
    browser.post(browser.body(&fresh)).await.assert_refused(409, "connect_session_required");
}

#[tokio::test]
async fn many_nodes_that_find_a_rotation_due_make_it_once() {
    let app = TestApp::new().await;
    let mut peers = Vec::new();
    for _ in 0..8 {
        peers.push(app.peer(Setup::default()).await.unwrap());
    }
    app.clock.advance(ROTATE_EVERY);
    let tasks: Vec<_> = peers
        .iter()
        .map(|peer| {
            let app = Arc::clone(&peer.app);
            tokio::spawn(async move { keep_sealing_keys(&app, Occasion::Schedule).await.unwrap() })
        })
        .collect();
    let mut sets = Vec::new();
    for task in tasks {
        let keys = task.await.unwrap().keys;
        sets.push(keys.into_iter().map(|key| (key.kid, key.state)).collect::<Vec<_>>());
    }
    assert!(sets.windows(2).all(|pair| pair[0] == pair[1]), "{sets:?}");
    let count = |state| sets[0].iter().filter(|(_, own)| *own == state).count();
    assert_eq!(
        [SealingKeyState::Retiring, SealingKeyState::Active, SealingKeyState::Next].map(count),
        [1, 1, 1]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_rotations_at_once_are_a_hundred_and_the_last_one_stands() {
    let (app, root) = published().await;
    let app = Arc::new(app);
    let (_, before) = open(&app, &root).await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..100 {
        let app = Arc::clone(&app);
        tasks.spawn(async move {
            // Readers in between, who must not bring an older set back.
            if number % 2 == 0 {
                drop(fetch(&app).await.ok());
            }
            rotate(&app, false).await;
        });
    }
    tasks.join_all().await;
    let (_, after) = open(&app, &root).await;
    assert!(after.serial >= before.serial + 100);
    assert!(after.keys.len() <= 18, "{}", after.keys.len());
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let params = browser.params().await;
    assert_eq!(params["publicKey"], base64url::encode(after.keys[0].public_key.as_bytes()));
    browser.submit(KEY).await.ok();
}

#[tokio::test]
async fn without_a_directory_key_there_is_no_directory() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    assert_eq!(app.browser(&project.publishable).params().await["directory"], Value::Null);
    fetch(&app).await.assert_refused(404, "not_found");
}

#[tokio::test]
async fn the_directory_lists_what_browsers_are_given_and_its_root_vouches_for_it() {
    let (app, root) = published().await;
    let project = app.project(Environment::Test).await;
    let params = app.browser(&project.publishable).params().await;
    assert_eq!(params["directory"], format!("{SERVER}/.well-known/byo-keys.json"));

    let (certificate, list) = open(&app, &root).await;
    assert_eq!(certificate.origins, [SERVER]);
    assert_eq!(list.origins, [SERVER]);
    let listed: Vec<_> =
        list.keys.iter().map(|key| (key.state, base64url::encode(key.public_key.as_bytes()))).collect();
    assert_eq!(listed[0], (ListedState::Active, params["publicKey"].as_str().unwrap().to_owned()));
    assert_eq!(listed[1].0, ListedState::Next);
    assert_eq!(json!(list.keys[0].suites), params["suites"]);
    assert!(list.expires_at.since(list.issued_at) <= Duration::from_hours(48));

    let foreign = RootKey::generate(&SystemEntropy).trust_root();
    let directory: Directory = serde_json::from_value(fetch(&app).await.ok()).unwrap();
    assert!(directory.open(&foreign).is_none());
}

#[tokio::test]
async fn pages_of_any_origin_may_read_the_directory() {
    let (app, _) = published().await;
    let answer = fetch(&app).await;
    assert_eq!(answer.headers["access-control-allow-origin"], "*");
    assert_eq!(answer.headers["cache-control"], "no-cache");
}

#[tokio::test]
async fn the_serial_grows_with_every_change_and_the_list_is_renewed_in_time() {
    let (app, root) = published().await;
    let (_, first) = open(&app, &root).await;
    rotate(&app, false).await;
    let (_, rotated) = open(&app, &root).await;
    assert!(rotated.serial > first.serial);

    app.clock.advance(HOUR * 11);
    keep(&app).await;
    assert_eq!(open(&app, &root).await.1, rotated, "nothing to tell, and still good for long");
    app.clock.advance(HOUR * 2);
    keep(&app).await;
    let (_, renewed) = open(&app, &root).await;
    assert!(renewed.serial > rotated.serial);
    assert_eq!(renewed.keys, rotated.keys);
    assert!(renewed.expires_at > rotated.expires_at);
}

#[tokio::test]
async fn a_database_put_back_from_a_backup_overtakes_what_browsers_have_seen() {
    let (app, root) = published().await;
    let backup = Arc::new(app.folder.copy());
    app.clock.advance(HOUR);
    rotate(&app, false).await;
    let (_, seen) = open(&app, &root).await;
    app.clock.advance(HOUR * 13);
    let app = app.restart_in(backup, with_key(&root)).await;
    let (_, after) = open(&app, &root).await;
    assert!(after.serial > seen.serial);
}

#[tokio::test]
async fn no_public_key_from_the_database_is_signed_that_the_vault_did_not_vouch_for() {
    let (app, root) = published().await;
    let (_, before) = open(&app, &root).await;
    let planted = [9_u8; 32];
    let mut database = crate::database::open(&app).await;
    let changed = sqlx::query("UPDATE sealing_keys SET public_key = $1")
        .bind(&planted[..])
        .execute(&mut database)
        .await
        .unwrap();
    assert_eq!(changed.rows_affected(), 2);
    let (_, after) = open(&app, &root).await;
    assert_eq!(after.keys, before.keys);

    // A record in another one's place is not even held.
    sqlx::query("UPDATE sealing_keys SET sealed = (SELECT sealed FROM sealing_keys WHERE state = 'next')")
        .execute(&mut database)
        .await
        .unwrap();
    assert!(app.peer(with_key(&root)).await.is_err(), "a node does not start on it");
}

#[tokio::test]
async fn the_operator_sees_and_rotates_the_keys() {
    let app = TestApp::new().await;
    let before = states(&app).await;
    let body = Some(json!({"compromised": false}));
    let rotated = app.admin(Method::POST, "/v1/admin/sealing-keys/rotate", body).await.ok();
    let states: Vec<_> = rotated["data"].as_array().unwrap().iter().map(state).collect();
    let named = |name: &str| states.iter().find(|(_, state)| state == name).map(|(kid, _)| kid.clone());
    assert_eq!(named("retiring"), Some(before[0].0.clone()));
    assert_eq!(named("active"), Some(before[1].0.clone()));
    assert!(named("next").is_some());
    assert!(!rotated.to_string().contains("sealed"), "no private half in any form");

    for (body, field) in
        [(json!({"compromized": true}), "compromized"), (json!({"compromised": "yes"}), "compromised")]
    {
        let refused = app.admin(Method::POST, "/v1/admin/sealing-keys/rotate", Some(body)).await;
        refused.assert_refused(422, "invalid_request");
        assert_eq!(refused.fields(), [field]);
    }
}

async fn published() -> (TestApp, RootKey) {
    let root = RootKey::generate(&SystemEntropy);
    (TestApp::with(with_key(&root)).await, root)
}

fn with_key(root: &RootKey) -> Setup {
    let now = byo_server::clock::Timestamp::from_millis(1_790_000_000_000);
    let key = DirectoryKey::issue(root, vec![SERVER.to_owned()], now, LONGEST_TERM, &SystemEntropy);
    Setup { directory_key: Some(Arc::new(key)), ..Setup::default() }
}

async fn fetch(app: &TestApp) -> byo_tests::Answer {
    let request = Request::get("/.well-known/byo-keys.json").header("origin", "https://anywhere.example");
    app.send(request.body(axum::body::Body::empty()).expect("the request is good")).await
}

async fn open(
    app: &TestApp,
    root: &RootKey,
) -> (byo_server::directory::Certificate, byo_server::directory::KeyList) {
    let root: TrustRoot = root.trust_root();
    let directory: Directory = serde_json::from_value(fetch(app).await.ok()).expect("its form");
    directory.open(&root).expect("the root vouches for it")
}

async fn keep(app: &TestApp) {
    keep_sealing_keys(&app.app, Occasion::Schedule).await.expect("the database works");
}

async fn rotate(app: &TestApp, compromised: bool) {
    let body = Some(json!({"compromised": compromised}));
    app.admin(Method::POST, "/v1/admin/sealing-keys/rotate", body).await.ok();
}

async fn states(app: &TestApp) -> Vec<(String, String)> {
    let listed = app.admin(Method::GET, "/v1/admin/sealing-keys", None).await.ok();
    let mut states: Vec<_> = listed["data"].as_array().expect("a list").iter().map(state).collect();
    states.sort_by(|one, other| one.1.cmp(&other.1));
    states
}

async fn next(app: &TestApp) -> String {
    let states = states(app).await;
    states.into_iter().find(|(_, state)| state == "next").expect("there always is one").0
}

fn state(key: &Value) -> (String, String) {
    (kid(key), key["state"].as_str().expect("a text").to_owned())
}

fn kid(of: &Value) -> String {
    of["kid"].as_str().expect("a text").to_owned()
}
