//! Webhook endpoints and what is delivered to them.

use serde_json::json;

use super::world::{World, text};

/// How receivers behave.
const MANNERS: [&str; 4] = ["hooks", "fails", "redirects", "stalls"];

/// Before keys come and go.
pub(crate) async fn open(world: &mut World) {
    for manner in MANNERS {
        let body = json!({"url": world.outside.at(manner)});
        let made = world.post("an endpoint is made", "/v1/webhook-endpoints", &body).await;
        let secret = text(&made.json()["secret"]);
        // The key itself is what stands in the database and at whoever signs.
        world.record.secret("a webhook secret", secret.as_str());
        world.record.secret("a webhook secret", secret.trim_start_matches("whsec_"));
    }
    let password = world.made_up("a password in a webhook URL");
    let address = world.outside.at("hooks").replace("http://", "");
    for url in [
        format!("http://user:{password}@{address}"),
        format!("http://{password}@{address}"),
        format!("http://{address}#{password}"),
        format!("ftp://{password}"),
        password.clone(),
    ] {
        let reply =
            world.post("a password in a webhook URL", "/v1/webhook-endpoints", &json!({"url": url})).await;
        assert!((400..500).contains(&reply.status), "{url}: {}", String::from_utf8_lossy(&reply.bytes));
    }
}

/// After keys came and went: what was delivered is recorded, and the endpoints go.
pub(crate) async fn close(world: &mut World) {
    for manner in MANNERS {
        world.outside.until_arrived(manner, 1).await;
    }
    // Each connect, rotate, revoke and refusal of a rotation tells of itself.
    world.outside.until_arrived("hooks", 10).await;
    for manner in MANNERS {
        // Calls of providers that behave so go to paths below.
        let line = format!("POST /{manner} ");
        for delivery in
            world.outside.arrived(manner).iter().filter(|request| request.starts_with(line.as_bytes()))
        {
            world.record.sink(format!("webhook to one that {manner}"), delivery.clone());
        }
    }
    let secret = world.secret.clone();
    let listed = world.call("all endpoints", "GET", "/v1/webhook-endpoints", &secret, b"").await.json();
    for endpoint in listed["data"].as_array().expect("it is a list") {
        let path = format!("/v1/webhook-endpoints/{}", text(&endpoint["id"]));
        world.call("an endpoint goes", "DELETE", &path, &secret, b"").await;
    }
}
