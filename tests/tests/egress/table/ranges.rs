//! Special-purpose addresses: ends and middle of every block, and what is known to live there.
//!
//! Sources: the IANA registries of IPv4 and IPv6 special-purpose addresses and of IPv6 address space, RFC 6598,
//! RFC 7723, RFC 9637, and the cloud providers' pages on instance metadata.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Row;

/// First address, prefix length, what it is.
pub(super) const V4: &[(&str, u32, &str)] = &[
    ("0.0.0.0", 8, "this network"),
    ("10.0.0.0", 8, "private"),
    ("100.64.0.0", 10, "carrier-grade NAT"),
    ("127.0.0.0", 8, "loopback"),
    ("169.254.0.0", 16, "link-local"),
    ("172.16.0.0", 12, "private"),
    ("192.0.0.0", 24, "IETF protocol assignments"),
    ("192.0.2.0", 24, "TEST-NET-1"),
    ("192.31.196.0", 24, "AS112"),
    ("192.52.193.0", 24, "AMT"),
    ("192.88.99.0", 24, "6to4 relay anycast"),
    ("192.168.0.0", 16, "private"),
    ("192.175.48.0", 24, "AS112 delegation"),
    ("198.18.0.0", 15, "benchmarking"),
    ("198.51.100.0", 24, "TEST-NET-2"),
    ("203.0.113.0", 24, "TEST-NET-3"),
    ("224.0.0.0", 4, "multicast"),
    ("240.0.0.0", 4, "reserved"),
];

const KNOWN_V4: &[(&str, &str)] = &[
    ("127.0.0.1", "loopback itself"),
    ("127.0.0.11", "Docker's name server"),
    ("127.0.0.53", "systemd's name server"),
    ("127.1.2.3", "loopback, another one"),
    ("10.0.0.1", "a router"),
    ("10.0.2.2", "a virtual machine's host"),
    ("10.96.0.1", "Kubernetes' API"),
    ("10.255.255.1", "private"),
    ("100.100.100.200", "Alibaba Cloud's metadata"),
    ("100.100.100.100", "Tailscale's name server"),
    ("168.63.129.16", "Azure's host agent"),
    ("169.254.0.1", "link-local"),
    ("169.254.169.250", "Kubernetes on AWS"),
    ("169.254.169.253", "AWS's name server"),
    ("169.254.169.254", "instance metadata"),
    ("169.254.170.2", "ECS's credentials"),
    ("169.254.170.23", "EKS's credentials"),
    ("172.17.0.1", "Docker's bridge"),
    ("172.20.10.1", "a telephone's hotspot"),
    ("172.31.0.2", "a VPC's name server"),
    ("192.0.0.170", "NAT64 discovery"),
    ("192.0.0.192", "Oracle Cloud's metadata"),
    ("192.168.0.1", "a router"),
    ("192.168.1.1", "a router"),
    ("192.168.65.2", "Docker Desktop's host"),
    ("192.168.122.1", "libvirt's bridge"),
    ("255.255.255.255", "broadcast"),
];

/// First address, prefix length, what it is.
pub(super) const V6: &[(&str, u32, &str)] = &[
    ("::", 96, "IPv4-compatible, loopback, unspecified"),
    ("::ffff:0:0:0", 96, "SIIT"),
    ("64:ff9b::", 96, "NAT64"),
    ("64:ff9b:1::", 48, "local NAT64"),
    ("100::", 64, "discard-only"),
    ("100:0:0:1::", 64, "dummy prefix"),
    ("200::", 7, "once NSAP"),
    ("400::", 6, "unassigned"),
    ("800::", 5, "unassigned"),
    ("1000::", 4, "unassigned"),
    ("2001::", 32, "Teredo"),
    ("2001:1::", 128, "next to the anycast addresses"),
    ("2001:1::1", 128, "port control anycast"),
    ("2001:1::2", 128, "TURN anycast"),
    ("2001:1::3", 128, "DNS-SD anycast"),
    ("2001:2::", 48, "benchmarking"),
    ("2001:3::", 32, "AMT"),
    ("2001:4:112::", 48, "AS112"),
    ("2001:10::", 28, "ORCHID"),
    ("2001:20::", 28, "ORCHIDv2"),
    ("2001:30::", 28, "drone remote identification"),
    ("2001:db8::", 32, "documentation"),
    ("2002::", 16, "6to4"),
    ("2620:4f:8000::", 48, "AS112 delegation"),
    ("3fff::", 20, "documentation"),
    ("4000::", 3, "unassigned"),
    ("5f00::", 16, "segment routing"),
    ("6000::", 3, "unassigned"),
    ("8000::", 3, "unassigned"),
    ("a000::", 3, "unassigned"),
    ("c000::", 3, "unassigned"),
    ("e000::", 4, "unassigned"),
    ("f000::", 5, "unassigned"),
    ("f800::", 6, "unassigned"),
    ("fc00::", 7, "unique local"),
    ("fe00::", 9, "unassigned"),
    ("fe80::", 10, "link-local"),
    ("fec0::", 10, "site-local"),
    ("ff00::", 8, "multicast"),
];

const KNOWN_V6: &[(&str, &str)] = &[
    ("::1", "loopback itself"),
    ("::2", "next to loopback"),
    ("fd00::1", "unique local"),
    ("fd00:ec2::23", "EKS's credentials"),
    ("fd00:ec2::253", "AWS's name server"),
    ("fd00:ec2::254", "AWS's metadata"),
    ("fd20:ce::254", "Google Cloud's metadata"),
    ("fd12:3456:789a:1::1", "unique local"),
    ("fe80::1", "a router"),
    ("fe80::a9fe:a9fe", "metadata on the link"),
    ("ff02::1", "all nodes"),
    ("ff02::2", "all routers"),
    ("ff05::1:3", "all DHCP servers"),
];

pub(super) fn rows() -> Vec<Row> {
    let v4 = V4.iter().flat_map(|(first, prefix, what)| {
        let first = first.parse::<Ipv4Addr>().expect("it is an address").to_bits();
        let bits = 32 - prefix;
        let places = within(u128::from(first), bits).into_iter();
        places.map(move |(place, at)| {
            let address = Ipv4Addr::from_bits(u32::try_from(at).expect("a block of IPv4"));
            Row::address(address.into(), format!("{what}: {place}"))
        })
    });
    let v6 = V6.iter().flat_map(|(first, prefix, what)| {
        let first = first.parse::<Ipv6Addr>().expect("it is an address").to_bits();
        let places = within(first, 128 - prefix).into_iter();
        places
            .map(move |(place, at)| Row::address(Ipv6Addr::from_bits(at).into(), format!("{what}: {place}")))
    });
    let known = KNOWN_V4.iter().chain(KNOWN_V6);
    let known = known
        .map(|(address, what)| Row::address(address.parse::<IpAddr>().expect("it is an address"), *what));
    v4.chain(v6).chain(known).collect()
}

/// Ends and middle of a block with so many free bits.
fn within(first: u128, bits: u32) -> Vec<(&'static str, u128)> {
    let last = first | ((1_u128 << bits) - 1);
    if bits == 0 {
        return vec![("itself", first)];
    }
    let middle = first + (last - first) / 2;
    vec![
        ("first", first),
        ("second", first + 1),
        ("middle", middle),
        ("last but one", last - 1),
        ("last", last),
    ]
}
