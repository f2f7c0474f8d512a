//! A key arrives: connect, test, rotate.
//!
//! One order for all: may they; is the envelope fresh, ours and unused; does the provider take the key; then one
//! transaction writes the key, the answer for a repetition, the session's use and the event. A key that is refused
//! changes nothing that was there.

mod check;
mod store;
mod version;

use std::{net::IpAddr, sync::Arc};

use byo_seal::{Context, ProviderConfig, ProviderId, Purpose, SealedKey, Verdict};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub(super) use self::{
    check::{answered, rejection},
    version::Version,
};
use super::{
    Authority, Fault, Refusal,
    challenge::{self, Challenge},
    in_use::{Carried, carry},
    provider_config, sealing,
};
use crate::{
    app::App,
    clock::Timestamp,
    secret::ProviderKey,
    store::{Allow, KeyAddress, KeyStatus, Reservation, ReserveChallenge},
};

/// Writes to one key that overtake one another look again this often.
pub(super) const ATTEMPTS: usize = 8;

/// A key on its way in, and all that is said of it in clear.
pub struct Submission {
    /// Who asks.
    pub authority: Authority,
    /// What is to be done with the key.
    pub purpose: Purpose,
    /// Whose key it is.
    pub provider: ProviderId,
    /// The customer.
    pub ref_id: String,
    /// The key's name.
    pub name: String,
    /// Where and how it is to be used.
    pub provider_config: ProviderConfig,
    /// The key.
    pub material: Material,
    /// Origin of the page it was typed into; empty from a backend.
    pub page_origin: String,
    /// Where the request comes from.
    pub client: IpAddr,
    /// When it came in.
    pub at: Timestamp,
}

/// The key as it came.
pub enum Material {
    /// Sealed in a browser.
    Sealed(Box<SealedKey>),
    /// In the clear, from a backend.
    Raw(ProviderKey),
}

/// How a submission ended, when the provider gave an answer. Kept for a repetition of the same request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The key is stored.
    Stored(KeyAnswer),
    /// The key was checked and forgotten.
    Tested(TestAnswer),
    /// The provider does not take it; nothing was stored.
    Rejected {
        /// What was proved.
        verdict: Verdict,
        /// In byo's own words.
        message: String,
    },
}

/// A key was stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyAnswer {
    /// The stored key's id.
    pub id: String,
    /// For which provider.
    #[schema(value_type = String, example = "openai")]
    pub provider: ProviderId,
    /// Whose.
    pub ref_id: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: KeyStatus,
    /// 8 hex digits that tell keys apart; without a key, addresses.
    pub fingerprint: String,
    /// The last four characters, empty for a short key and where there is none; not told to a bare publishable key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// What the check proved.
    #[schema(value_type = String, example = "valid")]
    pub verdict: Verdict,
    /// Models the provider listed; not told to a bare publishable key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<Vec<String>>,
    /// Whether it took another key's place.
    pub updated: bool,
}

/// A key was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TestAnswer {
    /// What the check proved.
    #[schema(value_type = String, example = "valid")]
    pub verdict: Verdict,
    /// Whether the provider accepted it.
    pub valid: bool,
    /// Models the provider listed.
    pub models: Vec<String>,
    /// Why it is not plainly valid.
    pub error: Option<CheckMessage>,
}

/// What a check found, in byo's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckMessage {
    /// A stable word.
    pub code: String,
    /// For people.
    pub message: String,
}

/// Carries it out. Goes on to its end even if whoever asked goes away, so that a write is never half known.
pub async fn submit(app: &Arc<App>, submission: Submission) -> Result<Outcome, Refusal> {
    carry(app, move |app| async move { run(&app, submission).await }).await
}

async fn run(app: &Carried, submission: Submission) -> Result<Outcome, Refusal> {
    submission.authority.permit(submission.allow(), &submission.ref_id, submission.provider)?;
    check::limits(app, &submission)?;
    provider_config::check(app, &submission.authority, submission.provider, &submission.provider_config)?;
    let Submission { material, .. } = &submission;
    match material {
        Material::Raw(key) => check::and_store(app, &submission, key, None).await,
        Material::Sealed(sealed) => run_sealed(app, &submission, sealed).await,
    }
}

async fn run_sealed(app: &Carried, submission: &Submission, sealed: &SealedKey) -> Result<Outcome, Refusal> {
    let stale = || Refusal::ChallengeStale(Box::new(sealing::params(app)));
    let now = app.clock.now();
    let challenge = challenge::verify(challenge::Use::Submission, &app.vault, &sealed.challenge, now)
        .map_err(|bad| match bad {
            challenge::BadChallenge::Expired => stale(),
            challenge::BadChallenge::Forged => Refusal::EnvelopeInvalid,
        })?;
    let key = sealing::open(app, sealed, &submission.context(sealed)).await?;
    let key = ProviderKey::of(submission.provider, key)
        .map_err(|flaw| Refusal::invalid("sealedKey", format!("holds a provider key that {flaw}")))?;
    let reserve = submission.reserve(sealed, challenge);
    let hash = reserve.hash;
    let _turn = app.in_flight.turn(hash).await;
    match app.store.reserve_challenge(reserve).await? {
        Reservation::Reserved => {}
        Reservation::Answered(answer) => return recall(&answer),
        Reservation::Stale => return Err(stale()),
        Reservation::Replayed => return Err(Refusal::Replayed),
        // Another node is at it, or was when it stopped.
        Reservation::InFlight => return Err(Refusal::Fault(Fault::Contended)),
    }
    let result = check::and_store(app, submission, &key, Some((hash, challenge))).await;
    if result.is_err() {
        app.store.release_challenge(&hash).await?;
    }
    result
}

fn recall(answer: &str) -> Result<Outcome, Refusal> {
    serde_json::from_str(answer)
        .map_err(|_| Refusal::Fault(crate::store::StoreError::Corrupt { what: "answer" }.into()))
}

impl Submission {
    const fn allow(&self) -> Allow {
        match self.purpose {
            Purpose::Connect => Allow::Connect,
            Purpose::Test => Allow::Test,
            Purpose::Rotate => Allow::Rotate,
            Purpose::Request => Allow::Request,
        }
    }

    fn address(&self) -> KeyAddress {
        KeyAddress {
            environment: self.authority.scope().environment.id.clone(),
            ref_id: self.ref_id.clone(),
            provider: self.provider,
            name: self.name.clone(),
        }
    }

    /// What the envelope must have been made for. The audience is filled in when opening.
    fn context<'a>(&'a self, sealed: &'a SealedKey) -> Context<'a> {
        Context {
            suite: sealed.suite,
            kid: &sealed.kid,
            audience: "",
            principal: self.authority.principal_id(),
            purpose: self.purpose,
            provider: self.provider,
            ref_id: &self.ref_id,
            name: &self.name,
            provider_config: &self.provider_config,
            page_origin: &self.page_origin,
            challenge: &sealed.challenge,
        }
    }

    fn reserve(&self, sealed: &SealedKey, challenge: Challenge) -> ReserveChallenge {
        let request = Sha256::new()
            .chain_update(self.context(sealed).info())
            .chain_update(Sha256::digest(&sealed.enc))
            .chain_update(Sha256::digest(&sealed.ciphertext));
        ReserveChallenge {
            hash: Sha256::digest(&sealed.challenge).into(),
            request_hash: request.finalize().into(),
            issued_at: challenge.issued_at,
            expires_at: challenge.expires_at,
            environment: self.authority.scope().environment.id.clone(),
            ref_id: self.ref_id.clone(),
        }
    }
}
