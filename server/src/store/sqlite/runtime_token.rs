//! Runtime tokens. They are found by `grant`, together with what they open.

use byo_seal::ProviderId;
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{
    EnvironmentId, ModelList, NewRuntimeToken, RuntimeLimits, RuntimeTokenPage, RuntimeTokenRow, StoreResult,
    Timestamp, TokenId, row, unavailable,
};

#[derive(FromRow)]
struct Columns {
    id: String,
    ref_id: String,
    providers: Option<String>,
    models: Option<String>,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl Columns {
    fn read(self) -> StoreResult<RuntimeTokenRow> {
        let providers: Option<Vec<ProviderId>> =
            self.providers.map(|list| row::json("provider list", &list)).transpose()?;
        let models: Option<ModelList> = self.models.map(|list| row::json("model list", &list)).transpose()?;
        Ok(RuntimeTokenRow {
            limits: RuntimeLimits {
                id: row::id("token id", TokenId::parse(&self.id))?,
                ref_id: self.ref_id,
                providers,
                models: models.unwrap_or_default(),
            },
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: self.revoked_at,
        })
    }
}

pub(super) async fn insert(db: &mut SqliteConnection, new: NewRuntimeToken) -> StoreResult<()> {
    let limits = new.limits;
    sqlx::query(
        "INSERT INTO runtime_tokens
             (id, hash, environment_id, token_id, ref_id, providers, models, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(limits.id)
    .bind(new.hash.as_bytes().to_vec())
    .bind(new.environment_id)
    .bind(new.token)
    .bind(limits.ref_id)
    .bind(limits.providers.as_ref().map(row::to_json))
    .bind(limits.models.restricts().then(|| row::to_json(&limits.models)))
    .bind(new.created_at)
    .bind(new.expires_at)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(())
}

pub(super) async fn revoke(
    db: &mut SqliteConnection,
    environment: EnvironmentId,
    id: TokenId,
    now: Timestamp,
) -> StoreResult<bool> {
    let revoked = sqlx::query(
        "UPDATE runtime_tokens SET revoked_at = COALESCE(revoked_at, $1) WHERE id = $2 AND environment_id = $3",
    )
    .bind(now)
    .bind(id)
    .bind(environment)
    .execute(db)
    .await
    .map_err(unavailable)?;
    Ok(revoked.rows_affected() > 0)
}

pub(super) async fn page(
    db: &SqlitePool,
    environment: &EnvironmentId,
    page: RuntimeTokenPage,
) -> StoreResult<Vec<RuntimeTokenRow>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT r.id, r.ref_id, r.providers, r.models, r.created_at, r.expires_at,
                COALESCE(r.revoked_at, t.revoked_at) AS revoked_at
         FROM runtime_tokens r JOIN tokens t ON t.id = r.token_id
         WHERE r.environment_id = $1 AND ($2 IS NULL OR r.ref_id = $2) AND ($3 IS NULL OR r.id > $3)
         ORDER BY r.id LIMIT $4",
    )
    .bind(environment)
    .bind(page.ref_id)
    .bind(page.page.after)
    .bind(i64::from(page.page.limit))
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    rows.into_iter().map(Columns::read).collect()
}

pub(super) async fn sweep(db: &mut SqliteConnection, now: Timestamp) -> StoreResult<()> {
    sqlx::query("DELETE FROM runtime_tokens WHERE expires_at <= $1")
        .bind(now)
        .execute(db)
        .await
        .map_err(unavailable)?;
    Ok(())
}
