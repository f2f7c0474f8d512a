//! The database behind the server's back.

use byo_tests::TestApp;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

/// A connection of the test's own.
pub(crate) async fn open(app: &TestApp) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(app.folder.path("byo.db"));
    SqliteConnection::connect_with(&options).await.expect("the database opens twice")
}

/// The one number a query gives.
pub(crate) async fn count(app: &TestApp, query: &'static str) -> i64 {
    sqlx::query_scalar(query).fetch_one(&mut open(app).await).await.expect("a query of this schema")
}
