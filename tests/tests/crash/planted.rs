//! The harness itself: faults that are planted behind the server's back must be reported.

use std::time::Duration;

use byo_tests::Folder;
use sqlx::Connection;

use crate::{customer::State, ledger, rig::Rig};

const SEED: u64 = 7;
const WRITES: usize = 150;

/// A server that was killed, and one of its customers who has a key.
struct Dead {
    rig: Rig,
    stored: String,
}

impl Dead {
    /// Nothing of it is in doubt.
    async fn new() -> Self {
        let mut rig = Rig::new(SEED).await;
        assert_eq!(rig.storm(WRITES).await, Vec::<String>::new());
        assert_eq!(rig.recover().await, Vec::<String>::new());
        rig.process.kill();
        let mut names = rig.every_customer().filter(|one| one.state != State::Nothing);
        let stored = names.next().expect("some have a key").ref_id.clone();
        drop(names);
        Self { rig, stored }
    }

    /// Changes the database.
    async fn change(&self, sql: &'static str) {
        let mut db = ledger::open(&self.rig.launch.folder.path("byo.db")).await;
        sqlx::raw_sql("PRAGMA foreign_keys = OFF").execute(&mut db).await.expect("the database takes it");
        let done = sqlx::query(sql).bind(&self.stored).execute(&mut db).await.expect("the database takes it");
        assert!(done.rows_affected() > 0, "{sql}");
        db.close().await.expect("the database takes it");
    }

    fn only(&self, wrong: &[String], what: &str) {
        assert!(!wrong.is_empty(), "nothing was found");
        for line in wrong {
            assert!(line.contains(&self.stored) && line.contains(what), "{wrong:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_key_would_be_found() {
    let mut dead = Dead::new().await;
    dead.change("DELETE FROM provider_keys WHERE ref_id = $1 AND status <> 'revoked'").await;
    let wrong = dead.rig.recover().await;
    dead.only(&wrong, "an acknowledged key is lost");
}

#[tokio::test(flavor = "multi_thread")]
async fn another_keys_ciphertext_would_be_found() {
    let mut dead = Dead::new().await;
    dead.change(
        "UPDATE provider_keys SET sealed = (SELECT sealed FROM provider_keys WHERE ref_id <> $1 AND sealed NOT NULL)
         WHERE ref_id = $1 AND status <> 'revoked'",
    )
    .await;
    let wrong = dead.rig.recover().await;
    assert!(wrong.iter().any(|line| line.contains("does not open")), "{wrong:#?}");
    assert!(wrong.iter().any(|line| line.contains("did not come to the provider")), "{wrong:#?}");
    dead.only(&wrong, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_would_be_found_to_bring_revoked_keys_back() {
    let mut dead = Dead::new().await;
    let (older, data) = (Folder::new(), dead.rig.launch.folder.as_path().to_owned());
    ledger::copy_files(&data, older.as_path());
    dead.rig.start().await;
    assert_eq!(dead.rig.storm(WRITES * 3).await, Vec::<String>::new());
    ledger::copy_files(older.as_path(), &data);
    let wrong = dead.rig.recover().await;
    assert!(wrong.iter().any(|line| line.contains("a revoked key is back")), "{wrong:#?}");
    assert!(wrong.iter().any(|line| line.contains("an acknowledged key is lost")), "{wrong:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_key_would_be_found() {
    let mut dead = Dead::new().await;
    dead.change(
        "UPDATE provider_keys SET ref_id = $1, name = 'other' WHERE id IN
        (SELECT id FROM provider_keys WHERE ref_id <> $1 AND status = 'active' LIMIT 1)",
    )
    .await;
    let wrong = dead.rig.recover().await;
    assert!(
        wrong.iter().any(|line| line.contains(&dead.stored) && line.contains("has 2 keys in use")),
        "{wrong:#?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubled_a_lost_and_an_undelivered_event_would_be_found() {
    let mut dead = Dead::new().await;
    dead.change(
        "INSERT INTO events SELECT 'evt_7zzzzzzzzzzzzzzzzzzzzzzzzz', environment_id, type, ref_id, body, created_at
         FROM events WHERE ref_id = $1 ORDER BY id LIMIT 1",
    )
    .await;
    dead.rig.start().await;
    dead.rig.outside.pretend("evt_of_nobody", b"{}");
    // All others arrive within a lease.
    dead.rig.patience = Duration::from_secs(15);
    let wrong = dead.rig.settle().await;
    let has = |what: &str| wrong.iter().any(|line| line.contains(what));
    assert!(has("1 changes, 2 events") && has(&dead.stored), "{wrong:#?}");
    assert!(has("evt_7zzzzzzzzzzzzzzzzzzzzzzzzz: was never delivered"), "{wrong:#?}");
    assert!(has("evt_of_nobody: was delivered and is no event"), "{wrong:#?}");
}
