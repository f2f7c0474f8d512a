//! `POST /v1/connect-sessions` and `GET /v1/connect-session`.

use std::collections::BTreeMap;

use axum::{Json, extract::State, http::StatusCode};
use byo_seal::{ProviderConfig, ProviderId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    AppState,
    json::JsonBody,
    keys::check_provider,
    problem::{Problem, ProblemBody},
};
use crate::{
    clock::Timestamp,
    domain::{self, Answering, Refusal, Secret, Session, SessionRequest},
    environment::Environment,
    store::{Allow, Mode},
};

/// Which customer sits at the browser, and what they may do there.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SessionBody {
    /// The customer, as the product names it.
    #[schema(example = "customer_123")]
    ref_id: String,
    /// For which providers; all when left out.
    providers: Option<Vec<String>>,
    /// What it may do; test, connect, rotate and disconnect when left out.
    allow: Option<Vec<Allow>>,
    /// From which pages, as origins; the environment's when left out.
    origins: Option<Vec<String>>,
    /// For how many seconds, at most 3600; 900 when left out.
    expires_in: Option<u64>,
    /// By provider, where and how keys are used. The page cannot say otherwise; for providers left out it may.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"openai": {"baseUrl": "https://openrouter.ai/api/v1"}}))]
    provider_configs: BTreeMap<String, ProviderConfig>,
}

/// A new session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionCreated {
    /// For the customer's browser. Shown this once.
    token: String,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// A page of this server that does it all, for products without a front end.
    url: String,
}

/// What a session may do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionView {
    /// The customer.
    ref_id: String,
    /// For which providers; `null` is all.
    #[schema(value_type = Option<Vec<String>>)]
    providers: Option<Vec<ProviderId>>,
    /// What it may do.
    allow: Vec<Allow>,
    /// Which half of the project it works in.
    environment: Environment,
    /// Until when it works.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// The product's name.
    project_name: String,
    /// By provider, where and how keys are used: to be sent as `providerConfig`, as it is.
    #[schema(value_type = Object)]
    provider_configs: BTreeMap<ProviderId, ProviderConfig>,
    /// By provider, who answers the customer's calls.
    #[schema(value_type = std::collections::HashMap<String, AnsweringView>)]
    modes: BTreeMap<ProviderId, AnsweringView>,
}

/// Who answers a customer's calls to a provider.
#[derive(Serialize, ToSchema)]
pub(super) struct AnsweringView {
    /// As things stand, for calls that name no key: `byok`, `server`, `demo`, or `none` where they are refused.
    #[schema(value_type = String, example = "byok")]
    mode: &'static str,
    /// The same once the customer has no key of their own.
    #[schema(value_type = String, example = "server")]
    fallback: &'static str,
}

impl From<Answering> for AnsweringView {
    fn from(answering: Answering) -> Self {
        let name = |mode: Option<Mode>| mode.map_or("none", Mode::as_str);
        Self { mode: name(answering.mode), fallback: name(answering.fallback) }
    }
}

/// Make a connect session for one customer's browser
#[utoipa::path(
    post, path = "/v1/connect-sessions", tag = "Connect", security(("secretKey" = [])),
    request_body = SessionBody,
    responses(
        (status = 201, description = "The session, its token shown this once", body = SessionCreated),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn create(
    State(app): State<AppState>,
    secret: Secret,
    JsonBody(body): JsonBody<SessionBody>,
) -> Result<(StatusCode, Json<SessionCreated>), Problem> {
    let created = domain::create_session(&app, &secret, body.checked()?).await?;
    let answer = SessionCreated {
        // EXPOSE: shown once to the backend that asked.
        token: created.token.expose().to_owned(),
        expires_at: created.expires_at,
        url: created.url,
    };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// What the session at hand may do
#[utoipa::path(
    get, path = "/v1/connect-session", tag = "Connect", security(("connectSession" = [])),
    responses(
        (status = 200, description = "The session", body = SessionView),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(super) async fn current(
    State(app): State<AppState>,
    session: Session,
) -> Result<Json<SessionView>, Problem> {
    let modes = domain::modes(&app, &session).await?;
    Ok(Json(SessionView {
        ref_id: session.row.ref_id,
        providers: session.row.providers,
        allow: session.row.allow,
        environment: session.scope.environment.kind,
        expires_at: session.row.expires_at,
        project_name: session.scope.project_name,
        provider_configs: session.provider_configs,
        modes: modes.into_iter().map(|(provider, answering)| (provider, answering.into())).collect(),
    }))
}

impl SessionBody {
    fn checked(self) -> Result<SessionRequest, Refusal> {
        let mut errors = Vec::new();
        let providers = self.providers.map(|names| {
            names.iter().filter_map(|name| check_provider("providers", name, &mut errors)).collect()
        });
        let configs = self.provider_configs.into_iter();
        let provider_configs = configs
            .filter_map(|(name, config)| {
                Some((check_provider("providerConfigs", &name, &mut errors)?, config))
            })
            .collect();
        if !errors.is_empty() {
            errors.truncate(1);
            return Err(Refusal::Invalid(errors));
        }
        let Self { ref_id, allow, origins, expires_in, .. } = self;
        Ok(SessionRequest { ref_id, providers, allow, origins, expires_in, provider_configs })
    }
}
