//! The one read of every proxied call.
//!
//! sqlx hands each statement to a thread of the connection's own, which costs several times what the statement does.
//! This one is on the path of every call, so it runs where it is, on connections of its own: a look into pages that are
//! in memory, a few microseconds long. What it found is remembered until the next write.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use byo_seal::ProviderConfig;
use rusqlite::{Connection, OpenFlags, Row, named_params};

use super::{StoreError, StoreResult, remembered::Remembered, row};
use crate::{
    clock::Timestamp,
    id::{EnvironmentId, KeyId, ProjectId, TokenId},
    store::{Grant, GrantQuery, KeyStatus, ModelList, ProxySettings, RuntimeLimits, UsableKey},
};

/// Connections that only read, each used by one call at a time.
pub(super) struct HotReader {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    remembered: Arc<Remembered>,
}

impl HotReader {
    pub(super) fn new(path: PathBuf, remembered: Arc<Remembered>) -> Self {
        Self { path, idle: Mutex::default(), remembered }
    }

    pub(super) fn grant(&self, query: &GrantQuery<'_>) -> StoreResult<Option<Arc<Grant>>> {
        // A runtime token also ends by itself, which nobody writes.
        if query.is_runtime {
            return Ok(self.read(query)?.map(Arc::new));
        }
        let missing = match self.remembered.find(query) {
            Ok(grant) => return Ok(Some(grant)),
            Err(missing) => missing,
        };
        let read = self.read(query)?.map(Arc::new);
        if let Some(grant) = &read {
            self.remembered.keep(missing, grant);
        }
        Ok(read)
    }

    fn read(&self, query: &GrantQuery<'_>) -> StoreResult<Option<Grant>> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.open().map_err(unavailable)?,
        };
        let found = find(&connection, query);
        // One that failed is not used again.
        if found.is_ok() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        found
    }

    pub(super) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        Ok(connection)
    }
}

fn unavailable(error: rusqlite::Error) -> StoreError {
    StoreError::Unavailable(Box::new(error))
}

macro_rules! grant {
    ($runtime:literal, $from:literal, $ref_id:literal, $where:literal) => {
        concat!(
            "SELECT e.id, e.project_id, e.kind, e.platform_keys, e.demo, e.all_paths, e.models, c.models,
                    k.id, k.status, k.version, k.sealed, k.provider_config, k.created_at, ",
            $runtime,
            " FROM ",
            $from,
            " JOIN environments e ON e.id = t.environment_id
              LEFT JOIN customer_models c ON c.environment_id = e.id AND c.ref_id = ",
            $ref_id,
            " LEFT JOIN provider_keys k ON k.environment_id = e.id AND k.ref_id = ",
            $ref_id,
            " AND k.ref_id <> '' AND k.provider = :provider AND k.name = :name
                  AND k.status <> 'revoked'
              WHERE ",
            $where
        )
    };
}

const OF_SECRET: &str = grant!(
    "NULL, NULL, NULL, NULL, NULL",
    "tokens t",
    ":ref_id",
    "t.hash = :hash AND t.kind = 'secret' AND t.revoked_at IS NULL"
);

const OF_RUNTIME: &str = grant!(
    "r.id, r.ref_id, r.providers, r.models, r.token_id",
    "runtime_tokens r JOIN tokens t ON t.id = r.token_id AND t.revoked_at IS NULL",
    "r.ref_id",
    "r.hash = :hash AND r.revoked_at IS NULL AND (r.expires_at IS NULL OR r.expires_at > :now)"
);

fn find(db: &Connection, query: &GrantQuery<'_>) -> StoreResult<Option<Grant>> {
    let GrantQuery { token, ref_id, provider, name, now, is_runtime } = query;
    let (provider, hash) = (provider.as_str(), &token.as_bytes()[..]);
    if *is_runtime {
        let mut statement = db.prepare_cached(OF_RUNTIME).map_err(unavailable)?;
        let parameters = named_params! {
            ":hash": hash, ":provider": provider, ":name": name, ":now": now.as_millis(),
        };
        let mut rows = statement.query(parameters).map_err(unavailable)?;
        rows.next().map_err(unavailable)?.map(read).transpose()
    } else {
        let mut statement = db.prepare_cached(OF_SECRET).map_err(unavailable)?;
        let parameters = named_params! {
            ":hash": hash, ":provider": provider, ":name": name, ":ref_id": ref_id,
        };
        let mut rows = statement.query(parameters).map_err(unavailable)?;
        rows.next().map_err(unavailable)?.map(read).transpose()
    }
}

fn read(row: &Row<'_>) -> StoreResult<Grant> {
    let flag = |column: usize| row.get::<_, bool>(column).map_err(unavailable);
    Ok(Grant {
        environment_id: row::id("environment id", EnvironmentId::parse(text(row, 0)?))?,
        project_id: row::id("project id", ProjectId::parse(text(row, 1)?))?,
        environment: text(row, 2)?.parse().map_err(|_| StoreError::Corrupt { what: "environment kind" })?,
        settings: ProxySettings { platform_keys: flag(3)?, demo: flag(4)?, all_paths: flag(5)? },
        models: models(row, 6)?,
        customer_models: models(row, 7)?,
        key: read_key(row)?,
        runtime: read_runtime(row)?,
        made_by: optional_text(row, 18)?.map(|id| row::id("token id", TokenId::parse(id))).transpose()?,
    })
}

fn read_key(row: &Row<'_>) -> StoreResult<Option<Arc<UsableKey>>> {
    let Some(id) = optional_text(row, 8)? else { return Ok(None) };
    let status = match text(row, 9)? {
        "active" => KeyStatus::Active,
        "suspect" => KeyStatus::Suspect,
        "disabled" => KeyStatus::Disabled,
        _ => return Err(StoreError::Corrupt { what: "key status" }),
    };
    let provider_config = match text(row, 12)? {
        "{}" => ProviderConfig::default(),
        config => row::json("provider configuration", config)?,
    };
    Ok(Some(Arc::new(UsableKey {
        id: row::id("key id", KeyId::parse(id))?,
        version: row.get(10).map_err(unavailable)?,
        status,
        sealed: row.get(11).map_err(unavailable)?,
        provider_config,
        created_at: Timestamp::from_millis(row.get(13).map_err(unavailable)?),
    })))
}

fn read_runtime(row: &Row<'_>) -> StoreResult<Option<RuntimeLimits>> {
    let Some(id) = optional_text(row, 14)? else { return Ok(None) };
    Ok(Some(RuntimeLimits {
        id: row::id("token id", TokenId::parse(id))?,
        ref_id: text(row, 15)?.to_owned(),
        providers: optional_text(row, 16)?.map(|list| row::json("provider list", list)).transpose()?,
        models: models(row, 17)?,
    }))
}

fn models(row: &Row<'_>, column: usize) -> StoreResult<ModelList> {
    let list = optional_text(row, column)?;
    list.map_or_else(|| Ok(ModelList::default()), |list| row::json("model list", list))
}

fn text<'r>(row: &'r Row<'_>, column: usize) -> StoreResult<&'r str> {
    optional_text(row, column)?.ok_or(StoreError::Corrupt { what: "column of a grant" })
}

fn optional_text<'r>(row: &'r Row<'_>, column: usize) -> StoreResult<Option<&'r str>> {
    let value = row.get_ref(column).map_err(unavailable)?;
    value.as_str_or_null().map_err(|_| StoreError::Corrupt { what: "column of a grant" })
}
