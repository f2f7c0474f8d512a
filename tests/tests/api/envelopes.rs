//! An envelope made for one request opens for no other.

use byo_seal::{ProviderConfig, ProviderId, Purpose};
use byo_server::environment::Environment;
use byo_tests::{Browser, TestApp};
use serde_json::json;

const KEY: &str = "sk-byo-test-valid-0123456789";

async fn refused_when(bend: impl Fn(&mut Browser<'_>)) {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let mut browser = app.browser(&project.publishable);
    bend(&mut browser);
    let answer = browser.submit(KEY).await;
    answer.assert_refused(422, "envelope_invalid");
    assert_eq!(
        answer.json["detail"],
        "The sealed key does not open for this request. Seal it anew with fresh parameters for exactly this request.",
        "one text for every reason"
    );
    let listed = app.get("/v1/keys", &project.secret).await.ok();
    assert_eq!(listed["data"], json!([]), "nothing is stored");
}

#[tokio::test]
async fn another_customer() {
    refused_when(|browser| browser.said.ref_id = "customer_2".into()).await;
}

#[tokio::test]
async fn another_provider() {
    refused_when(|browser| browser.said.provider = ProviderId::Anthropic).await;
}

#[tokio::test]
async fn another_name() {
    refused_when(|browser| browser.said.name = "other".into()).await;
}

#[tokio::test]
async fn another_configuration() {
    refused_when(|browser| {
        browser.sealed.config = ProviderConfig { region: Some("eu".into()), ..ProviderConfig::default() };
    })
    .await;
}

#[tokio::test]
async fn another_host() {
    refused_when(|browser| browser.sealed.audience = "https://other.example.com".into()).await;
}

#[tokio::test]
async fn another_origin() {
    refused_when(|browser| browser.sealed.origin = "https://evil.example.com".into()).await;
}

#[tokio::test]
async fn another_purpose() {
    refused_when(|browser| browser.sealed.purpose = Purpose::Test).await;
}

#[tokio::test]
async fn another_principal() {
    refused_when(|browser| browser.sealed.principal = byo_seal::principal_id("byo_pk_test_other")).await;
}

#[tokio::test]
async fn a_changed_envelope_or_challenge() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let sealed = browser.seal(&browser.params().await, KEY);
    for member in ["enc", "ciphertext", "challenge"] {
        let mut body = browser.body(&sealed);
        let text = body["sealedKey"][member].as_str().unwrap().to_owned();
        let flipped = if text.starts_with('A') { "B" } else { "A" };
        body["sealedKey"][member] = json!(format!("{flipped}{}", &text[1..]));
        browser.post(body).await.assert_refused(422, "envelope_invalid");
    }
    browser.post(browser.body(&sealed)).await.ok();
}

#[tokio::test]
async fn an_unknown_sealing_key_is_answered_with_fresh_parameters_that_work() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let mut body = browser.body(&browser.seal(&browser.params().await, KEY));
    body["sealedKey"]["kid"] = json!("0123456789abcdef");
    let answer = browser.post(body).await;
    answer.assert_refused(409, "key_rotated");
    let again = browser.seal(&answer.json["params"], KEY);
    browser.post(browser.body(&again)).await.ok();
}

#[tokio::test]
async fn a_sealed_key_that_is_no_key_is_refused_without_repeating_it() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    for (key, flaw) in
        [("", "empty"), ("sk with spaces 0123456789", "character"), ("sk-ключ-0123456789", "character")]
    {
        let answer = app.browser(&project.publishable).submit(key).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), ["sealedKey"]);
        assert!(answer.text.contains(flaw), "{}", answer.text);
        assert!(!answer.text.contains("0123456789"));
    }
}
