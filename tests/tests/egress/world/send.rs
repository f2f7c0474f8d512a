//! Everything that sends something to a destination that is stored, or that comes with the call.

use std::{collections::BTreeMap, sync::Arc};

use byo_seal::ProviderId;
use serde_json::{Value, json};

use super::{MASTER_KEY, Project, TOO_LONG, World, each};
use crate::{
    client::Answer,
    proxied::{Plan, Proxied},
    stored::Database,
    table::Row,
};

/// What became of using one that is stored.
pub(crate) struct Sent {
    pub(crate) validate: Answer,
    pub(crate) proxied: Vec<Proxied>,
    /// The outcome of the delivery, as the log has it.
    pub(crate) delivery: String,
}

impl World {
    /// Stores every row past the policy, starts the server again, and has each used: a check of the key, proxied calls,
    /// and an event for the endpoint.
    pub(crate) async fn send(&mut self, rows: &[Row]) -> Vec<Sent> {
        let plan = Plan::of(rows.len());
        let platforms = self.platforms(rows, plan).await;
        let endpoints = self.store(rows, &platforms).await;
        let event =
            json!({"provider": "openai", "refId": "anyone", "providerKey": "sk-byo-test-valid-0123456789"});
        let told = self.client.post("/v1/keys/connect", &self.project.test.secret, &event).await;
        assert_eq!(told.status, 200, "{}", told.json);
        let validate = |number: usize, _: Row| {
            let (client, secret) = (Arc::clone(&self.client), self.project.live.secret.clone());
            async move {
                let key = json!({"provider": "openai", "refId": format!("stored-{number}")});
                client.post("/v1/keys/validate", &secret, &key).await
            }
        };
        let (validated, proxied) = tokio::join!(each(rows, validate), self.proxied(rows, plan, platforms));
        let mut delivered = self.deliveries(endpoints).await;
        let sent = validated.into_iter().zip(proxied).enumerate().map(|(number, (validate, proxied))| {
            let delivery = delivered.remove(&number).expect("every endpoint was waited for");
            Sent { validate, proxied, delivery }
        });
        sent.collect()
    }

    /// Has a key that was saved over the API checked again.
    pub(crate) async fn check_saved(&self, number: usize) -> Answer {
        let key = json!({"provider": "openai", "refId": format!("saved-{number}")});
        self.client.post("/v1/keys/validate", &self.project.live.secret, &key).await
    }

    /// For each row that is to be an operator's key too, a project where it is; there is one in each.
    async fn platforms(&self, rows: &[Row], plan: Plan) -> Vec<Option<Project>> {
        let make = |number: usize, _: Row| {
            let client = Arc::clone(&self.client);
            async move {
                match plan.is_platform(number) {
                    true => Some(Project::with_platform_keys(&client).await),
                    false => None,
                }
            }
        };
        each(rows, make).await
    }

    /// Gives the row of each endpoint.
    async fn store(&mut self, rows: &[Row], platforms: &[Option<Project>]) -> BTreeMap<String, usize> {
        self.stop().await;
        let database = Arc::new(Database::open(&self.folder.path("byo.db"), MASTER_KEY).await);
        let store = |number: usize, row: Row| {
            let (database, project) = (Arc::clone(&database), self.project.clone());
            let platform = platforms[number].clone();
            async move {
                let (stored, called) = (format!("stored-{number}"), format!("called-{number}"));
                let customers = row.base_url_of("customer");
                database.add_key(&project, ProviderId::Openai, &stored, &row.base_url).await;
                database.add_key(&project, ProviderId::Openai, &called, &customers).await;
                if let Some(platform) = platform {
                    database.add_platform_key(&platform, &row.base_url_of("platform")).await;
                }
                (database.add_endpoint(&project.test.id, &row.webhook).await, number)
            }
        };
        let endpoints = each(rows, store).await.into_iter().collect();
        database.close().await;
        drop(database);
        self.start().await;
        endpoints
    }

    /// Stores these keys of the customer `own`, and starts the server again.
    pub(crate) async fn store_own(&mut self, keys: &[(ProviderId, String)]) {
        self.stop().await;
        let database = Database::open(&self.folder.path("byo.db"), MASTER_KEY).await;
        for (provider, base_url) in keys {
            database.add_key(&self.project, *provider, "own", base_url).await;
        }
        database.close().await;
        drop(database);
        self.start().await;
    }

    /// Waits for the first attempt at every endpoint; gives its outcome by row.
    async fn deliveries(&mut self, mut endpoints: BTreeMap<String, usize>) -> BTreeMap<usize, String> {
        let server = self.server.as_mut().expect("it is running");
        let mut outcomes = BTreeMap::new();
        while !endpoints.is_empty() {
            let line = tokio::time::timeout(TOO_LONG, server.logged()).await;
            let line = line.unwrap_or_else(|_| panic!("{} endpoints were not tried", endpoints.len()));
            let line = line.unwrap_or_else(|| panic!("the server ended"));
            let line: Value = serde_json::from_str(&line).unwrap_or_default();
            let number = line["endpoint"].as_str().and_then(|id| endpoints.remove(id));
            if let Some(number) = number {
                outcomes.insert(number, line["outcome"].as_str().expect("attempts have one").to_owned());
            }
        }
        outcomes
    }
}
