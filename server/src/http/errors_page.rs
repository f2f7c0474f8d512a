//! `/docs/errors`: what every code means. A problem's `type` leads here.

use std::fmt::Write as _;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use super::{AppState, problem::Code};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/docs/errors", get(page))
}

/// Built from the codes themselves, so that none can be missing. Nothing a client sends stands in it.
async fn page() -> Response {
    let mut list = String::new();
    for code in Code::ALL {
        let (name, status, title, advice) =
            (code.as_str(), code.status().as_u16(), code.title(), code.advice());
        write!(list, "<section id=\"{name}\"><h2><code>{name}</code> <small>{status}</small></h2><p>{title}. {advice}</p></section>")
            .expect("writing to a string never fails");
    }
    let page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Errors · byo</title><link rel=\"stylesheet\" href=\"/pages/base.css\"><link rel=\"stylesheet\" href=\"/pages/index/index.css\"></head>\
         <body><main><p class=\"wordmark\">byo</p><h1>Errors by code</h1>\
         <p class=\"lede\">Every refusal is application/problem+json with a stable <code>code</code>.</p>{list}</main></body></html>"
    );
    let mut response = Html(page).into_response();
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    );
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    response
}
