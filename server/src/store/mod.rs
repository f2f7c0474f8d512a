//! What byo remembers: one trait, one backend a database.
//!
//! Every method is one transaction. A method that answers has made its change durable; one that fails
//! has changed nothing. Backends hold no opinion: who may do what is decided in `domain`.

mod model;
mod sqlite;

use std::sync::Arc;

use async_trait::async_trait;
use byo_seal::{ProviderId, reference::DEFAULT_NAME};

pub use model::*;
pub use sqlite::{OpenError, SqliteStore};

use crate::{
    clock::Timestamp,
    environment::Environment,
    id::{EndpointId, EnvironmentId, KeyId, ProjectId, TokenId},
    token::TokenHash,
};

/// Why the database could not do it. The cause is for the log, never for a client.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database did not answer or refused; a later try may succeed.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A row cannot be read as what it should be: the database was changed by other hands.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        /// Which column.
        what: &'static str,
    },
}

/// A store that many parts share.
pub type SharedStore = Arc<dyn Store>;

/// Short for what every method gives.
pub type StoreResult<T> = Result<T, StoreError>;

/// All that byo keeps.
#[async_trait]
pub trait Store: Send + Sync {
    /// Succeeds when the database answers and can be written to.
    async fn ping(&self) -> StoreResult<()>;

    /// Sets a server-wide value if there is none; gives the one that stands.
    async fn meta_or_insert(&self, name: &str, value: Vec<u8>) -> StoreResult<Vec<u8>>;

    /// Adds a project with its environments and first tokens.
    async fn insert_project(&self, project: NewProject) -> StoreResult<()>;
    /// One project with its environments.
    async fn project(&self, id: &ProjectId) -> StoreResult<Option<Project>>;
    /// A page of projects, oldest first.
    async fn projects(&self, page: Page<ProjectId>) -> StoreResult<Vec<Project>>;
    /// Changes an environment's settings; `None` when there is no such environment.
    async fn update_environment(
        &self,
        project: &ProjectId,
        environment: Environment,
        change: EnvironmentChange,
        now: Timestamp,
    ) -> StoreResult<Option<Project>>;

    /// Adds a token.
    async fn insert_token(&self, token: NewToken) -> StoreResult<()>;
    /// A page of a project's tokens, without their hashes, oldest first.
    async fn tokens(&self, project: &ProjectId, page: Page<TokenId>) -> StoreResult<Vec<TokenRow>>;
    /// Ends a token; `false` when there is none of that id. When this has answered, no call passes with it.
    async fn revoke_token(&self, id: &TokenId, now: Timestamp) -> StoreResult<bool>;
    /// Whom a token stands for; `None` when unknown or revoked.
    async fn token_by_hash(&self, hash: &TokenHash) -> StoreResult<Option<(TokenRow, Scope)>>;

    /// Everything that decides about one proxied call; `None` when the token stands for nobody.
    async fn grant(&self, query: GrantQuery<'_>) -> StoreResult<Option<Arc<Grant>>>;
    /// Adds a runtime token.
    async fn insert_runtime_token(&self, token: NewRuntimeToken) -> StoreResult<()>;
    /// Ends a runtime token; `false` when there is none of that id. When this has answered, no call passes with it.
    async fn revoke_runtime_token(
        &self,
        environment: &EnvironmentId,
        id: &TokenId,
        now: Timestamp,
    ) -> StoreResult<bool>;
    /// A page of an environment's runtime tokens, without their hashes, oldest first.
    async fn runtime_tokens(
        &self,
        environment: &EnvironmentId,
        page: RuntimeTokenPage,
    ) -> StoreResult<Vec<RuntimeTokenRow>>;

    /// Sets which models an environment, or one of its customers, may call.
    async fn set_models(
        &self,
        environment: &EnvironmentId,
        ref_id: Option<&str>,
        models: ModelList,
    ) -> StoreResult<()>;

    /// Adds to what was used.
    async fn add_usage(&self, sums: Vec<(UsageKey, UsageSum)>) -> StoreResult<()>;
    /// All that was used in an environment, in the order of days.
    async fn usage(&self, environment: &EnvironmentId) -> StoreResult<Vec<(UsageKey, UsageSum)>>;

    /// Adds a connect session.
    async fn insert_session(&self, session: NewSession) -> StoreResult<()>;
    /// A session that had not expired `at` that time. Expired ones are known for a day more.
    async fn session_by_hash(
        &self,
        hash: &TokenHash,
        at: Timestamp,
    ) -> StoreResult<Option<(SessionRow, Scope)>>;

    /// The keys browsers seal to.
    async fn sealing_keys(&self) -> StoreResult<SealingKeySet>;
    /// Makes one step; `false` when another was made since, and then nothing is changed.
    async fn change_sealing_keys(&self, change: SealingKeyChange) -> StoreResult<bool>;

    /// Takes a challenge for a request, unless the customer was revoked since it was issued.
    async fn reserve_challenge(&self, reserve: ReserveChallenge) -> StoreResult<Reservation>;
    /// Gives a challenge back: its request ended without an answer worth keeping.
    async fn release_challenge(&self, hash: &[u8; 32]) -> StoreResult<()>;
    /// Writes down the answer to a request that stored nothing, with the event it caused, if any.
    async fn answer_challenge(&self, answer: ChallengeAnswer, event: Option<NewEvent>) -> StoreResult<()>;
    /// When a customer's key was last revoked. What was sealed until then is stale.
    async fn last_revoked(&self, environment: &EnvironmentId, ref_id: &str)
    -> StoreResult<Option<Timestamp>>;

    /// Stores a new version of a key, in one step with everything that must not come apart from it.
    async fn put_key(&self, put: PutKey) -> StoreResult<PutOutcome>;
    /// The key in use under this name; revoked ones are not found.
    async fn key(&self, at: &KeyAddress) -> StoreResult<Option<KeyRow>>;
    /// One key by id, revoked ones too.
    async fn key_by_id(&self, environment: &EnvironmentId, id: &KeyId) -> StoreResult<Option<KeyRow>>;
    /// The operator's own keys in use in an environment, in the order of providers.
    async fn platform_keys(&self, environment: &EnvironmentId) -> StoreResult<Vec<KeyRow>>;
    /// A customer's keys in use, in the order they were first connected.
    async fn keys_of(&self, environment: &EnvironmentId, ref_id: &str) -> StoreResult<Vec<KeyRow>>;
    /// A page of customers' keys in id order.
    async fn keys(&self, environment: &EnvironmentId, page: KeyPage) -> StoreResult<Vec<KeyRow>>;
    /// Writes down what a check of a stored version proved; `false` when that version is gone.
    async fn record_check(&self, check: RecordCheck) -> StoreResult<bool>;
    /// Destroys the key's ciphertext and marks the customer's open envelopes as stale.
    async fn revoke_key(&self, revoke: RevokeKey) -> StoreResult<RevokeOutcome>;
    /// The same with all of a customer's keys: with every one of them or, where it fails, with none.
    async fn revert_customer(&self, revert: RevertCustomer) -> StoreResult<RevertOutcome>;
    /// Moves a key between `active` and `disabled`; `None` when there is none.
    async fn set_key_disabled(&self, change: DisableKey) -> StoreResult<Option<KeyRow>>;

    /// Whether an event of this type for this customer was written after `since`.
    async fn has_event_since(
        &self,
        environment: &EnvironmentId,
        ref_id: &str,
        kind: &str,
        since: Timestamp,
    ) -> StoreResult<bool>;
    /// Adds an event and its deliveries.
    async fn insert_event(&self, event: NewEvent) -> StoreResult<()>;

    /// Adds a webhook endpoint.
    async fn insert_endpoint(&self, endpoint: EndpointRow) -> StoreResult<()>;
    /// The endpoints of an environment, oldest first.
    async fn endpoints(&self, environment: &EnvironmentId) -> StoreResult<Vec<EndpointRow>>;
    /// Removes an endpoint and what was still to be sent to it; `false` when there is none.
    async fn delete_endpoint(&self, environment: &EnvironmentId, id: &EndpointId) -> StoreResult<bool>;

    /// Takes deliveries that are due; nobody else gets them before `lease_until`.
    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<DueDelivery>>;
    /// Writes down how an attempt went and what follows.
    async fn finish_attempt(&self, attempt: FinishedAttempt) -> StoreResult<()>;
    /// When the next delivery is due.
    async fn next_delivery_due(&self) -> StoreResult<Option<Timestamp>>;

    /// Drops what expired before then, and leaves nothing that was destroyed in the files.
    async fn sweep(&self, now: Timestamp) -> StoreResult<()>;

    /// Settles all that is under way and closes.
    async fn close(&self);
}

/// The name of a key in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyAddress {
    /// Where.
    pub environment: EnvironmentId,
    /// Whose.
    pub ref_id: String,
    /// For which provider.
    pub provider: ProviderId,
    /// Which of that customer's keys for that provider.
    pub name: String,
}

impl KeyAddress {
    /// The operator's own key for customers who have none. It is nobody's: no customer is named by an empty text.
    #[must_use]
    pub fn platform(environment: EnvironmentId, provider: ProviderId) -> Self {
        Self { environment, ref_id: String::new(), provider, name: DEFAULT_NAME.to_owned() }
    }
}
