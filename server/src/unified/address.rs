//! Where a call goes behind `/v1/proxy/{provider}`.
//!
//! There the provider's root stands for its base URL, whatever path that has.

use std::borrow::Cow;

use byo_seal::{ProviderConfig, ProviderId};
use url::Url;

use super::{UnifiedCall, Wire};
use crate::{domain::Invalid, providers::root};

/// The path and the query of a call.
pub(super) fn address(
    call: &UnifiedCall,
    wire: Wire,
    model: &str,
    config: &ProviderConfig,
) -> Result<(String, Option<Cow<'static, str>>), Invalid> {
    let root = root(call.provider);
    let (tail, query) = match (wire, call.provider) {
        (Wire::Responses, _) => ("/responses".to_owned(), None),
        (Wire::Messages, _) => ("/v1/messages".to_owned(), None),
        (Wire::Cohere, _) => ("/v2/chat".to_owned(), None),
        (Wire::Google, _) if call.stream => {
            (format!("/v1beta/models/{model}:streamGenerateContent"), Some(Cow::Borrowed("alt=sse")))
        }
        (Wire::Google, _) => (format!("/v1beta/models/{model}:generateContent"), None),
        (Wire::Chat, ProviderId::Azure) => match dated_version(config) {
            Some(version) if !is_plain(version) => {
                return Err(Invalid::new(
                    "providerConfig.azure.apiVersion",
                    "must be a version like 2024-10-21",
                ));
            }
            Some(version) => (
                format!("/openai/deployments/{model}/chat/completions"),
                Some(format!("api-version={version}").into()),
            ),
            None => ("/openai/v1/chat/completions".to_owned(), None),
        },
        (Wire::Chat, ProviderId::Ollama) => ("/v1/chat/completions".to_owned(), None),
        (Wire::Chat, _) => ("/chat/completions".to_owned(), None),
    };
    Ok((format!("{root}{tail}"), query))
}

/// Azure's dated versions have paths of their own; `v1` and `preview` are called as if there were none.
pub(super) fn dated_version(config: &ProviderConfig) -> Option<&str> {
    let version = config.azure.as_ref()?.api_version.as_str();
    version.starts_with("20").then_some(version)
}

/// It is one segment of a path, or one value in a query, and cannot leave its place there.
pub(super) fn is_plain(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !text.is_empty() && text.bytes().all(allowed) && !text.bytes().all(|byte| byte == b'.')
}

/// OpenAI itself answers, not a server that speaks its API.
pub(super) fn is_openai(config: &ProviderConfig) -> bool {
    let Some(base) = config.base_url.as_deref() else { return true };
    let url = Url::parse(base).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    host == "api.openai.com" || host.ends_with(".api.openai.com")
}
