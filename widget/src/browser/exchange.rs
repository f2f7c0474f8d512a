//! One request to the server and its answer.

use js_sys::{Function, JSON, Promise};
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

use super::{deadline::Deadline, reading};
use crate::{
    endpoint::Endpoint,
    failure::{Failure, Kind},
    json::Json,
    problem::{self, Head},
};

/// A server and the way to it.
pub(super) struct Server {
    pub(super) endpoint: Endpoint,
    /// The browser's, or one that the page gave.
    pub(super) fetch: Function,
    /// Asked before anything is sealed to a public key, where the page pins a root of trust.
    pub(super) vouch: Option<Function>,
}

/// A refusal: the failure, and the body that told it.
pub(super) struct Refusal {
    pub(super) failure: Failure,
    pub(super) body: Json,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, body: Json::Other }
    }
}

/// Sends a GET, or a POST where there is a body, and gives back the JSON of a success.
pub(super) async fn exchange(
    server: &Server,
    deadline: &Deadline,
    path: &str,
    body: Option<String>,
) -> Result<JsValue, Refusal> {
    let unreachable = |_: JsValue| {
        Failure::new(Kind::Network, if deadline.is_over() { "timed_out" } else { "network_error" })
    };
    let Server { endpoint, fetch, .. } = server;
    let init = init(endpoint, deadline, body.as_deref());
    let answer = fetch.call2(&JsValue::UNDEFINED, &endpoint.url(path).into(), &init).map_err(unreachable)?;
    let answer = JsFuture::from(Promise::resolve(&answer)).await.map_err(unreachable)?;
    let answer: Response = answer.unchecked_into();
    let text = JsFuture::from(answer.text().map_err(unreachable)?).await.map_err(unreachable)?;
    let json = text.as_string().and_then(|text| JSON::parse(&text).ok()).unwrap_or(JsValue::UNDEFINED);
    let is_success = answer.ok() && json.is_object();
    if is_success {
        return Ok(json);
    }
    let body = if answer.ok() { Json::Other } else { reading::from_js(&json) };
    Err(Refusal { failure: problem::failure(&body, head(&answer)), body })
}

fn init(endpoint: &Endpoint, deadline: &Deadline, body: Option<&str>) -> JsValue {
    let headers = Json::object(vec![
        ("authorization", Some(Json::text(endpoint.authorization()))),
        ("content-type", body.map(|_| Json::text("application/json"))),
    ]);
    let init = reading::to_js(&Json::object(vec![
        ("method", Some(Json::text(if body.is_some() { "POST" } else { "GET" }))),
        ("headers", Some(headers)),
        ("body", Json::maybe(body)),
        ("mode", Some(Json::text("cors"))),
        ("cache", Some(Json::text("no-store"))),
        // The token travels in its header; a redirect would carry it, and the envelope, somewhere else.
        ("credentials", Some(Json::text("omit"))),
        ("redirect", Some(Json::text("error"))),
        ("referrerPolicy", Some(Json::text("no-referrer"))),
    ]));
    reading::set(&init, "signal", deadline.signal());
    init
}

fn head(answer: &Response) -> Head {
    let headers = answer.headers();
    let header = |name| headers.get(name).ok().flatten();
    Head { status: answer.status(), request_id: header("x-request-id"), retry_after: header("retry-after") }
}
