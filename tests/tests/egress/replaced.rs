//! The base URL that the operator puts in a provider's place is called by byo, and opens nothing to anybody else.

use serde_json::Value;

use crate::{
    literals::{refusal, summary},
    namespace::inside,
    proxied::Form,
    sinks::KEY,
    table::Row,
    world::World,
};

const GATEWAY: &str = "http://10.20.30.40:8000/v1";
const GATEWAY_ADDRESS: &str = "10.20.30.40:8000";
/// Its name looks public and its address is not.
const NAMED_GATEWAY: &str = "https://gateway.private-10.names.example.net/v1";
const NAMED_GATEWAY_ADDRESS: &str = "10.0.0.5:443";

#[test]
fn what_replaces_a_provider_is_called_for_its_keys_and_for_nobody_who_names_it() {
    inside(|| async {
        let mut world = World::with(&[
            ("BYO_PROVIDERS__OPENAI__BASE_URL", GATEWAY),
            ("BYO_PROVIDERS__GROQ__BASE_URL", NAMED_GATEWAY),
        ])
        .await;
        let rows: Vec<Row> = NAMED_BY_OTHERS.iter().map(|url| Row::new(*url, "the gateway")).collect();
        let saved = world.save(&rows).await;
        let sent = world.send(&rows).await;
        assert!(world.sinks.take().is_empty(), "the gateway was called for somebody who named it");
        let mut wrong = Vec::new();
        for (row, (saved, sent)) in rows.iter().zip(saved.iter().zip(&sent)) {
            // Where only the name says it, a webhook is judged when it is called.
            let named = row.webhook.to_lowercase().starts_with("https://gateway.");
            let refused = saved.connect.code() == "destination_not_allowed"
                && (named || saved.webhook.code() == "destination_not_allowed")
                && refusal(&sent.validate) == "destination_not_allowed"
                && sent.proxied.iter().all(|proxied| proxied.outcome() == "destination_not_allowed")
                && sent.delivery == "destination_not_allowed";
            if !refused {
                wrong.push(format!("{row:?}: {:?} {:?} {}", saved.connect, sent.validate, sent.delivery));
            }
        }
        assert!(wrong.is_empty(), "{}", summary(&wrong));

        for (provider, address) in [("openai", GATEWAY_ADDRESS), ("groq", NAMED_GATEWAY_ADDRESS)] {
            let answer = world.connect(provider, "plain", None).await;
            assert_eq!(answer.json["verdict"], "valid", "{answer:?}");
            assert_eq!(answer.json["error"], Value::Null);
            let arrivals = world.sinks.take();
            let to_gateway = arrivals.iter().all(|arrival| arrival.to.to_string() == address);
            assert!(!arrivals.is_empty() && to_gateway, "{arrivals:?}");
        }

        // A stored key that names no base URL, and one that comes in the clear and cannot.
        let brought = world.customer("nobody").with("x-openai-key", KEY.to_owned());
        for caller in [world.customer("plain"), brought] {
            for form in Form::ALL {
                assert_eq!(form.outcome(&caller.ask(&world.client, form).await), "answered");
            }
        }
        let arrivals = world.sinks.take();
        assert_eq!(arrivals.len(), 2 * Form::ALL.len());
        assert!(arrivals.iter().all(|arrival| arrival.to.to_string() == GATEWAY_ADDRESS), "{arrivals:?}");
        world.end().await;
    });
}

const NAMED_BY_OTHERS: &[&str] = &[
    GATEWAY,
    "http://10.20.30.40:8000",
    "http://10.20.30.40:8000/",
    "http://10.20.30.40:8000/admin",
    "https://10.20.30.40:8000/v1",
    "http://[::ffff:10.20.30.40]:8000/v1",
    "http://10.20.30.40/v1",
    NAMED_GATEWAY,
    "https://gateway.private-10.names.example.net",
    "https://GATEWAY.private-10.names.example.net:443/admin",
];
