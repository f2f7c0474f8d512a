//! The store by itself: one writer, group commits, nothing acknowledged that is not there.

use std::sync::Arc;

use byo_server::{
    clock::Timestamp,
    entropy::SystemEntropy,
    environment::Environment,
    id::{EnvironmentId, EventId, KeyId, ProjectId},
    store::{
        AllowedOrigins, DisableKey, EnvironmentRow, EventOf, KeyAddress, KeyRow, KeyStatus, NewEvent,
        NewProject, OpenError, Project, ProxySettings, PutKey, PutOutcome, Reservation, ReserveChallenge,
        RevokeKey, SqliteStore, Store, Writes,
    },
};
use byo_tests::Folder;

const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

async fn open(folder: &Folder) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&folder.path("byo.db"), Arc::new(SystemEntropy)).await.expect("it opens"))
}

async fn environment(store: &dyn Store) -> EnvironmentId {
    let row = |kind| EnvironmentRow {
        id: EnvironmentId::new(NOW, &SystemEntropy),
        kind,
        writes: Writes::Open,
        allowed_origins: AllowedOrigins::ANY,
        custom_base_url: false,
        proxy: ProxySettings::default(),
    };
    let project = Project {
        id: ProjectId::new(NOW, &SystemEntropy),
        name: "store".to_owned(),
        created_at: NOW,
        environments: Environment::ALL.map(row).to_vec(),
    };
    let id = project.environments[0].id.clone();
    store.insert_project(NewProject { project, tokens: Vec::new() }).await.expect("a new database takes it");
    id
}

fn event(address: &KeyAddress) -> NewEvent {
    NewEvent {
        id: EventId::new(NOW, &SystemEntropy),
        environment: address.environment.clone(),
        kind: "key.connected",
        ref_id: address.ref_id.clone(),
        body: "{}".to_owned(),
        created_at: NOW,
    }
}

fn key(environment: &EnvironmentId, ref_id: &str) -> KeyRow {
    KeyRow {
        id: KeyId::new(NOW, &SystemEntropy),
        address: KeyAddress {
            environment: environment.clone(),
            ref_id: ref_id.to_owned(),
            provider: byo_seal::ProviderId::Openai,
            name: "default".to_owned(),
        },
        status: KeyStatus::Active,
        disabled_by: None,
        version: 1,
        sealed: Some(vec![7; 64]),
        provider_config: byo_seal::ProviderConfig::default(),
        fingerprint: "00000000".to_owned(),
        hint: "abcd".to_owned(),
        verdict: byo_seal::Verdict::Valid,
        models: vec!["gpt-4.1".to_owned()],
        created_at: NOW,
        updated_at: NOW,
        checked_at: NOW,
    }
}

fn put(row: KeyRow, replaces: Option<i64>) -> PutKey {
    let event = Some(event(&row.address));
    PutKey { row, since: NOW, replaces, challenge: None, session_use: None, event }
}

#[tokio::test]
async fn five_hundred_writes_at_once_are_all_there_after_opening_again() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let writes: Vec<_> = (0..500)
        .map(|number| {
            let (store, row) = (Arc::clone(&store), key(&environment, &format!("c{number}")));
            tokio::spawn(async move { (row.address.clone(), store.put_key(put(row, None)).await) })
        })
        .collect();
    let mut addresses = Vec::new();
    for write in writes {
        let (address, outcome) = write.await.unwrap();
        assert_eq!(outcome.unwrap(), PutOutcome::Stored);
        addresses.push(address);
    }
    store.close().await;
    drop(store);
    let store = open(&folder).await;
    for address in addresses {
        assert!(store.key(&address).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_write_that_fails_takes_nothing_with_it() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let good = key(&environment, "good");
    let mut broken = put(key(&environment, "broken"), None);
    // An event id that is there already fails the write after the key itself was written.
    let first = put(good.clone(), None);
    let (told, first_told) = (broken.event.as_mut().unwrap(), first.event.as_ref().unwrap());
    told.id = first_told.id.clone();
    store.put_key(first).await.unwrap();
    let (failed, other) =
        tokio::join!(store.put_key(broken.clone()), store.put_key(put(key(&environment, "other"), None)));
    assert!(failed.is_err());
    assert_eq!(other.unwrap(), PutOutcome::Stored);
    assert!(store.key(&broken.row.address).await.unwrap().is_none(), "undone");
    assert!(store.key(&good.address).await.unwrap().is_some());
}

#[tokio::test]
async fn a_version_replaces_only_the_one_it_was_made_for() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let first = key(&environment, "c");
    assert_eq!(store.put_key(put(first.clone(), None)).await.unwrap(), PutOutcome::Stored);
    let other = key(&environment, "c");
    assert_eq!(store.put_key(put(other, None)).await.unwrap(), PutOutcome::Raced);
    let second = KeyRow { version: 2, ..first.clone() };
    assert_eq!(store.put_key(put(second.clone(), Some(1))).await.unwrap(), PutOutcome::Stored);
    assert_eq!(store.put_key(put(second, Some(1))).await.unwrap(), PutOutcome::Raced);
    let foreign = KeyRow { id: KeyId::new(NOW, &SystemEntropy), version: 3, ..first.clone() };
    assert_eq!(store.put_key(put(foreign, Some(2))).await.unwrap(), PutOutcome::Raced);
    assert_eq!(store.key(&first.address).await.unwrap().unwrap().version, 2);
}

#[tokio::test]
async fn a_new_version_never_undoes_a_disable() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let first = key(&environment, "c");
    store.put_key(put(first.clone(), None)).await.unwrap();
    let told = event(&first.address);
    let disable = DisableKey {
        address: first.address.clone(),
        disabled: true,
        at: NOW,
        event: Box::new(move |_| told),
    };
    store.set_key_disabled(disable).await.unwrap();
    // Made from what was read before the disable.
    let second = KeyRow { version: 2, ..first.clone() };
    assert_eq!(store.put_key(put(second, Some(1))).await.unwrap(), PutOutcome::Raced);
    assert_eq!(store.key(&first.address).await.unwrap().unwrap().status, KeyStatus::Disabled);
}

#[tokio::test]
async fn a_write_that_came_in_before_a_revoke_is_stale_after_it() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let row = key(&environment, "c");
    let later = NOW.after(std::time::Duration::from_millis(1));
    revoke(&*store, &row.address, later).await;
    assert_eq!(store.put_key(put(row.clone(), None)).await.unwrap(), PutOutcome::Stale);
    let fresh = PutKey { since: later, ..put(row, None) };
    assert_eq!(store.put_key(fresh).await.unwrap(), PutOutcome::Stored);
}

#[tokio::test]
async fn what_was_revoked_is_gone_from_every_file_after_a_sweep() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let marker = b"ciphertext that must not outlive its revocation".to_vec();
    let row = KeyRow { sealed: Some(marker.clone()), ..key(&environment, "c") };
    store.put_key(put(row.clone(), None)).await.unwrap();
    let is_there = || folder.bytes().windows(marker.len()).any(|window| window == marker);
    assert!(is_there());
    revoke(&*store, &row.address, NOW).await;
    store.sweep(NOW).await.unwrap();
    assert!(!is_there());
}

#[tokio::test]
async fn only_its_owner_can_read_the_database() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let path = folder.path("data").join("byo.db");
    let store = SqliteStore::open(&path, Arc::new(SystemEntropy)).await.unwrap();
    environment(&store).await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}

#[tokio::test]
async fn one_file_is_locked_under_all_its_names() {
    let folder = Folder::new();
    let _store = open(&folder).await;
    let alias = folder.path("alias.db");
    std::os::unix::fs::symlink(folder.path("byo.db"), &alias).unwrap();
    let again = SqliteStore::open(&alias, Arc::new(SystemEntropy)).await;
    assert!(matches!(again.err(), Some(OpenError::InUse(_))));
}

async fn revoke(store: &dyn Store, address: &KeyAddress, at: Timestamp) {
    let told = event(address);
    let event: EventOf = Box::new(move |_: &KeyRow| told);
    let revoke = RevokeKey { address: address.clone(), session_use: None, at, event: Some(event) };
    store.revoke_key(revoke).await.expect("the database works");
}

#[tokio::test]
async fn challenges_are_one_requests_and_stale_after_a_revoke() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let reserve = |challenge: u8, request: u8| ReserveChallenge {
        hash: [challenge; 32],
        request_hash: [request; 32],
        issued_at: NOW,
        expires_at: NOW.after(std::time::Duration::from_mins(10)),
        environment: environment.clone(),
        ref_id: "c".to_owned(),
    };
    assert_eq!(store.reserve_challenge(reserve(1, 1)).await.unwrap(), Reservation::Reserved);
    assert_eq!(store.reserve_challenge(reserve(1, 1)).await.unwrap(), Reservation::InFlight);
    assert_eq!(store.reserve_challenge(reserve(1, 2)).await.unwrap(), Reservation::Replayed);
    store.release_challenge(&[1; 32]).await.unwrap();
    assert_eq!(store.reserve_challenge(reserve(1, 2)).await.unwrap(), Reservation::Reserved);

    revoke(&*store, &key(&environment, "c").address, NOW).await;
    assert_eq!(store.reserve_challenge(reserve(2, 1)).await.unwrap(), Reservation::Stale);
    assert_eq!(store.reserve_challenge(reserve(1, 2)).await.unwrap(), Reservation::Stale);
}

#[tokio::test]
async fn reservations_of_a_process_that_died_are_forgotten() {
    let folder = Folder::new();
    let store = open(&folder).await;
    let environment = environment(&*store).await;
    let reserve = ReserveChallenge {
        hash: [1; 32],
        request_hash: [1; 32],
        issued_at: NOW,
        expires_at: NOW.after(std::time::Duration::from_mins(10)),
        environment,
        ref_id: "c".to_owned(),
    };
    store.reserve_challenge(reserve.clone()).await.unwrap();
    store.close().await;
    drop(store);
    let store = open(&folder).await;
    assert_eq!(store.reserve_challenge(reserve).await.unwrap(), Reservation::Reserved);
}
