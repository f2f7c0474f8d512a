//! Webhook endpoints.

use super::{Invalid, Refusal, Secret};
use crate::{
    app::App,
    egress::UrlKind,
    id::{EndpointId, EnvironmentId},
    store::EndpointRow,
    vault::{Binding, CannotOpen, Purpose, Vault},
    webhook::WebhookSecret,
};

/// Everything an endpoint can be told of.
pub const EVENT_KINDS: &[&str] =
    &["key.connected", "key.rotated", "key.revoked", "key.disabled", "key.enabled", "key.validation_failed"];

/// So many endpoints an environment.
const MOST: usize = 20;

/// An endpoint, with its secret in the clear for this once.
pub struct NewEndpoint {
    /// The endpoint.
    pub row: EndpointRow,
    /// Signs what is sent to it.
    pub secret: WebhookSecret,
}

/// Adds one.
pub async fn add_endpoint(
    app: &App,
    secret: &Secret,
    url: String,
    events: Option<Vec<String>>,
) -> Result<NewEndpoint, Refusal> {
    if let Some(events) = &events {
        check_events(events)?;
    }
    app.egress.check(UrlKind::Webhook, &url).map_err(|_| Refusal::DestinationNotAllowed)?;
    let environment = secret.scope.environment.id.clone();
    if app.store.endpoints(&environment).await?.len() >= MOST {
        return Err(Refusal::invalid(
            "url",
            format!("would be more than the {MOST} endpoints an environment may have"),
        ));
    }
    let now = app.clock.now();
    let id = EndpointId::new(now, &*app.entropy);
    let signing = WebhookSecret::generate(&*app.entropy);
    // EXPOSE: to be sealed at once into the vault.
    let sealed_secret = app
        .vault
        .seal(&binding(&id, &[environment.as_str().as_bytes(), url.as_bytes()]), signing.expose().as_bytes());
    let row = EndpointRow { id, environment, url, events, sealed_secret, created_at: now, disabled_at: None };
    app.store.insert_endpoint(row.clone()).await?;
    Ok(NewEndpoint { row, secret: signing })
}

/// Removes one, and what was still to be sent to it.
pub async fn remove_endpoint(app: &App, secret: &Secret, id: &EndpointId) -> Result<(), Refusal> {
    if app.store.delete_endpoint(&secret.scope.environment.id, id).await? {
        Ok(())
    } else {
        Err(Refusal::NotFound("There is no such webhook endpoint."))
    }
}

/// The signing secret out of an endpoint's record.
pub fn endpoint_secret(
    vault: &Vault,
    id: &EndpointId,
    environment: &EnvironmentId,
    url: &str,
    sealed: &[u8],
) -> Result<WebhookSecret, CannotOpen> {
    let text = vault.open(&binding(id, &[environment.as_str().as_bytes(), url.as_bytes()]), sealed)?;
    std::str::from_utf8(&text).ok().and_then(|text| WebhookSecret::parse(text).ok()).ok_or(CannotOpen)
}

/// Bound to environment and URL: edited in the database, it signs nothing.
fn binding<'a>(id: &'a EndpointId, place: &'a [&'a [u8]; 2]) -> Binding<'a> {
    Binding { purpose: Purpose::WebhookSecret, id: id.as_str(), version: 1, context: place }
}

fn check_events(events: &[String]) -> Result<(), Refusal> {
    let known = events.iter().all(|event| EVENT_KINDS.contains(&event.as_str()));
    if known && !events.is_empty() {
        return Ok(());
    }
    let message = format!("must be some of {}, or be left out for all", EVENT_KINDS.join(", "));
    Err(Refusal::Invalid(vec![Invalid::new("events", message)]))
}
