//! `/v1/admin/sealing-keys`: the keys that browsers seal to.

use axum::{Json, extract::State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    clock::Timestamp,
    domain::{self, Occasion, Refusal},
    http::{
        AppState,
        json::JsonBody,
        principal::Admin,
        problem::{Problem, ProblemBody},
    },
    store::{SealingKeyRow, SealingKeySet, SealingKeyState},
};

/// How to rotate.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct RotateBody {
    /// Somebody else may have the private keys: destroy all of them now, not after the overlap. Envelopes under way are
    /// refused and sealed anew by their browsers.
    #[serde(default)]
    compromised: bool,
}

/// The keys that still open envelopes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct SealingKeyList {
    /// Of the directory; grows with every change.
    serial: i64,
    /// When the directory was last made anew.
    #[schema(value_type = String, format = DateTime)]
    issued_at: Timestamp,
    /// Oldest first.
    data: Vec<SealingKeyView>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct SealingKeyView {
    /// Its id under the first suite.
    kid: String,
    /// `next` is announced, `active` is sealed to, `retiring` opens what was sealed to it before.
    #[schema(value_type = String, example = "active")]
    state: SealingKeyState,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Since when it is in its state.
    #[schema(value_type = String, format = DateTime)]
    changed_at: Timestamp,
}

impl From<SealingKeySet> for SealingKeyList {
    fn from(SealingKeySet { serial, issued_at, keys }: SealingKeySet) -> Self {
        Self { serial, issued_at, data: keys.into_iter().map(Into::into).collect() }
    }
}

impl From<SealingKeyRow> for SealingKeyView {
    fn from(row: SealingKeyRow) -> Self {
        let SealingKeyRow { kid, state, created_at, changed_at, .. } = row;
        Self { kid, state, created_at, changed_at }
    }
}

/// List the keys that browsers seal to
#[utoipa::path(
    get, path = "/v1/admin/sealing-keys", tag = "Admin", security(("adminKey" = [])),
    responses(
        (status = 200, description = "Those that still open envelopes", body = SealingKeyList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn list(
    State(app): State<AppState>,
    _admin: Admin,
) -> Result<Json<SealingKeyList>, Problem> {
    Ok(Json(app.store.sealing_keys().await.map_err(Refusal::from)?.into()))
}

/// Put the next key in place of the one browsers seal to
#[utoipa::path(
    post, path = "/v1/admin/sealing-keys/rotate", tag = "Admin", security(("adminKey" = [])),
    request_body = RotateBody,
    responses(
        (status = 200, description = "The keys after it", body = SealingKeyList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn rotate(
    State(app): State<AppState>,
    _admin: Admin,
    JsonBody(body): JsonBody<RotateBody>,
) -> Result<Json<SealingKeyList>, Problem> {
    let occasion = if body.compromised { Occasion::Compromise } else { Occasion::Rotate };
    Ok(Json(domain::rotate_sealing_keys(&app, occasion).await?.into()))
}
