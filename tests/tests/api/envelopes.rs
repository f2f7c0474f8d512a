//! An envelope made for one request opens for no other.

use byo_seal::{ProviderConfig, ProviderId, Purpose, Suite};
use byo_server::environment::Environment;
use byo_tests::{Browser, TestApp};
use serde_json::json;

const KEY: &str = "sk-byo-test-valid-0123456789";
const BOTH: [Suite; 2] = [Suite::X25519ChaCha20Poly1305, Suite::X25519Aes256Gcm];

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
async fn both_suites_are_offered_and_either_connects() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    assert_eq!(
        browser.params().await["suites"],
        json!(["x25519-hkdf-sha256-chacha20poly1305", "x25519-hkdf-sha256-aes256gcm"])
    );
    for suite in BOTH {
        let browser =
            app.browser(&project.publishable).claiming(|claims| claims.ref_id = format!("for-{suite}"));
        let sealed = browser.seal_with(suite, &browser.params().await, KEY);
        assert_eq!(sealed.suite, suite);
        browser.post(browser.body(&sealed)).await.ok();
        let stored = app.get(&format!("/v1/keys?refId=for-{suite}"), &project.secret).await.ok();
        assert_eq!(stored["data"][0]["hint"], "6789", "the very key was opened");
    }
}

#[tokio::test]
async fn an_envelope_of_any_suite_opens_for_its_own_request_only() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let mut browser = app.browser(&project.publishable);
    browser.said.ref_id = "customer_2".into();
    for suite in BOTH {
        let sealed = browser.seal_with(suite, &browser.params().await, KEY);
        browser.post(browser.body(&sealed)).await.assert_refused(422, "envelope_invalid");
    }
    assert_eq!(app.get("/v1/keys", &project.secret).await.ok()["data"], json!([]), "nothing is stored");
}

#[tokio::test]
async fn an_envelope_of_one_suite_under_the_names_of_the_other_is_refused() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let browser = app.browser(&project.publishable);
    let params = browser.params().await;
    let [chacha, aes] = BOTH.map(|suite| browser.seal_with(suite, &params, KEY));
    for (own, other) in [(&chacha, &aes), (&aes, &chacha)] {
        let renamed = |suite, kid| {
            let mut body = browser.body(own);
            (body["sealedKey"]["suite"], body["sealedKey"]["kid"]) = (json!(suite), json!(kid));
            body
        };
        // A key id that our key does not have under that suite is nobody's: as after a rotation.
        let mixed = browser.post(renamed(own.suite, &other.kid)).await;
        mixed.assert_refused(409, "key_rotated");
        browser.post(renamed(other.suite, &own.kid)).await.assert_refused(409, "key_rotated");
        // Names that fit each other, and an envelope that does not fit them.
        browser.post(renamed(other.suite, &other.kid)).await.assert_refused(422, "envelope_invalid");
        assert_eq!(app.get("/v1/keys", &project.secret).await.ok()["data"], json!([]), "nothing is stored");
    }
    browser.post(browser.body(&chacha)).await.ok();
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
