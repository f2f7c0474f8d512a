//! What the product allows is asked at every use, not only when the key is sealed.

use byo_seal::{AzureConfig, ProviderConfig, ProviderId};
use byo_server::{domain::Refusal, environment::Environment};
use byo_tests::{Claims, PAGE};
use serde_json::json;

use super::stage::{KEY, Stage};

fn is_forbidden(outcome: &str) -> bool {
    outcome.starts_with("Forbidden(")
}

#[tokio::test]
async fn a_session_seals_for_its_own_customer_and_providers_alone() {
    let session = json!({"refId": "customer_1", "providers": ["openai"], "allow": ["request"]});
    let stage = Stage::session(session).await;
    let params = stage.params(3600).await;
    for (provider, ref_id, wanted) in [
        (ProviderId::Openai, "customer_1", "opened"),
        (ProviderId::Openai, "customer_2", "EnvelopeInvalid"),
        (ProviderId::Google, "customer_1", "EnvelopeInvalid"),
    ] {
        // Sealed for exactly the call that is made.
        let claims = Claims { provider, ref_id: ref_id.to_owned(), ..stage.claims.clone() };
        let text = claims.seal_for_request(&params, KEY).to_text().unwrap();
        let outcome = stage.outcome_as(&stage.project.secret, &text, provider, ref_id).await;
        assert_eq!(outcome, wanted, "{provider} {ref_id}");
    }
}

#[tokio::test]
async fn a_session_without_the_leave_seals_nothing() {
    let stage = Stage::session(json!({"refId": "customer_1"})).await;
    let other = stage.app.browser(&stage.project.publishable);
    let text = stage.claims.seal_for_request(&other.request_params(3600).await, KEY).to_text().unwrap();
    assert!(is_forbidden(&stage.outcome(&text).await));
}

#[tokio::test]
async fn writing_switched_off_ends_what_was_sealed_until_it_is_on_again() {
    let stage = Stage::publishable().await;
    let session =
        stage.app.session(&stage.project, json!({"refId": "customer_1", "allow": ["request"]})).await;
    let by_key = stage.seal_for(3600).await;
    let by_session = Claims { principal: byo_seal::principal_id(&session), ..stage.claims.clone() };
    let by_session = by_session.seal_for_request(&stage.params(3600).await, KEY).to_text().unwrap();
    for (writes, key, session) in
        [("open", true, true), ("session", false, true), ("off", false, false), ("open_replace", true, true)]
    {
        stage.app.settings(&stage.project, Environment::Test, json!({"writes": writes})).await;
        for (text, wanted) in [(&by_key, key), (&by_session, session)] {
            let outcome = stage.outcome(text).await;
            assert_eq!(outcome == "opened", wanted, "{writes}: {outcome}");
            assert_eq!(is_forbidden(&outcome), !wanted, "{writes}: {outcome}");
        }
    }
}

#[tokio::test]
async fn a_page_must_be_allowed_still() {
    let stage = Stage::publishable().await;
    let text = stage.seal_for(3600).await;
    let settings =
        |origins| stage.app.settings(&stage.project, Environment::Test, json!({"allowedOrigins": origins}));
    settings(json!(["https://other.example.com"])).await;
    assert!(is_forbidden(&stage.outcome(&text).await));
    settings(json!([PAGE])).await;
    assert_eq!(stage.outcome(&text).await, "opened");
}

#[tokio::test]
async fn no_page_is_no_allowed_page() {
    let stage = Stage::publishable().await;
    for origin in ["", "null"] {
        let claims = Claims { origin: origin.to_owned(), ..stage.claims.clone() };
        let text = claims.seal_for_request(&stage.params(3600).await, KEY).to_text().unwrap();
        assert!(is_forbidden(&stage.outcome(&text).await), "{origin:?}");
    }
}

#[tokio::test]
async fn a_sessions_own_pages_and_the_hosted_one_are_allowed() {
    let session = json!({"refId": "customer_1", "allow": ["request"], "origins": [PAGE]});
    let stage = Stage::session(session).await;
    for (origin, wanted) in [(PAGE, true), (byo_tests::SERVER, true), ("https://other.example.com", false)] {
        let claims = Claims { origin: origin.to_owned(), ..stage.claims.clone() };
        let text = claims.seal_for_request(&stage.params(3600).await, KEY).to_text().unwrap();
        let outcome = stage.outcome(&text).await;
        assert_eq!((outcome == "opened", is_forbidden(&outcome)), (wanted, !wanted), "{origin}");
    }
}

#[tokio::test]
async fn a_base_url_follows_the_rules_of_connected_keys() {
    let stage = Stage::publishable().await;
    let session =
        stage.app.session(&stage.project, json!({"refId": "customer_1", "allow": ["request"]})).await;
    let params = stage.params(3600).await;
    let sealed = |token: &str, base_url: &str| {
        let mut claims = Claims::new(byo_tests::SERVER, token, "customer_1");
        claims.config = ProviderConfig { base_url: Some(base_url.to_owned()), ..ProviderConfig::default() };
        claims.seal_for_request(&params, KEY).to_text().unwrap()
    };
    let public = "https://llm.example.com/v1";
    stage.app.settings(&stage.project, Environment::Test, json!({"allowCustomBaseUrl": false})).await;
    assert!(is_forbidden(&stage.outcome(&sealed(&stage.token, public)).await));
    stage.app.settings(&stage.project, Environment::Test, json!({"allowCustomBaseUrl": true})).await;
    for token in [&stage.token, &session] {
        let opened = stage.open(&sealed(token, public)).await.unwrap();
        assert_eq!(opened.provider_config.base_url.as_deref(), Some(public));
        let private = stage.outcome(&sealed(token, "https://10.0.0.1/v1")).await;
        assert_eq!(private, "DestinationNotAllowed");
    }
}

#[tokio::test]
async fn a_configuration_that_its_provider_does_not_have_is_named_by_its_field() {
    let stage = Stage::publishable().await;
    let mut claims = stage.claims.clone();
    let azure = AzureConfig { api_version: "2024-10-21".to_owned(), deployment: None };
    claims.config = ProviderConfig { azure: Some(azure), ..ProviderConfig::default() };
    let text = claims.seal_for_request(&stage.params(3600).await, KEY).to_text().unwrap();
    let refusal = stage.open(&text).await.err().unwrap();
    let Refusal::Invalid(faults) = refusal else { panic!("{refusal:?}") };
    assert_eq!(faults.iter().map(|fault| fault.field).collect::<Vec<_>>(), ["providerConfig.azure"]);
}
