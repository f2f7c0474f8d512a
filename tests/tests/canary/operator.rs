//! The operator's own keys with every kind of provider, and runtime tokens.

use byo_tests::ADMIN_KEY;
use serde_json::json;

use super::world::{MANNERS, World, text};

pub(crate) async fn run(world: &mut World) {
    platform_keys(world).await;
    runtime_tokens(world).await;
}

async fn platform_keys(world: &mut World) {
    let base = format!("/v1/admin/projects/{}/environments/live/platform-keys", world.project);
    let settings = base.trim_end_matches("/platform-keys").to_owned();
    let on = json!({"platformKeys": true, "demo": true, "allowAllPaths": true});
    assert_eq!(world.admin("platform keys are allowed", "PATCH", &settings, &on).await.status, 200);
    for (provider, manner) in MANNERS.into_iter().filter(|(_, manner)| *manner != "hang") {
        let key = world.made_up(&format!("a platform key for a provider that {manner}"));
        let path = format!("{base}/{provider}");
        let what = format!("a platform key with one that {manner}");
        let stored = world.admin(&what, "PUT", &path, &json!({"providerKey": key})).await;
        assert!(manner != "accepts" || stored.status == 200, "{}", String::from_utf8_lossy(&stored.bytes));
    }
    // Replaced, so that there is one that was destroyed and one that stays when the database is looked at.
    let kept = world.made_up("a platform key that stays");
    let path = format!("{base}/openai");
    assert_eq!(world.admin("another one", "PUT", &path, &json!({"providerKey": kept})).await.status, 200);
    let listed = world.admin("all platform keys", "GET", &base, &json!({})).await.json();
    assert!(listed["data"].as_array().is_some_and(|keys| keys.len() >= 2), "{listed}");
    for provider in ["anthropic", "anthropic", "xai"] {
        let path = format!("{base}/{provider}");
        assert_eq!(world.admin("a platform key goes", "DELETE", &path, &json!({})).await.status, 204);
    }
    let lost = world.made_up("a platform key where none belongs");
    for path in [
        format!("{base}/{lost}"),
        format!("{base}/openai?key={lost}"),
        format!("/v1/admin/projects/{lost}/environments/live/platform-keys/openai"),
        format!("/v1/admin/projects/{}/environments/{lost}/platform-keys/openai", world.project),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            world.admin("a platform key in a path", method, &path, &json!({"key": lost})).await;
        }
    }
    for body in [
        json!({"providerKey": [lost]}),
        json!({"providerKey": format!("{lost} ")}),
        json!({"key": lost}),
        json!({lost.as_str(): 1}),
        json!({"providerKey": kept, "providerConfig": {"baseUrl": lost}}),
        json!({"providerKey": kept, "providerConfig": {lost.as_str(): lost}}),
    ] {
        let reply = world.admin("a platform key in the wrong member", "PUT", &path, &body).await;
        assert_eq!(reply.status, 422, "{}", String::from_utf8_lossy(&reply.bytes));
    }
    let body = json!({"providerKey": lost}).to_string();
    world.send("a platform key without the operator's", "PUT", &path, &[], body.as_bytes()).await;
}

async fn runtime_tokens(world: &mut World) {
    let (made, ended) = (world.runtime_token("customer_1").await, world.runtime_token("customer_1").await);
    let (token, secret) = (text(&made["token"]), world.secret.clone());
    world.call("all runtime tokens", "GET", "/v1/runtime-tokens?refId=customer_1", &secret, b"").await;
    let path = format!("/v1/runtime-tokens/{}", text(&ended["id"]));
    assert_eq!(world.call("a runtime token ends", "DELETE", &path, &secret, b"").await.status, 204);
    for token in [&token, &text(&ended["token"])] {
        let reply = world.call("a runtime token on another call", "GET", "/v1/keys", token, b"").await;
        assert!([401, 403].contains(&reply.status));
        world.call("a runtime token in a path", "GET", &format!("/v1/keys/{token}"), &secret, b"").await;
        world.call("a runtime token in a query", "GET", &format!("/v1/keys?t={token}"), &secret, b"").await;
        world.send("a runtime token elsewhere", "GET", "/v1/keys", &[("x-api-key", token)], b"").await;
        world
            .send(
                "a runtime token beside another",
                "GET",
                "/v1/admin/projects",
                &[("x-api-key", token), ("x-admin-key", ADMIN_KEY)],
                b"",
            )
            .await;
    }
    let key = world.made_up("a key in a model list");
    for models in [
        json!([key]),
        json!({"mode": key}),
        json!({"mode": "enabled", "models": [key]}),
        json!({key.as_str(): 1}),
    ] {
        let body = json!({"refId": "customer_1", "models": models});
        let reply = world.post("a key in a model list", "/v1/runtime-tokens", &body).await;
        assert_eq!(reply.status, 422, "{}", String::from_utf8_lossy(&reply.bytes));
    }
}
