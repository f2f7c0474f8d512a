//! `POST /v1/unified`: one request over any provider.

mod stream;

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, header, request::Parts},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};

use self::stream::Unified;
use super::{
    AppState,
    guard::Admitted,
    json::JsonBody,
    problem::{Code, Problem, ProblemBody},
    proxy::{credentials, label, permitted},
};
use crate::{
    app::App,
    domain::{Access, Ask, Refusal},
    id::RequestId,
    proxy::{self, Answer, Call, Tail},
    unified::{self, UnifiedAnswer, UnifiedCall, UnifiedRequest},
};

/// The largest answer that is read whole, in bytes.
const LARGEST_ANSWER: usize = 8 << 20;

/// What a call says outside its body.
pub(super) struct Around {
    headers: HeaderMap,
    client: std::net::IpAddr,
    id: RequestId,
}

impl FromRequestParts<AppState> for Around {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _app: &AppState) -> Result<Self, Problem> {
        // Before the body is read: who brings no token at all is not listened to.
        credentials::token(&parts.headers)?;
        let Admitted { client, id } = Admitted::of(&parts.extensions);
        // A copy: the body's reader looks at them too.
        Ok(Self { headers: parts.headers.clone(), client, id })
    }
}

/// Ask any provider in one form
#[utoipa::path(
    post, path = "/v1/unified", tag = "Proxy", security(("secretKey" = []), ("runtimeToken" = [])),
    params(
        ("X-BYO-Ref-Id" = Option<String>, Header, description = "The customer; a runtime token knows it"),
        ("X-BYO-Key-Name" = Option<String>, Header, description = "Which of the customer's keys; `default` when left out"),
        ("X-BYO-Sealed-Key" = Option<String>, Header, description = "The customer's key for this call alone, as connect.sealForRequest gives it"),
        ("X-API-Key" = Option<String>, Header, description = "The customer's provider key, for this call alone"),
    ),
    request_body = UnifiedRequest,
    responses(
        (status = 200, description = "The answer; with `stream`, server-sent events: `delta`s, then `done` or `error`", body = UnifiedAnswer),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn ask(
    State(app): State<AppState>,
    around: Around,
    JsonBody(body): JsonBody<UnifiedRequest>,
) -> Result<Response, Problem> {
    let call = body.checked().map_err(Refusal::Invalid)?;
    let brought = credentials::read_unified(&around.headers, call.provider)?;
    let ask = Ask {
        token: &brought.token,
        provider: call.provider,
        ref_id: brought.ref_id.as_deref(),
        name: &brought.name,
        given: brought.given,
    };
    let access = permitted(&app, around.client, ask).await?;
    let (mode, key_id) = label(&access);
    let mut response = match &access.key {
        None => demo(&access, &call)?,
        Some(_) => answered(&app, access, &call, mode, &around.id).await?,
    };
    super::proxy::mark(response.headers_mut(), mode, key_id.as_deref(), &around.id);
    Ok(response)
}

fn demo(access: &Access, call: &UnifiedCall) -> Result<Response, Problem> {
    let answer = unified::demo::answer(call);
    if access.restricts_models() && !access.allows_model(call.provider, &answer.model) {
        return Err(Refusal::ModelNotAllowed.into());
    }
    if call.stream {
        let events: Vec<u8> =
            unified::demo::events(call).iter().flat_map(unified::UnifiedEvent::encode).collect();
        return Ok(event_stream(axum::body::Body::from(events)));
    }
    Ok(Json(answer).into_response())
}

async fn answered(
    app: &std::sync::Arc<App>,
    access: Access,
    call: &UnifiedCall,
    mode: &'static str,
    id: &RequestId,
) -> Result<Response, Problem> {
    let config = access.key.as_ref().map(|key| key.config().clone()).unwrap_or_default();
    let outgoing = unified::outgoing(call, &config).map_err(Refusal::Invalid)?;
    if !access.allows_model(call.provider, &outgoing.model) {
        return Err(Refusal::ModelNotAllowed.into());
    }
    let served = outgoing.served(mode);
    let tail = Tail::read(&outgoing.path, outgoing.query.as_deref())
        .map_err(|_| Refusal::invalid("model", "holds characters that cannot stand in an address"))?;
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in outgoing.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let answer = proxy::forward(
        app,
        access,
        Call {
            provider: call.provider,
            method: Method::POST,
            tail,
            headers: &headers,
            body: Full::new(Bytes::from(outgoing.body)).map_err(|never| match never {}).boxed_unsync(),
            request_id: id.as_str(),
        },
    )
    .await?;
    if !answer.status.is_success() {
        return Err(refused(&answer));
    }
    let streams = proxy::is_event_stream(&answer.headers);
    if call.stream && streams {
        return Ok(event_stream(axum::body::Body::new(Unified::new(answer.body, served))));
    }
    let body = Limited::new(answer.body, LARGEST_ANSWER).collect().await.map_err(|_| not_understood())?;
    let answer = unified::answer(served, &body.to_bytes()).map_err(|_| not_understood())?;
    Ok(Json(answer).into_response())
}

/// In byo's words: the caller does not know this provider's.
fn refused(answer: &Answer) -> Problem {
    let status = answer.status.as_u16();
    if answer.key_refused || status == 401 {
        return Problem::new(Code::KeyRejected, "The provider does not accept the key that this call used.")
            .with_verdict(byo_seal::Verdict::Rejected);
    }
    match status {
        429 => {
            let wait =
                answer.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            Problem::new(
                Code::RateLimited,
                "The provider limits this key's requests, or its account has no credit left.",
            )
            .with_retry_after(std::time::Duration::from_secs(wait.unwrap_or(1)))
        }
        400..=499 => Problem::new(
            Code::ProviderRefused,
            format!(
                "The provider refused the call with status {status}. Check the model's name and the limits it has."
            ),
        ),
        _ => Refusal::ProviderUnreachable {
            message: format!("The provider failed with status {status}. Try again later."),
        }
        .into(),
    }
}

fn not_understood() -> Problem {
    Refusal::ProviderUnreachable { message: "The provider sent something that is no answer.".to_owned() }
        .into()
}

fn event_stream(body: axum::body::Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}
