//! `/v1/proxy/{provider}/…`: the provider's own API, with the customer's key.

pub(super) mod credentials;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::{IntoResponse, Response},
};
use byo_seal::ProviderId;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt, Limited};

use super::{
    AppState,
    guard::Admitted,
    json::why_unread,
    problem::{Code, Problem},
};
use crate::{
    app::App,
    domain::{self, Access, Ask, HeldKey, Refusal},
    egress::EgressError,
    id::RequestId,
    proxy::{self, Answer, BadTail, Call, Tail},
};

const PREFIX: &str = "/v1/proxy/";

/// The provider that a path names, and what follows its name.
pub(super) fn provider(path: &str) -> Option<(ProviderId, &str)> {
    let rest = path.strip_prefix(PREFIX)?;
    let (name, tail) = rest.split_at(rest.find('/')?);
    Some((name.parse().ok()?, tail))
}

/// Such a call's route, as it is logged.
pub(super) const ROUTE: &str = "/v1/proxy/{provider}/{*path}";

/// Whether it is one for [`call`]. Other methods are for the router to refuse.
pub(super) fn is_call(request: &Request) -> bool {
    const METHODS: [Method; 5] = [Method::POST, Method::GET, Method::DELETE, Method::PUT, Method::PATCH];
    METHODS.contains(request.method()) && provider(request.uri().path()).is_some()
}

/// Call a provider with a customer's key
#[utoipa::path(
    method(get, post, put, patch, delete), path = "/v1/proxy/{provider}/{*path}", tag = "Proxy",
    security(("secretKey" = []), ("runtimeToken" = [])),
    params(
        ("provider" = String, Path, description = "The provider's name", example = "openai"),
        ("path" = String, Path, description = "The path of its own API, such as `v1/chat/completions`"),
        ("X-BYO-Ref-Id" = Option<String>, Header, description = "The customer; a runtime token knows it"),
        ("X-BYO-Key-Name" = Option<String>, Header, description = "Which of the customer's keys; `default` when left out"),
        ("X-BYO-Sealed-Key" = Option<String>, Header, description = "The customer's key for this call alone, as connect.sealForRequest gives it"),
    ),
    responses(
        (status = 200, description = "What the provider answered, byte for byte"),
        (status = "4XX", description = "Refused, in the provider's own form"),
    )
)]
pub(super) async fn call(State(app): State<AppState>, request: Request) -> Response {
    let admitted = Admitted::of(request.extensions());
    answer(&app, request, admitted).await
}

/// The same, for who has come by the shorter way. In a box: it is large, and would be moved by each that waits for it.
pub(super) fn answer(app: &AppState, request: Request, admitted: Admitted) -> BoxFuture<'_, Response> {
    Box::pin(async move { passed_through(app, request, admitted).await.into_response() })
}

async fn passed_through(app: &AppState, request: Request, admitted: Admitted) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let Some((provider, tail)) = provider(parts.uri.path()) else {
        return Err(super::guard::nothing_here());
    };
    if wants_web_socket(&parts.headers) {
        return Err(Problem::new(Code::NotFound, "byo forwards no WebSockets; send the call with POST."));
    }
    let tail = Tail::read(tail, parts.uri.query()).map_err(bad_tail)?;
    let brought = credentials::read(&parts.headers, provider)?;
    let Admitted { client, id } = admitted;
    let ask = Ask {
        token: &brought.token,
        provider,
        ref_id: brought.ref_id.as_deref(),
        name: &brought.name,
        given: brought.given,
    };
    let access = permitted(app, client, ask).await?;
    let (mode, key_id) = label(&access);
    let most = app.proxy.max_body;
    if hyper::body::Body::size_hint(&body).lower() > most as u64 {
        return Err(Refusal::TooLarge.into());
    }
    let body =
        Limited::new(body, most).map_err(|error| EgressError::Body(why_unread(&*error))).boxed_unsync();
    let call =
        Call { provider, method: parts.method, tail, headers: &parts.headers, body, request_id: id.as_str() };
    let Answer { status, headers, body, .. } = proxy::forward(app, access, call).await?;
    let mut response = Response::new(axum::body::Body::new(body));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    mark(response.headers_mut(), mode, key_id.as_deref(), &id);
    Ok(response)
}

/// Decides whose key the call uses; who fails to be anybody is slowed down.
pub(super) async fn permitted(app: &App, client: std::net::IpAddr, ask: Ask<'_>) -> Result<Access, Problem> {
    match domain::access(app, ask).await {
        Err(Refusal::Unauthenticated) => {
            app.limits.may_authenticate(client).map_err(Refusal::from)?;
            app.limits.authentication_failed(client);
            Err(Problem::unauthenticated())
        }
        access => Ok(access?),
    }
}

/// Whose key a call uses, for its headers.
pub(super) fn label(access: &Access) -> (&'static str, Option<String>) {
    let stored = access.key.as_ref().and_then(HeldKey::stored);
    (access.mode.as_str(), stored.map(|stored| stored.id.as_str().to_owned()))
}

/// Says whose key it was.
pub(super) fn mark(headers: &mut HeaderMap, mode: &'static str, key_id: Option<&str>, id: &RequestId) {
    headers.insert(HeaderName::from_static("x-byo-mode"), HeaderValue::from_static(mode));
    headers.insert(HeaderName::from_static("x-byo-request-id"), text(id.as_str()));
    if let Some(id) = key_id {
        headers.insert(HeaderName::from_static("x-byo-key-id"), text(id));
    }
}

/// Clients that are answered 404 fall back to POST. Other upgrades are offers that need not be taken.
fn wants_web_socket(headers: &HeaderMap) -> bool {
    headers.get_all(header::UPGRADE).iter().any(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).expect("an id is a header value")
}

fn bad_tail(bad: BadTail) -> Problem {
    match bad {
        BadTail::Path => Problem::new(
            Code::MalformedRequest,
            "The path after the provider's name has an empty or dot segment, or a character that does not belong there.",
        ),
        BadTail::Query => {
            Problem::new(Code::MalformedRequest, "The query has a character that does not belong there.")
        }
        BadTail::Credential => Problem::new(
            Code::CredentialInUrl,
            "Keys travel in headers, never in a URL; leave the query parameter out.",
        ),
    }
}
