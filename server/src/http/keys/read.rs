//! `GET /v1/keys` and `/v1/keys/{id}`. No answer ever holds a provider key.

use axum::{
    Json,
    extract::{Path, State},
};
use byo_seal::{ProviderConfig, ProviderId, Verdict};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    super::{
        AppState,
        json::QueryParams,
        page,
        principal::SessionOrSecret,
        problem::{Problem, ProblemBody},
    },
    check_provider,
};
use crate::{
    clock::Timestamp,
    domain::{self, Invalid, Refusal},
    id::KeyId,
    store::{DisabledBy, KeyPage, KeyRow, KeyStatus},
};

/// A stored key, as it may be shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct KeyView {
    /// Its id.
    id: String,
    /// For which provider.
    #[schema(value_type = String, example = "openai")]
    provider: ProviderId,
    /// Whose.
    ref_id: String,
    /// Its name.
    name: String,
    /// Its state.
    status: KeyStatus,
    /// Who disabled it, when it is disabled: the `backend`, or a `check` that the provider failed. Another key takes the
    /// place of the latter alone.
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
    /// When it was first connected.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// When it was last checked.
    #[schema(value_type = String, format = DateTime)]
    checked_at: Timestamp,
}

impl From<KeyRow> for KeyView {
    fn from(row: KeyRow) -> Self {
        Self {
            id: row.id.as_str().to_owned(),
            provider: row.address.provider,
            ref_id: row.address.ref_id,
            name: row.address.name,
            status: row.status,
            disabled_by: row.disabled_by,
            fingerprint: row.fingerprint,
            hint: row.hint,
            verdict: row.verdict,
            models: row.models,
            provider_config: row.provider_config,
            created_at: row.created_at,
            updated_at: row.updated_at,
            checked_at: row.checked_at,
        }
    }
}

/// A page of keys.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct KeyList {
    /// In the order they were first connected.
    data: Vec<KeyView>,
    /// To be sent as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// Which keys to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::http) struct ListQuery {
    /// Of this customer.
    ref_id: Option<String>,
    /// For this provider.
    provider: Option<String>,
    /// In this state: `active`, `disabled`, `suspect` or `revoked`.
    status: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when left out.
    limit: Option<String>,
}

/// List keys
#[utoipa::path(
    get, path = "/v1/keys", tag = "Keys", params(ListQuery),
    security(("connectSession" = []), ("secretKey" = [])),
    responses(
        (status = 200, description = "A page of keys; a session sees its own customer's alone", body = KeyList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn list(
    State(app): State<AppState>,
    SessionOrSecret(authority): SessionOrSecret,
    QueryParams(query): QueryParams<ListQuery>,
) -> Result<Json<KeyList>, Problem> {
    let (rows, next) = domain::list(&app, &authority, query.checked()?).await?;
    let next_cursor = next.map(|id| id.as_str().to_owned());
    Ok(Json(KeyList { data: rows.into_iter().map(KeyView::from).collect(), next_cursor }))
}

/// Read one key
#[utoipa::path(
    get, path = "/v1/keys/{id}", tag = "Keys", params(("id" = String, Path, description = "The key's id")),
    security(("connectSession" = []), ("secretKey" = [])),
    responses(
        (status = 200, description = "The key, as it may be shown", body = KeyView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn one(
    State(app): State<AppState>,
    SessionOrSecret(authority): SessionOrSecret,
    Path(id): Path<String>,
) -> Result<Json<KeyView>, Problem> {
    let id = KeyId::parse(&id).ok_or(Refusal::NotFound("There is no such key."))?;
    Ok(Json(domain::one(&app, &authority, &id).await?.into()))
}

impl ListQuery {
    fn checked(self) -> Result<KeyPage, Refusal> {
        let mut errors = Vec::new();
        if self.ref_id.as_deref().is_some_and(|ref_id| byo_seal::check_ref_id(ref_id).is_err()) {
            errors.push(Invalid::new("refId", "is not a refId"));
        }
        let provider = self.provider.and_then(|name| check_provider("provider", &name, &mut errors));
        let status = self.status.map(serde_json::Value::String).map(serde_json::from_value::<KeyStatus>);
        let status = status.transpose().unwrap_or_else(|_| {
            errors.push(Invalid::new("status", "must be active, disabled, suspect or revoked"));
            None
        });
        let page = page::page(self.cursor, self.limit, KeyId::parse, &mut errors);
        if errors.is_empty() {
            Ok(KeyPage { ref_id: self.ref_id, provider, status, page })
        } else {
            Err(Refusal::Invalid(errors))
        }
    }
}
