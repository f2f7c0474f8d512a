//! Keys that are sealed for single requests: whose backend may use them, for whom, and until when.

mod parameters;
mod policy;
mod stage;

use std::time::Duration;

use byo_seal::{ProviderConfig, ProviderId, Purpose, RequestEnvelope};
use byo_server::{
    clock::{Clock, Timestamp},
    domain::{Occasion, RequestKey, keep_sealing_keys},
    environment::Environment,
};
use byo_tests::{Claims, ROTATE_EVERY};
use http::Method;
use serde_json::json;

use stage::{KEY, Stage};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_sealed_key_may_come_again_until_it_expires_and_nothing_is_stored() {
    let stage = Stage::publishable().await;
    let params = stage.params(600).await;
    let text = stage.claims.seal_for_request(&params, KEY).to_text().unwrap();
    for _ in 0..3 {
        let opened = stage.open(&text).await.unwrap();
        // EXPOSE: the test made it up.
        assert_eq!(opened.key.expose(), KEY);
        assert!(opened.provider_config.is_empty());
        assert_eq!(json!(opened.expires_at), params["expiresAt"]);
        assert_eq!(opened.expires_at.since(opened.issued_at), Duration::from_mins(10));
    }
    stage.app.clock.advance(Duration::from_mins(10).checked_sub(Duration::from_millis(1)).unwrap());
    assert_eq!(stage.outcome(&text).await, "opened");
    stage.app.clock.advance(Duration::from_millis(1));
    assert_eq!(stage.outcome(&text).await, "RequestKeyExpired");
    let listed = stage.app.get("/v1/keys", &stage.project.secret).await.ok();
    assert_eq!(listed["data"], json!([]));
}

#[tokio::test]
async fn it_outlives_the_session_and_its_row_and_a_change_of_sealing_keys() {
    let stage = Stage::session(json!({"refId": "customer_1", "allow": ["request"], "expiresIn": 60})).await;
    stage.app.clock.advance(Duration::from_secs(59));
    let text = stage.seal_for(86_400).await;
    stage.app.clock.advance(DAY.checked_sub(Duration::from_secs(1)).unwrap());
    stage.app.app.store.sweep(stage.app.clock.now()).await.unwrap();
    keep_sealing_keys(&stage.app.app, Occasion::Rotate).await.unwrap();
    assert_eq!(stage.outcome(&text).await, "opened");
    stage.app.clock.advance(Duration::from_secs(1));
    assert_eq!(stage.outcome(&text).await, "RequestKeyExpired");
}

#[tokio::test]
async fn sealed_on_the_last_day_of_a_sealing_key_it_opens_a_day_later() {
    let stage = Stage::publishable().await;
    stage.app.clock.advance(ROTATE_EVERY.checked_sub(Duration::from_secs(1)).unwrap());
    keep_sealing_keys(&stage.app.app, Occasion::Schedule).await.unwrap();
    let text = stage.seal_for(86_400).await;
    stage.app.clock.advance(DAY.checked_sub(Duration::from_secs(1)).unwrap());
    keep_sealing_keys(&stage.app.app, Occasion::Schedule).await.unwrap();
    assert_eq!(stage.outcome(&text).await, "opened");
    keep_sealing_keys(&stage.app.app, Occasion::Compromise).await.unwrap();
    assert_eq!(stage.outcome(&text).await, "RequestKeyExpired", "no key is left that opens it");
}

#[tokio::test]
async fn it_opens_for_one_customer_provider_and_environment() {
    let stage = Stage::publishable().await;
    let text = stage.seal_for(3600).await;
    let with =
        |provider, ref_id: &'static str| stage.outcome_as(&stage.project.secret, &text, provider, ref_id);
    assert_eq!(with(ProviderId::Openai, "customer_1").await, "opened");
    assert_eq!(with(ProviderId::Openai, "customer_2").await, "EnvelopeInvalid");
    assert_eq!(with(ProviderId::Anthropic, "customer_1").await, "EnvelopeInvalid");
    for other in [stage.live_secret.clone(), stage.app.project(Environment::Test).await.secret] {
        let outcome = stage.outcome_as(&other, &text, ProviderId::Openai, "customer_1").await;
        assert_eq!(outcome, "EnvelopeInvalid");
    }
}

#[tokio::test]
async fn nothing_that_it_says_can_be_changed() {
    let stage = Stage::publishable().await;
    let second = stage.app.project(Environment::Test).await;
    let envelope = stage.claims.seal_for_request(&stage.params(3600).await, KEY);
    let later = stage.claims.seal_for_request(&stage.params(7200).await, KEY);
    let other_principal = byo_seal::principal_id(&second.publishable);
    type Change = Box<dyn Fn(&mut RequestEnvelope)>;
    let changes: Vec<(&str, Change)> = vec![
        ("origin", Box::new(|e| e.origin = "https://other.example.com".into())),
        ("name", Box::new(|e| e.name = "second".into())),
        ("config", Box::new(|e| e.provider_config.region = Some("eu".into()))),
        ("another project's principal", Box::new(move |e| e.principal_id = other_principal.parse().unwrap())),
        ("challenge", Box::new(|e| e.sealed.challenge[20] ^= 1)),
        ("a later challenge", Box::new(move |e| e.sealed.challenge.clone_from(&later.sealed.challenge))),
        ("no challenge", Box::new(|e| e.sealed.challenge.clear())),
        ("ciphertext", Box::new(|e| e.sealed.ciphertext[0] ^= 1)),
        ("enc", Box::new(|e| e.sealed.enc[0] ^= 1)),
    ];
    assert_eq!(stage.outcome(&envelope.to_text().unwrap()).await, "opened");
    for (what, change) in changes {
        let mut changed = envelope.clone();
        change(&mut changed);
        assert_eq!(stage.outcome(&changed.to_text().unwrap()).await, "EnvelopeInvalid", "{what}");
    }
    let text = envelope.to_text().unwrap();
    for malformed in ["", "e30", &text[1..], &format!("{text}="), &"A".repeat(9000), KEY] {
        assert_eq!(stage.outcome(malformed).await, "EnvelopeInvalid");
    }
}

#[tokio::test]
async fn an_envelope_of_another_purpose_server_or_page_is_none() {
    let stage = Stage::publishable().await;
    let params = stage.params(3600).await;
    type Bend = fn(&mut Claims);
    let bent: [(&str, Bend); 5] = [
        ("audience", |claims| claims.audience = "https://other.example.com".into()),
        ("refId", |claims| claims.ref_id = "customer_2".into()),
        ("provider", |claims| claims.provider = ProviderId::Google),
        ("page", |claims| claims.origin = "https://other.example.com".into()),
        ("config", |claims| {
            claims.config = ProviderConfig { region: Some("eu".into()), ..ProviderConfig::default() };
        }),
    ];
    let good = stage.claims.seal_for_request(&params, KEY);
    for (what, bend) in bent {
        let mut claims = stage.claims.clone();
        bend(&mut claims);
        let mut envelope = good.clone();
        envelope.sealed = claims.seal_for_request(&params, KEY).sealed;
        assert_eq!(stage.outcome(&envelope.to_text().unwrap()).await, "EnvelopeInvalid", "{what}");
    }
    for purpose in [Purpose::Connect, Purpose::Test, Purpose::Rotate] {
        let claims = Claims { purpose, ..stage.claims.clone() };
        let mut envelope = good.clone();
        envelope.sealed = claims.seal(&params, KEY);
        assert_eq!(stage.outcome(&envelope.to_text().unwrap()).await, "EnvelopeInvalid", "{purpose}");
    }
}

#[tokio::test]
async fn a_challenge_serves_either_requests_or_submissions() {
    let stage = Stage::publishable().await;
    let browser = stage.app.browser(&stage.token);
    let usual = browser.params().await;
    let text = stage.claims.seal_for_request(&usual, KEY).to_text().unwrap();
    assert_eq!(stage.outcome(&text).await, "EnvelopeInvalid");
    let long = stage.params(86_400).await;
    browser.post(browser.body(&browser.seal(&long, KEY))).await.assert_refused(422, "envelope_invalid");
    browser.post(browser.body(&browser.seal(&usual, KEY))).await.ok();
}

#[tokio::test]
async fn a_revoke_ends_what_was_sealed_before_it_and_nothing_else() {
    let stage = Stage::publishable().await;
    let before = stage.seal_for(3600).await;
    let other = Claims { ref_id: "customer_2".into(), ..stage.claims.clone() };
    let other = other.seal_for_request(&stage.params(3600).await, KEY).to_text().unwrap();
    stage.app.clock.advance(Duration::from_secs(1));
    // No key of the customer is stored; what is said is said all the same.
    let revoke = json!({"provider": "anthropic", "refId": "customer_1"});
    stage.app.post("/v1/keys/revoke", &stage.project.secret, revoke).await.ok();
    assert_eq!(stage.outcome(&before).await, "RequestKeyExpired");
    let with_other = stage.outcome_as(&stage.project.secret, &other, ProviderId::Openai, "customer_2").await;
    assert_eq!(with_other, "opened");
    assert_eq!(stage.outcome(&stage.seal_for(3600).await).await, "RequestKeyExpired", "in the same instant");
    stage.app.clock.advance(Duration::from_millis(1));
    assert_eq!(stage.outcome(&stage.seal_for(3600).await).await, "opened");
}

#[tokio::test]
async fn one_that_is_open_is_ended_by_a_revoke_and_by_time() {
    let stage = Stage::publishable().await;
    let scope = stage.scope(&stage.project.secret).await;
    let (short, long) = (stage.seal_for(60).await, stage.seal_for(3600).await);
    let (short, long) = (stage.open(&short).await.unwrap(), stage.open(&long).await.unwrap());
    let check = async |key: &RequestKey| {
        key.check_again(&stage.app.app, &scope.environment.id, "customer_1").await.is_ok()
    };
    assert_eq!((check(&short).await, check(&long).await), (true, true));
    stage.app.clock.advance(Duration::from_mins(1));
    assert_eq!((check(&short).await, check(&long).await), (false, true));
    let revoke = json!({"provider": "openai", "refId": "customer_1"});
    stage.app.post("/v1/keys/revoke", &stage.project.secret, revoke).await.ok();
    assert!(!check(&long).await);
}

#[tokio::test]
async fn it_ends_with_the_token_behind_it() {
    for (stage, kind) in [
        (Stage::publishable().await, "publishable"),
        (Stage::session(json!({"refId": "customer_1", "allow": ["request"]})).await, "secret"),
    ] {
        let text = stage.seal_for(3600).await;
        let scope = stage.scope(&stage.project.secret).await;
        let path = format!("/v1/admin/projects/{}/tokens", stage.project.id);
        let tokens = stage.app.admin(Method::GET, &path, None).await.ok();
        let token = tokens["data"]
            .as_array()
            .unwrap()
            .iter()
            .find(|t| t["kind"] == kind && t["environment"] == "test");
        assert_eq!(stage.outcome_in(&scope, &text).await, "opened");
        let end = format!("/v1/admin/tokens/{}", token.unwrap()["id"].as_str().unwrap());
        assert_eq!(stage.app.admin(Method::DELETE, &end, None).await.status, 204);
        assert_eq!(stage.outcome_in(&scope, &text).await, "EnvelopeInvalid", "{kind}");
    }
}

#[tokio::test]
async fn a_session_that_was_over_when_the_challenge_was_issued_seals_nothing() {
    let stage = Stage::session(json!({"refId": "customer_1", "allow": ["request"], "expiresIn": 60})).await;
    stage.app.clock.advance(Duration::from_mins(1));
    // Anybody can ask for a challenge; it is the session that is named in the envelope.
    let browser = stage.app.browser(&stage.project.publishable);
    let text = stage.claims.seal_for_request(&browser.request_params(3600).await, KEY).to_text().unwrap();
    assert_eq!(stage.outcome(&text).await, "EnvelopeInvalid");
}

#[tokio::test]
async fn a_secret_key_seals_nothing() {
    let stage = Stage::publishable().await;
    let mut claims = stage.claims.clone();
    claims.principal = byo_seal::principal_id(&stage.project.secret);
    let text = claims.seal_for_request(&stage.params(3600).await, KEY).to_text().unwrap();
    assert_eq!(stage.outcome(&text).await, "EnvelopeInvalid");
}

#[tokio::test]
async fn its_time_of_issue_is_the_servers() {
    let stage = Stage::publishable().await;
    let asked: Timestamp = stage.app.clock.now();
    let text = stage.seal_for(3600).await;
    stage.app.clock.advance(Duration::from_mins(5));
    assert_eq!(stage.open(&text).await.unwrap().issued_at, asked);
}
