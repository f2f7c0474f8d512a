//! Destinations that are refused by their text alone.

use std::collections::{BTreeMap, BTreeSet};

use byo_tests::is_long;

use crate::{
    client::Answer,
    namespace::inside,
    proxied::{Form, Whose},
    sinks::{Arrival, dialled},
    table::{Row, controls, random, refused},
    world::{Saved, Sent, World},
};

#[test]
fn no_private_destination_gets_a_packet_when_it_is_saved_or_used() {
    inside(|| async {
        let rows = refused();
        assert!(rows.len() >= 500, "only {} destinations", rows.len());
        println!("{} destinations", rows.len());
        let called = nothing_is_sent_to(&rows).await;
        assert!(called >= 500, "only {called} of them were called through the proxy");
    });
}

/// For the random ones.
const SEED: u64 = 20_261_121;

#[test]
fn no_destination_drawn_at_random_gets_a_packet_either() {
    inside(|| async {
        let count = if is_long() { 10_000 } else { 250 };
        println!("seed {SEED}, {count} destinations");
        nothing_is_sent_to(&random(SEED, count)).await;
    });
}

/// Gives how many of them were called through the proxy too.
async fn nothing_is_sent_to(rows: &[Row]) -> usize {
    let mut world = World::new().await;
    let saved = world.save(rows).await;
    let sent = world.send(rows).await;
    let arrivals = world.sinks.take();
    assert!(arrivals.is_empty(), "packets to {:?}", dialled(&arrivals));
    assert_refused_alike(rows, &saved);
    assert_unsent(rows, &sent);
    assert_eq!(world.dns.asked().len(), 0, "names were looked up: {:?}", world.dns.asked());
    world.end().await;
    sent.iter().filter(|sent| !sent.proxied.is_empty()).count()
}

fn assert_refused_alike(rows: &[Row], saved: &[Saved]) {
    let first = saved[0].connect.without_request_id();
    let mut accepted = Vec::new();
    for (row, saved) in rows.iter().zip(saved) {
        for (call, answer) in [
            ("connect", &saved.connect),
            ("test", &saved.test),
            ("rotate", &saved.rotate),
            ("platform", &saved.platform),
            ("webhook", &saved.webhook),
        ] {
            if answer.without_request_id() != first {
                accepted.push(format!("{call} {row:?}: {answer:?}"));
            }
        }
    }
    assert!(accepted.is_empty(), "not refused alike: {}", summary(&accepted));
    assert_eq!((first.0.as_u16(), saved[0].connect.code()), (422, "destination_not_allowed"));
}

fn assert_unsent(rows: &[Row], sent: &[Sent]) {
    let mut wrong = Vec::new();
    let mut words = BTreeMap::<_, BTreeSet<_>>::new();
    for (row, sent) in rows.iter().zip(sent) {
        for proxied in &sent.proxied {
            if proxied.outcome() != "destination_not_allowed" {
                wrong.push(format!("{row:?}: {proxied:?}"));
            }
            let (status, json) = proxied.answer.without_request_id();
            words.entry(proxied.form).or_default().insert(format!("{status} {json}"));
        }
        if refusal(&sent.validate) != "destination_not_allowed" || sent.delivery != "destination_not_allowed"
        {
            wrong.push(format!("{row:?}: {:?}, {}", sent.validate, sent.delivery));
        }
    }
    assert!(wrong.is_empty(), "not refused when used: {}", summary(&wrong));
    let differing: Vec<_> = words.values().filter(|words| words.len() != 1).collect();
    assert!(words.len() == Form::ALL.len() && differing.is_empty(), "not refused alike: {differing:?}");
    println!(
        "{} proxied calls refused, by whose key they are:",
        sent.iter().flat_map(|sent| &sent.proxied).count()
    );
    for whose in [Whose::Customer, Whose::Request, Whose::Platform] {
        let calls = |sent: &&Sent| sent.proxied.iter().any(|proxied| proxied.whose == whose);
        let destinations = sent.iter().filter(calls).count();
        println!("    {whose:?}: {destinations} destinations");
        assert!(destinations > 0);
    }
}

/// Why a check of a stored key came to nothing; the whole answer when it did not.
pub(crate) fn refusal(validate: &Answer) -> String {
    let json = &validate.json;
    let nothing = json["valid"] == false && json["models"].as_array().is_some_and(Vec::is_empty);
    match json["error"]["code"].as_str() {
        Some(code) if nothing => code.to_owned(),
        _ => format!("{} {json}", validate.status),
    }
}

/// How many, and the first of them.
pub(crate) fn summary(wrong: &[String]) -> String {
    let first: Vec<_> = wrong.iter().take(20).map(String::as_str).collect();
    format!("{} went wrong, such as\n{}", wrong.len(), first.join("\n"))
}

#[test]
fn every_public_destination_is_called_when_it_is_saved_and_used() {
    inside(|| async {
        let controls = controls();
        assert!(controls.len() >= 30);
        println!("{} public destinations", controls.len());
        let rows: Vec<Row> = controls.iter().map(|control| control.row.clone()).collect();
        let mut world = World::new().await;
        let saved = world.save(&rows).await;
        let at_save = world.sinks.take();
        let sent = world.send(&rows).await;
        let at_send = world.sinks.take();
        for (control, (saved, sent)) in controls.iter().zip(saved.iter().zip(&sent)) {
            let row = &control.row;
            assert_eq!(saved.connect.json["verdict"], "valid", "{row:?}: {:?}", saved.connect);
            assert_eq!(saved.test.json["verdict"], "valid", "{row:?}: {:?}", saved.test);
            assert_eq!(saved.rotate.json["verdict"], "valid", "{row:?}: {:?}", saved.rotate);
            assert_eq!(saved.platform.json["verdict"], "valid", "{row:?}: {:?}", saved.platform);
            assert_eq!(saved.webhook.status, 201, "{row:?}: {:?}", saved.webhook);
            assert_eq!(sent.validate.json["verdict"], "valid", "{row:?}: {:?}", sent.validate);
            assert_eq!(sent.delivery, "delivered", "{row:?}");
            for proxied in &sent.proxied {
                assert_eq!(proxied.outcome(), "answered", "{row:?}: {proxied:?}");
            }
            let found = |arrivals: &[Arrival], method: &str| {
                arrivals.iter().any(|arrival| {
                    control.addresses.contains(&arrival.to.ip())
                        && arrival.to.port() == 443
                        && arrival.was_asked(method)
                })
            };
            assert!(found(&at_save, "GET"), "{row:?}: nobody called when it was saved");
            assert!(found(&at_send, "GET"), "{row:?}: nobody called when it was checked");
            assert!(found(&at_send, "POST"), "{row:?}: nobody called with the event");
        }
        let known: Vec<_> = controls.iter().flat_map(|control| control.addresses.clone()).collect();
        let strange: Vec<_> =
            dialled(&at_save).into_iter().chain(dialled(&at_send)).filter(|to| !known.contains(to)).collect();
        assert!(strange.is_empty(), "others were called too: {strange:?}");
        world.end().await;
    });
}
