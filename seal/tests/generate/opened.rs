//! Envelopes that open.

use byo_seal::{
    AzureConfig, KeyId, PrivateKey, ProviderConfig, ProviderId, Purpose, Suite, WireApi, generate,
    principal_id,
};

use super::{bytes_for, sealed};
use crate::pinned::{Fixed, Vector, VectorContext};

pub(super) fn all(suite: Suite) -> Vec<Vector> {
    [contexts(suite), lengths(suite)].concat()
}

fn contexts(suite: Suite) -> Vec<Vector> {
    let with_context = |name: &str, change: fn(&mut VectorContext)| {
        build(suite, name, change, b"sk-byo-test-valid-0123456789")
    };
    vec![
        with_context("plain", |_| ()),
        with_context("test", |c| c.purpose = Purpose::Test),
        with_context("rotate", |c| c.purpose = Purpose::Rotate),
        with_context("request", |c| c.purpose = Purpose::Request),
        with_context("no-page", |c| c.page_origin = String::new()),
        with_context("local-ports", |c| {
            c.audience = "http://localhost:8787".to_owned();
            c.page_origin = "http://[::1]:5173".to_owned();
        }),
        with_context("every-reference-character", |c| {
            c.ref_id = "AZaz09._~:@|+=,-".to_owned();
            c.name = "-,=+|@:~_.90zaZA".to_owned();
        }),
        with_context("longest-reference", |c| {
            c.ref_id = "r".repeat(255);
            c.name = "n".repeat(64);
        }),
        with_context("base-url", |c| {
            c.provider_config.base_url = Some("https://openrouter.ai/api/v1".to_owned());
            c.provider_config.wire_api = Some(WireApi::Completions);
        }),
        with_context("azure", |c| {
            c.provider = ProviderId::Azure;
            let deployment = Some("gpt-4-1".to_owned());
            c.provider_config = ProviderConfig {
                base_url: Some("https://acme.openai.azure.com".to_owned()),
                wire_api: Some(WireApi::Responses),
                azure: Some(AzureConfig { api_version: "2024-10-21".to_owned(), deployment }),
                region: Some("swedencentral".to_owned()),
            };
        }),
    ]
}

fn lengths(suite: Suite) -> Vec<Vector> {
    // Every padded size, full and just overfull.
    [0, 1, 510, 511, 1022, 1023, 2046, 2047, 4094]
        .into_iter()
        .map(|length| {
            let key: Vec<u8> = (0..length).map(|at| b'!' + (at % 94) as u8).collect();
            build(suite, &format!("key-of-{length}-bytes"), |_| (), &key)
        })
        .collect()
}

fn build(suite: Suite, name: &str, change: impl FnOnce(&mut VectorContext), key: &[u8]) -> Vector {
    let (private, public) = generate(suite, &mut Fixed(Some(bytes_for("ikmR", "server"))));
    let challenge = [bytes_for("challenge", "first half"), bytes_for("challenge", "second half")].concat();
    let mut context = VectorContext {
        suite,
        kid: KeyId::of(suite, &public),
        audience: "https://byo.example".to_owned(),
        principal: principal_id("a publishable key or a session token"),
        purpose: Purpose::Connect,
        provider: ProviderId::Openai,
        ref_id: "cus_12345".to_owned(),
        name: "default".to_owned(),
        provider_config: ProviderConfig::default(),
        page_origin: "https://app.example".to_owned(),
        challenge,
    };
    change(&mut context);
    sealed(name, expose(&private), public, context, key)
}

fn expose(private: &PrivateKey) -> [u8; 32] {
    // EXPOSE: this one is published with the vectors.
    *private.expose()
}
