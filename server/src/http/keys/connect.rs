//! A key comes in: `POST /v1/keys/connect`, `/test`, `/rotate`.

use axum::{Json, extract::State};
use byo_seal::{ProviderConfig, ProviderId, Purpose, SealedKey};
use serde::Deserialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{
    super::{
        AppState,
        guard::Admitted,
        json::JsonBody,
        principal::{AnyKey, PageOrigin, SessionOrSecret},
        problem::{Problem, ProblemBody},
    },
    check_key, check_name,
};
use crate::{
    clock::Timestamp,
    domain::{Authority, Invalid, KeyAnswer, Material, Outcome, Refusal, Submission, TestAnswer, submit},
};

/// A key and what is said of it in clear.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(in crate::http) struct KeySubmission {
    /// The provider's name.
    #[schema(example = "openai")]
    provider: String,
    /// The customer, as the product names it.
    #[schema(example = "customer_123")]
    ref_id: String,
    /// Which of the customer's keys for that provider; `default` when left out.
    name: Option<String>,
    /// Where and how the key is used.
    #[serde(default)]
    #[schema(value_type = Option<Object>, example = json!({"baseUrl": "https://openrouter.ai/api/v1"}))]
    provider_config: Option<ProviderConfig>,
    /// The key, sealed in the browser.
    #[schema(value_type = Option<Object>)]
    sealed_key: Option<Box<SealedKey>>,
    /// The key in the clear; from backends only. Left out or empty for an Ollama server that asks for none.
    #[schema(value_type = Option<String>)]
    provider_key: Option<Zeroizing<String>>,
}

/// Connect a customer's key
#[utoipa::path(
    post, path = "/v1/keys/connect", tag = "Keys",
    security(("publishableKey" = []), ("connectSession" = []), ("secretKey" = [])),
    request_body = KeySubmission,
    responses(
        (status = 200, description = "Checked with the provider and stored", body = KeyAnswer),
        (status = "4XX", description = "Refused; nothing was stored", body = ProblemBody, content_type = "application/problem+json"),
        (status = 502, description = "The provider gave no usable answer; nothing was stored", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn connect(
    State(app): State<AppState>,
    AnyKey(authority): AnyKey,
    PageOrigin(origin): PageOrigin,
    admitted: Admitted,
    JsonBody(body): JsonBody<KeySubmission>,
) -> Result<Json<KeyAnswer>, Problem> {
    stored(submit(&app, body.checked(authority, Purpose::Connect, origin, admitted, app.clock.now())?).await?)
}

/// Check a key without storing it
#[utoipa::path(
    post, path = "/v1/keys/test", tag = "Keys",
    security(("connectSession" = []), ("secretKey" = [])),
    request_body = KeySubmission,
    responses(
        (status = 200, description = "What the provider says of it", body = TestAnswer),
        (status = "4XX", description = "Refused", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn test(
    State(app): State<AppState>,
    SessionOrSecret(authority): SessionOrSecret,
    PageOrigin(origin): PageOrigin,
    admitted: Admitted,
    JsonBody(body): JsonBody<KeySubmission>,
) -> Result<Json<TestAnswer>, Problem> {
    match submit(&app, body.checked(authority, Purpose::Test, origin, admitted, app.clock.now())?).await? {
        Outcome::Tested(answer) => Ok(Json(answer)),
        Outcome::Stored(_) | Outcome::Rejected { .. } => unreachable!("a test only ever tests"),
    }
}

/// Replace a customer's key
#[utoipa::path(
    post, path = "/v1/keys/rotate", tag = "Keys",
    security(("connectSession" = []), ("secretKey" = [])),
    request_body = KeySubmission,
    responses(
        (status = 200, description = "The new key is checked and in use", body = KeyAnswer),
        (status = "4XX", description = "Refused; the old key is unchanged", body = ProblemBody, content_type = "application/problem+json"),
        (status = 502, description = "The provider gave no usable answer; the old key is unchanged", body = ProblemBody, content_type = "application/problem+json"),
    )
)]
pub(in crate::http) async fn rotate(
    State(app): State<AppState>,
    SessionOrSecret(authority): SessionOrSecret,
    PageOrigin(origin): PageOrigin,
    admitted: Admitted,
    JsonBody(body): JsonBody<KeySubmission>,
) -> Result<Json<KeyAnswer>, Problem> {
    stored(submit(&app, body.checked(authority, Purpose::Rotate, origin, admitted, app.clock.now())?).await?)
}

fn stored(outcome: Outcome) -> Result<Json<KeyAnswer>, Problem> {
    match outcome {
        Outcome::Stored(answer) => Ok(Json(answer)),
        Outcome::Rejected { verdict, message } => Err(Refusal::KeyRejected { verdict, message }.into()),
        Outcome::Tested(_) => unreachable!("connect and rotate store or refuse"),
    }
}

impl KeySubmission {
    fn checked(
        self,
        authority: Authority,
        purpose: Purpose,
        page_origin: String,
        admitted: Admitted,
        at: Timestamp,
    ) -> Result<Submission, Refusal> {
        let mut errors = Vec::new();
        let name = check_name(&self.provider, self.ref_id, self.name, &mut errors);
        let material = check_material(
            &authority,
            name.as_ref().map(|name| name.provider),
            self.sealed_key,
            self.provider_key,
            &mut errors,
        );
        let (Some(name), Some(material), true) = (name, material, errors.is_empty()) else {
            return Err(Refusal::Invalid(errors));
        };
        // A backend is no page, whatever headers it passes on.
        let page_origin = if matches!(authority, Authority::Secret(_)) { String::new() } else { page_origin };
        Ok(Submission {
            authority,
            purpose,
            provider: name.provider,
            ref_id: name.ref_id,
            name: name.name,
            provider_config: self.provider_config.unwrap_or_default(),
            material,
            page_origin,
            client: admitted.client,
            at,
        })
    }
}

fn check_material(
    authority: &Authority,
    provider: Option<ProviderId>,
    sealed: Option<Box<SealedKey>>,
    raw: Option<Zeroizing<String>>,
    errors: &mut Vec<Invalid>,
) -> Option<Material> {
    let is_backend = matches!(authority, Authority::Secret(_));
    match (sealed, raw) {
        (Some(sealed), None) => Some(Material::Sealed(sealed)),
        (None, Some(raw)) if is_backend => check_key(provider, raw, errors).map(Material::Raw),
        // In a browser also nothing is sealed: the envelope vouches for where it is to be used.
        (None, None) if is_backend && provider.is_some_and(ProviderId::is_key_optional) => {
            check_key(provider, Zeroizing::default(), errors).map(Material::Raw)
        }
        (None, Some(_)) => {
            errors.push(Invalid::new(
                "providerKey",
                "is taken from backends only; in a browser, seal the key and send it as sealedKey",
            ));
            None
        }
        (None, None) => {
            errors.push(Invalid::new("sealedKey", "is missing"));
            None
        }
        (Some(_), Some(_)) => {
            errors.push(Invalid::new("providerKey", "must be left out when sealedKey is given"));
            None
        }
    }
}
