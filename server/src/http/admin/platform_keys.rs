//! `/v1/admin/projects/{id}/environments/{environment}/platform-keys`: the operator's own provider keys.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use byo_seal::{ProviderConfig, ProviderId, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::projects::{environment, project_id};
use crate::{
    clock::Timestamp,
    domain::{self, PlatformKey, Refusal},
    environment::Environment,
    http::{
        AppState,
        json::JsonBody,
        keys::check_key,
        principal::Admin,
        problem::{Problem, ProblemBody},
    },
    store::{DisabledBy, KeyRow, KeyStatus},
};

/// A key of the operator's.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct PlatformKeyBody {
    /// The key in the clear; empty for an Ollama server that asks for none.
    #[schema(value_type = String)]
    provider_key: Zeroizing<String>,
    /// Where and how it is used.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"baseUrl": "https://openrouter.ai/api/v1"}))]
    provider_config: Option<ProviderConfig>,
}

/// A key of the operator's, as it may be shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct PlatformKeyView {
    /// For which provider.
    #[schema(value_type = String, example = "openai")]
    provider: ProviderId,
    /// Its state.
    status: KeyStatus,
    /// Who disabled it, when it is disabled.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_by: Option<DisabledBy>,
    /// 8 hex digits that tell keys apart; without a key, addresses.
    fingerprint: String,
    /// The last four characters; empty for a short key, and where there is none.
    hint: String,
    /// What the last check proved.
    #[schema(value_type = String, example = "valid")]
    verdict: Verdict,
    /// Models the provider listed.
    models: Vec<String>,
    /// Where and how it is used.
    #[schema(value_type = Object)]
    provider_config: ProviderConfig,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it was last checked.
    #[schema(value_type = String, format = DateTime)]
    checked_at: Timestamp,
}

/// The operator's keys in an environment.
#[derive(Serialize, ToSchema)]
pub(in crate::http) struct PlatformKeyList {
    /// One a provider, in the order of their names.
    data: Vec<PlatformKeyView>,
}

impl From<KeyRow> for PlatformKeyView {
    fn from(row: KeyRow) -> Self {
        Self {
            provider: row.address.provider,
            status: row.status,
            disabled_by: row.disabled_by,
            fingerprint: row.fingerprint,
            hint: row.hint,
            verdict: row.verdict,
            models: row.models,
            provider_config: row.provider_config,
            updated_at: row.updated_at,
            checked_at: row.checked_at,
        }
    }
}

/// Store an operator's key for customers who have none
#[utoipa::path(
    put, path = "/v1/admin/projects/{id}/environments/{environment}/platform-keys/{provider}", tag = "Admin",
    security(("adminKey" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("environment" = Environment, Path, description = "Which half"),
        ("provider" = String, Path, description = "The provider's name"),
    ),
    request_body = PlatformKeyBody,
    responses(
        (status = 200, description = "Checked with the provider and stored", body = PlatformKeyView),
        (status = "4XX", description = "Refused; what was there is unchanged", body = ProblemBody, content_type = "application/problem+json"),
        (status = 502, description = "The provider gave no usable answer; what was there is unchanged", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn put(
    State(app): State<AppState>,
    _admin: Admin,
    Path((id, half, provider)): Path<(String, String, String)>,
    JsonBody(body): JsonBody<PlatformKeyBody>,
) -> Result<Json<PlatformKeyView>, Problem> {
    let mut errors = Vec::new();
    let provider = named(&provider)?;
    let key = check_key(Some(provider), body.provider_key, &mut errors).ok_or(Refusal::Invalid(errors))?;
    let new = PlatformKey {
        project: project_id(&id)?,
        environment: environment(&half)?,
        provider,
        provider_config: body.provider_config.unwrap_or_default(),
        key,
        at: app.clock.now(),
    };
    Ok(Json(domain::put_platform_key(&app, new).await?.into()))
}

/// List the operator's keys
#[utoipa::path(
    get, path = "/v1/admin/projects/{id}/environments/{environment}/platform-keys", tag = "Admin",
    security(("adminKey" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("environment" = Environment, Path, description = "Which half"),
    ),
    responses(
        (status = 200, description = "The keys, as they may be shown", body = PlatformKeyList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn list(
    State(app): State<AppState>,
    _admin: Admin,
    Path((id, half)): Path<(String, String)>,
) -> Result<Json<PlatformKeyList>, Problem> {
    let rows = domain::platform_keys(&app, &project_id(&id)?, environment(&half)?).await?;
    Ok(Json(PlatformKeyList { data: rows.into_iter().map(PlatformKeyView::from).collect() }))
}

/// Destroy an operator's key
#[utoipa::path(
    delete, path = "/v1/admin/projects/{id}/environments/{environment}/platform-keys/{provider}", tag = "Admin",
    security(("adminKey" = [])),
    params(
        ("id" = String, Path, description = "The project's id"),
        ("environment" = Environment, Path, description = "Which half"),
        ("provider" = String, Path, description = "The provider's name"),
    ),
    responses(
        (status = 204, description = "The key is gone; also when it was gone before"),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn delete(
    State(app): State<AppState>,
    _admin: Admin,
    Path((id, half, provider)): Path<(String, String, String)>,
) -> Result<StatusCode, Problem> {
    domain::remove_platform_key(&app, &project_id(&id)?, environment(&half)?, named(&provider)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn named(provider: &str) -> Result<ProviderId, Refusal> {
    provider.parse().map_err(|_| Refusal::NotFound("There is no provider of that name."))
}
