//! What every request passes, whatever its route: an id, a host check, no credentials in the URL, and no
//! answer that is not byo's own.

use std::{
    net::{IpAddr, SocketAddr},
    panic::AssertUnwindSafe,
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, MatchedPath, Request, State},
    http::{Extensions, HeaderName, HeaderValue, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use byo_seal::ProviderId;
use futures_util::FutureExt;
use ipnet::IpNet;

use super::{
    AppState,
    client_address::client_address,
    problem::{Code, Problem},
    proxy,
    serve::Arrived,
};
use crate::{app::App, id::RequestId, telemetry};

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request that has come in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admitted {
    /// Where it comes from, as far as that can be believed.
    pub(super) client: IpAddr,
    /// Its id.
    pub(super) id: RequestId,
}

impl Admitted {
    /// Of a request that came by the router.
    pub(super) fn of(extensions: &Extensions) -> Self {
        *extensions.get().expect("the entrance adds it to every request")
    }
}

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

/// The outermost layer of the router.
pub(super) async fn enter(State(entrance): State<Entrance>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("(none)", MatchedPath::as_str);
    let answer = |mut request: Request, admitted| {
        request.extensions_mut().insert::<Admitted>(admitted);
        next.run(request)
    };
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().expect("the server tells it").0;
    entrance.admit(Arrived { request, peer }, route, answer).await
}

impl Entrance {
    /// Names the request, logs it without its query and headers, and writes out problems.
    pub(super) async fn admit<A: Future<Output = Response>>(
        &self,
        Arrived { request, peer }: Arrived,
        route: &str,
        answer: impl FnOnce(Request, Admitted) -> A,
    ) -> Response {
        let app = &self.app;
        let started = app.clock.now();
        let id = RequestId::new(started, &app.ids);
        let client = client_address(peer.ip(), request.headers(), &self.trusted_proxies);
        let called = Called::of(request.uri());
        let method = method(&request);
        telemetry::of_request(id, async move {
            let response = finish(answer(request, Admitted { client, id }).await, &id, called.as_ref());
            let took = app.clock.now().since(started);
            tracing::info!(
                method,
                route,
                status = response.status().as_u16(),
                ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
                "answered"
            );
            response
        })
        .await
    }
}

/// The provider whose API was called, and the address: then refusals are worded as that provider's.
struct Called {
    provider: ProviderId,
    address: Uri,
}

impl Called {
    fn of(address: &Uri) -> Option<Self> {
        let (provider, _) = proxy::provider(address.path())?;
        Some(Self { provider, address: address.clone() })
    }

    fn path(&self) -> &str {
        proxy::provider(self.address.path()).map_or("", |(_, path)| path)
    }
}

/// The method as it may be logged. A client can put any word in its place, a token too.
fn method(request: &Request) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == request.method().as_str()).unwrap_or("(other)")
}

#[derive(Debug, thiserror::Error)]
#[error("a handler panicked")]
struct Panicked;

fn finish(mut response: Response, id: &RequestId, called: Option<&Called>) -> Response {
    let status = response.status();
    // What a provider answered passes, whatever its status.
    let is_own = !response.headers().contains_key("x-byo-mode");
    let problem =
        response.extensions_mut().remove::<Problem>().or_else(|| foreign(status).filter(|_| is_own));
    if let Some(problem) = problem {
        let mut rendered = match called {
            Some(called) => problem.render_as(called.provider, called.path(), id),
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

/// The layer of those routes that take calls.
pub(super) async fn check(State(app): State<AppState>, request: Request, next: Next) -> Response {
    checked(&app, request, |request| next.run(request)).await
}

/// Refuses what no handler should see, and answers for one that panicked.
pub(super) async fn checked<A: Future<Output = Response>>(
    app: &App,
    request: Request,
    answer: impl FnOnce(Request) -> A,
) -> Response {
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
    if app.identity.strict_host && !anywhere && !is_ours(app, &request) {
        return Problem::new(
            Code::MisdirectedRequest,
            "This server does not answer to that host name; see BYO_SERVER__PUBLIC_URL and BYO_SERVER__ALIASES.",
        )
        .into_response();
    }
    AssertUnwindSafe(answer(request))
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

fn is_ours(app: &App, request: &Request) -> bool {
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
