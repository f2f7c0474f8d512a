//! The record itself: moved, cut, or with other bytes in it.

use byo_seal::Purpose;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::json;

use super::stage::Stage;

const SEED: u64 = 0x7a3d_0001;

#[tokio::test]
async fn a_record_copied_over_another_is_refused_whoever_it_belongs_to() {
    let mut stage = Stage::new().await;
    stage.assert_good().await;
    for (relation, donor) in stage.donors.clone() {
        let copy = format!(
            "UPDATE provider_keys SET sealed = (SELECT sealed FROM provider_keys WHERE id = '{donor}') WHERE id = $1"
        );
        stage.edit(&copy).await;
        stage.assert_refused(relation, stage.own()).await;
        stage.restore().await;
        stage.assert_good().await;
    }
}

#[tokio::test]
async fn a_row_whose_record_does_not_open_is_still_listed_and_can_be_replaced_and_revoked() {
    let mut stage = Stage::new().await;
    stage.write_record(b"").await;
    stage.assert_refused("an empty record", stage.own()).await;
    let listed = stage.app.get("/v1/keys?refId=customer_1", &stage.project.secret).await.ok();
    assert_eq!(listed["data"].as_array().unwrap().len(), 3);
    let session = stage.app.session(&stage.project, json!({"refId": "customer_1"})).await;
    let rotating = stage.app.browser(&session).claiming(|claims| claims.purpose = Purpose::Rotate);
    rotating.submit(stage.key()).await.ok();
    stage.assert_good().await;
    stage.write_record(b"").await;
    stage.app.post("/v1/keys/revoke", &stage.project.secret, stage.own().1).await.ok();
    stage.validate(stage.own()).await.assert_refused(404, "not_found");
}

#[tokio::test]
async fn a_record_with_one_byte_changed_anywhere_is_refused() {
    let mut stage = Stage::new().await;
    let record = stage.record().await;
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    for place in 0..record.len() {
        // Short: another byte at every place. Long: every one of its bits.
        let masks: Vec<u8> = if byo_tests::is_long() {
            (0..8).map(|bit| 1 << bit).collect()
        } else {
            vec![u8::try_from(rng.next_u32() % 255 + 1).expect("below 256")]
        };
        for mask in masks {
            let mut changed = record.clone();
            changed[place] ^= mask;
            stage.write_record(&changed).await;
            let what = format!("seed {SEED:#x}: byte {place} xor {mask:#04x}");
            stage.assert_refused(&what, stage.own()).await;
        }
    }
    stage.write_record(&record).await;
    stage.assert_good().await;
}

#[tokio::test]
async fn a_record_cut_or_lengthened_is_refused() {
    let mut stage = Stage::new().await;
    let record = stage.record().await;
    for length in 0..record.len() {
        stage.write_record(&record[..length]).await;
        stage.assert_refused(&format!("cut to {length} bytes"), stage.own()).await;
    }
    for more in [&[0][..], &[0; 16], &record] {
        stage.write_record(&[&record, more].concat()).await;
        stage.assert_refused(&format!("{} bytes more", more.len()), stage.own()).await;
    }
    stage.write_record(&record).await;
    stage.assert_good().await;
}

#[tokio::test]
async fn a_record_under_another_version_or_master_key_id_is_refused() {
    let mut stage = Stage::new().await;
    let record = stage.record().await;
    for version in (0..=u8::MAX).filter(|version| *version != record[0]) {
        let changed = [&[version], &record[1..]].concat();
        stage.write_record(&changed).await;
        stage.assert_refused(&format!("version {version}"), stage.own()).await;
    }
    for key_id in [[0; 8], [0xff; 8], *b"01234567"] {
        let changed = [&record[..1], &key_id, &record[9..]].concat();
        stage.write_record(&changed).await;
        stage.assert_refused(&format!("master key {key_id:02x?}"), stage.own()).await;
    }
    // The data key of one record under the ciphertext of another of the same row.
    stage.app.post("/v1/keys/rotate", &stage.project.secret, stage.raw()).await.ok();
    let second = stage.record().await;
    // After the wrap's nonce, after the wrapped data key, after the nonce.
    for cut in [33, 81, 105] {
        stage.write_record(&[&record[..cut], &second[cut..]].concat()).await;
        stage.assert_refused(&format!("two records joined at {cut}"), stage.own()).await;
    }
    stage.write_record(&second).await;
    stage.assert_good().await;
}

#[tokio::test]
async fn an_older_record_is_refused_in_a_newer_version_of_its_row() {
    let mut stage = Stage::new().await;
    let first = stage.record().await;
    stage.app.post("/v1/keys/rotate", &stage.project.secret, stage.raw()).await.ok();
    stage.assert_good().await;
    let second = stage.record().await;
    stage.write_record(&first).await;
    stage.assert_refused("the record of version 1 in version 2", stage.own()).await;
    stage.write_record(&second).await;
    stage.edit("UPDATE provider_keys SET version = 1 WHERE id = $1").await;
    stage.assert_refused("the record of version 2 in version 1", stage.own()).await;
}

/// The limit of what a record can prove: see the module's list. A test, so that whoever lifts the limit finds it.
#[tokio::test]
async fn a_whole_row_put_back_is_not_noticed() {
    let mut stage = Stage::new().await;
    stage.app.post("/v1/keys/rotate", &stage.project.secret, stage.raw()).await.ok();
    stage.restore().await;
    stage.assert_good().await;
    stage.app.post("/v1/keys/revoke", &stage.project.secret, stage.own().1).await.ok();
    stage.validate(stage.own()).await.assert_refused(404, "not_found");
    stage.restore().await;
    stage.assert_good().await;
}
