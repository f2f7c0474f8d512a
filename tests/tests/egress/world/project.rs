//! Projects: whose keys they are that byo is to send.

use http::Method;
use serde_json::{Value, json};

use super::{ADMIN_KEY, World};
use crate::client::{Answer, Client};

/// A project.
#[derive(Clone, Default)]
pub(crate) struct Project {
    pub(crate) id: String,
    pub(crate) test: Environment,
    pub(crate) live: Environment,
}

/// One half of it.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Project {
    pub(super) async fn new(client: &Client) -> Self {
        let body = json!({"name": "Northwind"});
        let made = admin(client, Method::POST, "/v1/admin/projects", &body).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let id = text(&made.json["id"]);
        // A change of nothing is answered with the whole project.
        let path = format!("/v1/admin/projects/{id}/environments/live");
        let whole = admin(client, Method::PATCH, &path, &json!({})).await;
        let environments = whole.json["environments"].as_array().expect("a project has two").clone();
        let environment = |name: &str| {
            let row = environments.iter().find(|row| row["environment"] == name).expect("a project has both");
            Environment { id: text(&row["id"]), secret: text(&made.json["environments"][name]["secretKey"]) }
        };
        Self { test: environment("test"), live: environment("live"), id }
    }

    /// A project whose customers without a key are served with the operator's.
    pub(super) async fn with_platform_keys(client: &Client) -> Self {
        let project = Self::new(client).await;
        project.change(client, &json!({"platformKeys": true})).await;
        project
    }

    /// Changes settings of its live half.
    pub(super) async fn change(&self, client: &Client, settings: &Value) {
        let path = format!("/v1/admin/projects/{}/environments/live", self.id);
        let changed = admin(client, Method::PATCH, &path, settings).await;
        assert_eq!(changed.status, 200, "{}", changed.text);
    }

    /// Stores a key of the operator's for its live half.
    pub(crate) async fn put_platform_key(&self, client: &Client, key: &Value) -> Answer {
        let path = format!("/v1/admin/projects/{}/environments/live/platform-keys/openai", self.id);
        admin(client, Method::PUT, &path, key).await
    }
}

impl World {
    /// Changes settings of the live half of the one project.
    pub(crate) async fn change(&self, settings: Value) {
        self.project.change(&self.client, &settings).await;
    }
}

async fn admin(client: &Client, method: Method, path: &str, body: &Value) -> Answer {
    client.call(method, path, ("x-admin-key", ADMIN_KEY), Some(body)).await
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().expect("ids and tokens are text").to_owned()
}
