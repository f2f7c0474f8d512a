//! `GET /v1/connect/params`.

use axum::{Json, extract::State};

use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    AppState,
    json::QueryParams,
    principal::Browser,
    problem::{Problem, ProblemBody},
};
use crate::domain::{self, Authority, Params, Refusal};

/// What the key is to be sealed for.
#[derive(Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ParamsQuery {
    /// `request`: a key that is used for requests and never stored. Left out: connect, test or rotate.
    purpose: Option<String>,
    /// With `purpose=request`: for how many seconds it may be used, 60 to 86400; 3600 when left out.
    expires_in: Option<String>,
}

/// What a browser needs to seal a key
///
/// The envelope must be used within ten minutes, once. With `purpose=request` it may be used again for as long as was
/// asked for, for requests alone; a session must allow `request`, and a publishable key may ask where `writes` is `open`
/// or `open_replace`.
#[utoipa::path(
    get, path = "/v1/connect/params", tag = "Connect", params(ParamsQuery),
    security(("publishableKey" = []), ("connectSession" = [])),
    responses(
        (status = 200, description = "Parameters for one envelope", body = Params),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn params(
    State(app): State<AppState>,
    Browser(authority): Browser,
    admitted: super::guard::Admitted,
    QueryParams(query): QueryParams<ParamsQuery>,
) -> Result<Json<Params>, Problem> {
    if let Authority::Publishable(publishable) = &authority {
        app.limits.params(admitted.client, publishable.token.as_str()).map_err(Refusal::from)?;
    }
    Ok(Json(match query.checked()? {
        Asked::Submission => domain::params(&app),
        Asked::Requests { expires_in } => domain::request_params(&app, &authority, expires_in)?,
    }))
}

enum Asked {
    Submission,
    Requests { expires_in: Option<u64> },
}

impl ParamsQuery {
    fn checked(self) -> Result<Asked, Refusal> {
        match (self.purpose.as_deref(), self.expires_in) {
            (None, None) => Ok(Asked::Submission),
            (None, Some(_)) => Err(Refusal::invalid("expiresIn", "is for purpose=request alone")),
            (Some("request"), seconds) => {
                let seconds = seconds.map(|text| text.parse()).transpose();
                let expires_in =
                    seconds.map_err(|_| Refusal::invalid("expiresIn", "must be a number of seconds"))?;
                Ok(Asked::Requests { expires_in })
            }
            (Some(_), _) => {
                Err(Refusal::invalid("purpose", "must be request, or left out for connect, test and rotate"))
            }
        }
    }
}
