//! The private key that browsers seal to.

use byo_server::domain::SealingKeysError;
use byo_tests::{Setup, TestApp};
use sqlx::SqliteConnection;

use super::stage::Stage;
use crate::database;

#[tokio::test]
async fn a_sealing_key_with_one_byte_changed_anywhere_is_not_loaded() {
    let app = TestApp::new().await;
    let mut db = database::open(&app).await;
    let record = record(&mut db).await;
    for place in 0..record.len() {
        let mut changed = record.clone();
        changed[place] ^= 1;
        write(&mut db, &changed).await;
        assert!(is_refused(&app).await, "byte {place}");
    }
    for length in 0..record.len() {
        write(&mut db, &record[..length]).await;
        assert!(is_refused(&app).await, "cut to {length} bytes");
    }
    write(&mut db, &record).await;
    assert!(!is_refused(&app).await);
}

#[tokio::test]
async fn no_other_record_is_taken_for_a_sealing_key() {
    let mut stage = Stage::new().await;
    let key = stage.record().await;
    let own = record(&mut stage.db).await;
    let foreign = record(&mut database::open(&TestApp::new().await).await).await;
    for (what, bytes) in [("a provider key's", key), ("another database's", foreign)] {
        write(&mut stage.db, &bytes).await;
        assert!(is_refused(&stage.app).await, "{what}");
    }
    write(&mut stage.db, &own).await;
    assert!(!is_refused(&stage.app).await);
    // And the other way round.
    stage.write_record(&own).await;
    stage.assert_refused("a sealing key's record", stage.own()).await;
}

#[tokio::test]
async fn a_sealing_key_under_another_name_is_not_loaded_and_its_public_half_is_not_believed() {
    let app = TestApp::new().await;
    let project = app.project(byo_server::environment::Environment::Test).await;
    let before = app.browser(&project.publishable).params().await;
    let mut db = database::open(&app).await;
    sqlx::query("UPDATE sealing_keys SET public_key = zeroblob(32)").execute(&mut db).await.unwrap();
    let app = app.restart(Setup::default()).await;
    let after = app.browser(&project.publishable).params().await;
    assert_eq!(after["publicKey"], before["publicKey"], "it is computed from the private half");
    sqlx::query("UPDATE sealing_keys SET kid = '0123456789abcdef' WHERE state = 'active'")
        .execute(&mut db)
        .await
        .unwrap();
    assert!(is_refused(&app).await);
}

async fn is_refused(app: &TestApp) -> bool {
    matches!(app.peer(Setup::default()).await.err(), Some(SealingKeysError::CannotOpen))
}

async fn record(db: &mut SqliteConnection) -> Vec<u8> {
    sqlx::query_scalar("SELECT sealed FROM sealing_keys WHERE state = 'active'")
        .fetch_one(db)
        .await
        .expect("a server has one")
}

async fn write(db: &mut SqliteConnection, record: &[u8]) {
    let write = sqlx::query("UPDATE sealing_keys SET sealed = $1 WHERE state = 'active'").bind(record);
    write.execute(db).await.expect("a blob column takes bytes");
}
