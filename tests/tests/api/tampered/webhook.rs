//! The signing secrets of webhook endpoints.

use byo_server::environment::Environment;
use byo_tests::{Errors, Project, Receiver, TestApp};
use serde_json::json;
use sqlx::SqliteConnection;

use crate::{database, working::Working};

/// A server with two endpoints of one environment and one of another project, and a delivery due to the first.
struct Stage {
    app: TestApp,
    db: SqliteConnection,
    receivers: [Receiver; 3],
    /// Ids of the endpoints.
    ids: [String; 3],
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let (one, two) = (app.project(Environment::Test).await, app.project(Environment::Test).await);
        let receivers = [Receiver::start(&[]).await, Receiver::start(&[]).await, Receiver::start(&[]).await];
        let ids = [
            endpoint(&app, &one, &receivers[0], &["key.connected"]).await,
            endpoint(&app, &one, &receivers[1], &["key.revoked"]).await,
            endpoint(&app, &two, &receivers[2], &["key.connected"]).await,
        ];
        let body = json!({"provider": "openai", "refId": "c", "providerKey": "sk-byo-test-valid-0123456789"});
        app.post("/v1/keys/connect", &one.secret, body).await.ok();
        let db = database::open(&app).await;
        Self { app, db, receivers, ids }
    }

    async fn edit(&mut self, statement: &str) {
        let edit = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).bind(&self.ids[0]);
        let changed = edit.execute(&mut self.db).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert_eq!(changed.rows_affected(), 1, "{statement}");
    }

    /// The delivery is tried, is written down as unreadable, is logged, and nobody receives anything.
    async fn assert_nothing_is_sent(mut self, what: &str) {
        let errors = Errors::listen();
        let working = Working::start(&self.app);
        let outcome = loop {
            let outcome: Option<String> = sqlx::query_scalar("SELECT outcome FROM webhook_attempts")
                .fetch_optional(&mut self.db)
                .await
                .expect("the database works");
            if let Some(outcome) = outcome {
                break outcome;
            }
            tokio::task::yield_now().await;
        };
        working.stop().await;
        assert_eq!(outcome, "secret_unreadable", "{what}");
        assert_eq!(self.receivers.each_ref().map(Receiver::count), [0, 0, 0], "{what}");
        let logged = errors.take();
        assert!(logged.contains("ERROR") && logged.contains(&self.ids[0]), "{what}: {logged:?}");
        assert!(!logged.contains("whsec_") && !logged.contains("http"), "{what}: {logged}");
    }
}

#[tokio::test]
async fn an_endpoint_as_it_was_made_is_delivered_to() {
    let stage = Stage::new().await;
    let working = Working::start(&stage.app);
    stage.receivers[0].first(1).await;
    working.stop().await;
    assert_eq!(stage.receivers.each_ref().map(Receiver::count), [1, 0, 0]);
}

#[tokio::test]
async fn a_secret_copied_from_another_endpoint_signs_nothing() {
    for donor in [1, 2] {
        let mut stage = Stage::new().await;
        let id = stage.ids[donor].clone();
        let copy = format!(
            "UPDATE webhook_endpoints SET sealed_secret =
                 (SELECT sealed_secret FROM webhook_endpoints WHERE id = '{id}') WHERE id = $1"
        );
        stage.edit(&copy).await;
        stage.assert_nothing_is_sent(&format!("donor {donor}")).await;
    }
}

#[tokio::test]
async fn an_endpoint_edited_in_the_database_gets_nothing() {
    for (column, value) in [
        ("url", "(SELECT url FROM webhook_endpoints WHERE id <> $1 LIMIT 1)"),
        ("url", "url || '/'"),
        // The other project's.
        (
            "environment_id",
            "(SELECT environment_id FROM webhook_endpoints AS other
              WHERE other.environment_id <> webhook_endpoints.environment_id)",
        ),
        ("sealed_secret", "(SELECT sealed FROM provider_keys)"),
        ("sealed_secret", "(SELECT sealed FROM sealing_keys)"),
        ("sealed_secret", "x''"),
        ("sealed_secret", "substr(sealed_secret, 1, length(sealed_secret) - 1)"),
        ("sealed_secret", "sealed_secret || x'00'"),
    ] {
        let mut stage = Stage::new().await;
        let changed = format!(
            "UPDATE webhook_endpoints SET {column} = CAST({value} AS {}) WHERE id = $1",
            kind(column)
        );
        stage.edit(&changed).await;
        stage.assert_nothing_is_sent(&format!("{column} = {value}")).await;
    }
}

#[tokio::test]
async fn a_secret_with_a_byte_changed_anywhere_is_not_opened() {
    let mut stage = Stage::new().await;
    let (id, environment, url, sealed): (String, String, String, Vec<u8>) =
        sqlx::query_as("SELECT id, environment_id, url, sealed_secret FROM webhook_endpoints WHERE id = $1")
            .bind(&stage.ids[0])
            .fetch_one(&mut stage.db)
            .await
            .unwrap();
    let id = byo_server::id::EndpointId::parse(&id).unwrap();
    let environment = byo_server::id::EnvironmentId::parse(&environment).unwrap();
    let opens = |sealed: &[u8]| {
        byo_server::domain::endpoint_secret(&stage.app.app.vault, &id, &environment, &url, sealed).is_ok()
    };
    assert!(opens(&sealed));
    for bit in 0..sealed.len() * 8 {
        let mut changed = sealed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!opens(&changed), "bit {bit}");
    }
}

fn kind(column: &str) -> &'static str {
    if column == "sealed_secret" { "BLOB" } else { "TEXT" }
}

async fn endpoint(app: &TestApp, project: &Project, receiver: &Receiver, events: &[&str]) -> String {
    let body = json!({"url": receiver.url, "events": events});
    let made = app.post("/v1/webhook-endpoints", &project.secret, body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json["id"].as_str().expect("ids are text").to_owned()
}
