//! The keys browsers seal to, and opening what they sealed.

use byo_seal::{Context, KeyId, PrivateKey, PublicKey, SealedKey, Suite, base64url};
use serde::Serialize;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{Refusal, challenge};
use crate::{
    app::App,
    clock::{Clock, Timestamp},
    entropy::Entropy,
    store::{SealingKeyRow, Store, StoreError},
    vault::{Binding, CannotOpen, Purpose, Vault},
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

/// The key pair in use, held open for the life of the process.
pub struct SealingKeys {
    active: (KeyId, PrivateKey, PublicKey),
}

/// Why the sealing key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was sealed under another master key, or changed.
    #[error("the stored sealing key does not open with this master key")]
    CannotOpen,
}

impl SealingKeys {
    /// Loads the key pair, making the first one on a new database.
    pub async fn load(
        store: &dyn Store,
        vault: &Vault,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Self, SetupError> {
        let row = match store.active_sealing_key(SUITE.as_str()).await? {
            Some(row) => row,
            None => store.insert_active_sealing_key(generate(vault, clock.now(), entropy)).await?,
        };
        let bytes = vault
            .open(&binding(&row.kid), row.sealed.as_slice())
            .map_err(|CannotOpen| SetupError::CannotOpen)?;
        let bytes = bytes.as_slice().try_into().map_err(|_| SetupError::CannotOpen)?;
        let private = PrivateKey::from_bytes(bytes);
        let public = private.public();
        let kid = KeyId::of(SUITE, &public);
        if kid.as_str() != row.kid {
            return Err(SetupError::CannotOpen);
        }
        Ok(Self { active: (kid, private, public) })
    }
}

fn generate(vault: &Vault, now: Timestamp, entropy: &dyn Entropy) -> SealingKeyRow {
    let seed = entropy.secret::<32>();
    let private = PrivateKey::from_bytes(*seed);
    let public = private.public();
    let kid = KeyId::of(SUITE, &public).as_str().to_owned();
    // EXPOSE: to be sealed at once under the master key.
    let sealed = vault.seal(&binding(&kid), private.expose());
    SealingKeyRow {
        suite: SUITE.as_str().to_owned(),
        public_key: public.as_bytes().to_vec(),
        sealed,
        created_at: now,
        kid,
    }
}

/// The kid is a hash of suite and public key, so it binds both.
const fn binding(kid: &str) -> Binding<'_> {
    Binding { purpose: Purpose::SealingKey, id: kid, version: 1, context: &[] }
}

/// Fresh parameters to seal with.
#[must_use]
pub fn params(app: &App) -> Params {
    let now = app.clock.now();
    let (kid, _, public_key) = &app.sealing_keys.active;
    let (challenge, issued) = challenge::issue(&app.vault, &*app.entropy, now);
    Params {
        kid: kid.clone(),
        suites: SUITES.to_vec(),
        public_key: *public_key,
        challenge: base64url::encode(&challenge),
        server_time: now,
        expires_at: issued.expires_at,
        directory: None,
    }
}

/// Opens an envelope for what the request says. The audience may be any of the server's origins.
pub(super) fn open(
    app: &App,
    sealed: &SealedKey,
    context: &Context<'_>,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let (_, private, public) = &app.sealing_keys.active;
    // The sender chooses both names. The suite is one of ours, and the id must be the one that our key has under it.
    if !SUITES.contains(&sealed.suite) || sealed.kid != KeyId::of(sealed.suite, public) {
        return Err(Refusal::KeyRotated(Box::new(params(app))));
    }
    app.identity
        .origins()
        .find_map(|audience| byo_seal::open(private, &Context { audience, ..*context }, sealed).ok())
        .ok_or(Refusal::EnvelopeInvalid)
}
