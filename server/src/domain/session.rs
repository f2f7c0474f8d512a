//! Connect sessions: the backend's word for which customer sits at the browser.

use std::{collections::BTreeMap, time::Duration};

use byo_seal::{ProviderConfig, ProviderId};

use super::{Invalid, Refusal, Secret, provider_config};
use crate::{
    app::App,
    clock::Timestamp,
    id::{EnvironmentId, SessionId},
    store::{Allow, NewSession, SessionRow},
    token::{Token, TokenKind},
    vault::{Binding, CannotOpen, Purpose, Vault},
};

/// What the backend asks for.
#[derive(Clone, Debug)]
pub struct SessionRequest {
    /// Whose keys.
    pub ref_id: String,
    /// For which providers; `None` is all.
    pub providers: Option<Vec<ProviderId>>,
    /// What it may do; `None` is test, connect, rotate and disconnect.
    pub allow: Option<Vec<Allow>>,
    /// From which pages; `None` leaves it to the environment.
    pub origins: Option<Vec<String>>,
    /// For how many seconds.
    pub expires_in: Option<u64>,
    /// Where and how keys for these providers are used; the others are left to the page.
    pub provider_configs: ProviderConfigs,
}

/// By provider.
pub(super) type ProviderConfigs = BTreeMap<ProviderId, ProviderConfig>;

/// A session, with its token in the clear for this once.
pub struct CreatedSession {
    /// To be handed to the customer's browser.
    pub token: Token,
    /// Until when it works.
    pub expires_at: Timestamp,
    /// A page of this server for people without a front end.
    pub url: String,
}

const LONGEST: u64 = 3600;
const USUAL: u64 = 900;
const USUAL_ALLOW: [Allow; 4] = [Allow::Test, Allow::Connect, Allow::Rotate, Allow::Disconnect];

/// Makes one.
pub async fn create_session(
    app: &App,
    secret: &Secret,
    request: SessionRequest,
) -> Result<CreatedSession, Refusal> {
    let now = app.clock.now();
    let (expires_in, mut allow, origins) = checked(&request)?;
    check_configs(app, &request)?;
    allow.sort_unstable();
    allow.dedup();
    let token = Token::generate(TokenKind::Session, secret.scope.environment.kind, &*app.entropy);
    let environment_id = secret.scope.environment.id.clone();
    let mut row = SessionRow {
        id: SessionId::new(now, &*app.entropy),
        ref_id: request.ref_id,
        providers: request.providers,
        sealed_provider_configs: None,
        allow,
        origins,
        created_at: now,
        expires_at: now.after(expires_in),
    };
    row.sealed_provider_configs = seal_configs(&app.vault, &row, &environment_id, &request.provider_configs);
    let expires_at = row.expires_at;
    app.store
        .insert_session(NewSession { row, hash: token.hash(), environment_id, token: secret.token.clone() })
        .await?;
    // EXPOSE: shown once to the backend that asked; behind `#`, so that no server log ever holds it.
    let url = format!("{}/connect#{}", app.identity.public_origin, token.expose());
    Ok(CreatedSession { token, expires_at, url })
}

type Checked = (Duration, Vec<Allow>, Option<Vec<String>>);

fn checked(request: &SessionRequest) -> Result<Checked, Refusal> {
    let mut errors = Vec::new();
    if let Err(flaw) = byo_seal::check_ref_id(&request.ref_id) {
        errors.push(Invalid::new("refId", flaw.to_string()));
    }
    let seconds = request.expires_in.unwrap_or(USUAL);
    if !(1..=LONGEST).contains(&seconds) {
        errors.push(Invalid::new("expiresIn", format!("must be between 1 and {LONGEST} seconds")));
    }
    if request.providers.as_ref().is_some_and(Vec::is_empty) {
        errors.push(Invalid::new("providers", "must name at least one provider, or be left out for all"));
    }
    let allow = request.allow.clone().unwrap_or_else(|| USUAL_ALLOW.to_vec());
    if allow.is_empty() {
        errors
            .push(Invalid::new("allow", "must name at least one action, or be left out for the usual ones"));
    }
    let origins = match request.origins.as_deref().map(check_origins).transpose() {
        Ok(origins) => origins,
        Err(message) => {
            errors.push(Invalid::new("origins", message));
            None
        }
    };
    if errors.is_empty() {
        Ok((Duration::from_secs(seconds), allow, origins))
    } else {
        Err(Refusal::Invalid(errors))
    }
}

/// Each as if a key were stored with it, and for a provider that is the session's business.
fn check_configs(app: &App, request: &SessionRequest) -> Result<(), Refusal> {
    const FIELD: &str = "providerConfigs";
    for (provider, config) in &request.provider_configs {
        if request.providers.as_ref().is_some_and(|providers| !providers.contains(provider)) {
            return Err(Refusal::invalid(FIELD, format!("names {provider}, which providers leaves out")));
        }
        let told = |fault: Invalid| {
            let member = fault.field.trim_start_matches("providerConfig").trim_start_matches('.');
            Invalid::new(FIELD, format!("of {provider}: {member} {}", fault.message))
        };
        provider_config::allowed(app, *provider, config).map_err(|refusal| match refusal {
            Refusal::Invalid(faults) => Refusal::Invalid(faults.into_iter().map(told).collect()),
            other => other,
        })?;
    }
    Ok(())
}

/// Sealed, although none is secret: a base URL that somebody wrote into the database would be where keys go.
fn seal_configs(
    vault: &Vault,
    row: &SessionRow,
    environment: &EnvironmentId,
    configs: &ProviderConfigs,
) -> Option<Vec<u8>> {
    let text = serde_json::to_vec(configs).expect("plain data always serialises");
    let place = [environment.as_str().as_bytes(), row.ref_id.as_bytes()];
    (!configs.is_empty()).then(|| vault.seal(&binding(row, &place), &text))
}

/// What a session's row says of providers.
pub(super) fn open_configs(
    vault: &Vault,
    row: &SessionRow,
    environment: &EnvironmentId,
) -> Result<ProviderConfigs, Refusal> {
    let Some(sealed) = &row.sealed_provider_configs else { return Ok(ProviderConfigs::new()) };
    let place = [environment.as_str().as_bytes(), row.ref_id.as_bytes()];
    let opened = vault.open(&binding(row, &place), sealed);
    opened
        .and_then(|text| serde_json::from_slice(&text).map_err(|_| CannotOpen))
        .map_err(|CannotOpen| Refusal::vault(row.id.as_str().to_owned()))
}

fn binding<'a>(row: &'a SessionRow, place: &'a [&'a [u8]; 2]) -> Binding<'a> {
    Binding { purpose: Purpose::SessionConfig, id: row.id.as_str(), version: 1, context: place }
}

/// Whether it is an origin as browsers write them.
#[must_use]
pub fn is_origin(text: &str) -> bool {
    check_origin(text).is_ok()
}

/// Origins as browsers write them: scheme, host, port if unusual, nothing else.
pub(super) fn check_origins(origins: &[String]) -> Result<Vec<String>, String> {
    origins.iter().map(|origin| check_origin(origin)).collect()
}

fn check_origin(text: &str) -> Result<String, String> {
    let wanted = "must be origins such as https://app.example.com, without a path";
    let url = url::Url::parse(text).map_err(|_| wanted.to_owned())?;
    let is_web = matches!(url.scheme(), "https" | "http") && url.origin().is_tuple();
    let origin = url.origin().ascii_serialization();
    if is_web && origin == text { Ok(origin) } else { Err(wanted.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_taken_only_as_browsers_write_them() {
        for origin in ["https://app.example.com", "http://localhost:5173", "https://app.example.com:8443"] {
            assert_eq!(check_origin(origin).as_deref(), Ok(origin));
        }
        for origin in [
            "",
            "*",
            "null",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com:443",
            "https://APP.example.com",
            "https://app.example.com/path",
            "https://user@app.example.com",
            "ftp://app.example.com",
            "file:///tmp",
        ] {
            assert!(check_origin(origin).is_err(), "{origin}");
        }
    }
}
