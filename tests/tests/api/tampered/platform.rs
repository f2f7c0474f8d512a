//! The operator's own keys, which stand among customers'.

use http::Method;
use serde_json::json;

use super::stage::Stage;

#[tokio::test]
async fn a_platform_key_moved_to_a_customer_is_refused() {
    let mut stage = with_platform_key().await;
    let moved = "UPDATE provider_keys SET ref_id = 'customer_3' WHERE ref_id = '' AND $1 = $1";
    stage.edit(moved).await;
    let asked = json!({"provider": "openai", "refId": "customer_3"});
    stage.assert_refused("a platform key as a customer's", (&stage.project.secret, asked)).await;
    stage.assert_good().await;
}

#[tokio::test]
async fn a_platform_keys_record_copied_over_a_customers_is_refused() {
    let mut stage = with_platform_key().await;
    let copy = "UPDATE provider_keys SET sealed = (SELECT sealed FROM provider_keys WHERE ref_id = '') WHERE id = $1";
    stage.edit(copy).await;
    stage.assert_refused("a platform key's record", stage.own()).await;
    stage.restore().await;
    stage.assert_good().await;
}

/// The whole row of the operator's in the place of a customer's, whose own is gone.
#[tokio::test]
async fn a_platform_key_put_in_a_customers_place_is_refused() {
    let mut stage = with_platform_key().await;
    stage.edit("DELETE FROM provider_keys WHERE id = $1").await;
    stage.edit("UPDATE provider_keys SET ref_id = 'customer_1' WHERE ref_id = '' AND $1 = $1").await;
    stage.assert_refused("a platform key in a customer's place", stage.own()).await;
}

/// A stage with a platform key that the provider takes, too.
async fn with_platform_key() -> Stage {
    let stage = Stage::new().await;
    let path = format!("/v1/admin/projects/{}/environments/live/platform-keys/openai", stage.project.id);
    let body = json!({"providerKey": stage.key()});
    stage.app.admin(Method::PUT, &path, Some(body)).await.ok();
    stage
}
