//! Connect sessions and their single uses.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    NewSession, Scope, SessionRow, SessionUse, StoreResult, Timestamp, TokenHash, project::ScopeColumns, row,
    unavailable,
};
use crate::id::SessionId;

#[derive(FromRow)]
struct Found {
    session_id: String,
    ref_id: String,
    providers: Option<String>,
    allow: String,
    origins: Option<String>,
    sealed_provider_configs: Option<Vec<u8>>,
    created_at: Timestamp,
    expires_at: Timestamp,
    #[sqlx(flatten)]
    scope: ScopeColumns,
}

impl Found {
    fn read(self) -> StoreResult<(SessionRow, Scope)> {
        let session = SessionRow {
            id: row::id("session id", SessionId::parse(&self.session_id))?,
            ref_id: self.ref_id,
            providers: self.providers.map(|text| row::json("provider list", &text)).transpose()?,
            allow: row::json("session rights", &self.allow)?,
            origins: self.origins.map(|text| row::json("origin list", &text)).transpose()?,
            sealed_provider_configs: self.sealed_provider_configs,
            created_at: self.created_at,
            expires_at: self.expires_at,
        };
        Ok((session, self.scope.read()?))
    }
}

pub(super) async fn insert(db: &mut SqliteConnection, new: NewSession) -> StoreResult<()> {
    let session = new.row;
    sqlx::query(
        "INSERT INTO connect_sessions
             (id, hash, environment_id, token_id, ref_id, providers, allow, origins, created_at, expires_at,
              sealed_provider_configs)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(session.id)
    .bind(new.hash.as_bytes().to_vec())
    .bind(new.environment_id)
    .bind(new.token)
    .bind(session.ref_id)
    .bind(session.providers.as_ref().map(row::to_json))
    .bind(row::to_json(&session.allow))
    .bind(session.origins.as_ref().map(row::to_json))
    .bind(session.created_at)
    .bind(session.expires_at)
    .bind(session.sealed_provider_configs)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn find(
    db: &SqlitePool,
    hash: &TokenHash,
    at: Timestamp,
) -> StoreResult<Option<(SessionRow, Scope)>> {
    let found: Option<Found> = sqlx::query_as(
        "SELECT s.id AS session_id, s.ref_id, s.providers, s.allow, s.origins, s.created_at, s.expires_at,
                s.sealed_provider_configs, p.name AS project_name, e.id, e.project_id, e.kind, e.writes, e.allowed_origins, e.custom_base_url,
                e.platform_keys, e.demo, e.all_paths
         FROM connect_sessions s
         JOIN tokens t ON t.id = s.token_id AND t.revoked_at IS NULL
         JOIN environments e ON e.id = s.environment_id
         JOIN projects p ON p.id = e.project_id
         WHERE s.hash = $1 AND s.expires_at > $2",
    )
    .bind(hash.as_bytes().to_vec())
    .bind(at)
    .fetch_optional(db)
    .await
    .map_err(unavailable)?;
    found.map(Found::read).transpose()
}

/// Takes up one of the session's uses; `false` when it was taken before.
pub(super) async fn spend(db: &mut SqliteConnection, spend: &SessionUse) -> StoreResult<bool> {
    let inserted = sqlx::query(
        "INSERT INTO session_uses (session_id, purpose, provider, name) VALUES ($1, $2, $3, $4)
         ON CONFLICT DO NOTHING",
    )
    .bind(&spend.session)
    .bind(spend.purpose.as_str())
    .bind(spend.provider.as_str())
    .bind(&spend.name)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(inserted.rows_affected() > 0)
}

/// Whether one of the session's uses was taken up.
pub(super) async fn is_spent(db: &mut SqliteConnection, spend: &SessionUse) -> StoreResult<bool> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM session_uses
         WHERE session_id = $1 AND purpose = $2 AND provider = $3 AND name = $4)",
    )
    .bind(&spend.session)
    .bind(spend.purpose.as_str())
    .bind(spend.provider.as_str())
    .bind(&spend.name)
    .fetch_one(db)
    .await
    .map_err(unavailable)
}

pub(super) async fn sweep(db: &mut SqliteConnection, now: Timestamp) -> StoreResult<()> {
    sqlx::query("DELETE FROM connect_sessions WHERE expires_at <= $1")
        .bind(now.before(SessionRow::KEPT))
        .execute(db)
        .await
        .map_err(unavailable)?;
    Ok(())
}
