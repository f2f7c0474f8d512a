//! Which models may be called: an environment's list, and each customer's own. The stricter of the two wins.

use axum::{
    Json,
    extract::{Path, State},
};

use super::{
    AppState,
    json::JsonBody,
    problem::{Problem, ProblemBody},
};
use crate::{
    domain::{self, Secret},
    store::ModelList,
};

/// Set which models this environment's customers may call
#[utoipa::path(
    put, path = "/v1/project/models", tag = "Models", security(("secretKey" = [])),
    request_body = ModelList,
    responses(
        (status = 200, description = "The list as it is now", body = ModelList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn project(
    State(app): State<AppState>,
    secret: Secret,
    JsonBody(body): JsonBody<ModelList>,
) -> Result<Json<ModelList>, Problem> {
    Ok(Json(domain::set_models(&app, &secret, None, body).await?))
}

/// Set which models a customer may call
#[utoipa::path(
    put, path = "/v1/customers/{refId}/models", tag = "Models", security(("secretKey" = [])),
    params(("refId" = String, Path, description = "The customer")),
    request_body = ModelList,
    responses(
        (status = 200, description = "The list as it is now", body = ModelList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn customer(
    State(app): State<AppState>,
    secret: Secret,
    Path(ref_id): Path<String>,
    JsonBody(body): JsonBody<ModelList>,
) -> Result<Json<ModelList>, Problem> {
    Ok(Json(domain::set_models(&app, &secret, Some(&ref_id), body).await?))
}
