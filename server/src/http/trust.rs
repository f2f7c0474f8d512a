//! `/trust`: what happens to a key, for whoever is about to type one. Badges lead here.

use axum::{Router, extract::State, response::Response, routing::get};
use byo_seal::PublicKey;
use sha2::{Digest, Sha256};

use super::{
    AppState, pages,
    pages::escaped,
    widget::{self, Hashed},
};
use crate::{
    directory::{self, TrustRoot},
    domain,
};

const TEMPLATE: &str = include_str!("../../../www/trust/index.html");

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/trust", get(page))
}

/// The same for everybody, and without scripts: it must be readable where nothing else is trusted.
async fn page(State(app): State<AppState>) -> Response {
    let announced = domain::announced(&app);
    let origin = escaped(&app.identity.public_origin);
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
    let page = pages::template(TEMPLATE, "/trust")
        .replace("{{HOST}}", host)
        .replace("{{ORIGIN}}", &origin)
        .replace("{{VERSION}}", env!("CARGO_PKG_VERSION"))
        .replace("{{KID}}", announced.kid.as_str())
        .replace("{{FINGERPRINT}}", &fingerprint(&announced.public_key))
        .replace("{{ROOT}}", &root(announced.root))
        .replace("{{FILES}}", &files());
    pages::html(page)
}

/// SHA-256 in groups that can be read out.
fn fingerprint(key: &PublicKey) -> String {
    let hex = hex::encode(Sha256::digest(key.as_bytes()));
    let groups: Vec<_> =
        (0..hex.len()).step_by(4).map(|at| format!("<span>{}</span>", &hex[at..at + 4])).collect();
    groups.join(" ")
}

fn root(root: Option<TrustRoot>) -> String {
    root.map_or_else(
        || "None. Products cannot pin what this server’s browsers seal to.".to_owned(),
        |root| format!("<code>{root}</code>, in <a href=\"{}\">its signed list</a>", directory::PATH),
    )
}

/// What browsers are served, to hold against another copy.
fn files() -> String {
    let Some(hashes) = widget::hashes() else {
        return "<p>This server was built without the field.</p>".to_owned();
    };
    let line = |what: &str, file: &Hashed| {
        format!("<dt>{what} <code>{}</code></dt><dd><code>{}</code></dd>", file.path, file.integrity)
    };
    let mut list = line("Script", &hashes.script);
    list.extend(hashes.entry.as_ref().map(|file| line("The same, under a fixed name", file)));
    list.extend(hashes.package.as_ref().map(|file| line("Package", file)));
    format!("<dl class=\"facts\">{list}</dl>")
}
