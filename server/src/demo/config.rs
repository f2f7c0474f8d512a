//! `GET /api/config`: what the page needs to connect one customer.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

use super::{
    DemoState,
    customer::RefId,
    session::{MakeSessionError, make_session},
};
use crate::environment::Environment;

/// The providers the pretend product offers its customers.
pub(super) const PROVIDERS: [&str; 3] = ["openai", "anthropic", "google"];

/// How the page may write, chosen on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    /// With the bare publishable key, in the test environment.
    Test,
    /// With a session, in the test environment.
    TestSession,
    /// With a session, in the live environment.
    Live,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    mode: Mode,
    /// Without one a new customer is made up.
    ref_id: Option<RefId>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageConfig<'a> {
    mode: Mode,
    environment: Environment,
    #[serde(rename = "baseURL")]
    base_url: &'a str,
    #[serde(flatten)]
    credential: Credential,
    ref_id: &'a RefId,
    providers: [&'static str; 3],
}

#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Credential {
    Publishable { publishable_key: String },
    Session { session_token: String, expires_at: String },
}

/// Only for the page itself: in the session modes each call makes a session, so no other site may cause one.
pub(super) async fn config(
    State(demo): State<Arc<DemoState>>,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ConfigError> {
    if headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none") {
        return Err(ConfigError::OtherSite);
    }
    let environment = wanted.mode.environment();
    let ref_id = wanted.ref_id.unwrap_or_else(|| RefId::new(&*demo.entropy));
    let credential = credential(&demo, wanted.mode, &ref_id).await?;
    let base_url = &demo.byo_origin;
    let config = PageConfig {
        mode: wanted.mode,
        environment,
        base_url,
        credential,
        ref_id: &ref_id,
        providers: PROVIDERS,
    };
    Ok(Json(config).into_response())
}

async fn credential(demo: &DemoState, mode: Mode, ref_id: &RefId) -> Result<Credential, ConfigError> {
    if mode == Mode::Test {
        // EXPOSE: a publishable key is made for browsers.
        return Ok(Credential::Publishable {
            publishable_key: demo.test.publishable_key.expose().to_owned(),
        });
    }
    let session = make_session(demo, mode.environment(), ref_id).await?;
    Ok(Credential::Session { session_token: session.token, expires_at: session.expires_at })
}

impl Mode {
    const fn environment(self) -> Environment {
        match self {
            Self::Test | Self::TestSession => Environment::Test,
            Self::Live => Environment::Live,
        }
    }
}

/// Why the page gets no configuration.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    #[error("only the demo's own page may ask")]
    OtherSite,
    #[error(transparent)]
    Session(#[from] MakeSessionError),
}

impl IntoResponse for ConfigError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::OtherSite => StatusCode::FORBIDDEN,
            Self::Session(_) => StatusCode::BAD_GATEWAY,
        };
        (status, Json(serde_json::json!({ "message": self.to_string() }))).into_response()
    }
}
