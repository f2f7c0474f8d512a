//! What a `providerConfig` may say, and where a check ends up.

use byo_seal::{AzureConfig, ProviderConfig, ProviderId, Verdict, WireApi};

use super::{
    super::{ConfigProblem, InvalidOverride, Providers, table},
    config, key, providers,
};
use crate::{
    egress::tests::server::{Server, reply},
    environment::Environment,
};

fn faults(
    providers: &Providers,
    provider: ProviderId,
    config: &ProviderConfig,
) -> Vec<(&'static str, ConfigProblem)> {
    let faults = providers.validate_config(provider, config).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.field, fault.problem)).collect()
}

#[test]
fn every_provider_has_a_row_and_only_azure_needs_a_base_url() {
    for provider in ProviderId::ALL {
        let rows: Vec<_> = table::SPECS.iter().filter(|spec| spec.id == *provider).collect();
        assert!(!rows.is_empty(), "{provider} has no row");
        let has_default = rows.iter().any(|spec| spec.default_base.is_some());
        assert_eq!(has_default, *provider != ProviderId::Azure, "{provider}");
    }
}

#[tokio::test]
async fn members_that_mean_nothing_or_hold_nonsense_are_named() {
    let providers = providers(&[], &[], &[]);
    let none = ProviderConfig::default();
    assert_eq!(faults(&providers, ProviderId::Openai, &none), []);
    assert_eq!(faults(&providers, ProviderId::Ollama, &none), []);
    let missing = [("providerConfig.baseUrl", ConfigProblem::Required)];
    assert_eq!(faults(&providers, ProviderId::Azure, &none), missing);

    let all = ProviderConfig {
        base_url: Some("https://10.0.0.1".to_owned()),
        wire_api: Some(WireApi::Responses),
        azure: Some(AzureConfig { api_version: "../2024".to_owned(), deployment: Some(String::new()) }),
        region: Some("eu".to_owned()),
    };
    let found = faults(&providers, ProviderId::Anthropic, &all);
    let wanted = [
        ("providerConfig.baseUrl", ConfigProblem::DestinationNotAllowed),
        ("providerConfig.wireApi", ConfigProblem::NotUsed),
        ("providerConfig.region", ConfigProblem::NotUsed),
        ("providerConfig.azure", ConfigProblem::NotUsed),
        ("providerConfig.azure.apiVersion", ConfigProblem::Malformed),
        ("providerConfig.azure.deployment", ConfigProblem::Malformed),
    ];
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn base_urls_obey_the_egress_policy() {
    let providers = providers(&["ollama:11434"], &[], &[]);
    let refused = [("providerConfig.baseUrl", ConfigProblem::DestinationNotAllowed)];
    for url in [
        "http://api.example.com/v1",
        "https://localhost/v1",
        "https://10.0.0.1/v1",
        "https://x.example.com/v1?key=1",
    ] {
        assert_eq!(faults(&providers, ProviderId::Openai, &config(url)), refused, "{url}");
    }
    for url in ["https://llm.example.com/v1", "http://ollama:11434"] {
        assert_eq!(faults(&providers, ProviderId::Openai, &config(url)), [], "{url}");
    }
}

#[tokio::test]
async fn a_base_url_that_may_not_be_called_sends_nothing() {
    let server = Server::start(|_, _| Some(reply(200, "application/json", "{}"))).await;
    let providers = providers(&[], &["inner.example.com"], &[]);
    // By its text, by the address behind its name, and by default, since nobody opened the loopback.
    let cases = [
        (ProviderId::Openai, config(&server.url("/v1"))),
        (ProviderId::Openai, config("https://inner.example.com/v1")),
        (ProviderId::Ollama, ProviderConfig::default()),
    ];
    for (provider, config) in cases {
        let check = providers.check(Environment::Live, provider, &config, &key("sk-live-key")).await;
        assert_eq!(check.verdict, Verdict::Unreachable);
        assert_eq!(check.error.unwrap().code, "destination_not_allowed");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_known_providers_base_url_is_checked_as_that_provider() {
    let providers = providers(&[], &[], &[]);
    let row = |base: &str| {
        providers.target(ProviderId::Openai, &config(base)).map(|target| (target.spec.id, target.trusted))
    };
    assert_eq!(row("https://openrouter.ai/api/v1/"), Ok((ProviderId::Openrouter, true)));
    assert_eq!(row("https://api.groq.com/openai/v1"), Ok((ProviderId::Groq, true)));
    assert_eq!(row("https://eu.api.openai.com/v1"), Ok((ProviderId::Openai, true)));
    assert_eq!(row("https://api.openai.com.example.com/v1"), Ok((ProviderId::Openai, false)));
    assert_eq!(row("https://openrouter.ai/other"), Ok((ProviderId::Openai, false)));
    assert_eq!(row("https://api.anthropic.com"), Ok((ProviderId::Openai, false)));
}

#[tokio::test]
async fn a_replacement_base_url_is_called_for_its_provider_and_for_nobody_who_names_it() {
    let list = r#"{"object": "list", "data": [{"id": "gpt-4.1"}]}"#;
    let server = Server::start(move |_, _| Some(reply(200, "application/json", list))).await;
    let base = server.url("/v1");
    let providers = providers(&[], &[], &[(ProviderId::Openai, &base)]);
    let check = async |provider, config: ProviderConfig| {
        providers.check(Environment::Live, provider, &config, &key("sk-live-key")).await
    };
    for provider in [ProviderId::Openai, ProviderId::Groq] {
        let refused = [("providerConfig.baseUrl", ConfigProblem::DestinationNotAllowed)];
        assert_eq!(faults(&providers, provider, &config(&base)), refused);
        assert_eq!(check(provider, config(&base)).await.error.unwrap().code, "destination_not_allowed");
    }
    assert_eq!(server.connections(), 0);
    assert_eq!(check(ProviderId::Openai, ProviderConfig::default()).await.verdict, Verdict::Valid);
}

#[tokio::test]
async fn a_replacement_base_url_must_be_one() {
    let egress = crate::egress::tests::egress(&[], crate::egress::StaticResolver::default());
    let overrides = [(ProviderId::Groq, "http://10.0.0.1/?x".to_owned())].into();
    let outcome = Providers::new(egress, &overrides, std::sync::Arc::new(crate::entropy::SystemEntropy));
    assert_eq!(outcome.err(), Some(InvalidOverride { provider: ProviderId::Groq }));
}
