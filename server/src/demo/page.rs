//! The page's files, and the headers they go out with.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};

use super::DemoState;

const INDEX: &str = include_str!("../../../www/demo/index.html");
const PLACEHOLDER: &str = "{{BYO_URL}}";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! files {
    ($($name:literal, $kind:expr, $path:literal;)+) => {
        &[$(($name, $kind, include_str!(concat!("../../../www/", $path)))),+]
    };
}

/// Every file there is, so that no path can lead elsewhere.
const FILES: &[(&str, &str, &str)] = files! {
    "backend-panel.js", JS, "demo/backend-panel.js";
    "base.css", CSS, "base.css";
    "connect-card.js", JS, "demo/connect-card.js";
    "demo.css", CSS, "demo/demo.css";
    "demo.js", JS, "demo/demo.js";
    "dom.js", JS, "demo/dom.js";
    "entries.js", JS, "demo/entries.js";
    "feature.js", JS, "demo/feature.js";
    "icon.svg", SVG, "demo/icon.svg";
    "inspector.css", CSS, "demo/inspector.css";
    "journey.js", JS, "demo/journey.js";
    "json.js", JS, "demo/json.js";
    "test-keys.js", JS, "demo/test-keys.js";
    "theme.js", JS, "demo/theme.js";
    "tideline.css", CSS, "demo/tideline.css";
    "wire-panel.js", JS, "demo/wire-panel.js";
    "wire.js", JS, "demo/wire.js";
};

/// `GET /`
pub(super) async fn index(State(demo): State<Arc<DemoState>>) -> Html<String> {
    Html(INDEX.replace(PLACEHOLDER, &demo.byo_origin))
}

/// `GET /assets/{file}`
pub(super) async fn asset(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Answers only under the demo's own name. A page of another site that points its own name at this machine
/// could otherwise ask the API for sessions as if it were the demo.
pub(super) async fn own_host_only(
    State(demo): State<Arc<DemoState>>,
    request: Request,
    next: Next,
) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if host == Some(&demo.own_authority) {
        return next.run(request).await;
    }
    if request.uri().path() == "/" {
        return Redirect::temporary(&demo.own_origin).into_response();
    }
    StatusCode::MISDIRECTED_REQUEST.into_response()
}

/// A strict policy, as a product that takes keys should have: scripts only from here and from byo, no inline anything.
pub(super) async fn guard(State(demo): State<Arc<DemoState>>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, demo.content_security_policy.clone());
    for (name, value) in HEADERS {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

const HEADERS: [(&str, &str); 6] = [
    ("cache-control", "no-store"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
];

/// The policy for a page that embeds byo's widget. `byo` is an origin, checked when the settings were read.
pub(super) fn content_security_policy(byo: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; script-src 'self' {byo} 'wasm-unsafe-eval'; style-src 'self'; \
         connect-src 'self' {byo}; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'; require-trusted-types-for 'script'"
    );
    HeaderValue::from_str(&policy).expect("an origin is visible ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_the_page_asks_for_is_served() {
        let mentioned = FILES
            .iter()
            .map(|(_, _, text)| *text)
            .chain([INDEX])
            .flat_map(|text| text.split(['"', '\'']))
            .filter_map(|part| part.strip_prefix("/assets/").or_else(|| part.strip_prefix("./")));
        for name in mentioned {
            assert!(FILES.iter().any(|(known, ..)| *known == name), "{name} is asked for but not served");
        }
    }

    #[test]
    fn the_page_needs_nothing_the_policy_forbids() {
        for forbidden in ["<style", "style=", "onclick=", "javascript:", "http://", "https://"] {
            assert!(!INDEX.contains(forbidden), "index.html holds {forbidden}");
        }
        for (name, _, text) in FILES.iter().filter(|(_, kind, _)| *kind == JS) {
            for forbidden in ["innerHTML", "insertAdjacentHTML", "document.write", "eval("] {
                assert!(!text.contains(forbidden), "{name} uses {forbidden}");
            }
        }
    }
}
