//! Public destinations: a server that refuses everything would pass every other test here.

use std::net::IpAddr;

use super::Row;
use crate::dns::{BEHAVIOURS, Expect, PUBLIC_V4, PUBLIC_V6, ZONE};

/// A public destination, and every address that a call to it may dial.
#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) row: Row,
    pub(crate) addresses: Vec<IpAddr>,
}

pub(crate) fn controls() -> Vec<Control> {
    let neighbours = NEIGHBOURS.iter().map(|address| {
        let address: IpAddr = address.parse().expect("it is an address");
        Control { row: Row::address(address, "public"), addresses: vec![address] }
    });
    let spelled = SPELLED.iter().map(|(url, address, why)| Control {
        row: Row::new(*url, *why),
        addresses: vec![address.parse().expect("it is an address")],
    });
    let names = BEHAVIOURS.iter().filter(|behaviour| behaviour.expect == Expect::Called).map(|behaviour| {
        let fifty = (1..=50).map(|host| IpAddr::from([93, 184, 217, host]));
        let both = [PUBLIC_V4, PUBLIC_V6].map(|address| address.parse().expect("it is an address"));
        Control { row: Row::named(behaviour.label), addresses: both.into_iter().chain(fifty).collect() }
    });
    neighbours.chain(spelled).chain(names).collect()
}

impl Row {
    /// A name whose answers the script knows by this label, one for each kind so that each is resolved for itself.
    pub(crate) fn named(label: &str) -> Self {
        Self {
            base_url: format!("https://base-url.{label}.{ZONE}/v1"),
            webhook: format!("https://webhook.{label}.{ZONE}/hook"),
            why: label.to_owned(),
            leads_to: None,
        }
    }
}

/// Just outside of every special-purpose block, and some well-known ones.
const NEIGHBOURS: &[&str] = &[
    "1.0.0.0",
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.0.3.0",
    "192.31.195.255",
    "192.31.197.0",
    "192.52.192.255",
    "192.52.194.0",
    "192.88.98.255",
    "192.88.100.0",
    "192.167.255.255",
    "192.169.0.0",
    "192.175.47.255",
    "192.175.49.0",
    "198.17.255.255",
    "198.20.0.0",
    "198.51.99.255",
    "198.51.101.0",
    "203.0.112.255",
    "203.0.114.0",
    "223.255.255.255",
    "2000::1",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2001:db7:ffff:ffff::1",
    "2001:db9::1",
    "2003::1",
    "2606:4700::1111",
    "2620:4f:7fff:ffff::1",
    "2620:4f:8001::1",
    "2a00:1450:4001::1",
    "3ffe:ffff::1",
    "3fff:1000::1",
];

const SPELLED: &[(&str, &str, &str)] = &[
    ("https://8.8.4.4:443/v1", "8.8.4.4", "its port spelled out"),
    ("HTTPS://9.9.9.9/v1", "9.9.9.9", "its scheme in capitals"),
    ("https://93.184.216.35", "93.184.216.35", "without a path"),
    ("https://93.184.216.36/", "93.184.216.36", "with a slash"),
    ("https://93.184.216.37/a/longer/path/v1", "93.184.216.37", "with a longer path"),
    ("https://93.184.216.38/v1:beta@x/a-b_c~d.e", "93.184.216.38", "with signs in its path"),
    ("https://[2606:2800:220:1::2]:443/v1", "2606:2800:220:1::2", "IPv6 with its port"),
    ("https://[2606:2800:0220:0001:0000:0000:0000:0003]/v1", "2606:2800:220:1::3", "IPv6 spelled out"),
    ("https://[2606:2800:220:1::DEAD]/v1", "2606:2800:220:1::dead", "IPv6 in capitals"),
    ("https://[::ffff:93.184.216.39]/v1", "93.184.216.39", "mapped, and public"),
    ("https://[::ffff:5db8:d828]/v1", "93.184.216.40", "mapped in hexadecimal, and public"),
    ("https://BASE.public-a.Names.Example.NET/v1", "93.184.216.34", "a name in capitals"),
    ("https://xn--bcher-kva.public-a.names.example.net/v1", "93.184.216.34", "an international name"),
    ("https://1password.public-a.names.example.net/v1", "93.184.216.34", "a name that begins with a digit"),
    ("https://127.0.0.1.public-a.names.example.net/v1", "93.184.216.34", "an address in a name"),
];
