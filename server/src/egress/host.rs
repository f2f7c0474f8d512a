//! The host part of a URL, in the one spelling that is accepted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where a URL points: an address, or a name still to be resolved.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// Written as an address. IPv4-mapped IPv6 is already IPv4 here.
    Ip(IpAddr),
    /// A DNS name in lower case, without a final dot.
    Name(String),
}

impl Host {
    /// Reads the host part of a URL; `None` for every spelling but the canonical one, because what one parser reads
    /// as a name another may read as an address (`0x7f.1`, `127.1`, `017700000001`, `１２７.0.0.1`).
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(inner) = text.strip_prefix('[') {
            let address: Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Ip(IpAddr::V6(address).to_canonical()));
        }
        if ends_in_a_number(text) {
            // The standard library reads four plain decimals only: no octal, no hex, no short forms.
            return text.parse::<Ipv4Addr>().ok().map(|address| Self::Ip(IpAddr::V4(address)));
        }
        is_name(text).then(|| Self::Name(text.to_ascii_lowercase()))
    }

    /// As it stands in a URL.
    pub(super) fn to_url_text(&self) -> String {
        match self {
            Self::Ip(IpAddr::V4(address)) => address.to_string(),
            Self::Ip(IpAddr::V6(address)) => format!("[{address}]"),
            Self::Name(name) => name.clone(),
        }
    }
}

/// A name that no public DNS answers, or that means something else on each network. Only an operator's rule that
/// names it opens it.
pub(super) fn is_special_use(name: &str) -> bool {
    let Some((_, top)) = name.rsplit_once('.') else { return true };
    SPECIAL_TOP.contains(&top)
}

/// RFC 2606, 6761, 6762, 7686, 9476, ICANN's `.internal`, and the names private networks use in practice.
/// `.arpa` holds `home.arpa`, `ipv4only.arpa` and reverse zones, and no provider.
const SPECIAL_TOP: &[&str] = &[
    "alt",
    "arpa",
    "corp",
    "domain",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "test",
    "workgroup",
];

/// The WHATWG rule: a host whose last label is a number is meant as an IPv4 address.
fn ends_in_a_number(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    let last = text.rsplit('.').next().unwrap_or(text);
    let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
    hex.map_or_else(
        || !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()),
        |digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
    )
}

fn is_name(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    let edge = |byte: &u8| byte.is_ascii_alphanumeric();
    let bytes = label.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.first().is_some_and(edge)
        && bytes.last().is_some_and(edge)
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}
