//! `/docs/errors`: what every code means. A problem's `type` leads here.

use std::fmt::Write as _;

use axum::{Router, response::Response, routing::get};

use super::{AppState, pages, problem::Code};

const TEMPLATE: &str = include_str!("../../../www/docs/errors.html");

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
    pages::html(pages::template(TEMPLATE, "/docs/errors").replace("{{CODES}}", &list))
}
