//! The calls that a page makes.

use std::rc::Rc;

use byo_seal::{Purpose, base64url};
use getrandom::SysRng;
use js_sys::{Function, Promise};
use rand_core::{TryRng as _, UnwrapErr};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, future_to_promise};
use web_sys::Url;

use super::{
    deadline::Deadline,
    exchange::{Refusal, Server, exchange},
    key_buffer::{Held, KeyBuffer},
    reading,
};
use crate::{
    endpoint::{Endpoint, UrlParts},
    envelope,
    failure::{Failure, Kind},
    params::Offer,
    request::Request,
    retry,
};

/// One server, as one token, from one page.
#[wasm_bindgen]
pub struct Client {
    server: Rc<Server>,
}

#[wasm_bindgen]
impl Client {
    /// Throws where the base URL or the token cannot be used. `fetch` sends all requests. `vouch`, where there is one,
    /// is asked before anything is sealed: `(publicKey, suite)`, and rejects what must not be sealed to.
    #[wasm_bindgen(constructor)]
    pub fn new(
        base_url: &str,
        token: &str,
        page_origin: &str,
        fetch: Function,
        vouch: Option<Function>,
    ) -> Result<Client, JsValue> {
        let url =
            Url::new(base_url).map_err(|_| Failure::new(Kind::Config, "invalid_base_url").at("baseUrl"))?;
        let part = |name| reading::text_of(&url, name);
        let parts = UrlParts {
            origin: &part("origin"),
            protocol: &part("protocol"),
            hostname: &part("hostname"),
            pathname: &part("pathname"),
            has_more: ["username", "password", "search", "hash"].iter().any(|name| !part(name).is_empty()),
        };
        let endpoint = Endpoint::new(parts, token, page_origin)?;
        Ok(Self { server: Rc::new(Server { endpoint, fetch, vouch }) })
    }

    /// Seals the key and posts it to `/v1/keys/{purpose}`; with purpose `request` it is handed out instead, as
    /// `{sealedKey, expiresAt}`. The key stays in its buffer.
    #[wasm_bindgen(unchecked_return_type = "Promise<object>")]
    pub fn submit(&self, purpose: &str, request: &JsValue, key: &KeyBuffer) -> Promise {
        let (server, key) = (Rc::clone(&self.server), key.share());
        let (purpose, request) = (purpose_of(purpose), Request::read(&reading::from_js(request)));
        future_to_promise(async move { submit(&server, purpose?, &request?, &key).await })
    }

    /// What this connect session may do.
    #[wasm_bindgen(unchecked_return_type = "Promise<object>")]
    pub fn session(&self) -> Promise {
        self.call("/v1/connect-session".to_owned(), None)
    }

    /// The customer's keys: `{data, nextCursor}`.
    #[wasm_bindgen(unchecked_return_type = "Promise<object>")]
    pub fn keys(&self, ref_id: Option<String>) -> Promise {
        let query =
            ref_id.map(|ref_id| ["?refId=", &String::from(js_sys::encode_uri_component(&ref_id))].concat());
        self.call(["/v1/keys", query.as_deref().unwrap_or_default()].concat(), None)
    }

    /// Has the server destroy a stored key.
    #[wasm_bindgen(unchecked_return_type = "Promise<object>")]
    pub fn disconnect(&self, request: &JsValue) -> Promise {
        match Request::read(&reading::from_js(request)) {
            Ok(request) => {
                self.call("/v1/keys/revoke".to_owned(), Some(reading::to_text(&request.json(None))))
            }
            Err(failure) => Promise::reject(&failure.into()),
        }
    }

    fn call(&self, path: String, body: Option<String>) -> Promise {
        let server = Rc::clone(&self.server);
        future_to_promise(async move {
            let answer = exchange(&server, &Deadline::start(), &path, body).await;
            Ok(answer.map_err(|refusal| refusal.failure)?)
        })
    }
}

async fn submit(
    server: &Server,
    purpose: Purpose,
    request: &Request,
    key: &Held,
) -> Result<JsValue, JsValue> {
    request.check_key(key.borrow().as_bytes())?;
    let deadline = Deadline::start();
    let path = ["/v1/keys/", purpose.as_str()].concat();
    let mut told = None;
    let mut attempt = 0;
    loop {
        let offer = match told.take() {
            Some(offer) => offer,
            None => fresh_offer(server, &deadline, purpose, request).await?,
        };
        vouched(server, &offer).await?;
        let body = sealed(&server.endpoint, purpose, request, &offer, key)?;
        if purpose == Purpose::Request {
            return Ok(reading::to_js(&envelope::handed_out(&body, &offer)?));
        }
        let Refusal { failure, body } = match exchange(server, &deadline, &path, Some(body)).await {
            Ok(answer) => return Ok(answer),
            Err(refusal) => refusal,
        };
        if !retry::wants_fresh_envelope(failure.status(), &failure.code, attempt) {
            return Err(failure.into());
        }
        told = body.member("params").map(Offer::read).transpose()?;
        attempt += 1;
    }
}

async fn fresh_offer(
    server: &Server,
    deadline: &Deadline,
    purpose: Purpose,
    request: &Request,
) -> Result<Offer, Failure> {
    let mut path = "/v1/connect/params".to_owned();
    if purpose == Purpose::Request {
        path.push_str("?purpose=request");
        if let Some(seconds) = &request.expires_in {
            path.push_str("&expiresIn=");
            path.push_str(&String::from(js_sys::encode_uri_component(seconds)));
        }
    }
    let answer = exchange(server, deadline, &path, None).await;
    let answer = answer.map_err(|refusal| refusal.failure)?;
    Offer::read(&reading::from_js(&answer))
}

/// Whether the page's pinned root, if it has one, vouches for the public key.
async fn vouched(server: &Server, offer: &Offer) -> Result<(), JsValue> {
    let Some(vouch) = &server.vouch else { return Ok(()) };
    let public_key = base64url::encode(offer.public_key.as_bytes());
    let told = vouch.call2(&JsValue::UNDEFINED, &public_key.into(), &offer.suite.as_str().into())?;
    JsFuture::from(Promise::resolve(&told)).await?;
    Ok(())
}

/// The body as JSON. The key is looked at again: it may have been wiped while a request was on its way.
fn sealed(
    endpoint: &Endpoint,
    purpose: Purpose,
    request: &Request,
    offer: &Offer,
    key: &Held,
) -> Result<String, Failure> {
    let key = key.borrow();
    request.check_key(key.as_bytes())?;
    // Asked once before, since what follows cannot report that there is none.
    SysRng.try_next_u32().map_err(|_| Failure::new(Kind::Config, "no_randomness"))?;
    let rng = &mut UnwrapErr(SysRng);
    let body = envelope::body(endpoint, purpose, request, offer, key.as_bytes(), rng)?;
    Ok(reading::to_text(&body))
}

fn purpose_of(name: &str) -> Result<Purpose, Failure> {
    Purpose::ALL
        .iter()
        .copied()
        .find(|purpose| purpose.as_str() == name)
        .ok_or_else(|| Failure::invalid("purpose", "This is not one of connect, test, rotate and request."))
}
