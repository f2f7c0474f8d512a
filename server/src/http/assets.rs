//! Files that the binary carries: the widget, its npm package, the pages.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::CompressionLayer;

use super::{
    AppState,
    problem::{Code, Problem},
};

/// What the widget's build leaves; file paths are URL paths. Missing in a build without the widget.
#[derive(RustEmbed)]
#[folder = "../target/embed"]
#[allow_missing = true]
struct Widget;

/// Pages that stand on this server's own origin.
#[derive(RustEmbed)]
#[folder = "../www"]
#[include = "*.css"]
#[include = "*.svg"]
#[include = "connect/*"]
#[include = "index/*"]
struct Pages;

/// Nothing but this server's own scripts and styles, and nobody's frame.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
     img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(index))
        .route("/connect", get(hosted))
        .route("/pages/{*path}", get(page_file))
        .route("/connect.js", get(entry))
        .route("/connect/{*path}", get(chunk))
        .route("/npm/byo-connect.tgz", get(package))
        .layer(CompressionLayer::new())
}

/// Whether this binary carries the widget.
pub(super) fn has_widget() -> bool {
    Widget::get("connect.js").is_some()
}

async fn index(headers: HeaderMap) -> Response {
    page("index/index.html", &headers)
}

/// Where a session's `url` leads. The token stands behind `#` and never reaches the server this way.
async fn hosted(headers: HeaderMap) -> Response {
    page("connect/index.html", &headers)
}

async fn page_file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    page(&path, &headers)
}

/// The widget for a script tag on any page; its name never changes, so its bytes are asked for each time.
async fn entry(headers: HeaderMap) -> Response {
    widget("connect.js", &headers, "public, no-cache")
}

/// Parts that the widget loads when it needs them. Their names change with their bytes.
async fn chunk(Path(path): Path<String>, headers: HeaderMap) -> Response {
    widget(&format!("connect/{path}"), &headers, "public, max-age=31536000, immutable")
}

async fn package(headers: HeaderMap) -> Response {
    widget("npm/byo-connect.tgz", &headers, "public, no-cache")
}

fn page(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Pages::get(path) else { return super::guard::nothing_here().into_response() };
    let mut response = answer(path, &file, headers, "no-cache");
    let policy = HeaderValue::from_static(PAGE_POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn widget(path: &str, headers: &HeaderMap, caching: &'static str) -> Response {
    let Some(file) = Widget::get(path) else {
        if has_widget() {
            return super::guard::nothing_here().into_response();
        }
        let detail = "This binary was built without the widget; build it with `cargo xtask build`.";
        return Problem::new(Code::NotFound, detail).into_response();
    };
    let mut response = answer(path, &file, headers, caching);
    // A module script of another origin is fetched with CORS; it is the same for everybody.
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(policy, HeaderValue::from_static("cross-origin"));
    response
}

fn answer(path: &str, file: &EmbeddedFile, headers: &HeaderMap, caching: &'static str) -> Response {
    let tag = format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]));
    let tag = HeaderValue::from_str(&tag).expect("hex in quotes is a header value");
    let common = [
        (header::ETAG, tag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static(caching)),
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type(path))),
    ];
    // A compressing layer or proxy marks tags as weak.
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    if known.is_some_and(|known| {
        known.split(',').any(|known| known.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes())
    }) {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    (common, file.data.clone().into_owned()).into_response()
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        Some("wasm") => "application/wasm",
        Some("tgz") => "application/gzip",
        _ => "application/octet-stream",
    }
}

/// `/demo` of a server that runs one.
pub(super) fn demo_redirect(to: String) -> Router<AppState> {
    Router::new().route("/demo", get(move || async move { Redirect::temporary(&to) }))
}
