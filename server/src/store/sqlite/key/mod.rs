//! Provider keys: reading here, each write in a file of its own.

macro_rules! column_names {
    () => {
        "id, environment_id, ref_id, provider, name, status, disabled_by, version, sealed, provider_config,
         fingerprint, hint, verdict, models, created_at, updated_at, checked_at"
    };
}

macro_rules! columns {
    ($rest:literal) => {
        concat!("SELECT ", column_names!(), " FROM provider_keys ", $rest)
    };
}

macro_rules! returning {
    ($change:literal) => {
        concat!($change, " RETURNING ", column_names!())
    };
}

mod put;
mod revert;
mod revoke;
mod status;

use byo_seal::ProviderId;
use sqlx::{FromRow, SqliteConnection, SqlitePool};

pub(super) use self::{
    put::put,
    revert::revert,
    revoke::revoke,
    status::{record_check, set_disabled},
};
use super::{
    EnvironmentId, KeyAddress, KeyId, KeyPage, KeyRow, KeyStatus, StoreError, StoreResult, Timestamp, row,
    unavailable,
};

#[derive(FromRow)]
struct Columns {
    id: String,
    environment_id: String,
    ref_id: String,
    provider: String,
    name: String,
    status: String,
    disabled_by: Option<String>,
    version: i64,
    sealed: Option<Vec<u8>>,
    provider_config: String,
    fingerprint: String,
    hint: String,
    verdict: String,
    models: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    checked_at: Timestamp,
}

impl Columns {
    fn read(self) -> StoreResult<KeyRow> {
        Ok(KeyRow {
            id: row::id("key id", KeyId::parse(&self.id))?,
            address: KeyAddress {
                environment: row::id("environment id", EnvironmentId::parse(&self.environment_id))?,
                ref_id: self.ref_id,
                provider: self
                    .provider
                    .parse::<ProviderId>()
                    .map_err(|_| StoreError::Corrupt { what: "provider" })?,
                name: self.name,
            },
            status: row::name("key status", &self.status)?,
            disabled_by: self.disabled_by.map(|by| row::name("disabler", &by)).transpose()?,
            version: self.version,
            sealed: self.sealed,
            provider_config: row::json("provider configuration", &self.provider_config)?,
            fingerprint: self.fingerprint,
            hint: self.hint,
            verdict: row::name("verdict", &self.verdict)?,
            models: row::json("model list", &self.models)?,
            created_at: self.created_at,
            updated_at: self.updated_at,
            checked_at: self.checked_at,
        })
    }
}

pub(super) async fn in_use(db: &mut SqliteConnection, at: &KeyAddress) -> StoreResult<Option<KeyRow>> {
    let found: Option<Columns> = sqlx::query_as(columns!(
        "WHERE environment_id = $1 AND ref_id = $2 AND provider = $3 AND name = $4 AND status <> 'revoked'"
    ))
    .bind(&at.environment)
    .bind(&at.ref_id)
    .bind(at.provider.as_str())
    .bind(&at.name)
    .fetch_optional(db)
    .await
    .map_err(unavailable)?;
    found.map(Columns::read).transpose()
}

pub(super) async fn of_customer(
    db: &mut SqliteConnection,
    environment: &EnvironmentId,
    ref_id: &str,
) -> StoreResult<Vec<KeyRow>> {
    let rows: Vec<Columns> = sqlx::query_as(columns!(
        "WHERE environment_id = $1 AND ref_id = $2 AND ref_id <> '' AND status <> 'revoked' ORDER BY id"
    ))
    .bind(environment)
    .bind(ref_id)
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    rows.into_iter().map(Columns::read).collect()
}

/// The operator's own keys have no customer; they are not among customers' keys.
pub(super) async fn by_id(
    db: &SqlitePool,
    environment: &EnvironmentId,
    id: &KeyId,
) -> StoreResult<Option<KeyRow>> {
    let found: Option<Columns> =
        sqlx::query_as(columns!("WHERE id = $1 AND environment_id = $2 AND ref_id <> ''"))
            .bind(id)
            .bind(environment)
            .fetch_optional(db)
            .await
            .map_err(unavailable)?;
    found.map(Columns::read).transpose()
}

pub(super) async fn platform(db: &SqlitePool, environment: &EnvironmentId) -> StoreResult<Vec<KeyRow>> {
    let rows: Vec<Columns> = sqlx::query_as(columns!(
        "WHERE environment_id = $1 AND ref_id = '' AND status <> 'revoked' ORDER BY provider, name"
    ))
    .bind(environment)
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    rows.into_iter().map(Columns::read).collect()
}

pub(super) async fn page(
    db: &SqlitePool,
    environment: &EnvironmentId,
    page: KeyPage,
) -> StoreResult<Vec<KeyRow>> {
    let rows: Vec<Columns> = sqlx::query_as(columns!(
        "WHERE environment_id = $1 AND ref_id <> ''
           AND ($2 IS NULL OR ref_id = $2)
           AND ($3 IS NULL OR provider = $3)
           AND ($4 IS NULL OR status = $4)
           AND ($5 IS NULL OR id > $5)
         ORDER BY id LIMIT $6"
    ))
    .bind(environment)
    .bind(page.ref_id)
    .bind(page.provider.map(ProviderId::as_str))
    .bind(page.status.map(KeyStatus::as_str))
    .bind(page.page.after)
    .bind(i64::from(page.page.limit))
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    rows.into_iter().map(Columns::read).collect()
}
