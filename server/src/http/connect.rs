//! `GET /v1/connect/params`.

use axum::{Json, extract::State};

use super::{
    AppState,
    principal::Browser,
    problem::{Problem, ProblemBody},
};
use crate::domain::{self, Authority, Params};

/// What a browser needs to seal a key
#[utoipa::path(
    get, path = "/v1/connect/params", tag = "Connect",
    security(("publishableKey" = []), ("connectSession" = [])),
    responses(
        (status = 200, description = "Parameters for one envelope", body = Params),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn params(
    State(app): State<AppState>,
    Browser(authority): Browser,
    client: super::guard::ClientAddress,
) -> Result<Json<Params>, Problem> {
    if let Authority::Publishable(publishable) = &authority {
        app.limits.params(client.0, publishable.token.as_str()).map_err(crate::domain::Refusal::from)?;
    }
    Ok(Json(domain::params(&app)))
}
