//! `/docs/widget`: the widget explained, with examples that run against this server's own test environment.

use std::sync::Arc;

use axum::{Router, routing::get};

use super::{AppState, pages, pages::escaped, widget};

const TEMPLATE: &str = include_str!("../../../www/docs/widget.html");

/// `key` is a publishable key of a test environment; without one readers are asked for theirs.
pub(super) fn routes(origin: &str, key: Option<&str>) -> Router<AppState> {
    let page: Arc<str> = page(origin, key).into();
    let handler = move || async move { pages::html(page.to_string()) };
    Router::new().route("/docs/widget", get(handler))
}

fn page(origin: &str, key: Option<&str>) -> String {
    let hashes = widget::hashes();
    let entry = hashes.map(|hashes| hashes.entry.as_ref().unwrap_or(&hashes.script));
    pages::template(TEMPLATE, "/docs/widget")
        .replace("{{ORIGIN}}", &escaped(origin))
        .replace("{{PUBLISHABLE_KEY}}", &escaped(key.unwrap_or_default()))
        .replace("{{ENTRY}}", entry.map_or("/connect.js", |entry| &entry.path))
        .replace("{{INTEGRITY}}", entry.map_or("sha384-…", |entry| &entry.integrity))
}
