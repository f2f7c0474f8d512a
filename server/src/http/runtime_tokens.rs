//! `/v1/runtime-tokens`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use byo_seal::ProviderId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    AppState,
    json::{JsonBody, QueryParams},
    keys::check_provider,
    page,
    problem::{Problem, ProblemBody},
};
use crate::{
    clock::Timestamp,
    domain::{self, Invalid, NO_TOKEN, Refusal, RuntimeTokenRequest, Secret},
    id::TokenId,
    store::{ModelList, RuntimeTokenPage, RuntimeTokenRow},
};

/// A runtime token to make.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RuntimeTokenBody {
    /// The customer whose keys it uses, as the product names it.
    #[schema(example = "customer_123")]
    ref_id: String,
    /// For which providers; all when left out.
    providers: Option<Vec<String>>,
    /// Which models; all that the customer may call when left out.
    models: Option<ModelList>,
    /// For how many seconds, 60 to 31536000; until it is revoked when left out.
    expires_in: Option<u64>,
}

/// A runtime token. The token itself is shown only when it is made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuntimeTokenView {
    /// Its id.
    id: String,
    /// The customer whose keys it uses.
    ref_id: String,
    /// For which providers; `null` is all.
    #[schema(value_type = Option<Vec<String>>)]
    providers: Option<Vec<ProviderId>>,
    /// Which models.
    models: ModelList,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Until when it works; `null` is until it is revoked.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When it was ended, by itself or with the secret key that made it; `null` while it was not.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// The token. Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// A page of runtime tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuntimeTokenList {
    /// Oldest first, ended ones too; those that expired are dropped after a while.
    data: Vec<RuntimeTokenView>,
    /// To be sent as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

/// Which runtime tokens to list.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// For this customer.
    ref_id: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// How many, 1 to 200; 50 when left out.
    limit: Option<String>,
}

impl From<RuntimeTokenRow> for RuntimeTokenView {
    fn from(row: RuntimeTokenRow) -> Self {
        Self {
            id: row.limits.id.as_str().to_owned(),
            ref_id: row.limits.ref_id,
            providers: row.limits.providers,
            models: row.limits.models,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            token: None,
        }
    }
}

/// Make a runtime token, for a tool that calls the proxy for one customer
#[utoipa::path(
    post, path = "/v1/runtime-tokens", tag = "Runtime tokens", security(("secretKey" = [])),
    request_body = RuntimeTokenBody,
    responses(
        (status = 201, description = "The token, shown this once", body = RuntimeTokenView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create(
    State(app): State<AppState>,
    secret: Secret,
    JsonBody(body): JsonBody<RuntimeTokenBody>,
) -> Result<(StatusCode, Json<RuntimeTokenView>), Problem> {
    let created = domain::create_runtime_token(&app, &secret, body.checked()?).await?;
    let mut view = RuntimeTokenView::from(created.row);
    // EXPOSE: shown once to the backend that asked.
    view.token = Some(created.token.expose().to_owned());
    Ok((StatusCode::CREATED, Json(view)))
}

/// List runtime tokens
#[utoipa::path(
    get, path = "/v1/runtime-tokens", tag = "Runtime tokens", params(ListQuery), security(("secretKey" = [])),
    responses(
        (status = 200, description = "A page of this environment's tokens, without themselves", body = RuntimeTokenList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(app): State<AppState>,
    secret: Secret,
    QueryParams(query): QueryParams<ListQuery>,
) -> Result<Json<RuntimeTokenList>, Problem> {
    let (rows, next) = domain::runtime_tokens(&app, &secret, query.checked()?).await?;
    let next_cursor = next.map(|id| id.as_str().to_owned());
    Ok(Json(RuntimeTokenList { data: rows.into_iter().map(RuntimeTokenView::from).collect(), next_cursor }))
}

/// End a runtime token and the calls that run with it; none passes from now on
#[utoipa::path(
    delete, path = "/v1/runtime-tokens/{id}", tag = "Runtime tokens", security(("secretKey" = [])),
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 204, description = "Ended; also when it was ended before"),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn revoke(
    State(app): State<AppState>,
    secret: Secret,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = TokenId::parse(&id).ok_or(NO_TOKEN)?;
    domain::revoke_runtime_token(&app, &secret, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl RuntimeTokenBody {
    fn checked(self) -> Result<RuntimeTokenRequest, Refusal> {
        let mut errors = Vec::new();
        let providers = self.providers.map(|names| {
            names.iter().filter_map(|name| check_provider("providers", name, &mut errors)).collect()
        });
        if !errors.is_empty() {
            errors.truncate(1);
            return Err(Refusal::Invalid(errors));
        }
        let Self { ref_id, models, expires_in, .. } = self;
        Ok(RuntimeTokenRequest { ref_id, providers, models, expires_in })
    }
}

impl ListQuery {
    fn checked(self) -> Result<RuntimeTokenPage, Refusal> {
        let mut errors = Vec::new();
        if self.ref_id.as_deref().is_some_and(|ref_id| byo_seal::check_ref_id(ref_id).is_err()) {
            errors.push(Invalid::new("refId", "is not a refId"));
        }
        let page = page::page(self.cursor, self.limit, TokenId::parse, &mut errors);
        if errors.is_empty() {
            Ok(RuntimeTokenPage { ref_id: self.ref_id, page })
        } else {
            Err(Refusal::Invalid(errors))
        }
    }
}
