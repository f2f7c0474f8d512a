//! The test environment's providers.

use byo_seal::{ProviderId, Verdict};

use super::{super::Check, config, key, openai};
use crate::{egress::tests::server::reply, environment::Environment};

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
            ("sk-byo-test-rejected", Verdict::Rejected),
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
