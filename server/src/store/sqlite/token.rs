//! Tokens, by hash.

use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    EnvironmentId, NewToken, Page, ProjectId, Scope, StoreResult, Timestamp, TokenHash, TokenId, TokenRow,
    project::ScopeColumns, row, unavailable,
};

#[derive(FromRow)]
struct TokenColumns {
    token_id: String,
    token_kind: String,
    environment_id: String,
    environment_kind: String,
    token_name: String,
    token_created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

#[derive(FromRow)]
struct Found {
    #[sqlx(flatten)]
    token: TokenColumns,
    #[sqlx(flatten)]
    scope: ScopeColumns,
}

impl TokenColumns {
    fn read(self) -> StoreResult<TokenRow> {
        Ok(TokenRow {
            id: row::id("token id", TokenId::parse(&self.token_id))?,
            kind: row::name("token kind", &self.token_kind)?,
            environment_id: row::id("environment id", EnvironmentId::parse(&self.environment_id))?,
            environment: row::name("environment kind", &self.environment_kind)?,
            name: self.token_name,
            created_at: self.token_created_at,
            revoked_at: self.revoked_at,
        })
    }
}

pub(super) async fn insert(db: &mut SqliteConnection, new: NewToken) -> StoreResult<()> {
    sqlx::query(
        "INSERT INTO tokens (id, hash, kind, environment_id, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(new.row.id)
    .bind(new.hash.as_bytes().to_vec())
    .bind(new.row.kind.as_str())
    .bind(new.row.environment_id)
    .bind(new.row.name)
    .bind(new.row.created_at)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn revoke(db: &mut SqliteConnection, id: TokenId, now: Timestamp) -> StoreResult<bool> {
    let updated = sqlx::query("UPDATE tokens SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2")
        .bind(now)
        .bind(id)
        .execute(db)
        .await
        .map_err(unavailable)?;
    Ok(updated.rows_affected() > 0)
}

pub(super) async fn of_project(
    db: &SqlitePool,
    project: &ProjectId,
    page: Page<TokenId>,
) -> StoreResult<Vec<TokenRow>> {
    let rows: Vec<TokenColumns> = sqlx::query_as(
        "SELECT t.id AS token_id, t.kind AS token_kind, t.environment_id, e.kind AS environment_kind,
                t.name AS token_name, t.created_at AS token_created_at, t.revoked_at
         FROM tokens t JOIN environments e ON e.id = t.environment_id
         WHERE e.project_id = $1 AND ($2 IS NULL OR t.id > $2) ORDER BY t.id LIMIT $3",
    )
    .bind(project)
    .bind(page.after)
    .bind(i64::from(page.limit))
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    rows.into_iter().map(TokenColumns::read).collect()
}

pub(super) async fn find(db: &SqlitePool, hash: &TokenHash) -> StoreResult<Option<(TokenRow, Scope)>> {
    let found: Option<Found> = sqlx::query_as(
        "SELECT t.id AS token_id, t.kind AS token_kind, t.environment_id, e.kind AS environment_kind,
                t.name AS token_name, t.created_at AS token_created_at, t.revoked_at,
                p.name AS project_name, e.id, e.project_id, e.kind, e.writes, e.allowed_origins, e.custom_base_url,
                e.platform_keys, e.demo, e.all_paths
         FROM tokens t
         JOIN environments e ON e.id = t.environment_id
         JOIN projects p ON p.id = e.project_id
         WHERE t.hash = $1 AND t.revoked_at IS NULL",
    )
    .bind(hash.as_bytes().to_vec())
    .fetch_optional(db)
    .await
    .map_err(unavailable)?;
    found.map(|found| Ok((found.token.read()?, found.scope.read()?))).transpose()
}
