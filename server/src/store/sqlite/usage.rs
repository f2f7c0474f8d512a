//! What was used, summed up by day. The number of models told apart is bounded here, where all of a day's are known.

use byo_seal::ProviderId;
use sqlx::{FromRow, SqliteConnection, SqlitePool};

use super::{EnvironmentId, Mode, StoreError, StoreResult, UsageKey, UsageSum, unavailable};

pub(super) async fn add(db: &mut SqliteConnection, sums: Vec<(UsageKey, UsageSum)>) -> StoreResult<()> {
    for (of, sum) in sums {
        sqlx::query(
            "WITH known AS (
                 SELECT DISTINCT model FROM usage
                 WHERE environment_id = $1 AND day = $2 AND ref_id = $3 AND provider = $4 AND model <> ''
             )
             INSERT INTO usage (environment_id, day, ref_id, provider, model, mode,
                                requests, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens)
             SELECT $1, $2, $3, $4, iif($5 IN known OR (SELECT count(*) FROM known) < $12, $5, ''), $6,
                    $7, $8, $9, $10, $11
             WHERE true -- or `ON` would be that of a join
             ON CONFLICT (environment_id, day, ref_id, provider, model, mode) DO UPDATE SET
                 requests = requests + excluded.requests,
                 input_tokens = input_tokens + excluded.input_tokens,
                 output_tokens = output_tokens + excluded.output_tokens,
                 cached_input_tokens = cached_input_tokens + excluded.cached_input_tokens,
                 reasoning_tokens = reasoning_tokens + excluded.reasoning_tokens",
        )
        .bind(of.environment)
        .bind(of.day)
        .bind(of.ref_id)
        .bind(of.provider.as_str())
        .bind(of.model)
        .bind(of.mode.as_str())
        .bind(column(sum.requests))
        .bind(column(sum.input_tokens))
        .bind(column(sum.output_tokens))
        .bind(column(sum.cached_input_tokens))
        .bind(column(sum.reasoning_tokens))
        .bind(UsageKey::MOST_MODELS as i64)
        .execute(&mut *db)
        .await
        .map_err(unavailable)?;
    }
    Ok(())
}

/// A provider that claims more tokens than this in one sum has lost all credit anyway.
fn column(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX).min(1 << 40)
}

#[derive(FromRow)]
struct Columns {
    environment_id: String,
    day: i64,
    ref_id: String,
    provider: String,
    model: String,
    mode: String,
    requests: i64,
    input_tokens: i64,
    output_tokens: i64,
    cached_input_tokens: i64,
    reasoning_tokens: i64,
}

pub(super) async fn of_environment(
    db: &SqlitePool,
    environment: &EnvironmentId,
) -> StoreResult<Vec<(UsageKey, UsageSum)>> {
    let rows: Vec<Columns> = sqlx::query_as(
        "SELECT environment_id, day, ref_id, provider, model, mode,
                requests, input_tokens, output_tokens, cached_input_tokens, reasoning_tokens
         FROM usage WHERE environment_id = $1 ORDER BY day, ref_id, provider, model, mode",
    )
    .bind(environment)
    .fetch_all(db)
    .await
    .map_err(unavailable)?;
    rows.into_iter().map(Columns::read).collect()
}

impl Columns {
    fn read(self) -> StoreResult<(UsageKey, UsageSum)> {
        let corrupt = |what| StoreError::Corrupt { what };
        let count = |count: i64| u64::try_from(count).map_err(|_| corrupt("count"));
        let of = UsageKey {
            environment: EnvironmentId::parse(&self.environment_id).ok_or(corrupt("environment id"))?,
            day: self.day,
            ref_id: self.ref_id,
            provider: self.provider.parse::<ProviderId>().map_err(|_| corrupt("provider"))?,
            model: self.model,
            mode: match self.mode.as_str() {
                "byok" => Mode::Byok,
                "server" => Mode::Server,
                "demo" => Mode::Demo,
                _ => return Err(corrupt("mode")),
            },
        };
        let sum = UsageSum {
            requests: count(self.requests)?,
            input_tokens: count(self.input_tokens)?,
            output_tokens: count(self.output_tokens)?,
            cached_input_tokens: count(self.cached_input_tokens)?,
            reasoning_tokens: count(self.reasoning_tokens)?,
        };
        Ok((of, sum))
    }
}
