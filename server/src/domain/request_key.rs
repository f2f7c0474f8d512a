//! Keys that are sealed in a browser for single requests, and never stored.
//!
//! The product's backend passes on an envelope that it cannot read. It may come again and again, until its challenge
//! expires or the customer is revoked, but only beside a token of the environment it was sealed for. A session that has
//! expired since does not end it, or an envelope could not outlive the few minutes of a session; the end of the secret
//! key that made the session does, as does the end of a publishable key, and writing switched off.

use std::time::Duration;

use byo_seal::{ProviderConfig, ProviderId, RequestEnvelope};

use super::{
    Authority, Params, Publishable, Refusal, Session,
    challenge::{self, BadChallenge, Challenge},
    provider_config, sealing,
};
use crate::{
    app::App,
    clock::Timestamp,
    id::EnvironmentId,
    secret::ProviderKey,
    store::{Allow, SessionRow},
    token::{TokenHash, TokenKind},
};

/// Seconds for which a challenge may be asked for. A session is remembered as long as the longest.
const LIFETIMES: std::ops::RangeInclusive<u64> = 60..=SessionRow::KEPT.as_secs();
/// What is meant where nothing is asked for.
const USUAL: u64 = 3600;

/// A customer's key that came with a request. It is used for that one and forgotten.
pub struct RequestKey {
    /// The key.
    pub key: ProviderKey,
    /// Where and how it is to be used.
    pub provider_config: ProviderConfig,
    /// When its challenge was issued: a revoke since then ends it.
    pub issued_at: Timestamp,
    /// Until when it may come again.
    pub expires_at: Timestamp,
}

/// Parameters to seal a key with that is used for requests for so many seconds.
pub fn request_params(app: &App, authority: &Authority, expires_in: Option<u64>) -> Result<Params, Refusal> {
    authority.may(Allow::Request)?;
    let seconds = expires_in.unwrap_or(USUAL);
    if !LIFETIMES.contains(&seconds) {
        let (least, most) = (LIFETIMES.start(), LIFETIMES.end());
        return Err(Refusal::invalid("expiresIn", format!("must be between {least} and {most} seconds")));
    }
    Ok(sealing::request_params(app, Duration::from_secs(seconds)))
}

/// Opens a key that was sealed for requests. `environment` is that of the token that the call carries, `ref_id`
/// the customer it is for.
///
/// # Errors
/// One refusal without detail where the envelope does not belong to this call; another where it did once.
pub async fn open_request_key(
    app: &App,
    environment: &EnvironmentId,
    header_value: &str,
    provider: ProviderId,
    ref_id: &str,
) -> Result<RequestKey, Refusal> {
    let envelope = RequestEnvelope::parse(header_value).map_err(|_| Refusal::EnvelopeInvalid)?;
    let challenge = verify(app, &envelope)?;
    let sealer = sealer(app, environment, &envelope, challenge).await?;
    sealer.may(Allow::Request)?;
    // A session's own customer and providers: an envelope sealed for others is none of its.
    sealer.permit(Allow::Request, ref_id, provider).map_err(|_| Refusal::EnvelopeInvalid)?;
    if !sealer.admits_origin(&app.identity, &envelope.origin) {
        return Err(Refusal::Forbidden(
            "The page on which this key was sealed is not among the allowed origins of this environment.",
        ));
    }
    let opened = sealing::open(app, &envelope.sealed, &envelope.context("", provider, ref_id)).await;
    let key = opened.map_err(|refusal| match refusal {
        // The fresh parameters are for whoever holds the key, and that is not who asks.
        Refusal::KeyRotated(_) => Refusal::RequestKeyExpired,
        other => other,
    })?;
    let key = ProviderKey::of(provider, key).map_err(|_| Refusal::EnvelopeInvalid)?;
    provider_config::check(app, &sealer, provider, &envelope.provider_config)?;
    let Challenge { issued_at, expires_at } = challenge;
    let opened = RequestKey { key, provider_config: envelope.provider_config, issued_at, expires_at };
    opened.check_again(app, environment, ref_id).await?;
    Ok(opened)
}

impl RequestKey {
    /// Whether it may be used still: for the moment before the first byte goes out with it, and while an answer streams.
    ///
    /// # Errors
    /// [`Refusal::RequestKeyExpired`] once its time is over or the customer was revoked.
    pub async fn check_again(
        &self,
        app: &App,
        environment: &EnvironmentId,
        ref_id: &str,
    ) -> Result<(), Refusal> {
        let revoked = app.store.last_revoked(environment, ref_id).await?;
        let is_revoked = revoked.is_some_and(|revoked| self.issued_at <= revoked);
        let is_over = self.expires_at <= app.clock.now();
        if is_revoked || is_over { Err(Refusal::RequestKeyExpired) } else { Ok(()) }
    }
}

fn verify(app: &App, envelope: &RequestEnvelope) -> Result<Challenge, Refusal> {
    let now = app.clock.now();
    challenge::verify(challenge::Use::Requests, &app.vault, &envelope.sealed.challenge, now).map_err(|bad| {
        match bad {
            BadChallenge::Expired => Refusal::RequestKeyExpired,
            BadChallenge::Forged => Refusal::EnvelopeInvalid,
        }
    })
}

/// Who sealed it, as it says: a token of this very environment that stands, or a session that stood when the challenge
/// was issued. Whether it tells the truth shows when it opens.
async fn sealer(
    app: &App,
    environment: &EnvironmentId,
    envelope: &RequestEnvelope,
    challenge: Challenge,
) -> Result<Authority, Refusal> {
    let hash = TokenHash::from_bytes(envelope.principal_id.token_hash());
    let principal_id = envelope.principal_id.as_str().to_owned();
    let found = match app.store.token_by_hash(&hash).await? {
        Some((token, scope)) if token.kind == TokenKind::Publishable => {
            Some(Authority::Publishable(Publishable { scope, token: token.id, principal_id }))
        }
        Some(_) => None,
        None => {
            let session = app.store.session_by_hash(&hash, challenge.issued_at).await?;
            let session =
                session.map(|(row, scope)| Session::new(app, row, scope, principal_id)).transpose()?;
            session.map(Authority::Session)
        }
    };
    found.filter(|sealer| sealer.scope().environment.id == *environment).ok_or(Refusal::EnvelopeInvalid)
}
