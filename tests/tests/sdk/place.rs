//! Where an SDK is sent.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_openai::{
    Client,
    config::OpenAIConfig,
    middleware::{HttpRequestFactory, ReqwestService, retry::OpenAIRetryLayer},
};
use tower::{Layer, ServiceExt};

/// The three things that change from a provider to byo.
pub(crate) struct Place {
    /// Ends in `/v1`.
    pub(crate) base_url: String,
    /// The provider's key, or byo's token.
    pub(crate) key: String,
    /// `X-BYO-Ref-Id`.
    pub(crate) customer: Option<String>,
}

impl Place {
    /// The SDK as it is.
    pub(crate) fn client(&self) -> Client<OpenAIConfig> {
        let config = OpenAIConfig::new().with_api_base(&self.base_url).with_api_key(&self.key);
        let config = match &self.customer {
            Some(customer) => config.with_header("X-BYO-Ref-Id", customer).expect("it is ASCII"),
            None => config,
        };
        Client::with_config(config)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.customer.is_some() { "through byo" } else { "straight" })
    }
}

/// How many requests a client has sent.
#[derive(Clone, Default)]
pub(crate) struct Attempts(Arc<AtomicUsize>);

impl Attempts {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// The SDK with its own retries, and a count below them.
pub(crate) fn counted(place: &Place) -> (Client<OpenAIConfig>, Attempts) {
    let attempts = Attempts::default();
    let sent = attempts.clone();
    let service = ReqwestService::default().map_request(move |request: HttpRequestFactory| {
        sent.0.fetch_add(1, Ordering::SeqCst);
        request
    });
    (place.client().with_http_service(OpenAIRetryLayer::default().layer(service)), attempts)
}
