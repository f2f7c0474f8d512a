//! The rows, as data.

use byo_seal::{ProviderConfig, ProviderId, Verdict};
use serde::{Deserialize, Serialize};

use super::KeyAddress;
use crate::{
    clock::Timestamp,
    environment::Environment,
    id::{DeliveryId, EndpointId, EnvironmentId, EventId, KeyId, ProjectId, SessionId, TokenId},
    token::{TokenHash, TokenKind},
};

/// What a bare publishable key may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Writes {
    /// Nothing: the browser needs a connect session made by the backend.
    Session,
    /// It may create, never overwrite.
    Open,
    /// It may create and overwrite: anyone who knows a refId can replace that customer's key.
    OpenReplace,
    /// Nothing, and sessions neither.
    Off,
}

/// From which pages an environment's browser tokens may be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AllowedOrigins {
    /// From any page.
    Any(AnyOrigin),
    /// From these origins alone.
    List(Vec<String>),
}

/// Written `"*"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnyOrigin {
    /// The one value.
    #[serde(rename = "*")]
    Star,
}

impl AllowedOrigins {
    /// Any page at all.
    pub const ANY: Self = Self::Any(AnyOrigin::Star);

    /// Whether this origin is among them; compared byte for byte.
    #[must_use]
    pub fn contains(&self, origin: &str) -> bool {
        match self {
            Self::Any(AnyOrigin::Star) => true,
            Self::List(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}

/// One SaaS product.
#[derive(Clone, Debug)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// What the operator called it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// `test` and `live`.
    pub environments: Vec<EnvironmentRow>,
}

/// One half of a project, with its settings.
#[derive(Clone, Debug)]
pub struct EnvironmentRow {
    /// Its id.
    pub id: EnvironmentId,
    /// Which half.
    pub kind: Environment,
    /// What a bare publishable key may write.
    pub writes: Writes,
    /// Where browser tokens may be used.
    pub allowed_origins: AllowedOrigins,
    /// Whether a bare publishable key may bring its own base URL.
    pub custom_base_url: bool,
}

/// A project to add.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// The project and its environments.
    pub project: Project,
    /// Its first tokens.
    pub tokens: Vec<NewToken>,
}

/// Settings to change; `None` leaves one as it is.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentChange {
    /// New write mode.
    pub writes: Option<Writes>,
    /// New origins.
    pub allowed_origins: Option<AllowedOrigins>,
    /// New leave for custom base URLs.
    pub custom_base_url: Option<bool>,
}

/// The environment a credential stands in: everything a call needs to know of it.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The project.
    pub project_id: ProjectId,
    /// Its name.
    pub project_name: String,
    /// The environment and its settings.
    pub environment: EnvironmentRow,
}

/// A token to add.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// What is known of it.
    pub row: TokenRow,
    /// SHA-256 of the whole token.
    pub hash: TokenHash,
}

/// What is known of a token.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// Its id.
    pub id: TokenId,
    /// What kind.
    pub kind: TokenKind,
    /// Where it works.
    pub environment_id: EnvironmentId,
    /// Which half of the project that is.
    pub environment: Environment,
    /// What the operator called it.
    pub name: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
}

/// What a session may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Allow {
    /// Check a key without storing it.
    Test,
    /// Store a first key, or another in its place.
    Connect,
    /// Replace a stored key.
    Rotate,
    /// Revoke a stored key.
    Disconnect,
    /// Seal keys for single requests.
    Request,
}

impl Allow {
    /// Its name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Connect => "connect",
            Self::Rotate => "rotate",
            Self::Disconnect => "disconnect",
            Self::Request => "request",
        }
    }
}

/// A connect session to add.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The session.
    pub row: SessionRow,
    /// SHA-256 of its token.
    pub hash: TokenHash,
    /// Where it works.
    pub environment_id: EnvironmentId,
}

/// One customer's leave to manage keys for some minutes.
#[derive(Clone, Debug)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// Whose keys.
    pub ref_id: String,
    /// For which providers; `None` is all.
    pub providers: Option<Vec<ProviderId>>,
    /// What it may do.
    pub allow: Vec<Allow>,
    /// From which pages; `None` leaves it to the environment.
    pub origins: Option<Vec<String>>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// A key pair browsers seal to.
#[derive(Clone, Debug)]
pub struct SealingKeyRow {
    /// Its id, made of the suite and the public key.
    pub kid: String,
    /// The suite's wire name.
    pub suite: String,
    /// 32 bytes.
    pub public_key: Vec<u8>,
    /// The private key as a vault record.
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A request for the use of a challenge.
#[derive(Clone, Debug)]
pub struct ReserveChallenge {
    /// SHA-256 of the challenge.
    pub hash: [u8; 32],
    /// SHA-256 of everything the request says.
    pub request_hash: [u8; 32],
    /// When the challenge was issued.
    pub issued_at: Timestamp,
    /// When it may be forgotten.
    pub expires_at: Timestamp,
    /// The customer it is used for.
    pub environment: EnvironmentId,
    /// The customer it is used for.
    pub ref_id: String,
}

/// What became of a request for a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reservation {
    /// It is this request's.
    Reserved,
    /// The same request is being worked on.
    InFlight,
    /// The same request was answered before, with this JSON text.
    Answered(String),
    /// Another request has it.
    Replayed,
    /// The customer was revoked after it was issued.
    Stale,
}

/// An answer for a reserved challenge.
#[derive(Clone, Debug)]
pub struct ChallengeAnswer {
    /// SHA-256 of the challenge.
    pub hash: [u8; 32],
    /// What the request was told, as JSON text; given again to the same request. Holds nothing secret.
    pub answer: String,
}

/// A key's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyStatus {
    /// In use.
    Active,
    /// Kept, but refused for use.
    Disabled,
    /// The provider refused it once; it is checked again before anything is disabled.
    Suspect,
    /// Its ciphertext is destroyed.
    Revoked,
}

impl KeyStatus {
    /// Its name on the wire and in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Suspect => "suspect",
            Self::Revoked => "revoked",
        }
    }
}

/// A stored provider key.
#[derive(Clone, Debug)]
pub struct KeyRow {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub address: KeyAddress,
    /// Its state.
    pub status: KeyStatus,
    /// Counts up with every new key or configuration under this id.
    pub version: i64,
    /// The vault record; `None` once revoked.
    pub sealed: Option<Vec<u8>>,
    /// Where it points; one version with the key itself.
    pub provider_config: ProviderConfig,
    /// 8 hex digits that tell keys apart without telling them.
    pub fingerprint: String,
    /// The last four characters.
    pub hint: String,
    /// What the last check proved.
    pub verdict: Verdict,
    /// Models the provider listed for it.
    pub models: Vec<String>,
    /// When it was first connected.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// When it was last checked.
    pub checked_at: Timestamp,
}

/// A new version of a key, and what must be true and written with it.
#[derive(Clone, Debug)]
pub struct PutKey {
    /// The key as it is to be.
    pub row: KeyRow,
    /// The version it replaces; `None` when there must be none in use.
    pub replaces: Option<i64>,
    /// The challenge it was sealed with.
    pub challenge: Option<UsedChallenge>,
    /// The session use it takes up.
    pub session_use: Option<SessionUse>,
    /// What to tell the backend.
    pub event: NewEvent,
}

/// A challenge whose request succeeded.
#[derive(Clone, Debug)]
pub struct UsedChallenge {
    /// When it was issued; a revoke since then refuses the write.
    pub issued_at: Timestamp,
    /// What the request will be told.
    pub answer: ChallengeAnswer,
}

/// One of a session's single uses.
#[derive(Clone, Debug)]
pub struct SessionUse {
    /// The session.
    pub session: SessionId,
    /// The write.
    pub purpose: Allow,
    /// For this provider.
    pub provider: ProviderId,
    /// And this name.
    pub name: String,
}

/// What became of a new version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutOutcome {
    /// It is stored.
    Stored,
    /// Another write was faster; look again.
    Raced,
    /// The customer was revoked since the challenge was issued.
    Stale,
    /// The session did this before.
    Spent,
}

/// Which keys to list.
#[derive(Clone, Debug, Default)]
pub struct KeyPage {
    /// Of this customer.
    pub ref_id: Option<String>,
    /// For this provider.
    pub provider: Option<ProviderId>,
    /// In this state.
    pub status: Option<KeyStatus>,
    /// After this id.
    pub after: Option<KeyId>,
    /// At most so many.
    pub limit: u32,
}

/// What a check of a stored key proved.
#[derive(Clone, Debug)]
pub struct RecordCheck {
    /// The key.
    pub id: KeyId,
    /// The version that was checked.
    pub version: i64,
    /// The state to be in from now on.
    pub status: KeyStatus,
    /// What was proved.
    pub verdict: Verdict,
    /// Models listed; `None` keeps those known.
    pub models: Option<Vec<String>>,
    /// When.
    pub at: Timestamp,
}

/// Makes the event that tells of a change, from the key as it stands after it.
pub type EventOf = Box<dyn FnOnce(&KeyRow) -> NewEvent + Send>;

/// A revocation.
pub struct RevokeKey {
    /// Which key.
    pub address: KeyAddress,
    /// The session use it takes up.
    pub session_use: Option<SessionUse>,
    /// When.
    pub at: Timestamp,
    /// What to tell the backend if there was a key.
    pub event: EventOf,
}

/// What became of a revocation.
#[derive(Clone, Debug)]
pub enum RevokeOutcome {
    /// There was a key; it is destroyed.
    Revoked(Box<KeyRow>),
    /// There was none in use.
    NothingThere,
    /// The session did this before.
    Spent,
}

/// A change between `active` and `disabled`.
pub struct DisableKey {
    /// Which key.
    pub address: KeyAddress,
    /// `true` refuses its use, `false` allows it again.
    pub disabled: bool,
    /// When.
    pub at: Timestamp,
    /// What to tell the backend if this changes anything.
    pub event: EventOf,
}

/// Something that happened, for the backend to know.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its id; stable over retries.
    pub id: EventId,
    /// Where.
    pub environment: EnvironmentId,
    /// For example `key.connected`.
    pub kind: &'static str,
    /// Whose.
    pub ref_id: String,
    /// The JSON that is sent.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
}

/// An event as it stands.
#[derive(Clone, Debug)]
pub struct EventRow {
    /// Its id.
    pub id: EventId,
    /// Where.
    pub environment: EnvironmentId,
    /// For example `key.connected`.
    pub kind: String,
    /// Whose.
    pub ref_id: String,
    /// The JSON that is sent.
    pub body: String,
    /// When.
    pub created_at: Timestamp,
}

/// Where webhooks go.
#[derive(Clone, Debug)]
pub struct EndpointRow {
    /// Its id.
    pub id: EndpointId,
    /// Of which environment.
    pub environment: EnvironmentId,
    /// The receiver.
    pub url: String,
    /// Which events; `None` is all.
    pub events: Option<Vec<String>>,
    /// The signing secret as a vault record.
    pub sealed_secret: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nothing is sent to it.
    pub disabled_at: Option<Timestamp>,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug)]
pub struct DueDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Attempts made before this one.
    pub attempts: u32,
    /// The event.
    pub event_id: EventId,
    /// When the event happened.
    pub created_at: Timestamp,
    /// What is sent.
    pub body: String,
    /// The endpoint.
    pub endpoint_id: EndpointId,
    /// The receiver.
    pub url: String,
    /// The signing secret as a vault record.
    pub sealed_secret: Vec<u8>,
}

/// How an attempt went.
#[derive(Clone, Debug)]
pub struct FinishedAttempt {
    /// Of which delivery.
    pub delivery: DeliveryId,
    /// To which endpoint.
    pub endpoint: EndpointId,
    /// The how manieth, from 1.
    pub number: u32,
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
    /// A stable word: `delivered`, `http_error`, `timed_out`, …
    pub outcome: &'static str,
    /// The receiver's HTTP status, if it gave one.
    pub status: Option<u16>,
    /// What follows.
    pub next: AfterAttempt,
}

/// What follows an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterAttempt {
    /// It arrived.
    Delivered,
    /// Again at this time.
    Retry(Timestamp),
    /// No more tries.
    GiveUp,
    /// The receiver said 410: send it nothing more.
    DisableEndpoint,
}
