//! What an IP address is: public, private, or never a destination.
//!
//! Built on the IANA special-purpose registries rather than on the standard library's predicates, which let
//! several of these ranges through.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How an address may be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// On the public internet: anyone may name it.
    Public,
    /// Somebody's own network or machine: only where the operator allows the address or the name.
    Private,
    /// Link-local, metadata, multicast, reserved, translated: only where the operator allows this very address.
    Special,
}

/// Classifies an address. An IPv4-mapped IPv6 address is what it maps to.
pub(super) fn classify(address: IpAddr) -> Class {
    match address.to_canonical() {
        IpAddr::V4(v4) => classify_v4(v4),
        IpAddr::V6(v6) => classify_v6(v6),
    }
}

const V4: &[(Ipv4Addr, u32, Class)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, Class::Special), // "this network"
    (Ipv4Addr::new(10, 0, 0, 0), 8, Class::Private), // RFC 1918
    (Ipv4Addr::new(100, 100, 100, 200), 32, Class::Special), // Alibaba Cloud metadata, before the range around it
    (Ipv4Addr::new(100, 64, 0, 0), 10, Class::Private),      // carrier-grade NAT, RFC 6598
    (Ipv4Addr::new(127, 0, 0, 0), 8, Class::Private),        // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32, Class::Special), // Azure's host agent: public space, answers inside only
    (Ipv4Addr::new(169, 254, 0, 0), 16, Class::Special),   // link-local and cloud metadata
    (Ipv4Addr::new(172, 16, 0, 0), 12, Class::Private),    // RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24, Class::Special),     // IETF protocol assignments, Oracle metadata
    (Ipv4Addr::new(192, 0, 2, 0), 24, Class::Special),     // TEST-NET-1
    (Ipv4Addr::new(192, 31, 196, 0), 24, Class::Special),  // AS112
    (Ipv4Addr::new(192, 52, 193, 0), 24, Class::Special),  // AMT
    (Ipv4Addr::new(192, 88, 99, 0), 24, Class::Special),   // 6to4 relay
    (Ipv4Addr::new(192, 168, 0, 0), 16, Class::Private),   // RFC 1918
    (Ipv4Addr::new(192, 175, 48, 0), 24, Class::Special),  // AS112
    (Ipv4Addr::new(198, 18, 0, 0), 15, Class::Special),    // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24, Class::Special),  // TEST-NET-2
    (Ipv4Addr::new(203, 0, 113, 0), 24, Class::Special),   // TEST-NET-3
    (Ipv4Addr::new(224, 0, 0, 0), 4, Class::Special),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4, Class::Special),      // reserved, broadcast
];

fn classify_v4(address: Ipv4Addr) -> Class {
    let bits = address.to_bits();
    V4.iter()
        .find(|(network, prefix, _)| (bits ^ network.to_bits()) >> (32 - prefix) == 0)
        .map_or(Class::Public, |(_, _, class)| *class)
}

/// What is refused although it lies in 2000::/3, the only space that is routed publicly.
const V6_EXCEPT: &[(Ipv6Addr, u32)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // IETF protocol assignments, Teredo, ORCHID
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: carries any IPv4 address
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48), // AS112
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

fn classify_v6(address: Ipv6Addr) -> Class {
    let bits = address.to_bits();
    let within = |network: Ipv6Addr, prefix: u32| (bits ^ network.to_bits()) >> (128 - prefix) == 0;
    if address.is_loopback() || within(Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7) {
        // AWS and Google serve instance metadata from inside the unique-local range.
        let metadata = [0xfd00_0ec2_u32, 0xfd20_00ce];
        let top = u32::try_from(bits >> 96).expect("128 bits shifted by 96 leave 32");
        return if metadata.contains(&top) { Class::Special } else { Class::Private };
    }
    let global = within(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);
    let excepted = V6_EXCEPT.iter().any(|&(network, prefix)| within(network, prefix));
    if global && !excepted && !is_isatap(address) { Class::Public } else { Class::Special }
}

/// An ISATAP interface id (RFC 5214) carries any IPv4 address; the second bit of its first byte may be set.
fn is_isatap(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    segments[4] & !0x0200 == 0 && segments[5] == 0x5efe
}
