//! The browser half that the binary carries: the script, its chunks, the npm package, and the hashes of them all.

mod hashes;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};
use tower_http::compression::CompressionLayer;

pub(super) use hashes::{Hashed, Hashes};

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
        .route("/connect.json", get(listing))
        .route("/connect/{*path}", get(chunk))
        .route("/npm/byo-connect.tgz", get(package))
        .layer(CompressionLayer::new())
}

/// What its files hash to; `None` for a binary without the widget.
pub(super) fn hashes() -> Option<&'static Hashes> {
    hashes::of_this_binary()
}

/// The widget for a script tag on any page; its name never changes, so its bytes are asked for each time.
async fn entry(headers: HeaderMap) -> Response {
    file(SCRIPT, &headers, ASKED_FOR_EACH_TIME)
}

/// Parts that the widget loads when it needs them, and the entry by a name of its own. Their names change with their
/// bytes.
async fn chunk(Path(path): Path<String>, headers: HeaderMap) -> Response {
    file(&format!("connect/{path}"), &headers, KEPT_FOR_EVER)
}

async fn package(headers: HeaderMap) -> Response {
    file(PACKAGE, &headers, ASKED_FOR_EACH_TIME)
}

/// What each file must hash to, for pages that hold them to it (Subresource Integrity) and for whoever compares.
async fn listing(State(app): State<AppState>, headers: HeaderMap) -> Response {
    let Some(hashes) = hashes() else { return missing() };
    let listing = hashes.listing(&app.identity.public_origin);
    let bytes = serde_json::to_vec_pretty(&listing).expect("it holds only text and numbers");
    let sha256 = Sha256::digest(&bytes).into();
    for_every_page(assets::answer("connect.json", bytes.into(), &sha256, &headers, ASKED_FOR_EACH_TIME))
}

/// A file of the widget, for pages of every origin.
pub(super) fn file(path: &str, headers: &HeaderMap, caching: &'static str) -> Response {
    let Some(file) = Widget::get(path) else { return missing() };
    for_every_page(assets::file(path, &file, headers, caching))
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
