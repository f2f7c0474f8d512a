//! What the operator opens to proxied calls: exactly that, and only as long as it is open.

use std::{collections::BTreeSet, net::IpAddr};

use serde_json::json;

use crate::{
    literals::{refusal, summary},
    namespace::inside,
    proxied::{Caller, Form},
    sinks::{KEY, dialled},
    table::Row,
    world::World,
};

const RULES: &str = "10.20.30.40:8000, 10.30.0.0/30, fd00:20::/126, [fd00:30::7]:8443, intranet:11434, \
                     vllm.private-10.names.example.net, data.metadata.names.example.net, \
                     mixed.private-last.names.example.net, 127.0.0.0/8, 169.254.10.10";

/// Each URL, and the address that is dialled where it is open.
const DESTINATIONS: &[(&str, Option<&str>)] = &[
    // an address with a port
    ("http://10.20.30.40:8000/v1", Some("10.20.30.40")),
    ("https://10.20.30.40:8000/v1", Some("10.20.30.40")),
    ("http://[::ffff:10.20.30.40]:8000/v1", Some("10.20.30.40")),
    ("https://10.20.30.40/v1", None),
    ("http://10.20.30.40/v1", None),
    ("http://10.20.30.40:8080/v1", None),
    ("http://10.20.30.39:8000/v1", None),
    ("http://10.20.30.41:8000/v1", None),
    ("http://[64:ff9b::10.20.30.40]:8000/v1", None),
    ("http://[2002:a14:1e28::1]:8000/v1", None),
    ("http://[::10.20.30.40]:8000/v1", None),
    // a network
    ("https://10.30.0.0/v1", Some("10.30.0.0")),
    ("http://10.30.0.3:8080/v1", Some("10.30.0.3")),
    ("https://inside.in-open-network.names.example.net/v1", Some("10.30.0.1")),
    ("http://inside.in-open-network.names.example.net:8080/v1", Some("10.30.0.1")),
    ("https://10.29.255.255/v1", None),
    ("https://10.30.0.4/v1", None),
    ("https://half.half-in-open-network.names.example.net/v1", None),
    ("http://public.public-a.names.example.net:8080/v1", None),
    ("http://public.public-a.names.example.net/v1", None),
    // of IPv6
    ("https://[fd00:20::]/v1", Some("fd00:20::")),
    ("http://[fd00:20::3]:8000/v1", Some("fd00:20::3")),
    ("https://[fd00:20::4]/v1", None),
    ("https://[fd00:30::7]:8443/v1", Some("fd00:30::7")),
    ("https://[fd00:30::7]/v1", None),
    ("https://[fd00:30::8]:8443/v1", None),
    // a name, with a port and without
    ("http://intranet:11434/v1", Some("10.0.0.5")),
    ("https://INTRANET:11434/v1", Some("10.0.0.5")),
    ("http://intranet:8080/v1", None),
    ("https://intranet/v1", None),
    ("http://x.intranet:11434/v1", None),
    ("http://localhost.intranet:11434/v1", None),
    ("https://vllm.private-10.names.example.net/v1", Some("10.0.0.5")),
    ("http://vllm.private-10.names.example.net:8080/v1", Some("10.0.0.5")),
    ("https://x.vllm.private-10.names.example.net/v1", None),
    ("https://xvllm.private-10.names.example.net/v1", None),
    ("https://other.private-10.names.example.net/v1", None),
    ("https://alias.cname.names.example.net/v1", None),
    ("https://10.0.0.5/v1", None),
    ("http://10.0.0.5:11434/v1", None),
    ("https://mixed.private-last.names.example.net/v1", Some("93.184.216.34")),
    // a name opens nobody's metadata
    ("https://data.metadata.names.example.net/v1", None),
    ("http://data.metadata.names.example.net/v1", None),
    ("http://169.254.10.10/v1", Some("169.254.10.10")),
    ("http://169.254.169.254/v1", None),
    // loopback, but for byo itself
    ("http://localhost:3000/v1", Some("127.0.0.1")),
    ("http://127.0.0.1:8000/v1", Some("127.0.0.1")),
    ("http://127.0.0.1:8787/v1", None),
    ("http://localhost:8787/v1", None),
    ("https://byo.example.net/v1", None),
    ("http://[::1]:8000/v1", None),
    // and the rest of the world stays as it is
    ("https://93.184.216.34/v1", Some("93.184.216.34")),
    ("https://93.184.216.34:8443/v1", None),
    ("http://93.184.216.34/v1", None),
    ("https://192.168.1.1/v1", None),
];

#[test]
fn the_operators_list_opens_what_it_names_and_nothing_beside_it() {
    inside(|| async {
        let rows: Vec<Row> =
            DESTINATIONS.iter().map(|(url, _)| Row::new(*url, "the operator's list")).collect();
        let mut world = World::with(&[("BYO_EGRESS__ALLOW", RULES)]).await;
        let sent = world.send(&rows).await;
        let mut wrong = Vec::new();
        for ((url, leads_to), sent) in DESTINATIONS.iter().zip(&sent) {
            let (answered, delivered) = match leads_to {
                Some(_) => ("answered", "delivered"),
                None => ("destination_not_allowed", "destination_not_allowed"),
            };
            for proxied in sent.proxied.iter().filter(|proxied| proxied.outcome() != answered) {
                wrong.push(format!("{url}: {proxied:?}"));
            }
            let is_refused = refusal(&sent.validate) == "destination_not_allowed";
            if is_refused == leads_to.is_some() || sent.delivery != delivered {
                wrong.push(format!("{url}: {:?}, {}", sent.validate, sent.delivery));
            }
        }
        assert!(wrong.is_empty(), "{}", summary(&wrong));
        let open = DESTINATIONS.iter().filter_map(|(_, leads_to)| leads_to.map(|to| to.parse().unwrap()));
        let open: BTreeSet<IpAddr> = open.collect();
        assert_eq!(dialled(&world.sinks.take()), open);
        world.end().await;
    });
}

/// What the operator opened once, each on an address of its own.
const OPENED: &[(&str, &str)] = &[
    ("http://10.20.30.40:8000/v1", "10.20.30.40"),
    ("https://10.20.1.1/keep/v1", "10.20.1.1"),
    ("http://[fd00:20::7]:8080/v1", "fd00:20::7"),
    ("https://[fd00:20::8]/keep/v1", "fd00:20::8"),
    ("http://intranet:11434/keep/v1", "10.0.0.5"),
    ("https://vllm.private-172.names.example.net/v1", "172.16.0.5"),
];

#[test]
fn what_is_taken_off_the_list_gets_nothing_more_from_keys_that_point_there() {
    inside(|| async {
        let all = "10.20.0.0/16, fd00:20::/64, intranet:11434, vllm.private-172.names.example.net";
        let mut world = World::with(&[("BYO_EGRESS__ALLOW", all)]).await;
        let callers = world.opened().await;
        let open: BTreeSet<&str> = OPENED.iter().map(|(_, address)| *address).collect();
        world.assert_open(&callers, &open).await;
        world.restart_with(&[]).await;
        world.assert_open(&callers, &BTreeSet::new()).await;
        // Some of it again.
        world.restart_with(&[("BYO_EGRESS__ALLOW", "10.20.1.1:443, intranet:11434")]).await;
        world.assert_open(&callers, &["10.20.1.1", "10.0.0.5"].into()).await;
        // The same names, at another port.
        world.restart_with(&[("BYO_EGRESS__ALLOW", "10.20.30.40:8080, intranet:8080")]).await;
        world.assert_open(&callers, &BTreeSet::new()).await;
        world.end().await;
    });
}

impl World {
    /// Everybody who may call: for each destination a stored key and one that comes along, and the operator's for one.
    async fn opened(&self) -> Vec<(&'static str, Caller)> {
        let browser = self.browser().await;
        let mut callers = Vec::new();
        for (number, (url, address)) in OPENED.iter().enumerate() {
            let ref_id = format!("opened-{number}");
            let connected = self.connect("openai", &ref_id, Some(url)).await;
            assert_eq!(connected.json["verdict"], "valid", "{connected:?}");
            callers.push((*address, self.customer(&ref_id)));
            callers.push((*address, self.sealed(browser.seal(url))));
        }
        let (url, address) = OPENED[0];
        let key = json!({"providerKey": KEY, "providerConfig": {"baseUrl": url}});
        let put = self.project.put_platform_key(&self.client, &key).await;
        assert_eq!(put.json["verdict"], "valid", "{put:?}");
        self.change(json!({"platformKeys": true})).await;
        callers.push((address, self.customer("without-a-key")));
        callers
    }

    /// Calls in every form; those with these addresses are answered, from there, and the others get nothing.
    async fn assert_open(&self, callers: &[(&str, Caller)], open: &BTreeSet<&str>) {
        let mut wrong = Vec::new();
        for (address, caller) in callers {
            let wanted = if open.contains(address) { "answered" } else { "destination_not_allowed" };
            for form in Form::ALL {
                let outcome = form.outcome(&caller.ask(&self.client, form).await);
                if outcome != wanted {
                    wrong.push(format!("{address}, {form:?}: {outcome}"));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", summary(&wrong));
        let open: BTreeSet<IpAddr> =
            open.iter().map(|address| address.parse().expect("it is an address")).collect();
        assert_eq!(dialled(&self.sinks.take()), open);
    }
}
