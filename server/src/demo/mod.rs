//! `byo demo`'s pretend product: a page that embeds the widget, and the backend behind it.
//!
//! It runs in byo's process but is a stranger to it: another port, so another origin, and no way to byo but the
//! public API with a secret key and the webhooks that byo sends. It holds no customer's key at any time.
//!
//! | route | |
//! |---|---|
//! | `GET /`, `GET /assets/{file}` | the page |
//! | `GET /api/config?mode=&refId=` | how the page connects; makes a connect session in the session modes |
//! | `GET /api/events?refId=` | what the backend saw, as server-sent events |
//! | `POST /webhooks/byo` | where byo's webhooks arrive |

mod activity;
mod config;
mod customer;
mod page;
mod session;
mod stream;
mod webhook;

use std::{future::Future, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderValue, uri::Authority},
    middleware::from_fn_with_state,
    routing::get,
};
use tokio::net::TcpListener;

use self::activity::ActivityLog;
use crate::{
    clock::SharedClock,
    egress::Egress,
    entropy::SharedEntropy,
    http::serve::{ServeLimits, routed, serve},
    token::Token,
    webhook::WebhookSecret,
};

/// A demo has few visitors, and each page keeps one connection open for its events.
const LIMITS: ServeLimits = ServeLimits {
    connections: 256,
    connections_per_ip: 64,
    header_timeout: Duration::from_secs(10),
    body_timeout: Duration::from_secs(10),
    shutdown_grace: Duration::from_secs(5),
};

/// What the pretend product was set up with.
pub struct DemoSettings {
    /// Origin of the byo server as browsers reach it, for example `http://127.0.0.1:8787`.
    pub byo_origin: String,
    /// Origin of the demo itself, for example `http://127.0.0.1:8788`. Other names are redirected to it.
    pub own_origin: String,
    /// Its project's test half.
    pub test: DemoEnvironment,
    /// Its project's live half.
    pub live: DemoEnvironment,
    /// The way out; its policy must allow `byo_origin`.
    pub egress: Egress,
    /// Where the time comes from.
    pub clock: SharedClock,
    /// Where randomness comes from.
    pub entropy: SharedEntropy,
}

/// The product's credentials for one environment.
pub struct DemoEnvironment {
    /// For the page.
    pub publishable_key: Token,
    /// For the backend.
    pub secret_key: Token,
    /// Of the webhook endpoint at `{own_origin}/webhooks/byo`.
    pub webhook_secret: WebhookSecret,
}

/// The settings are not those of a demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} must be an origin such as http://127.0.0.1:8788, with nothing after the port")]
pub struct NotAnOrigin(&'static str);

/// Serves the pretend product until `shutdown` is ready.
///
/// # Errors
/// A setting that is no origin.
pub async fn run(
    listener: TcpListener,
    settings: DemoSettings,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), NotAnOrigin> {
    let demo = DemoState::new(settings)?;
    let log = Arc::clone(&demo.log);
    let shutdown = async move {
        shutdown.await;
        // Event streams never end by themselves and would hold the process open.
        log.close();
    };
    serve(listener, None, routed(routes(demo)), LIMITS, shutdown).await;
    Ok(())
}

/// The pretend product without a listener, for tests.
///
/// # Errors
/// A setting that is no origin.
pub fn router(settings: DemoSettings) -> Result<Router, NotAnOrigin> {
    Ok(routes(DemoState::new(settings)?))
}

/// What the handlers share.
struct DemoState {
    byo_origin: String,
    own_origin: String,
    own_authority: String,
    content_security_policy: HeaderValue,
    test: DemoEnvironment,
    live: DemoEnvironment,
    egress: Egress,
    clock: SharedClock,
    entropy: SharedEntropy,
    log: Arc<ActivityLog>,
}

impl DemoState {
    fn new(settings: DemoSettings) -> Result<Self, NotAnOrigin> {
        origin_authority(&settings.byo_origin).ok_or(NotAnOrigin("the byo server's address"))?;
        let own_authority =
            origin_authority(&settings.own_origin).ok_or(NotAnOrigin("the demo's address"))?;
        Ok(Self {
            content_security_policy: page::content_security_policy(&settings.byo_origin),
            own_authority: own_authority.to_string(),
            byo_origin: settings.byo_origin,
            own_origin: settings.own_origin,
            test: settings.test,
            live: settings.live,
            egress: settings.egress,
            clock: settings.clock,
            entropy: settings.entropy,
            log: Arc::new(ActivityLog::new()),
        })
    }
}

/// Strict, because an origin ends up in the page's markup and in its policy.
fn origin_authority(origin: &str) -> Option<Authority> {
    let authority = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"))?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-.:[]".contains(&byte);
    if !authority.bytes().all(plain) {
        return None;
    }
    authority.parse().ok()
}

fn routes(demo: DemoState) -> Router {
    let demo = Arc::new(demo);
    let page = Router::new()
        .route("/", get(page::index))
        .route("/assets/{file}", get(page::asset))
        .route("/api/config", get(config::config))
        .route("/api/events", get(stream::events))
        .layer(from_fn_with_state(Arc::clone(&demo), page::own_host_only));
    Router::new()
        .merge(page)
        .merge(webhook::routes())
        .layer(from_fn_with_state(Arc::clone(&demo), page::guard))
        .with_state(demo)
}

#[cfg(test)]
mod tests;
