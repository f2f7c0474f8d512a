//! What every request passes, whatever its route: an id, a host check, no credentials in the URL, and no
//! answer that is not byo's own.

use std::{
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use byo_seal::ProviderId;
use futures_util::FutureExt;
use ipnet::IpNet;
use tracing::Instrument;

use super::{
    AppState,
    client_address::client_address,
    problem::{Code, Problem},
    proxy,
};
use crate::id::RequestId;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Where a request comes from, as far as it can be believed.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientAddress(pub(super) IpAddr);

#[derive(Clone)]
pub(super) struct Entrance {
    app: AppState,
    trusted_proxies: Arc<[IpNet]>,
}

impl Entrance {
    pub(super) fn new(app: AppState, trusted_proxies: Vec<IpNet>) -> Self {
        Self { app, trusted_proxies: trusted_proxies.into() }
    }
}

/// The outermost layer: names the request, logs it without its query and headers, and writes out problems.
pub(super) async fn enter(State(entrance): State<Entrance>, mut request: Request, next: Next) -> Response {
    let app = &entrance.app;
    let id = RequestId::new(app.clock.now(), &*app.entropy);
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([127, 0, 0, 1]), |ConnectInfo(peer)| peer.ip());
    let client = client_address(peer, request.headers(), &entrance.trusted_proxies);
    request.extensions_mut().insert(ClientAddress(client));
    request.extensions_mut().insert(id.clone());
    let called = proxy::provider(request.uri().path()).map(|(provider, tail)| (provider, tail.to_owned()));
    // A span passes a filter by its own level, and errors are to be found by the request's id whatever the filter.
    let span = tracing::error_span!("request", id = %id, method = method(&request));
    async move {
        let started = app.clock.now();
        let route = request
            .extensions()
            .get::<axum::extract::MatchedPath>()
            .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
        let response = finish(next.run(request).await, &id, called.as_ref());
        let took = app.clock.now().since(started);
        tracing::info!(route, status = response.status().as_u16(), ms = took.as_millis(), "answered");
        response
    }
    .instrument(span)
    .await
}

/// The method as it may be logged. A client can put any word in its place, a token too.
fn method(request: &Request) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == request.method().as_str()).unwrap_or("(other)")
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

/// `called` is the provider whose API was called, and the path there: then refusals are worded as that provider's.
fn finish(mut response: Response, id: &RequestId, called: Option<&(ProviderId, String)>) -> Response {
    let status = response.status();
    // What a provider answered passes, whatever its status.
    let is_own = !response.headers().contains_key("x-byo-mode");
    let problem =
        response.extensions_mut().remove::<Problem>().or_else(|| foreign(status).filter(|_| is_own));
    if let Some(problem) = problem {
        let mut rendered = match called {
            Some((provider, path)) => problem.render_as(*provider, path, id),
            None => problem.render(id),
        };
        for (name, value) in response.headers() {
            // Layers in between have their say: CORS, Allow. Content headers are the problem's own.
            if *name != header::CONTENT_LENGTH && *name != header::CONTENT_TYPE {
                rendered.headers_mut().insert(name.clone(), value.clone());
            }
        }
        response = rendered;
    }
    let value = HeaderValue::from_str(id.as_str()).expect("an id is a header value");
    // The provider's own id, where it gave one, is what its SDKs show and its support asks for.
    response.headers_mut().entry(REQUEST_ID).or_insert(value);
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// Refusals that a library made, in byo's form.
fn foreign(status: StatusCode) -> Option<Problem> {
    let problem = match status {
        StatusCode::BAD_REQUEST => {
            Problem::new(Code::MalformedRequest, "The address or a header cannot be read.")
        }
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(Code::PayloadTooLarge, "The body is larger than this call takes.")
        }
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(Code::MethodNotAllowed, METHOD_NOT_ALLOWED),
        _ => return None,
    };
    Some(problem)
}

/// Refuses what no handler should see, and answers for one that panicked.
pub(super) async fn check(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if let Some(query) = request.uri().query()
        && holds_credential(query)
    {
        return Problem::new(
            Code::CredentialInUrl,
            "Send credentials in the Authorization header, never in a URL; consider this one known to others and revoke it.",
        )
        .into_response();
    }
    let anywhere = matches!(request.uri().path(), "/healthz" | "/readyz");
    if app.identity.strict_host && !anywhere && !is_ours(&app, &request) {
        return Problem::new(
            Code::MisdirectedRequest,
            "This server does not answer to that host name; see BYO_SERVER__PUBLIC_URL and BYO_SERVER__ALIASES.",
        )
        .into_response();
    }
    AssertUnwindSafe(next.run(request))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Problem::internal(&Panicked).into_response())
}

/// Percent-encoded or not: logs and whoever reads them decode.
fn holds_credential(query: &str) -> bool {
    url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| looks_held(&name) || looks_held(&value))
}

fn looks_held(text: &str) -> bool {
    ["byo_sk_", "byo_cs_", "byo_rt_", "byo_pk_"].iter().any(|prefix| text.contains(prefix))
}

fn is_ours(app: &AppState, request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let host = match (request.uri().authority(), hosts.next(), hosts.next()) {
        (_, _, Some(_)) => return false,
        (Some(authority), _, None) => authority.as_str(),
        (None, Some(host), None) => host.to_str().unwrap_or_default(),
        (None, None, None) => return false,
    };
    app.identity
        .origins()
        .filter_map(|origin| origin.split_once("://"))
        .any(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

pub(super) async fn not_found() -> Problem {
    nothing_here()
}

pub(super) fn nothing_here() -> Problem {
    Problem::new(Code::NotFound, "There is nothing at this address; see /openapi.json for what there is.")
}

const METHOD_NOT_ALLOWED: &str =
    "This address does not take this method; the Allow header names those it takes.";

pub(super) async fn method_not_allowed() -> Problem {
    Problem::new(Code::MethodNotAllowed, METHOD_NOT_ALLOWED)
}
