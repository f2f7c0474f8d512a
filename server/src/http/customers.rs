//! `POST /v1/customers/{refId}/revert`.

use axum::{
    Json,
    extract::{Path, State},
};
use byo_seal::ProviderId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    AppState,
    json::JsonBody,
    principal::SessionOrSecret,
    problem::{Problem, ProblemBody},
};
use crate::{
    domain,
    store::{KeyRow, Mode},
};

/// That it is meant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RevertBody {
    /// Must be `true`.
    confirm: bool,
}

/// A customer without keys.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RevertAnswer {
    /// The customer.
    ref_id: String,
    /// What answers for the customer now: `platform`, `demo`, or `none` where calls are refused.
    #[schema(value_type = String, example = "platform")]
    mode: &'static str,
    /// The keys that were destroyed; empty when there were none.
    revoked: Vec<RevokedKey>,
}

/// A key that is gone.
#[derive(Serialize, ToSchema)]
pub(super) struct RevokedKey {
    /// Its id.
    id: String,
    /// For which provider.
    #[schema(value_type = String, example = "openai")]
    provider: ProviderId,
    /// Its name.
    name: String,
}

/// Destroy all keys of a customer
///
/// Each ends as by `POST /v1/keys/revoke`, all of them in one step. A session must allow `disconnect`, for all providers.
#[utoipa::path(
    post, path = "/v1/customers/{refId}/revert", tag = "Keys",
    security(("connectSession" = []), ("secretKey" = [])),
    params(("refId" = String, Path, description = "The customer")),
    request_body = RevertBody,
    responses(
        (status = 200, description = "No key of this customer is left; also when there was none", body = RevertAnswer),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revert(
    State(app): State<AppState>,
    SessionOrSecret(authority): SessionOrSecret,
    Path(ref_id): Path<String>,
    JsonBody(body): JsonBody<RevertBody>,
) -> Result<Json<RevertAnswer>, Problem> {
    let reverted = domain::revert(&app, authority, ref_id.clone(), body.confirm).await?;
    let mode = match reverted.mode {
        Some(Mode::Server) => "platform",
        Some(Mode::Demo) => "demo",
        Some(Mode::Byok) | None => "none",
    };
    Ok(Json(RevertAnswer {
        ref_id,
        mode,
        revoked: reverted.keys.into_iter().map(RevokedKey::from).collect(),
    }))
}

impl From<KeyRow> for RevokedKey {
    fn from(key: KeyRow) -> Self {
        Self { id: key.id.as_str().to_owned(), provider: key.address.provider, name: key.address.name }
    }
}
