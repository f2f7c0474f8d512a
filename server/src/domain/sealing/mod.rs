//! The keys browsers seal to, and opening what they sealed.

mod keys;
mod schedule;

use std::{sync::Arc, time::Duration};

use byo_seal::{Context, KeyId, PublicKey, SealedKey, Suite, base64url};
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

pub use keys::{SealingKeys, SealingKeysError, SealingSettings};
pub use schedule::{Occasion, Schedule};

use super::{
    Refusal,
    challenge::{self, Challenge},
    in_use::carry,
};
use crate::{
    app::App,
    clock::Timestamp,
    directory::{self, Directory, TrustRoot},
    store::SealingKeySet,
};

/// What the key pair in use serves, best first.
const SUITES: [Suite; 2] = [Suite::X25519ChaCha20Poly1305, Suite::X25519Aes256Gcm];

/// The suite under which a key pair is announced and stored. Its id under another one follows from it.
const SUITE: Suite = SUITES[0];

/// What a browser needs to seal a key.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    /// Names the public key under the first of the suites; for another one it is computed.
    #[schema(value_type = String, example = "5f0c8b1e9a7d2c34")]
    pub kid: KeyId,
    /// Suites the server opens, best first.
    #[schema(value_type = Vec<String>)]
    pub suites: Vec<Suite>,
    /// X25519 public key, base64url.
    #[schema(value_type = String)]
    pub public_key: PublicKey,
    /// To be sealed into the envelope, base64url. Opaque.
    pub challenge: String,
    /// The server's time.
    #[schema(value_type = String, format = DateTime)]
    pub server_time: Timestamp,
    /// Until when an envelope with this challenge is taken.
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    /// Where the signed key directory is; `null` while this server has none.
    pub directory: Option<String>,
}

/// Fresh parameters to seal with.
#[must_use]
pub fn params(app: &App) -> Params {
    let now = app.clock.now();
    with(app, now, challenge::issue(&app.vault, &*app.entropy, now))
}

/// Parameters for a key that is used for requests.
pub(super) fn request_params(app: &App, lifetime: Duration) -> Params {
    let now = app.clock.now();
    with(app, now, challenge::issue_for_requests(lifetime, &app.vault, &*app.entropy, now))
}

fn with(app: &App, now: Timestamp, (challenge, issued): ([u8; challenge::LEN], Challenge)) -> Params {
    let active = app.sealing_keys.active();
    let directory = app.sealing_keys.is_published();
    Params {
        kid: active.kid.clone(),
        suites: SUITES.to_vec(),
        public_key: active.public,
        challenge: base64url::encode(&challenge),
        server_time: now,
        expires_at: issued.expires_at,
        directory: directory.then(|| [&app.identity.public_origin, directory::PATH].concat()),
    }
}

/// What anybody may know of the keys in use, to compare with another copy.
pub struct Announced {
    /// Names the public key that browsers seal to.
    pub kid: KeyId,
    /// That key.
    pub public_key: PublicKey,
    /// Who vouches for it; `None` while this server has no directory.
    pub root: Option<TrustRoot>,
}

/// What browsers seal to now, and who vouches for it.
#[must_use]
pub fn announced(app: &App) -> Announced {
    let active = app.sealing_keys.active();
    Announced { kid: active.kid.clone(), public_key: active.public, root: app.sealing_keys.root() }
}

/// Opens an envelope for what the request says. The audience may be any of the server's origins.
pub(super) async fn open(
    app: &App,
    sealed: &SealedKey,
    context: &Context<'_>,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let keys = &app.sealing_keys;
    let pair = match keys.find(sealed) {
        Some(pair) => pair,
        None => {
            // Another node may have made it a moment ago.
            keep_sealing_keys(app, Occasion::Schedule).await?;
            keys.find(sealed).ok_or_else(|| Refusal::KeyRotated(Box::new(params(app))))?
        }
    };
    app.identity
        .origins()
        .find_map(|audience| byo_seal::open(&pair.private, &Context { audience, ..*context }, sealed).ok())
        .ok_or(Refusal::EnvelopeInvalid)
}

/// Does what is due with the sealing keys.
pub async fn keep_sealing_keys(app: &App, occasion: Occasion) -> Result<SealingKeySet, Refusal> {
    let now = app.clock.now();
    Ok(app.sealing_keys.keep(&*app.store, &app.vault, now, &*app.entropy, occasion).await?)
}

/// Does with the sealing keys what the operator asks for. Goes on to its end even if whoever asked goes away, so that none
/// is used here that is destroyed in the database.
pub async fn rotate_sealing_keys(app: &Arc<App>, occasion: Occasion) -> Result<SealingKeySet, Refusal> {
    carry(app, move |app| async move { keep_sealing_keys(&app, occasion).await }).await
}

/// The signed directory; `None` when this server has no key to sign it with.
pub async fn directory(app: &App) -> Result<Option<Directory>, Refusal> {
    Ok(app.sealing_keys.directory(&*app.store, &app.vault).await?)
}
