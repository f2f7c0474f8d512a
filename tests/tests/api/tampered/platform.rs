//! The operator's own keys, which stand among customers'.

use axum::body::Body;
use byo_server::environment::Environment;
use http::{Method, Request};
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

/// The other way round: nobody's calls are paid with a customer's key.
#[tokio::test]
async fn a_customers_key_made_the_operators_is_refused() {
    let mut stage = Stage::new().await;
    let settings = json!({"platformKeys": true});
    stage.app.settings(&stage.project, Environment::Live, settings).await;
    let call = async |stage: &Stage| {
        let request = Request::get("/v1/proxy/openai/v1/models")
            .header("authorization", format!("Bearer {}", stage.project.secret))
            .header("x-byo-ref-id", "customer_3");
        stage.app.send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(call(&stage).await.status, 403, "the customer has no key, nor has the operator");
    stage.edit("UPDATE provider_keys SET ref_id = '' WHERE id = $1").await;
    let asked = stage.provider.asked();
    let refused = call(&stage).await;
    assert_eq!(refused.status, 500, "{}", refused.text);
    assert!(stage.provider.asked() == asked && !refused.text.contains(stage.key()), "{}", refused.text);
    assert_eq!(stage.errors.take().lines().count(), 1);
}

/// A stage with a platform key that the provider takes, too.
async fn with_platform_key() -> Stage {
    let stage = Stage::new().await;
    let path = format!("/v1/admin/projects/{}/environments/live/platform-keys/openai", stage.project.id);
    let body = json!({"providerKey": stage.key()});
    stage.app.admin(Method::PUT, &path, Some(body)).await.ok();
    stage
}
