//! What happens to provider keys: taken, refused, replaced, tested, ended; with every kind of provider.

use byo_seal::Purpose;
use serde_json::json;

use super::world::{MANNERS, World};

pub(crate) async fn run(world: &mut World) {
    lifecycle(world).await;
    reverted(world).await;
    for (provider, manner) in MANNERS {
        with(world, provider, manner).await;
    }
    custom_base_urls(world).await;
    simulator(world).await;
}

/// A key's whole life, sealed and in the clear.
async fn lifecycle(world: &mut World) {
    let (sealed, raw) = (world.made_up("a key, sealed"), world.made_up("a key, in the clear"));
    let (second, third) =
        (world.made_up("a second key, sealed"), world.made_up("a second key, in the clear"));
    let token = world.session("customer_1").await;
    let reply = world.submit("connect, sealed", &token, |_| (), &sealed).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
    let body = json!({"provider": "openai", "refId": "customer_2", "providerKey": raw});
    let reply = world.post("connect, in the clear", "/v1/keys/connect", &body).await;
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
    let id = super::world::text(&reply.json()["id"]);

    let rotate = |claims: &mut byo_tests::Claims| claims.purpose = Purpose::Rotate;
    assert_eq!(world.submit("rotate, sealed", &token, rotate, &second).await.status, 200);
    let body = json!({"provider": "openai", "refId": "customer_2", "providerKey": third});
    assert_eq!(world.post("rotate, in the clear", "/v1/keys/rotate", &body).await.status, 200);
    let tested = world.made_up("a key to test");
    let test = |claims: &mut byo_tests::Claims| claims.purpose = Purpose::Test;
    assert_eq!(world.submit("test, sealed", &token, test, &tested).await.status, 200);
    let foreign =
        |claims: &mut byo_tests::Claims| claims.audience = "https://elsewhere.example.com".to_owned();
    let lost = world.made_up("a key sealed for another server");
    assert_eq!(world.submit("an envelope for another server", &token, foreign, &lost).await.status, 422);

    let name = json!({"provider": "openai", "refId": "customer_2"});
    for step in ["validate", "disable", "rotate", "validate", "enable", "validate"] {
        let body = if step == "rotate" { &body } else { &name };
        world.post(step, &format!("/v1/keys/{step}"), body).await;
    }
    let secret = world.secret.clone();
    world.call("the session", "GET", "/v1/connect-session", &token, b"").await;
    world.call("all keys", "GET", "/v1/keys", &secret, b"").await;
    world.call("one key", "GET", &format!("/v1/keys/{id}"), &secret, b"").await;
    for ref_id in ["customer_1", "customer_2", "customer_2"] {
        let name = json!({"provider": "openai", "refId": ref_id});
        assert_eq!(world.post("revoke", "/v1/keys/revoke", &name).await.status, 200);
    }
    // Kept to the end, so that the database holds keys when it is looked at.
    let kept = world.made_up("a key that stays");
    let body = json!({"provider": "openai", "refId": "customer_3", "providerKey": kept});
    assert_eq!(world.post("connect, to stay", "/v1/keys/connect", &body).await.status, 200);
}

/// From byo's own frame, with what the session fixes; and all of a customer's keys at once.
async fn reverted(world: &mut World) {
    let [first, second, third] = ["first", "second", "third"]
        .map(|which| world.made_up(&format!("the {which} key of a customer who is reverted")));
    let base_url = world.outside.at("accepts");
    let body = json!({"refId": "customer_6", "providerConfigs": {"openai": {"baseUrl": base_url}}});
    let made = world.post("a session is made", "/v1/connect-sessions", &body).await.json();
    let session = super::world::text(&made["token"]);
    world.record.secret("a session", session.as_str());
    let path = format!("/frame?principal={}", byo_seal::principal_id(&session));
    let frame = world.send("the frame", "GET", &path, &[], b"").await;
    assert_eq!(frame.status, 200, "{}", String::from_utf8_lossy(&frame.bytes));
    let view = world.call("the session", "GET", "/v1/connect-session", &session, b"").await.json();
    assert_eq!(view["providerConfigs"]["openai"]["baseUrl"], base_url);
    for (name, key) in [("default", &first), ("second", &second), ("third", &third)] {
        let body = json!({"provider": "openai", "refId": "customer_6", "name": name, "providerKey": key});
        let reply = world.post("connect, to be reverted", "/v1/keys/connect", &body).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.bytes));
    }
    for left in [3, 0] {
        let path = "/v1/customers/customer_6/revert";
        let reply = world.call("revert", "POST", path, &session, br#"{"confirm":true}"#).await;
        let revoked = reply.json()["revoked"].as_array().map(Vec::len);
        assert_eq!(revoked, Some(left), "{}", String::from_utf8_lossy(&reply.bytes));
    }
}

/// The provider does what it can to show the key.
async fn with(world: &mut World, provider: &str, manner: &str) {
    let sealed = world.made_up(&format!("a key for a provider that {manner}, sealed"));
    let raw = world.made_up(&format!("a key for a provider that {manner}, in the clear"));
    let ref_id = format!("customer_{provider}");
    // Each time it takes as long as byo is patient.
    let purposes: &[_] = if manner == "hang" { &["connect"] } else { &["test", "connect", "rotate"] };
    for purpose in purposes {
        let body = json!({"provider": provider, "refId": ref_id, "providerKey": raw});
        world.post(&format!("{purpose} with one that {manner}"), &format!("/v1/keys/{purpose}"), &body).await;
    }
    if manner == "hang" {
        return;
    }
    let token = world.session(&ref_id).await;
    let claims = |claims: &mut byo_tests::Claims| {
        claims.provider = provider.parse().expect("it is one of ours");
        claims.ref_id.clone_from(&ref_id);
    };
    world.submit(&format!("sealed, with one that {manner}"), &token, claims, &sealed).await;
    let name = json!({"provider": provider, "refId": ref_id});
    world.post(&format!("validate with one that {manner}"), "/v1/keys/validate", &name).await;
}

/// A customer's own base URL, with a password in it, or towards somebody who shows the key.
async fn custom_base_urls(world: &mut World) {
    let password = world.made_up("a password in a base URL");
    let key = world.made_up("a key for another base URL");
    let address = world.outside.at("refuses").replace("http://", "");
    for base_url in [
        format!("http://user:{password}@{address}"),
        format!("https://{password}@{address}"),
        format!("http://{address}/?key={password}"),
        format!("http://{address}/#{password}"),
        format!("ftp://{password}/"),
        format!("http://{password}.example.com\\@{address}"),
        password.clone(),
    ] {
        let body = json!({"provider": "openai", "refId": "customer_4", "providerKey": key, "providerConfig": {"baseUrl": base_url}});
        let reply = world.post("a password in a base URL", "/v1/keys/connect", &body).await;
        assert!((400..500).contains(&reply.status), "{base_url}: {}", String::from_utf8_lossy(&reply.bytes));
    }
    for manner in ["refuses", "accepts", "forbids", "overload"] {
        let body = json!({"provider": "openai", "refId": "customer_4", "providerKey": key,
            "providerConfig": {"baseUrl": world.outside.at(manner)}});
        world.post(&format!("another base URL, which {manner}"), "/v1/keys/connect", &body).await;
    }
}

/// The test environment asks nobody.
async fn simulator(world: &mut World) {
    let secret = world.test_secret.clone();
    for answer in ["valid", "not-provable", "rejected", "denied", "limited", "unreachable"] {
        let key = format!("sk-byo-test-{answer}-{}", world.digits(24));
        world.record.secret("a key in the test environment", key.as_str());
        let body = json!({"provider": "openai", "refId": "customer_5", "providerKey": key}).to_string();
        world
            .call(
                &format!("connect, simulated as {answer}"),
                "POST",
                "/v1/keys/connect",
                &secret,
                body.as_bytes(),
            )
            .await;
    }
}
