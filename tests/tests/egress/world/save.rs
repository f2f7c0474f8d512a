//! Everything that stores a destination.

use std::sync::Arc;

use http::Method;
use serde_json::json;

use super::{World, each};
use crate::{client::Answer, sinks::KEY, table::Row};

/// What saving one destination was answered.
pub(crate) struct Saved {
    pub(crate) connect: Answer,
    pub(crate) test: Answer,
    pub(crate) rotate: Answer,
    /// As the base URL of a key of the operator's.
    pub(crate) platform: Answer,
    pub(crate) webhook: Answer,
}

impl World {
    /// Tries to save every row in every way there is.
    pub(crate) async fn save(&self, rows: &[Row]) -> Vec<Saved> {
        let save = |number: usize, row: Row| {
            let (client, project) = (Arc::clone(&self.client), self.project.clone());
            async move {
                let config = json!({"baseUrl": row.base_url});
                let key = json!({"provider": "openai", "refId": format!("saved-{number}"), "providerKey": KEY,
                    "providerConfig": config});
                let platform = json!({"providerKey": KEY, "providerConfig": config});
                let live = &project.live.secret;
                let (connect, test, platform) = tokio::join!(
                    client.post("/v1/keys/connect", live, &key),
                    client.post("/v1/keys/test", live, &key),
                    project.put_platform_key(&client, &platform)
                );
                // Who does not answer now would be waited for once more.
                let rotate = match connect.code() {
                    "provider_unreachable" => connect.clone(),
                    _ => client.post("/v1/keys/rotate", live, &key).await,
                };
                let hook = json!({"url": row.webhook});
                let webhook = client.post("/v1/webhook-endpoints", &project.test.secret, &hook).await;
                // Only so many fit, and it must not be called before its time.
                if let Some(id) = webhook.json["id"].as_str() {
                    let path = format!("/v1/webhook-endpoints/{id}");
                    let token = format!("Bearer {}", project.test.secret);
                    client.call(Method::DELETE, &path, ("authorization", &token), None).await;
                }
                Saved { connect, test, rotate, platform, webhook }
            }
        };
        each(rows, save).await
    }

    /// Connects a key of this customer.
    pub(crate) async fn connect(&self, provider: &str, ref_id: &str, base_url: Option<&str>) -> Answer {
        let config = base_url.map_or(json!({}), |url| json!({"baseUrl": url}));
        let key =
            json!({"provider": provider, "refId": ref_id, "providerKey": KEY, "providerConfig": config});
        self.client.post("/v1/keys/connect", &self.project.live.secret, &key).await
    }
}
