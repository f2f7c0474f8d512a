//! Pages that stand on this server's own origin.

use axum::{
    Router,
    extract::Path,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse, Redirect, Response},
    routing::get,
};
use rust_embed::RustEmbed;
use tower_http::compression::CompressionLayer;

use super::{AppState, RouterSettings, assets, docs, errors_page, trust};
use crate::app::App;

#[derive(RustEmbed)]
#[folder = "../www"]
#[include = "*.css"]
#[include = "*.svg"]
#[include = "connect/*"]
#[include = "docs/*.css"]
#[include = "docs/*.js"]
#[include = "frame/*.css"]
#[include = "index/*"]
#[include = "trust/*.css"]
struct Pages;

/// Nothing but this server's own scripts and styles, and nobody's frame.
const POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
     img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

pub(super) fn routes(app: &App, settings: &RouterSettings) -> Router<AppState> {
    let docs = docs::routes(&app.identity.public_origin, settings.docs_key.as_deref());
    let demo = settings.demo.clone().map(demo_redirect).unwrap_or_default();
    Router::new()
        .route("/", get(index))
        .route("/connect", get(hosted))
        .route("/pages/{*path}", get(file))
        .merge(docs)
        .merge(errors_page::routes())
        .merge(trust::routes())
        .layer(CompressionLayer::new())
        .merge(demo)
}

async fn index(headers: HeaderMap) -> Response {
    page("index/index.html", &headers)
}

/// Where a session's `url` leads. The token stands behind `#` and never reaches the server this way.
async fn hosted(headers: HeaderMap) -> Response {
    page("connect/index.html", &headers)
}

async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    page(&path, &headers)
}

fn page(path: &str, headers: &HeaderMap) -> Response {
    let Some(file) = Pages::get(path) else { return super::guard::nothing_here().into_response() };
    restrained(assets::file(path, &file, headers, "no-cache"))
}

/// A page that was put together here.
pub(super) fn html(page: String) -> Response {
    let mut response = Html(page).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    restrained(response)
}

/// What pages to read have in common.
const PAGE: &str = include_str!("../../../www/docs/page.html");

/// The page that is read at `path`: a template in what all of them have in common.
pub(super) fn template(text: &str, path: &str) -> String {
    let (head, body) = text.split_once("<body>").expect("a template has a body");
    let link = format!("<a href=\"{path}\"");
    let page = PAGE.replace(&link, &format!("{link} aria-current=\"page\""));
    page.replace("{{HEAD}}", head.trim()).replace("{{BODY}}", body.trim())
}

/// Text as it may stand in markup, between tags and in quotes.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

fn restrained(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// `/demo` of a server that runs one.
fn demo_redirect(to: String) -> Router<AppState> {
    Router::new().route("/demo", get(move || async move { Redirect::temporary(&to) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_its_own_link_and_keeps_its_own_head() {
        let page =
            template("<title>t</title>\n<body>\n<main>see <a href=\"/trust\">there</a></main>\n", "/trust");
        assert_eq!(page.matches("aria-current").count(), 1, "{page}");
        assert!(
            page.contains("  <title>t</title>\n</head>")
                && page.contains("  <main>see <a href=\"/trust\">there</a></main>\n</body>")
        );
        assert!(!page.contains("{{"), "{page}");
    }

    #[test]
    fn text_becomes_no_markup() {
        assert_eq!(escaped("<a href=\"x\">'&'"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;");
        assert_eq!(escaped("http://[::1]:8787"), "http://[::1]:8787");
    }
}
