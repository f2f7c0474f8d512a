//! SQLite: one process, one file, every acknowledged write on the disk.
//!
//! All writes go through one connection and commit in groups (`writer`); reads have their own connections.
//! The SQL is kept to what PostgreSQL takes too.

mod challenge;
mod endpoint;
mod event;
mod grant;
mod key;
mod meta;
mod models;
mod open;
mod project;
mod remembered;
mod row;
mod runtime_token;
mod sealing_key;
mod session;
mod token;
mod usage;
mod writer;

use std::{fs::File, sync::Arc};

use async_trait::async_trait;
use sqlx::SqlitePool;

pub use open::OpenError;

use self::{grant::HotReader, writer::Writer};
use super::*;
use crate::entropy::SharedEntropy;

/// The store on one SQLite file.
pub struct SqliteStore {
    readers: SqlitePool,
    hot: HotReader,
    writer: Writer,
    entropy: SharedEntropy,
    /// Held for as long as the store lives, so that no second process opens the file.
    _lock: Arc<File>,
}

fn unavailable(error: sqlx::Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> StoreResult<()> {
        self.write(|db| Box::pin(meta::touch(db))).await
    }

    async fn meta_or_insert(&self, name: &str, value: Vec<u8>) -> StoreResult<Vec<u8>> {
        let name = name.to_owned();
        self.write(move |db| Box::pin(meta::find_or_insert(db, name, value))).await
    }

    async fn insert_project(&self, project: NewProject) -> StoreResult<()> {
        self.write(move |db| Box::pin(project::insert(db, project))).await
    }

    async fn project(&self, id: &ProjectId) -> StoreResult<Option<Project>> {
        project::find(&self.readers, id).await
    }

    async fn projects(&self, page: Page<ProjectId>) -> StoreResult<Vec<Project>> {
        project::page(&self.readers, page).await
    }

    async fn update_environment(
        &self,
        project: &ProjectId,
        environment: Environment,
        change: EnvironmentChange,
        now: Timestamp,
    ) -> StoreResult<Option<Project>> {
        let id = project.clone();
        let found = self
            .write(move |db| Box::pin(project::update_environment(db, id, environment, change, now)))
            .await?;
        if found { self.project(project).await } else { Ok(None) }
    }

    async fn insert_token(&self, token: NewToken) -> StoreResult<()> {
        self.write(move |db| Box::pin(token::insert(db, token))).await
    }

    async fn tokens(&self, project: &ProjectId, page: Page<TokenId>) -> StoreResult<Vec<TokenRow>> {
        token::of_project(&self.readers, project, page).await
    }

    async fn revoke_token(&self, id: &TokenId, now: Timestamp) -> StoreResult<bool> {
        let id = id.clone();
        self.write(move |db| Box::pin(token::revoke(db, id, now))).await
    }

    async fn token_by_hash(&self, hash: &TokenHash) -> StoreResult<Option<(TokenRow, Scope)>> {
        token::find(&self.readers, hash).await
    }

    async fn grant(&self, query: GrantQuery<'_>) -> StoreResult<Option<Arc<Grant>>> {
        self.hot.grant(&query)
    }

    async fn insert_runtime_token(&self, token: NewRuntimeToken) -> StoreResult<()> {
        self.write(move |db| Box::pin(runtime_token::insert(db, token))).await
    }

    async fn revoke_runtime_token(
        &self,
        environment: &EnvironmentId,
        id: &TokenId,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let (environment, id) = (environment.clone(), id.clone());
        self.write(move |db| Box::pin(runtime_token::revoke(db, environment, id, now))).await
    }

    async fn runtime_tokens(
        &self,
        environment: &EnvironmentId,
        page: RuntimeTokenPage,
    ) -> StoreResult<Vec<RuntimeTokenRow>> {
        runtime_token::page(&self.readers, environment, page).await
    }

    async fn set_models(
        &self,
        environment: &EnvironmentId,
        ref_id: Option<&str>,
        models: ModelList,
    ) -> StoreResult<()> {
        let (environment, ref_id) = (environment.clone(), ref_id.map(str::to_owned));
        self.write(move |db| Box::pin(models::set(db, environment, ref_id, models))).await
    }

    async fn add_usage(&self, sums: Vec<(UsageKey, UsageSum)>) -> StoreResult<()> {
        self.write(move |db| Box::pin(usage::add(db, sums))).await
    }

    async fn usage(&self, environment: &EnvironmentId) -> StoreResult<Vec<(UsageKey, UsageSum)>> {
        usage::of_environment(&self.readers, environment).await
    }

    async fn insert_session(&self, session: NewSession) -> StoreResult<()> {
        self.write(move |db| Box::pin(session::insert(db, session))).await
    }

    async fn session_by_hash(
        &self,
        hash: &TokenHash,
        at: Timestamp,
    ) -> StoreResult<Option<(SessionRow, Scope)>> {
        session::find(&self.readers, hash, at).await
    }

    async fn sealing_keys(&self) -> StoreResult<SealingKeySet> {
        sealing_key::set(&self.readers).await
    }

    async fn change_sealing_keys(&self, change: SealingKeyChange) -> StoreResult<bool> {
        self.write(move |db| Box::pin(sealing_key::change(db, change))).await
    }

    async fn reserve_challenge(&self, reserve: ReserveChallenge) -> StoreResult<Reservation> {
        self.write(move |db| Box::pin(challenge::reserve(db, reserve))).await
    }

    async fn release_challenge(&self, hash: &[u8; 32]) -> StoreResult<()> {
        let hash = *hash;
        self.write(move |db| Box::pin(challenge::release(db, hash))).await
    }

    async fn answer_challenge(&self, answer: ChallengeAnswer, event: Option<NewEvent>) -> StoreResult<()> {
        let entropy = Arc::clone(&self.entropy);
        self.write(move |db| {
            Box::pin(async move {
                challenge::answer(db, &answer).await?;
                match event {
                    Some(event) => event::insert(db, &event, &*entropy).await,
                    None => Ok(()),
                }
            })
        })
        .await
    }

    async fn last_revoked(
        &self,
        environment: &EnvironmentId,
        ref_id: &str,
    ) -> StoreResult<Option<Timestamp>> {
        let mut db = self.readers.acquire().await.map_err(unavailable)?;
        challenge::last_revoked(&mut db, environment, ref_id).await
    }

    async fn put_key(&self, put: PutKey) -> StoreResult<PutOutcome> {
        let entropy = Arc::clone(&self.entropy);
        self.write(move |db| Box::pin(async move { key::put(db, &put, &*entropy).await })).await
    }

    async fn key(&self, at: &KeyAddress) -> StoreResult<Option<KeyRow>> {
        let mut db = self.readers.acquire().await.map_err(unavailable)?;
        key::in_use(&mut db, at).await
    }

    async fn key_by_id(&self, environment: &EnvironmentId, id: &KeyId) -> StoreResult<Option<KeyRow>> {
        key::by_id(&self.readers, environment, id).await
    }

    async fn platform_keys(&self, environment: &EnvironmentId) -> StoreResult<Vec<KeyRow>> {
        key::platform(&self.readers, environment).await
    }

    async fn keys_of(&self, environment: &EnvironmentId, ref_id: &str) -> StoreResult<Vec<KeyRow>> {
        let mut db = self.readers.acquire().await.map_err(unavailable)?;
        key::of_customer(&mut db, environment, ref_id).await
    }

    async fn keys(&self, environment: &EnvironmentId, page: KeyPage) -> StoreResult<Vec<KeyRow>> {
        key::page(&self.readers, environment, page).await
    }

    async fn record_check(&self, check: RecordCheck) -> StoreResult<bool> {
        let entropy = Arc::clone(&self.entropy);
        self.write(move |db| Box::pin(async move { key::record_check(db, check, &*entropy).await })).await
    }

    async fn revoke_key(&self, revoke: RevokeKey) -> StoreResult<RevokeOutcome> {
        let entropy = Arc::clone(&self.entropy);
        self.write(move |db| Box::pin(async move { key::revoke(db, revoke, &*entropy).await })).await
    }

    async fn revert_customer(&self, revert: RevertCustomer) -> StoreResult<RevertOutcome> {
        let entropy = Arc::clone(&self.entropy);
        self.write(move |db| Box::pin(async move { key::revert(db, revert, &*entropy).await })).await
    }

    async fn set_key_disabled(&self, change: DisableKey) -> StoreResult<Option<KeyRow>> {
        let entropy = Arc::clone(&self.entropy);
        self.write(move |db| Box::pin(async move { key::set_disabled(db, change, &*entropy).await })).await
    }

    async fn has_event_since(
        &self,
        environment: &EnvironmentId,
        ref_id: &str,
        kind: &str,
        since: Timestamp,
    ) -> StoreResult<bool> {
        event::exists_since(&self.readers, environment, ref_id, kind, since).await
    }

    async fn insert_event(&self, event: NewEvent) -> StoreResult<()> {
        let entropy = Arc::clone(&self.entropy);
        self.write(move |db| Box::pin(async move { event::insert(db, &event, &*entropy).await })).await
    }

    async fn insert_endpoint(&self, endpoint: EndpointRow) -> StoreResult<()> {
        self.write(move |db| Box::pin(endpoint::insert(db, endpoint))).await
    }

    async fn endpoints(&self, environment: &EnvironmentId) -> StoreResult<Vec<EndpointRow>> {
        endpoint::of_environment(&self.readers, environment).await
    }

    async fn delete_endpoint(&self, environment: &EnvironmentId, id: &EndpointId) -> StoreResult<bool> {
        let (environment, id) = (environment.clone(), id.clone());
        self.write(move |db| Box::pin(endpoint::delete(db, environment, id))).await
    }

    async fn claim_deliveries(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: u32,
    ) -> StoreResult<Vec<DueDelivery>> {
        self.write(move |db| Box::pin(event::claim(db, now, lease_until, limit))).await
    }

    async fn finish_attempt(&self, attempt: FinishedAttempt) -> StoreResult<()> {
        self.write(move |db| Box::pin(event::finish_attempt(db, attempt))).await
    }

    async fn next_delivery_due(&self) -> StoreResult<Option<Timestamp>> {
        event::next_due(&self.readers).await
    }

    async fn sweep(&self, now: Timestamp) -> StoreResult<()> {
        self.write(move |db| Box::pin(challenge::sweep(db, now))).await?;
        self.write(move |db| Box::pin(session::sweep(db, now))).await?;
        self.write(move |db| Box::pin(runtime_token::sweep(db, now))).await?;
        self.writer.checkpoint().await
    }

    async fn close(&self) {
        self.writer.close().await;
        self.hot.close();
        self.readers.close().await;
    }
}
