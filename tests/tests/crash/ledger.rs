//! What stands in the database of a server that is dead, read from a copy: looking must not repair anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use byo_tests::Folder;
use serde_json::Value;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

/// The files of a database.
const FILES: [&str; 2] = ["byo.db", "byo.db-wal"];

/// What the harness compares.
pub(crate) struct Ledger {
    /// By id.
    pub(crate) events: BTreeMap<String, Event>,
    /// Revoked and unrevoked keys of each customer.
    pub(crate) keys: BTreeMap<String, (usize, usize)>,
}

pub(crate) struct Event {
    pub(crate) ref_id: String,
    pub(crate) kind: String,
    pub(crate) fingerprint: String,
    pub(crate) body: String,
}

/// Reads a dead server's database.
pub(crate) async fn read(data: &Folder) -> Ledger {
    let copy = Folder::new();
    copy_files(data.as_path(), copy.as_path());
    let mut db = open(&copy.path(FILES[0])).await;
    let rows: Vec<(String, String, String, String)> =
        sqlx::query_as("SELECT id, ref_id, type, body FROM events")
            .fetch_all(&mut db)
            .await
            .expect("the database can be read");
    let events = rows.into_iter().map(|(id, ref_id, kind, body)| {
        let told: Value = serde_json::from_str(&body).expect("events are JSON");
        let fingerprint = told["data"]["fingerprint"].as_str().unwrap_or_default().to_owned();
        (id, Event { ref_id, kind, fingerprint, body })
    });
    let events = events.collect();
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT ref_id, SUM(status = 'revoked'), SUM(status <> 'revoked') FROM provider_keys GROUP BY ref_id",
    )
    .fetch_all(&mut db)
    .await
    .expect("the database can be read");
    let count = |count| usize::try_from(count).expect("counts are not negative");
    let keys = rows.into_iter().map(|(ref_id, gone, there)| (ref_id, (count(gone), count(there)))).collect();
    let faults: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check")
        .fetch_all(&mut db)
        .await
        .expect("the database can be read");
    assert_eq!(faults, ["ok"], "the database is damaged");
    db.close().await.expect("the database can be read");
    Ledger { events, keys }
}

/// Opens a database to be changed behind its server's back.
pub(crate) async fn open(path: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path))
        .await
        .expect("the database can be read")
}

/// Copies a dead server's database over another, so that nothing of the other is left.
pub(crate) fn copy_files(from: &Path, to: &Path) {
    for name in FILES {
        let target: PathBuf = to.join(name);
        let _: Result<(), _> = std::fs::remove_file(&target);
        if from.join(name).exists() {
            std::fs::copy(from.join(name), target).expect("there is room for a copy");
        }
    }
    // The index of the log is the other's; whoever opens the database makes a new one.
    let _: Result<(), _> = std::fs::remove_file(to.join("byo.db-shm"));
}

/// Everything in which two counts by the same name differ, a line each.
pub(crate) fn differences<K: Ord + Clone + std::fmt::Debug>(
    what: &str,
    wanted: &BTreeMap<K, usize>,
    found: &BTreeMap<K, usize>,
) -> Vec<String> {
    let names: BTreeSet<&K> = wanted.keys().chain(found.keys()).collect();
    let count = |counts: &BTreeMap<K, usize>, name| counts.get(name).copied().unwrap_or(0);
    names
        .into_iter()
        .map(|name| (name, count(wanted, name), count(found, name)))
        .filter(|(_, wanted, found)| wanted != found)
        .map(|(name, wanted, found)| format!("{name:?}: {wanted} changes, {found} {what}"))
        .collect()
}
