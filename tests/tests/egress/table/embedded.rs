//! Private IPv4 addresses inside IPv6 ones, in every form in which some router or translator takes them out again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Row;

pub(super) const PRIVATE: [[u8; 4]; 12] = [
    [127, 0, 0, 1],
    [10, 0, 0, 5],
    [172, 16, 0, 5],
    [192, 168, 1, 1],
    [169, 254, 169, 254],
    [100, 64, 0, 5],
    [100, 100, 100, 200],
    [168, 63, 129, 16],
    [192, 0, 0, 192],
    [198, 18, 0, 5],
    [0, 0, 0, 0],
    [240, 0, 0, 5],
];

pub(super) type Wrap = fn(Ipv4Addr) -> Ipv6Addr;

/// What is wrapped around the address, and the RFC that describes it.
pub(super) const WRAPPERS: [(&str, Wrap); 13] = [
    ("IPv4-mapped, RFC 4291", |v4| v4.to_ipv6_mapped()),
    ("IPv4-compatible, RFC 4291", |v4| after(0, v4)),
    ("SIIT, RFC 7915", |v4| after(0xffff_0000 << 32, v4)),
    ("NAT64, RFC 6052", |v4| after(0x0064_ff9b << 96, v4)),
    ("NAT64 /96 in the local prefix, RFC 8215", |v4| after(0x0064_ff9b_0001 << 80, v4)),
    ("NAT64 /48 in the local prefix, RFC 6052", |v4| {
        let bits = u128::from(v4.to_bits());
        // Byte 8 stays zero between the two halves.
        Ipv6Addr::from_bits((0x0064_ff9b_0001 << 80) | ((bits >> 16) << 64) | ((bits & 0xffff) << 40))
    }),
    ("6to4, RFC 3056", |v4| Ipv6Addr::from_bits((0x2002 << 112) | (u128::from(v4.to_bits()) << 80))),
    ("6to4 with a host, RFC 3056", |v4| {
        Ipv6Addr::from_bits((0x2002 << 112) | (u128::from(v4.to_bits()) << 80) | 0x1_0000_0000_0000_0001)
    }),
    ("Teredo server, RFC 4380", |v4| {
        Ipv6Addr::from_bits((0x2001_0000 << 96) | (u128::from(v4.to_bits()) << 64))
    }),
    ("Teredo client, RFC 4380", |v4| {
        let hidden = u128::from(!v4.to_bits());
        Ipv6Addr::from_bits((0x2001_0000 << 96) | (0x4136_e378 << 64) | (0x8000_63bf << 32) | hidden)
    }),
    ("ISATAP, RFC 5214", |v4| after((0x2600_1f00 << 96) | (0x5efe << 32), v4)),
    ("ISATAP of a global address, RFC 5214", |v4| after((0x2600_1f00 << 96) | (0x0200_5efe << 32), v4)),
    ("ISATAP on the link, RFC 5214", |v4| after((0xfe80 << 112) | (0x5efe << 32), v4)),
];

/// The address in the last four bytes.
fn after(top: u128, v4: Ipv4Addr) -> Ipv6Addr {
    Ipv6Addr::from_bits(top | u128::from(v4.to_bits()))
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for v4 in PRIVATE.map(Ipv4Addr::from) {
        for (what, wrap) in WRAPPERS {
            let v6 = wrap(v4);
            let why = format!("{what}: {v4}");
            let row = Row::address(IpAddr::V6(v6), &*why);
            // The mapped form is an address of IPv4 to the kernel as well.
            rows.push(Row { leads_to: row.leads_to.map(|to| to.to_canonical()), ..row });
            rows.push(Row::new(format!("https://[{}]/v1", in_full(v6)), format!("{why}, spelled out")));
        }
        rows.push(Row::new(format!("https://[::ffff:{v4}]:443/v1"), format!("mapped with a port: {v4}")));
        rows.push(Row::new(format!("https://[::FFFF:{v4}]/v1"), format!("mapped in capitals: {v4}")));
        rows.push(Row::new(format!("https://[64:ff9b::{v4}]/v1"), format!("NAT64 with dots: {v4}")));
        rows.push(Row::new(format!("https://[::ffff:0:{v4}]/v1"), format!("SIIT with dots: {v4}")));
    }
    rows
}

/// Eight groups, leading zeros and all.
fn in_full(v6: Ipv6Addr) -> String {
    v6.segments().map(|segment| format!("{segment:04x}")).join(":")
}
