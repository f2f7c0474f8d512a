//! `/healthz` and `/readyz`.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AppState,
    problem::{Problem, ProblemBody},
};

/// The server is there.
#[derive(Serialize, ToSchema)]
pub(super) struct Health {
    /// Always `ok`.
    status: &'static str,
    /// Of the program.
    version: &'static str,
}

impl Health {
    const OK: Self = Self { status: "ok", version: env!("CARGO_PKG_VERSION") };
}

/// Whether the process answers
#[utoipa::path(
    get, path = "/healthz", tag = "Operations", security(()),
    responses((status = 200, description = "It does", body = Health))
)]
pub(super) async fn healthz() -> Json<Health> {
    Json(Health::OK)
}

/// Whether the server can do its work: the database takes writes
#[utoipa::path(
    get, path = "/readyz", tag = "Operations", security(()),
    responses(
        (status = 200, description = "It can", body = Health),
        (status = 503, description = "It cannot just now", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn readyz(State(app): State<AppState>) -> Result<Json<Health>, Problem> {
    app.readiness.check(&app).await?;
    Ok(Json(Health::OK))
}
