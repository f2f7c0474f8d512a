//! Keys in every relation to one another, the database beside the server, and what must come of an edit.

use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{Answer, Errors, FakeProvider, Project, Setup, TestApp, unique};
use serde_json::{Value, json};
use sqlx::SqliteConnection;

use crate::database;

/// Two projects with keys, all of them good; the first of them is the one that tests tamper with.
pub(super) struct Stage {
    pub(super) app: TestApp,
    pub(super) project: Project,
    /// The same project's other environment; no provider is asked there.
    pub(super) test_secret: String,
    pub(super) other: Project,
    pub(super) provider: FakeProvider,
    /// Knows every key too, and is to see none.
    pub(super) thief: FakeProvider,
    pub(super) errors: Errors,
    pub(super) db: SqliteConnection,
    /// Id of the row under test.
    pub(super) victim: String,
    /// Rows whose records an attacker could copy, by their relation to it.
    pub(super) donors: Vec<(&'static str, String)>,
    key: String,
}

/// How to ask for a check: whose token, and of which key.
pub(super) type Asked<'a> = (&'a str, Value);

impl Stage {
    pub(super) async fn new() -> Self {
        let key = unique("sk-live-");
        let provider = FakeProvider::start(&[&key]).await;
        let thief = FakeProvider::start(&[&key]).await;
        let providers =
            [ProviderId::Openai, ProviderId::Groq].map(|id| (id, provider.base_url.clone())).into();
        let app = TestApp::with(Setup { providers, ..Setup::default() }).await;
        let (project, test_secret) = project(&app).await;
        let (other, _) = self::project(&app).await;
        let connect = async |token: &str, provider: &str, ref_id: &str, name: &str, key: &str| {
            let body = json!({"provider": provider, "refId": ref_id, "name": name, "providerKey": key});
            let stored = app.post("/v1/keys/connect", token, body).await.ok();
            stored["id"].as_str().expect("ids are text").to_owned()
        };
        let victim = connect(&project.secret, "openai", "customer_1", "default", &key).await;
        let test_key = "sk-byo-test-valid-0123456789";
        let donors = vec![
            ("another name", connect(&project.secret, "openai", "customer_1", "second", &key).await),
            ("another provider", connect(&project.secret, "groq", "customer_1", "default", &key).await),
            ("another customer", connect(&project.secret, "openai", "customer_2", "default", &key).await),
            (
                "the other environment",
                connect(&test_secret, "openai", "customer_1", "default", test_key).await,
            ),
            ("another project", connect(&other.secret, "openai", "customer_1", "default", &key).await),
        ];
        let mut db = database::open(&app).await;
        let keep = "CREATE TEMP TABLE pristine AS SELECT * FROM provider_keys";
        sqlx::query(keep).execute(&mut db).await.expect("a table of this connection alone");
        Self {
            errors: Errors::listen(),
            app,
            project,
            test_secret,
            other,
            provider,
            thief,
            db,
            victim,
            donors,
            key,
        }
    }

    /// The key in every live row.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The same key again, from the backend, for the row under test.
    pub(super) fn raw(&self) -> Value {
        json!({"provider": "openai", "refId": "customer_1", "providerKey": self.key})
    }

    /// The row under test, asked for as its own backend does.
    pub(super) fn own(&self) -> Asked<'_> {
        (&self.project.secret, json!({"provider": "openai", "refId": "customer_1"}))
    }

    /// Changes the database with a statement, whose `$1` is the row under test.
    pub(super) async fn edit(&mut self, statement: &str) {
        let edit = sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).bind(&self.victim);
        let changed = edit.execute(&mut self.db).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
        assert_eq!(changed.rows_affected(), 1, "{statement}");
    }

    /// Puts other bytes in the place of the record under test.
    pub(super) async fn write_record(&mut self, record: &[u8]) {
        let write =
            sqlx::query("UPDATE provider_keys SET sealed = $1 WHERE id = $2").bind(record).bind(&self.victim);
        write.execute(&mut self.db).await.expect("a blob column takes bytes");
    }

    /// The record under test as it stands.
    pub(super) async fn record(&mut self) -> Vec<u8> {
        let read = sqlx::query_scalar("SELECT sealed FROM provider_keys WHERE id = $1").bind(&self.victim);
        read.fetch_one(&mut self.db).await.expect("the row is there")
    }

    /// All keys as they were at first.
    pub(super) async fn restore(&mut self) {
        for statement in ["DELETE FROM provider_keys", "INSERT INTO provider_keys SELECT * FROM pristine"] {
            sqlx::query(statement).execute(&mut self.db).await.expect("the copy has the same columns");
        }
    }

    pub(super) async fn validate(&self, (token, name): Asked<'_>) -> Answer {
        self.app.post("/v1/keys/validate", token, name).await
    }

    /// A check of the key is refused as the server's own fault, is logged, and no provider hears of it.
    pub(super) async fn assert_refused(&self, what: &str, asked: Asked<'_>) {
        let before = (self.provider.asked(), self.thief.asked());
        self.errors.take();
        let answer = self.validate(asked).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (500, "internal"), "{what}: {}", answer.text);
        answer.assert_refused(500, "internal");
        assert_eq!((self.provider.asked(), self.thief.asked()), before, "{what}: a provider was asked");
        let logged = self.errors.take();
        assert!(logged.contains("ERROR") && logged.lines().count() == 1, "{what}: one line, not {logged:?}");
        let request = answer.json["requestId"].as_str().expect("ids are text");
        assert!(logged.contains(request), "{what}: the line names the request: {logged}");
        for text in [&answer.text, &logged] {
            assert!(!text.contains(&self.key), "{what}: {text}");
        }
    }

    /// The check goes through: what was changed for a test is whole again.
    pub(super) async fn assert_good(&self) {
        let asked = self.provider.asked();
        let answer = self.validate(self.own()).await.ok();
        assert!(answer["valid"] == true && self.provider.asked() > asked, "{answer}");
        assert_eq!(self.errors.take(), "");
    }
}

/// A project: its live half, and the secret key of the other.
async fn project(app: &TestApp) -> (Project, String) {
    let project = app.project(Environment::Live).await;
    let path = format!("/v1/admin/projects/{}/tokens", project.id);
    let body = json!({"environment": "test", "kind": "secret", "name": "tests"});
    let made = app.admin(http::Method::POST, &path, Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    (project, made.json["token"].as_str().expect("tokens are text").to_owned())
}
