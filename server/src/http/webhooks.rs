//! `/v1/webhook-endpoints`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    AppState,
    json::JsonBody,
    problem::{Problem, ProblemBody},
};
use crate::{
    clock::Timestamp,
    domain::{self, EVENT_KINDS, Refusal, Secret},
    id::EndpointId,
    store::EndpointRow,
};

/// Where webhooks are to go.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct EndpointBody {
    /// The receiver: a public https address.
    #[schema(example = "https://api.example.com/webhooks/byo")]
    url: String,
    /// Which events; all when left out.
    events: Option<Vec<String>>,
}

/// A webhook endpoint.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EndpointView {
    /// Its id.
    id: String,
    /// The receiver.
    url: String,
    /// Which events it is sent.
    events: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Since when nothing is sent to it; `null` while it is in use.
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Option<Timestamp>,
    /// Signs what is sent. Shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<EndpointRow> for EndpointView {
    fn from(row: EndpointRow) -> Self {
        Self {
            id: row.id.as_str().to_owned(),
            url: row.url,
            events: row.events.unwrap_or_else(|| EVENT_KINDS.iter().map(|&kind| kind.to_owned()).collect()),
            created_at: row.created_at,
            disabled_at: row.disabled_at,
            secret: None,
        }
    }
}

/// The endpoints of an environment.
#[derive(Serialize, ToSchema)]
pub(super) struct EndpointList {
    /// Oldest first.
    data: Vec<EndpointView>,
}

/// Add a webhook endpoint
#[utoipa::path(
    post, path = "/v1/webhook-endpoints", tag = "Webhooks", security(("secretKey" = [])),
    request_body = EndpointBody,
    responses(
        (status = 201, description = "The endpoint, its secret shown this once", body = EndpointView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create(
    State(app): State<AppState>,
    secret: Secret,
    JsonBody(body): JsonBody<EndpointBody>,
) -> Result<(StatusCode, Json<EndpointView>), Problem> {
    let created = domain::add_endpoint(&app, &secret, body.url, body.events).await?;
    let mut view = EndpointView::from(created.row);
    // EXPOSE: shown once to the backend that asked.
    view.secret = Some(created.secret.expose().to_owned());
    Ok((StatusCode::CREATED, Json(view)))
}

/// List webhook endpoints
#[utoipa::path(
    get, path = "/v1/webhook-endpoints", tag = "Webhooks", security(("secretKey" = [])),
    responses(
        (status = 200, description = "The endpoints of this environment", body = EndpointList),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(State(app): State<AppState>, secret: Secret) -> Result<Json<EndpointList>, Problem> {
    let rows = app.store.endpoints(&secret.scope.environment.id).await.map_err(Refusal::from)?;
    Ok(Json(EndpointList { data: rows.into_iter().map(EndpointView::from).collect() }))
}

/// Remove a webhook endpoint
#[utoipa::path(
    delete, path = "/v1/webhook-endpoints/{id}", tag = "Webhooks", security(("secretKey" = [])),
    params(("id" = String, Path, description = "The endpoint's id")),
    responses(
        (status = 204, description = "Gone, and nothing more is sent to it"),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn delete(
    State(app): State<AppState>,
    secret: Secret,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = EndpointId::parse(&id).ok_or(Refusal::NotFound("There is no such webhook endpoint."))?;
    domain::remove_endpoint(&app, &secret, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
