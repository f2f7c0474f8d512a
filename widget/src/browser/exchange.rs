//! One request to the server and its answer.

use js_sys::{JSON, Promise};
use wasm_bindgen::{JsCast as _, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Headers, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, RequestMode, RequestRedirect,
    Response,
};

use super::{deadline::Deadline, reading};
use crate::{
    endpoint::Endpoint,
    failure::{Failure, Kind},
    json::Json,
    problem::{self, Head},
};

#[wasm_bindgen]
extern "C" {
    // By its global name, so that it is found in windows, workers and Node alike.
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
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
    endpoint: &Endpoint,
    deadline: &Deadline,
    path: &str,
    body: Option<JsValue>,
) -> Result<JsValue, Refusal> {
    let unreachable = |_: JsValue| {
        Failure::new(Kind::Network, if deadline.is_over() { "timed_out" } else { "network_error" })
    };
    let init = init(endpoint, deadline, body).map_err(unreachable)?;
    let answer = fetch(&endpoint.url(path), &init).map_err(unreachable)?;
    let answer = JsFuture::from(answer).await.map_err(unreachable)?;
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

fn init(endpoint: &Endpoint, deadline: &Deadline, body: Option<JsValue>) -> Result<RequestInit, JsValue> {
    let headers = Headers::new()?;
    headers.set("authorization", &endpoint.authorization())?;
    let init = RequestInit::new();
    if let Some(body) = body {
        headers.set("content-type", "application/json")?;
        init.set_method("POST");
        init.set_body(&body);
    }
    init.set_headers(&headers);
    init.set_signal(deadline.signal().as_ref());
    init.set_mode(RequestMode::Cors);
    init.set_cache(RequestCache::NoStore);
    // The token travels in the header; a redirect would carry it, and the envelope, somewhere else.
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(RequestRedirect::Error);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    Ok(init)
}

fn head(answer: &Response) -> Head {
    let header = |name| answer.headers().get(name).ok().flatten();
    Head { status: answer.status(), request_id: header("x-request-id"), retry_after: header("retry-after") }
}
