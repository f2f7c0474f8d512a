//! Which models may be called.

use sqlx::SqliteConnection;

use super::{EnvironmentId, ModelList, StoreResult, row, unavailable};

pub(super) async fn set(
    db: &mut SqliteConnection,
    environment: EnvironmentId,
    ref_id: Option<String>,
    models: ModelList,
) -> StoreResult<()> {
    let models = models.restricts().then(|| row::to_json(&models));
    let query = match (ref_id, models) {
        (None, models) => {
            sqlx::query("UPDATE environments SET models = $2 WHERE id = $1").bind(environment).bind(models)
        }
        (Some(ref_id), None) => {
            sqlx::query("DELETE FROM customer_models WHERE environment_id = $1 AND ref_id = $2")
                .bind(environment)
                .bind(ref_id)
        }
        (Some(ref_id), Some(models)) => sqlx::query(
            "INSERT INTO customer_models (environment_id, ref_id, models) VALUES ($1, $2, $3)
             ON CONFLICT (environment_id, ref_id) DO UPDATE SET models = excluded.models",
        )
        .bind(environment)
        .bind(ref_id)
        .bind(models),
    };
    query.execute(db).await.map_err(unavailable)?;
    Ok(())
}
