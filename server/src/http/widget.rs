//! The browser half that the binary carries: the script, its chunks, its npm package.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;

use super::{
    AppState, assets,
    problem::{Code, Problem},
};

/// What the widget's build leaves; file paths are URL paths. Missing in a build without the widget.
#[derive(RustEmbed)]
#[folder = "../target/embed"]
#[allow_missing = true]
struct Widget;

const SCRIPT: &str = "connect.js";
const PACKAGE: &str = "npm/byo-connect.tgz";

const ASKED_FOR_EACH_TIME: &str = "public, no-cache";
const KEPT_FOR_EVER: &str = "public, max-age=31536000, immutable";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/connect.js", get(entry))
        .route("/connect/{*path}", get(chunk))
        .route("/npm/byo-connect.tgz", get(package))
        .layer(CompressionLayer::new())
}

/// The widget for a script tag on any page; its name never changes, so its bytes are asked for each time.
async fn entry(headers: HeaderMap) -> Response {
    file(SCRIPT, &headers, ASKED_FOR_EACH_TIME)
}

/// Parts that the widget loads when it needs them. Their names change with their bytes.
async fn chunk(Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("connect/{path}"), &headers, KEPT_FOR_EVER)
}

async fn package(headers: HeaderMap) -> Response {
    file(PACKAGE, &headers, ASKED_FOR_EACH_TIME)
}

fn file(path: &str, headers: &HeaderMap, caching: &'static str) -> Response {
    let Some(file) = Widget::get(path) else { return missing() };
    for_every_page(assets::answer(path, &file, headers, caching))
}

fn missing() -> Response {
    if Widget::get(SCRIPT).is_some() {
        return super::guard::nothing_here().into_response();
    }
    let detail = "This binary was built without the widget; build it with `cargo xtask build`.";
    Problem::new(Code::NotFound, detail).into_response()
}

/// A module script of another origin is fetched with CORS; it is the same for everybody.
fn for_every_page(mut response: Response) -> Response {
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    response.headers_mut().insert(policy, HeaderValue::from_static("cross-origin"));
    response
}
