//! Connections that stay open: they lead where they led when their address was judged, and to nobody else's calls.

use std::collections::BTreeSet;

use crate::{
    dns::{BEHAVIOURS, Expect, PUBLIC_V4, ZONE},
    literals::summary,
    namespace::inside,
    proxied::Form,
    sinks::{Arrival, dialled},
    world::World,
};

/// The last call on a connection.
const LAST: &str = "/v1/proxy/openai/v1/chat/completions?last";

#[test]
fn a_kept_connection_leads_where_it_led_and_once_it_is_closed_nothing_leads_inside() {
    inside(|| async {
        let rebinding = BEHAVIOURS.iter().filter(|behaviour| behaviour.expect == Expect::Rebound);
        let labels: Vec<&str> = rebinding.map(|behaviour| behaviour.label).collect();
        assert!(labels.len() >= 5);
        let world = World::new().await;
        let browser = world.browser().await;
        let mut callers = Vec::new();
        for label in &labels {
            let url = format!("https://kept.{label}.{ZONE}/keep/v1");
            let connected = world.connect("openai", label, Some(&url)).await;
            assert_eq!(connected.json["verdict"], "valid", "{connected:?}");
            let sealed = world.sealed(browser.seal(&url));
            callers.push((*label, [world.customer(label), sealed]));
        }
        world.dns.change_minds();
        world.sinks.take();
        let mut wrong = Vec::new();
        for (number, (label, [stored, sealed])) in callers.iter().enumerate() {
            // Checking the key left a connection to an address that was judged. Until its time is over, calls to the
            // same name may go there, whoever's key they carry.
            for (caller, form) in [(stored, Form::in_turn(number)), (sealed, Form::in_turn(number + 2))] {
                let outcome = form.outcome(&caller.ask(&world.client, form).await);
                if !["answered", "destination_not_allowed"].contains(&&*outcome) {
                    wrong.push(format!("{label}, kept, {form:?}: {outcome}"));
                }
            }
            stored.ask_at(&world.client, Form::Chat, LAST).await;
            for form in Form::ALL {
                for caller in [stored, sealed] {
                    let outcome = form.outcome(&caller.ask(&world.client, form).await);
                    if outcome != "destination_not_allowed" {
                        wrong.push(format!("{label}, closed, {form:?}: {outcome}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", summary(&wrong));
        let arrivals = world.sinks.take();
        assert!(arrivals.is_empty(), "dialled after the name had changed: {arrivals:?}");
        world.end().await;
    });
}

#[test]
fn a_connection_serves_one_name_and_port_alone() {
    inside(|| async {
        // All of them are one machine.
        let hosts = [
            &format!("one.public-a.{ZONE}"),
            &format!("two.public-a.{ZONE}"),
            &format!("three.public-cname.{ZONE}"),
            PUBLIC_V4,
            &format!("four.public-a.{ZONE}:8443"),
            &format!("{PUBLIC_V4}:8443"),
        ];
        let allow = format!("four.public-a.{ZONE}:8443,{PUBLIC_V4}:8443");
        let world = World::with(&[("BYO_EGRESS__ALLOW", &allow)]).await;
        for (number, host) in hosts.iter().enumerate() {
            let url = format!("https://{host}/keep/v1");
            let connected = world.connect("openai", &format!("on-{number}"), Some(&url)).await;
            assert_eq!(connected.json["verdict"], "valid", "{connected:?}");
        }
        for round in 0..Form::ALL.len() {
            for number in 0..hosts.len() {
                let form = Form::in_turn(round + number);
                let answer = world.ask(&format!("on-{number}"), form).await;
                assert_eq!(form.outcome(&answer), "answered");
            }
        }
        let arrivals = world.sinks.take();
        assert_eq!(dialled(&arrivals), [PUBLIC_V4.parse().unwrap()].into());
        arrivals.iter().for_each(assert_one_host);
        let asked: usize = arrivals.iter().map(|arrival| arrival.asked.len()).sum();
        assert!(asked > arrivals.len(), "no connection was kept, so nothing was tested");
        world.end().await;
    });
}

/// Whatever went over it was for the host of its greeting and its port.
fn assert_one_host(arrival: &Arrival) {
    let hosts: BTreeSet<&str> = arrival.asked.iter().map(|asked| &*asked.host).collect();
    let name = arrival.name.clone().unwrap_or_else(|| arrival.to.ip().to_string());
    let port = arrival.to.port();
    let own = if port == 443 { name } else { format!("{name}:{port}") };
    assert!(hosts.iter().all(|host| *host == own), "{arrival:?}");
}

const GATEWAY: &str = "gateway.rebinding.names.example.net";
const GATEWAY_CHAT: &str = "/v1/proxy/groq/openai/v1/chat/completions";

#[test]
fn what_the_operator_keeps_open_to_the_inside_is_closed_to_customers() {
    inside(|| async {
        let url = format!("https://{GATEWAY}/v1");
        let gateway = format!("https://{GATEWAY}/keep/v1");
        let world = World::with(&[("BYO_PROVIDERS__GROQ__BASE_URL", &gateway)]).await;
        // Public at first, so that a customer's key may point there.
        let connected = world.connect("openai", "curious", Some(&url)).await;
        assert_eq!(connected.json["verdict"], "valid", "{connected:?}");
        let sealed = world.sealed(world.browser().await.seal(&url));
        world.dns.change_minds();
        world.sinks.take();
        let connected = world.connect("groq", "plain", None).await;
        assert_eq!(connected.json["verdict"], "valid", "{connected:?}");
        for _ in 0..3 {
            let (caller, form) = (world.customer("plain"), Form::Chat);
            let answer = caller.ask_at(&world.client, form, GATEWAY_CHAT).await;
            assert_eq!(form.outcome(&answer), "answered", "the operator's gateway");
            for form in Form::ALL {
                for caller in [&world.customer("curious"), &sealed] {
                    let outcome = form.outcome(&caller.ask(&world.client, form).await);
                    assert_eq!(outcome, "destination_not_allowed", "{form:?}");
                }
            }
        }
        let arrivals = world.sinks.take();
        assert_eq!(dialled(&arrivals), ["10.0.0.5".parse().unwrap()].into());
        let chats = arrivals.iter().flat_map(|arrival| &arrival.asked);
        let chats = chats.filter(|asked| asked.line == "POST /keep/v1/chat/completions").count();
        assert_eq!(chats, 3, "{arrivals:?}");
        assert!(arrivals.iter().any(|arrival| arrival.asked.len() > 1), "no connection was kept");
        world.end().await;
    });
}
