//! `GET /.well-known/byo-keys.json`.

use axum::{Json, extract::State, http::header};

use super::{
    AppState,
    problem::{Code, Problem, ProblemBody},
};
use crate::{directory::Directory, domain};

/// The signed list of keys that browsers may seal to
///
/// Two DSSE envelopes, each payload JSON in base64. `directoryKey` is signed by the root that embedders pin:
/// `{v, root, publicKey, origins, notBefore, notAfter}`. `directory` is signed by that public key (Ed25519):
/// `{v, origins, serial, issuedAt, expiresAt, keys: [{kid, publicKey, suites, state}]}`.
#[utoipa::path(
    get, path = "/.well-known/byo-keys.json", tag = "Connect", security(()),
    responses(
        (status = 200, description = "The directory", body = Directory),
        (status = 404, description = "This server has no directory key", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn directory(
    State(app): State<AppState>,
) -> Result<([(header::HeaderName, &'static str); 1], Json<Directory>), Problem> {
    let directory = domain::directory(&app).await?;
    let none =
        "This server has no directory key, so nobody can pin its root; see BYO_SEALING__DIRECTORY_KEY.";
    let directory = directory.ok_or_else(|| Problem::new(Code::NotFound, none))?;
    Ok(([(header::CACHE_CONTROL, "no-cache")], Json(directory)))
}
