//! A file that the binary carries, as an answer: its type, its tag, and nothing at all for whoever has it already.

use std::borrow::Cow;

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::EmbeddedFile;

/// An embedded file; `path` tells its type.
pub(super) fn file(path: &str, file: &EmbeddedFile, headers: &HeaderMap, caching: &'static str) -> Response {
    answer(path, file.data.clone(), &file.metadata.sha256_hash(), headers, caching)
}

/// Bytes with their hash, of which the tag is made.
pub(super) fn answer(
    path: &str,
    bytes: Cow<'static, [u8]>,
    sha256: &[u8; 32],
    headers: &HeaderMap,
    caching: &'static str,
) -> Response {
    let tag = format!("\"{}\"", hex::encode(&sha256[..16]));
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
    (common, bytes.into_owned()).into_response()
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
