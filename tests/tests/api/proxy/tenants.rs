//! One customer's key, and everybody who is somebody else.

use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{Answer, TestApp};
use http::Method;
use serde_json::json;

use super::stage::{APIS, Stage, request};

async fn call(app: &TestApp, path: &str, token: &str, ref_id: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("x-byo-ref-id", ref_id)];
    app.send(request(Method::POST, path, &headers, "{}")).await
}

#[tokio::test]
async fn a_project_cannot_use_another_projects_key() {
    let stage = Stage::new().await;
    let other = stage.app.project(Environment::Live).await;
    for api in &APIS {
        stage.connect(api.id, "customer_b").await;
        let before = stage.upstream.count();
        let refused = call(&stage.app, &api.path(), &other.secret, "customer_b").await;
        let unknown = call(&stage.app, &api.path(), &other.secret, "customer_that_never_was").await;
        assert_eq!(refused.status, 403, "{}: {}", api.id, refused.text);
        assert!(refused.text.contains("has connected no key"), "{}", refused.text);
        assert_eq!(refused.headers["x-should-retry"], "false");
        let told = |answer: &Answer| {
            let id = answer.headers["x-byo-request-id"].to_str().unwrap();
            answer.text.replace(id, "")
        };
        assert_eq!(told(&refused), told(&unknown), "{}: whether another has a key is not told", api.id);
        assert_eq!(stage.upstream.count(), before, "{}: the provider was asked", api.id);
        assert_eq!(call(&stage.app, &api.path(), &stage.project.secret, "customer_b").await.status, 200);
    }
}

#[tokio::test]
async fn neither_half_of_a_project_uses_the_others_keys() {
    let stage = Stage::new().await;
    let path = format!("/v1/admin/projects/{}/tokens", stage.project.id);
    let body = json!({"environment": "test", "kind": "secret", "name": "tests"});
    let test =
        stage.app.admin(Method::POST, &path, Some(body)).await.json["token"].as_str().unwrap().to_owned();
    stage.connect(ProviderId::Openai, "only_live").await;
    let body =
        json!({"provider": "openai", "refId": "only_test", "providerKey": "sk-byo-test-valid-0123456789"});
    stage.app.post("/v1/keys/connect", &test, body).await.ok();
    let before = stage.upstream.count();
    let chat = "/v1/proxy/openai/v1/chat/completions";
    for (token, ref_id) in [(&test, "only_live"), (&stage.project.secret, "only_test")] {
        let refused = call(&stage.app, chat, token, ref_id).await;
        assert_eq!(refused.json["error"]["code"], "no_key_connected", "{}", refused.text);
    }
    assert_eq!(stage.upstream.count(), before);
}

#[tokio::test]
async fn ref_ids_are_compared_whole_and_byte_for_byte() {
    let stage = Stage::new().await;
    let (key, _) = stage.connect(ProviderId::Openai, "customer_1").await;
    let before = stage.upstream.count();
    for ref_id in [
        "customer_",
        "customer_10",
        "customer_1a",
        "Customer_1",
        "CUSTOMER_1",
        "customer-1",
        "customer_1.",
        "customer.1",
        "customer:1",
        "ustomer_1",
        "customer__1",
        "customer_l",
        "customer_I",
        "1",
        "default",
    ] {
        let refused = stage.chat(ProviderId::Openai, ref_id).await;
        assert_eq!(refused.status, 403, "{ref_id}: {}", refused.text);
        assert_eq!(refused.json["error"]["code"], "no_key_connected", "{ref_id}");
    }
    // These cannot be a refId; nor can they become one by being trimmed or read as a pattern.
    for ref_id in [
        "customer_1 ",
        " customer_1",
        "customer_%",
        "*",
        "customer_1,customer_1",
        "customer_1\t",
        "%63ustomer_1",
        "customer_1;",
    ] {
        let answer = stage.chat(ProviderId::Openai, ref_id).await;
        let used = stage.upstream.seen().split_off(before).iter().any(|seen| seen.holds(&key));
        assert!(answer.status == 400 || answer.status == 403, "{ref_id:?}: {}", answer.text);
        assert!(!used, "{ref_id:?} used the key");
    }
    assert_eq!(stage.upstream.count(), before, "the provider was asked");
}

#[tokio::test]
async fn look_alike_customers_have_keys_of_their_own() {
    let stage = Stage::new().await;
    let ref_ids = ["acme", "acme.", "acme-1", "acme_1", "Acme", "acme1", "acme:1"];
    let mut keys = Vec::new();
    for ref_id in ref_ids {
        keys.push((ref_id, stage.connect(ProviderId::Openai, ref_id).await.0));
    }
    for (ref_id, key) in keys {
        assert_eq!(stage.chat(ProviderId::Openai, ref_id).await.status, 200);
        assert_eq!(stage.upstream.last().header("authorization"), format!("Bearer {key}"), "{ref_id}");
    }
}

#[tokio::test]
async fn the_operators_key_is_no_customers() {
    let stage = Stage::new().await;
    let (platform, _) = stage.platform_key(ProviderId::Openai).await;
    stage.settings(json!({"platformKeys": true})).await;
    let headers = [("x-byo-ref-id", "")];
    let chat = "/v1/proxy/openai/v1/chat/completions";
    let answer = stage.send(Method::POST, chat, &stage.project.secret, &headers, "{}").await;
    assert_eq!(answer.status, 400, "an empty refId is none");
    let other = stage.app.project(Environment::Live).await;
    stage.app.settings(&other, Environment::Live, json!({"platformKeys": true})).await;
    let answer = call(&stage.app, chat, &other.secret, "customer_1").await;
    assert_eq!(answer.status, 403, "another project has none: {}", answer.text);
    assert!(stage.upstream.seen().iter().all(|seen| !seen.holds(&platform)));
}
