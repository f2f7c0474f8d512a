//! What is done with a stored key: `POST /v1/keys/validate`, `/revoke`, `/disable`, `/enable`.

use axum::{Json, extract::State};
use byo_seal::{ProviderId, Verdict};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{
        AppState,
        json::JsonBody,
        principal::SessionOrSecret,
        problem::{Problem, ProblemBody},
    },
    KeyName,
    read::KeyView,
};
use crate::{
    clock::Timestamp,
    domain::{self, Secret},
    store::KeyStatus,
};

/// What the provider says of a stored key.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct ValidateAnswer {
    /// Whether the provider accepts it.
    valid: bool,
    /// What the check proved.
    #[schema(value_type = String, example = "valid")]
    verdict: Verdict,
    /// Models the provider listed.
    models: Vec<String>,
    /// When it was checked.
    #[schema(value_type = String, format = DateTime)]
    checked_at: Timestamp,
    /// Why it is not plainly valid.
    error: Option<domain::CheckMessage>,
}

/// A key that is gone.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct RevokeAnswer {
    /// The revoked key's id; `null` when there was none.
    id: Option<String>,
    /// For which provider.
    #[schema(value_type = String)]
    provider: ProviderId,
    /// Whose.
    ref_id: String,
    /// Its name.
    name: String,
    /// Always `revoked`.
    status: KeyStatus,
}

/// Check a stored key with its provider
#[utoipa::path(
    post, path = "/v1/keys/validate", tag = "Keys",
    security(("connectSession" = []), ("secretKey" = [])),
    request_body = KeyName,
    responses(
        (status = 200, description = "What the provider says of it", body = ValidateAnswer),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn validate(
    State(app): State<AppState>,
    SessionOrSecret(authority): SessionOrSecret,
    JsonBody(body): JsonBody<KeyName>,
) -> Result<Json<ValidateAnswer>, Problem> {
    let key = body.checked()?;
    let found = domain::validate(&app, &authority, &key.ref_id, key.provider, &key.name).await?;
    Ok(Json(ValidateAnswer {
        valid: found.verdict.is_usable(),
        verdict: found.verdict,
        models: found.models,
        checked_at: found.checked_at,
        error: found.error,
    }))
}

/// Destroy a stored key
#[utoipa::path(
    post, path = "/v1/keys/revoke", tag = "Keys",
    security(("connectSession" = []), ("secretKey" = [])),
    request_body = KeyName,
    responses(
        (status = 200, description = "The key is gone; also when it was gone before", body = RevokeAnswer),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn revoke(
    State(app): State<AppState>,
    SessionOrSecret(authority): SessionOrSecret,
    JsonBody(body): JsonBody<KeyName>,
) -> Result<Json<RevokeAnswer>, Problem> {
    let key = body.checked()?;
    let revoked = domain::revoke(&app, authority, key.ref_id.clone(), key.provider, key.name.clone()).await?;
    Ok(Json(RevokeAnswer {
        id: revoked.map(|key| key.id.as_str().to_owned()),
        provider: key.provider,
        ref_id: key.ref_id,
        name: key.name,
        status: KeyStatus::Revoked,
    }))
}

/// Refuse a stored key's use
#[utoipa::path(
    post, path = "/v1/keys/disable", tag = "Keys", security(("secretKey" = [])),
    request_body = KeyName,
    responses(
        (status = 200, description = "The key is kept, and refused for use", body = KeyView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn disable(
    State(app): State<AppState>,
    secret: Secret,
    JsonBody(body): JsonBody<KeyName>,
) -> Result<Json<KeyView>, Problem> {
    let key = body.checked()?;
    Ok(Json(domain::set_disabled(&app, &secret, &key.ref_id, key.provider, &key.name, true).await?.into()))
}

/// Allow a stored key's use again
#[utoipa::path(
    post, path = "/v1/keys/enable", tag = "Keys", security(("secretKey" = [])),
    request_body = KeyName,
    responses(
        (status = 200, description = "The key is in use", body = KeyView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn enable(
    State(app): State<AppState>,
    secret: Secret,
    JsonBody(body): JsonBody<KeyName>,
) -> Result<Json<KeyView>, Problem> {
    let key = body.checked()?;
    Ok(Json(domain::set_disabled(&app, &secret, &key.ref_id, key.provider, &key.name, false).await?.into()))
}
