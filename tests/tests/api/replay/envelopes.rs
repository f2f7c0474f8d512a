//! One envelope, or one challenge, a thousand times at once.

use std::sync::Arc;

use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{FakeProvider, Project, Receiver, Setup, TestApp};
use serde_json::{Value, json};

use super::crowd::{CROWD, assert_one_of_each, at_once, with};
use crate::database::count;

pub(super) const KEY: &str = "sk-live-0123456789abcdef";
const CONNECT: &str = "/v1/keys/connect";

/// A server in front of a provider that knows [`KEY`], with a webhook endpoint and a session for `customer_1`.
pub(super) struct Stage {
    pub(super) app: Arc<TestApp>,
    pub(super) provider: FakeProvider,
    pub(super) receiver: Receiver,
    pub(super) project: Project,
    pub(super) session: String,
}

impl Stage {
    pub(super) async fn new() -> Self {
        let provider = FakeProvider::start(&[KEY]).await;
        let providers = [(ProviderId::Openai, provider.base_url.clone())].into();
        let app = Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
        let project = app.project(Environment::Live).await;
        let receiver = Receiver::start(&[]).await;
        let made = app.post("/v1/webhook-endpoints", &project.secret, json!({"url": receiver.url})).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let session = app.session(&project, json!({"refId": "customer_1"})).await;
        Self { app, provider, receiver, project, session }
    }

    /// A request's body with a fresh envelope for these parameters.
    pub(super) fn sealed(&self, params: &Value) -> Value {
        let browser = self.app.browser(&self.session);
        browser.body(&browser.seal(params, KEY))
    }

    pub(super) async fn params(&self) -> Value {
        self.app.browser(&self.session).params().await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_copies_of_one_envelope_at_once_store_tell_and_ask_once() {
    let stage = Stage::new().await;
    let body = stage.sealed(&stage.params().await);
    let posts = (0..CROWD).map(|_| (CONNECT, stage.session.as_str(), body.clone())).collect();
    let answers = at_once(&stage.app, posts).await;
    assert_eq!(with(&answers, 200, ""), CROWD, "every copy gets the first one's answer");
    assert!(answers.iter().all(|answer| answer.text == answers[0].text));
    assert_eq!(stage.provider.asked(), 1);
    assert_one_of_each(&stage.app, &stage.receiver).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_copies_of_a_refused_envelope_at_once_are_refused_alike_and_told_once() {
    let stage = Stage::new().await;
    let browser = stage.app.browser(&stage.session);
    let body = browser.body(&browser.seal(&browser.params().await, "sk-live-of-nobody-0123456789"));
    let posts = (0..CROWD).map(|_| (CONNECT, stage.session.as_str(), body.clone())).collect();
    let answers = at_once(&stage.app, posts).await;
    assert_eq!(with(&answers, 422, "key_rejected"), CROWD);
    assert_eq!(stage.provider.asked(), 1);
    assert_eq!(count(&stage.app, "SELECT count(*) FROM provider_keys").await, 0);
    assert_eq!(count(&stage.app, "SELECT count(*) FROM events").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_envelopes_with_one_challenge_at_once_one_is_taken_and_all_its_copies_agree() {
    const COPIES: usize = 100;
    let stage = Stage::new().await;
    let params = stage.params().await;
    let envelopes: Vec<_> = (0..CROWD / COPIES).map(|_| stage.sealed(&params)).collect();
    // Copies of all envelopes side by side, so that no envelope is first by its place.
    let posts = (0..CROWD)
        .map(|place| (CONNECT, stage.session.as_str(), envelopes[place % envelopes.len()].clone()))
        .collect();
    let answers = at_once(&stage.app, posts).await;
    assert_eq!(with(&answers, 200, ""), COPIES);
    assert_eq!(with(&answers, 409, "sealed_key_replayed"), CROWD - COPIES);
    let taken: Vec<_> = answers.iter().enumerate().filter(|(_, answer)| answer.status == 200).collect();
    let envelope = taken[0].0 % envelopes.len();
    assert!(taken.iter().all(|(place, _)| place % envelopes.len() == envelope), "copies of one envelope");
    assert!(taken.iter().all(|(_, answer)| answer.text == taken[0].1.text));
    assert_eq!(stage.provider.asked(), 1);
    assert_one_of_each(&stage.app, &stage.receiver).await;
}

/// What whoever captured an envelope could try: the same `enc` or challenge under other words or another ciphertext.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_captured_envelope_under_other_words_is_refused_a_thousandfold_beside_the_good_one() {
    let stage = Stage::new().await;
    let good = stage.sealed(&stage.params().await);
    let other = stage.sealed(&stage.params().await);
    let bent: Vec<Value> = [
        ("/name", json!("second")),
        ("/provider", json!("anthropic")),
        ("/providerConfig", json!({"baseUrl": "https://api.example.com/v1"})),
        ("/sealedKey/enc", other["sealedKey"]["enc"].clone()),
        ("/sealedKey/ciphertext", other["sealedKey"]["ciphertext"].clone()),
        ("/sealedKey/challenge", other["sealedKey"]["challenge"].clone()),
    ]
    .into_iter()
    .map(|(place, value)| {
        let mut bent = good.clone();
        let member = place.rsplit_once('/').expect("a pointer").1;
        let parent = place.strip_suffix(&format!("/{member}")).expect("it ends so");
        bent.pointer_mut(parent).expect("it is there")[member] = value;
        bent
    })
    .collect();
    let posts = (0..CROWD).map(|place| {
        let body = if place == CROWD / 2 { &good } else { &bent[place % bent.len()] };
        (CONNECT, stage.session.as_str(), body.clone())
    });
    let answers = at_once(&stage.app, posts.collect()).await;
    let refused = with(&answers, 422, "envelope_invalid") + with(&answers, 422, "destination_not_allowed");
    assert_eq!((with(&answers, 200, ""), refused), (1, CROWD - 1));
    assert_eq!(answers[CROWD / 2].status, 200, "a forged copy uses nothing up");
    assert_eq!(stage.provider.asked(), 1);
    assert_one_of_each(&stage.app, &stage.receiver).await;
}
