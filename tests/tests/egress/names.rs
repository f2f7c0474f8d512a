//! Names whose addresses an attacker's name server chooses, query by query.

use std::{collections::BTreeSet, net::IpAddr};

use serde_json::Value;

use crate::{
    dns::{BEHAVIOURS, Expect, PUBLIC_V4, PUBLIC_V6},
    literals::{refusal, summary},
    namespace::inside,
    proxied::Form,
    sinks::{Arrival, dialled},
    table::Row,
    world::{Saved, Sent, World},
};

#[test]
fn no_name_leads_to_a_private_address_whatever_its_name_server_says() {
    inside(|| async {
        let rows: Vec<Row> = BEHAVIOURS.iter().map(|behaviour| Row::named(behaviour.label)).collect();
        println!("{} behaviours", rows.len());
        let mut world = World::new().await;
        let saved = world.save(&rows).await;
        let asked = world.dns.asked();
        let early: Vec<_> = asked.keys().filter(|question| question.starts_with("webhook.")).collect();
        assert!(early.is_empty(), "a webhook's name is looked up when it is saved: {early:?}");
        let at_save = world.sinks.take();

        world.dns.change_minds();
        let sent = world.send(&rows).await;
        assert_public(&at_save);
        assert_public(&world.sinks.take());
        let mut wrong = Vec::new();
        for (number, behaviour) in BEHAVIOURS.iter().enumerate() {
            let (saved, sent) = (&saved[number], &sent[number]);
            if let Err(what) = judge(behaviour.expect, saved, sent) {
                wrong.push(format!("{}: {what}", behaviour.label));
            }
            if behaviour.expect == Expect::Rebound {
                let again = world.check_saved(number).await;
                if let Err(what) = same("saved and checked", &refusal(&again), "destination_not_allowed") {
                    wrong.push(format!("{}: {what}", behaviour.label));
                }
                for form in Form::ALL {
                    let outcome = form.outcome(&world.ask(&format!("saved-{number}"), form).await);
                    if let Err(what) = same("saved and called", &outcome, "destination_not_allowed") {
                        wrong.push(format!("{} {form:?}: {what}", behaviour.label));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", summary(&wrong));
        assert_public(&world.sinks.take());
        assert_alike(&saved);
        assert_asked_for_each(&world);
        let printed = world.end().await;
        assert!(!printed.contains("10.0.0.5") && !printed.contains("169.254."), "the log tells addresses");
    });
}

fn same(what: &str, found: &str, wanted: &str) -> Result<(), String> {
    if found == wanted { Ok(()) } else { Err(format!("{what}: {found:?} instead of {wanted:?}")) }
}

fn judge(expect: Expect, saved: &Saved, sent: &Sent) -> Result<(), String> {
    // Which addresses a webhook's name has is asked when it is called.
    same("webhook", saved.webhook.status.as_str(), "201")?;
    for proxied in &sent.proxied {
        let outcome = proxied.outcome();
        let fits = match expect {
            Expect::Refused | Expect::Rebound => outcome == "destination_not_allowed",
            Expect::Unresolvable => ["provider_unreachable", "provider_timeout"].contains(&&*outcome),
            Expect::Called => outcome == "answered",
            Expect::Harmless => true,
        };
        if !fits {
            return Err(format!("{proxied:?}"));
        }
    }
    let test = saved.test.json["error"]["code"].as_str().unwrap_or("none");
    match expect {
        Expect::Refused => {
            same("connect", saved.connect.code(), "destination_not_allowed")?;
            same("test", test, "destination_not_allowed")?;
            same("validate", &refusal(&sent.validate), "destination_not_allowed")?;
            same("delivery", &sent.delivery, "destination_not_allowed")
        }
        Expect::Unresolvable => {
            same("connect", saved.connect.code(), "provider_unreachable")?;
            same("test", test, "provider_unreachable")?;
            same("validate", &refusal(&sent.validate), "provider_unreachable")?;
            let outcome = &*sent.delivery;
            let alike = matches!(outcome, "unreachable" | "timed_out");
            if alike { Ok(()) } else { Err(format!("delivery: {outcome:?}")) }
        }
        Expect::Rebound => {
            same("connect", saved.connect.json["verdict"].as_str().unwrap_or("none"), "valid")?;
            same("test", test, "none")?;
            same("validate", &refusal(&sent.validate), "destination_not_allowed")?;
            same("delivery", &sent.delivery, "destination_not_allowed")
        }
        Expect::Called => {
            same("connect", saved.connect.json["verdict"].as_str().unwrap_or("none"), "valid")?;
            same("delivery", &sent.delivery, "delivered")
        }
        Expect::Harmless => Ok(()),
    }
}

/// One body for every name that is refused, and the same members for one that has no address.
fn assert_alike(saved: &[Saved]) {
    let connects = |expect: Expect| {
        let all = BEHAVIOURS.iter().zip(saved).filter(move |(behaviour, _)| behaviour.expect == expect);
        all.map(|(_, saved)| saved.connect.without_request_id())
    };
    let refused: BTreeSet<String> = connects(Expect::Refused).map(|(_, json)| json.to_string()).collect();
    assert_eq!(refused.len(), 1, "refusals differ: {refused:?}");
    let members = |mut json: Value| {
        let members = json.as_object_mut().expect("a problem is an object");
        members.remove("verdict");
        members.keys().cloned().collect::<BTreeSet<_>>()
    };
    let (_, refusal) = connects(Expect::Refused).next().expect("there are some");
    let refusal = members(refusal);
    for (_, unresolvable) in connects(Expect::Unresolvable) {
        assert_eq!(members(unresolvable), refusal);
    }
}

/// Every name but those that were never answered was asked for both families, or it was not tested.
fn assert_asked_for_each(world: &World) {
    let asked = world.dns.asked();
    for behaviour in BEHAVIOURS {
        let row = Row::named(behaviour.label);
        let ways = ["customer", "sealed", "platform"].map(|way| row.base_url_of(way));
        for url in [row.base_url, row.webhook].into_iter().chain(ways) {
            let host = url.trim_start_matches("https://").split('/').next().expect("split gives one");
            for family in ["A", "AAAA"] {
                assert!(
                    asked.contains_key(&format!("{host}. {family}")),
                    "{host} was not asked for {family}"
                );
            }
        }
    }
}

fn assert_public(arrivals: &[Arrival]) {
    let fifty = (1..=50).map(|host| IpAddr::from([93, 184, 217, host]));
    let public: Vec<IpAddr> = [PUBLIC_V4, PUBLIC_V6]
        .map(|address| address.parse().expect("it is an address"))
        .into_iter()
        .chain(fifty)
        .collect();
    let others: Vec<_> = dialled(arrivals).into_iter().filter(|to| !public.contains(to)).collect();
    assert!(others.is_empty(), "packets to {others:?}");
}
