//! The test environment's providers.

use byo_seal::{ProviderId, Verdict};
use http::Method;
use zeroize::Zeroizing;

use super::{
    super::{
        Check,
        reason::Reason,
        rules::{Answer, read},
        simulator::{SimulatedBody, SimulatedCall, answer},
        spec::{Proof, Spec},
        table,
    },
    config, key, openai,
};
use crate::{egress::tests::server::reply, environment::Environment, secret::ProviderKey};

async fn check(provider: ProviderId, text: &str) -> Check {
    let (server, providers) = openai(|_, _| Some(reply(200, "application/json", r#"{"data":[]}"#))).await;
    let check = providers.check(Environment::Test, provider, &config(&server.url("/v1")), &key(text)).await;
    assert_eq!(server.connections(), 0, "the test environment never leaves the process");
    check
}

#[tokio::test]
async fn test_keys_give_the_verdict_they_are_named_for() {
    for provider in ProviderId::ALL {
        for (text, verdict) in [
            ("sk-byo-test-valid", Verdict::Valid),
            ("sk-byo-test-valid-2", Verdict::Valid),
            ("sk-byo-test-restricted-abc", Verdict::Restricted),
            ("sk-byo-test-no-quota", Verdict::NoQuota),
            ("sk-byo-test-not-provable-7", Verdict::NotProvable),
            ("sk-byo-test-rejected", Verdict::Rejected),
            ("sk-byo-test-denied", Verdict::Denied),
            ("sk-byo-test-rate-limited_9", Verdict::RateLimited),
            ("sk-byo-test-unreachable", Verdict::Unreachable),
        ] {
            let check = check(*provider, text).await;
            assert_eq!(check.verdict, verdict, "{provider} {text}");
            assert_eq!(check.error.is_none(), verdict == Verdict::Valid, "{provider} {text}");
        }
    }
}

#[tokio::test]
async fn without_a_key_ollama_is_a_server_that_asks_for_none() {
    let (server, providers) = openai(|_, _| Some(reply(200, "application/json", r#"{"data":[]}"#))).await;
    let none = ProviderKey::of(ProviderId::Ollama, Zeroizing::default()).unwrap();
    let config = config(&server.url(""));
    let check = providers.check(Environment::Test, ProviderId::Ollama, &config, &none).await;
    assert_eq!(server.connections(), 0);
    assert_eq!(check.verdict, Verdict::NotProvable);
    assert_eq!(check.error.unwrap().code, "no_key_needed");
    assert!(!check.models.is_empty());
}

#[tokio::test]
async fn any_other_key_is_rejected_and_told_which_keys_there_are() {
    for text in ["sk-proj-a-live-key", "xsk-byo-test-valid", "SK-BYO-TEST-VALID", "sk-byo-test-"] {
        let check = check(ProviderId::Openai, text).await;
        assert_eq!(check.verdict, Verdict::Rejected, "{text}");
        let message = check.error.unwrap().message;
        assert!(message.contains("sk-byo-test-valid, sk-byo-test-restricted, "), "{message}");
        assert!(!message.contains("a-live-key"));
    }
}

#[tokio::test]
async fn models_have_the_providers_shape_and_never_change() {
    let openai = check(ProviderId::Openai, "sk-byo-test-valid").await;
    assert!(openai.models.iter().any(|id| id.starts_with("gpt-")));
    assert_eq!(check(ProviderId::Openai, "sk-byo-test-valid-other").await, openai);
    assert!(check(ProviderId::Anthropic, "sk-byo-test-valid").await.models[0].starts_with("claude-"));
    assert!(check(ProviderId::Google, "sk-byo-test-valid").await.models[0].starts_with("gemini-"));
    assert!(check(ProviderId::Google, "sk-byo-test-rejected").await.models.is_empty());
}

/// The proxy marks a key by what its provider answers, so a simulated refusal has to read like a real one.
#[test]
fn simulated_refusals_mean_to_the_table_what_the_key_is_named_for() {
    for spec in table::SPECS {
        for (text, expected) in [
            ("sk-byo-test-rejected", Reason::UnknownKey),
            ("sk-byo-test-rate-limited", Reason::RateLimited),
            ("sk-byo-test-no-quota", Reason::NoQuota),
        ] {
            let read = meaning(spec, text, &Method::POST, chat_path(spec.id));
            // These three tell nothing but the status.
            let ambiguous = matches!(spec.id, ProviderId::Azure | ProviderId::Groq | ProviderId::Xai);
            let expected =
                if ambiguous && expected == Reason::NoQuota { Reason::RateLimited } else { expected };
            assert_eq!(read, expected, "{} {text}", spec.subject);
        }
    }
}

#[test]
fn a_refused_model_list_means_a_restricted_key() {
    for spec in table::SPECS {
        let path = match spec.id {
            ProviderId::Openai | ProviderId::Anthropic | ProviderId::Mistral | ProviderId::Xai => {
                "/v1/models"
            }
            ProviderId::Groq | ProviderId::Azure => "/openai/v1/models",
            ProviderId::Google => "/v1beta/models",
            _ => continue, // their tables know no such keys
        };
        let read = meaning(spec, "sk-byo-test-restricted", &Method::GET, path);
        assert_eq!(read, Reason::MissingPermissions, "{}", spec.subject);
    }
}

fn meaning(spec: &Spec, text: &str, method: &Method, path: &str) -> Reason {
    let call = SimulatedCall {
        provider: spec.id,
        method,
        path,
        query: None,
        body: b"{}",
        key: &key(text),
        id: "1",
        unix_seconds: 0,
    };
    let answer = answer(&call).unwrap();
    let SimulatedBody::Whole(body) = answer.body else { panic!("a refusal is whole") };
    read(spec, Proof::Json(""), &Answer::new(answer.status, &body))
}

fn chat_path(provider: ProviderId) -> &'static str {
    match provider {
        ProviderId::Anthropic => "/v1/messages",
        ProviderId::Google => "/v1beta/models/gemini-2.5-flash:generateContent",
        ProviderId::Azure => "/openai/v1/chat/completions",
        ProviderId::Cohere => "/v2/chat",
        _ => "/v1/chat/completions",
    }
}
