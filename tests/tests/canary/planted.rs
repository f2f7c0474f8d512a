//! Leaks made on purpose: each is found, or the silence of the other test means nothing.

use std::fs;

use byo_tests::{Folder, request};

use super::{outside::Outside, record::Record, spelling::spellings, transcript::Transcript, world::World};

const KEY: &str = "sk-proj-0pLantedLeak7Zq4Wx9Vb2Nm6Kj1HgFd5SaPoIuYt";

fn found(record: &Record) -> Vec<String> {
    record.judge(&[]).leaks
}

fn record() -> Record {
    let mut record = Record::default();
    record.secret("the key", KEY);
    record
}

#[test]
fn every_spelling_is_found_in_every_kind_of_sink() {
    let spellings = spellings(KEY.as_bytes());
    assert!(spellings.len() >= 20, "{}", spellings.len());
    for (form, spelt) in &spellings {
        for sink in ["output: byo serve", "answer: connect", "webhook", "files: byo.db-wal"] {
            let mut record = record();
            record.sink(sink, [b"before \x00 ".as_slice(), spelt, b"\xff after"].concat());
            let leaks = found(&record);
            assert!(!leaks.is_empty(), "{form} in {sink}");
            assert!(leaks.iter().all(|leak| leak.contains(sink)), "{leaks:?}");
        }
    }
}

#[test]
fn a_secret_is_found_at_the_very_start_and_end_and_the_hint_is_none() {
    for bytes in [KEY.to_owned(), format!("{KEY}."), format!(".{KEY}")] {
        let mut record = record();
        record.sink("answer", bytes);
        assert!(!found(&record).is_empty());
    }
    let mut record = record();
    record.sink("answer", format!("hint {} sk-proj-", &KEY[KEY.len() - 4..]));
    record.sink("answer", "");
    record.sink("answer", "short");
    assert_eq!(found(&record), Vec::<String>::new());
}

#[test]
fn a_secret_that_is_shown_is_a_leak_anywhere_else_and_missed_when_it_is_not_shown() {
    let shown = [("the key", "answer: it is made")];
    let mut right = record();
    right.sink("answer: it is made", KEY);
    let verdict = right.judge(&shown);
    assert!(verdict.leaks.is_empty() && verdict.unseen.is_empty(), "{verdict:?}");
    right.sink("answer: it is listed", KEY);
    assert!(!right.judge(&shown).leaks.is_empty());
    assert_eq!(record().judge(&shown).unseen, shown);
}

#[test]
fn leaks_into_files_are_found_whatever_their_name_and_depth() {
    let folder = Folder::new();
    fs::create_dir_all(folder.path("tmp/deep")).unwrap();
    for (path, text) in [
        ("byo.db", format!("SQLite format 3\0{KEY}")),
        ("byo.db-wal", KEY.chars().rev().collect()),
        ("tmp/deep/spool", hex::encode(KEY)),
    ] {
        fs::write(folder.path(path), text).unwrap();
        let mut record = record();
        record.files("files", folder.as_path());
        assert!(found(&record).iter().any(|leak| leak.contains(path)), "{path}");
        fs::remove_file(folder.path(path)).unwrap();
    }
    fs::write(folder.path(&format!("tmp/{KEY}")), "").unwrap();
    let mut record = record();
    record.files("files", folder.as_path());
    assert!(!found(&record).is_empty(), "in a name");
}

/// Real sockets, with servers that do leak.
#[tokio::test]
async fn leaks_into_answers_and_deliveries_are_found_on_the_wire() {
    let outside = Outside::start().await;
    let bearer = format!("Bearer {KEY}");
    let address = outside.at("").trim_start_matches("http://").trim_end_matches('/').parse().unwrap();
    for manner in
        ["refuses", "fails", "malformed", "forbids", "redirects", "broken", "chunked", "cut", "models"]
    {
        let sent = request("GET", &format!("/{manner}/models"), &[("authorization", &bearer)], b"");
        let reply = Transcript::of(address, &sent).await;
        let mut record = record();
        record.sink("answer", reply.bytes);
        assert!(!found(&record).is_empty(), "{manner}");
    }
    Transcript::of(address, &request("POST", "/hooks", &[("x-leak", KEY)], b"{}")).await;
    Transcript::of(address, &request("POST", "/hooks", &[], format!("{{\"data\":\"{KEY}\"}}").as_bytes()))
        .await;
    for delivery in outside.arrived("hooks") {
        let mut record = record();
        record.sink("webhook", delivery);
        assert!(!found(&record).is_empty());
    }
}

/// A real server, and a secret that it is known to show: as if what it shows were none of the caller's business.
#[tokio::test]
async fn what_the_real_server_shows_is_found_once_it_is_not_allowed() {
    let world = World::new().await;
    let leaks = world.record.judge(&[]).leaks;
    assert!(
        leaks.iter().any(|leak| leak.contains("the secret key") && leak.contains("a project is made")),
        "{leaks:?}"
    );
    let environment = fs::read(format!("/proc/{}/environ", world.process.id()));
    let mut record = Record::default();
    record.secret("the admin key", byo_tests::ADMIN_KEY);
    record.sink("environment", environment.expect("only root and the same user may look"));
    assert!(!found(&record).is_empty());
}
