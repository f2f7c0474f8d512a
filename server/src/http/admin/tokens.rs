//! `/v1/admin/projects/{id}/tokens` and `/v1/admin/tokens/{id}`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::projects::project_id;
use crate::{
    clock::Timestamp,
    domain::{self, Refusal},
    environment::Environment,
    http::{
        AppState,
        json::{JsonBody, QueryParams},
        page::PageQuery,
        principal::Admin,
        problem::{Problem, ProblemBody},
    },
    id::TokenId,
    store::TokenRow,
    token::TokenKind,
};

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct TokenBody {
    /// Which half of the project it is for.
    environment: Environment,
    /// `publishable` or `secret`.
    kind: TokenKind,
    /// What the operator calls it.
    name: String,
}

/// A token. The token itself is shown only when it is made.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct TokenView {
    /// Its id.
    id: String,
    /// Which half of the project it is for.
    environment: Environment,
    /// `publishable` or `secret`.
    kind: TokenKind,
    /// What the operator calls it.
    name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was ended; `null` while it works.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// The token. Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// A page of a project's tokens.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(in crate::http) struct TokenList {
    /// Oldest first, ended ones too.
    data: Vec<TokenView>,
    /// To be sent as `cursor` for the next page; `null` on the last.
    next_cursor: Option<String>,
}

impl From<TokenRow> for TokenView {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id.as_str().to_owned(),
            environment: row.environment,
            kind: row.kind,
            name: row.name,
            created_at: row.created_at,
            revoked_at: row.revoked_at,
            token: None,
        }
    }
}

/// Make a token
#[utoipa::path(
    post, path = "/v1/admin/projects/{id}/tokens", tag = "Admin", security(("adminKey" = [])),
    params(("id" = String, Path, description = "The project's id")),
    request_body = TokenBody,
    responses(
        (status = 201, description = "The token, shown this once", body = TokenView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn create(
    State(app): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
    JsonBody(body): JsonBody<TokenBody>,
) -> Result<(StatusCode, Json<TokenView>), Problem> {
    let created =
        domain::create_token(&app, &project_id(&id)?, body.environment, body.kind, &body.name).await?;
    let mut view = TokenView::from(created.row);
    // EXPOSE: shown once to the operator who made it.
    view.token = Some(created.token.expose().to_owned());
    Ok((StatusCode::CREATED, Json(view)))
}

/// List a project's tokens
#[utoipa::path(
    get, path = "/v1/admin/projects/{id}/tokens", tag = "Admin", security(("adminKey" = [])),
    params(("id" = String, Path, description = "The project's id"), PageQuery),
    responses(
        (status = 200, description = "The tokens, without themselves", body = TokenList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn list(
    State(app): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
    QueryParams(query): QueryParams<PageQuery>,
) -> Result<Json<TokenList>, Problem> {
    let (id, page) = (project_id(&id)?, query.checked(TokenId::parse)?);
    let mut rows = app.store.tokens(&id, page.and_one()).await.map_err(Refusal::from)?;
    let next_cursor = page.cut(&mut rows, |row| &row.id).map(|id| id.as_str().to_owned());
    Ok(Json(TokenList { data: rows.into_iter().map(TokenView::from).collect(), next_cursor }))
}

/// End a token; no call passes with it from now on
#[utoipa::path(
    delete, path = "/v1/admin/tokens/{id}", tag = "Admin", security(("adminKey" = [])),
    params(("id" = String, Path, description = "The token's id")),
    responses(
        (status = 204, description = "Ended; also when it was ended before"),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn revoke(
    State(app): State<AppState>,
    _admin: Admin,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = TokenId::parse(&id).ok_or(Refusal::NotFound("There is no such token."))?;
    domain::revoke_token(&app, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
