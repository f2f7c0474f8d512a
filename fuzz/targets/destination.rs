//! Without an operator's rule, what is taken as a destination is public https on port 443, and another URL parser reads
//! the same host out of it.
#![no_main]

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{Arc, LazyLock},
};

use byo_server::egress::{Egress, EgressLimits, Host, OwnAddresses, Policy, Roots, StaticResolver, UrlKind};
use libfuzzer_sys::fuzz_target;
use tokio::runtime::{Builder, Runtime};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().build().expect("a runtime without drivers"));

static EGRESS: LazyLock<Egress> = LazyLock::new(|| {
    let _inside = RUNTIME.enter();
    let policy = Policy::new(Vec::new(), OwnAddresses::default());
    Egress::new(policy, Arc::new(StaticResolver::default()), &Roots::default(), EgressLimits::default())
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for kind in [UrlKind::BaseUrl, UrlKind::Webhook] {
        let Ok(destination) = EGRESS.check(kind, text) else { continue };
        assert!(text.is_ascii() && text.len() <= 2048);
        assert!(text[..8].eq_ignore_ascii_case("https://"), "{text}");
        assert_eq!(destination.port(), 443, "{text}");
        match destination.host() {
            Host::Ip(address) => assert!(is_public(*address), "{text}"),
            Host::Name(name) => assert!(is_public_name(name), "{text}"),
        }
        compare(text, kind, destination.host());
        if let Ok(joined) = destination.join("/v1/models", &[("limit", "1&x=#")]) {
            assert!(joined.host() == destination.host() && joined.port() == 443, "{text}");
        }
    }
});

/// Against the parser of the WHATWG's URL standard, which is what other programs use.
fn compare(text: &str, kind: UrlKind, host: &Host) {
    let Ok(url) = url::Url::parse(text) else {
        // It refuses names in Punycode that stand for nothing, and no other that byo takes.
        assert!(text.to_ascii_lowercase().contains("xn--"), "no URL: {text}");
        return;
    };
    assert_eq!((url.scheme(), url.port_or_known_default()), ("https", Some(443)), "{text}");
    assert_eq!((url.username(), url.password(), url.fragment()), ("", None, None), "{text}");
    assert!(kind == UrlKind::Webhook || url.query().is_none(), "{text}");
    let same = match (url.host().expect("https has a host"), host) {
        (url::Host::Domain(domain), Host::Name(name)) => domain == name,
        (url::Host::Ipv4(address), Host::Ip(own)) => IpAddr::V4(address) == *own,
        (url::Host::Ipv6(address), Host::Ip(own)) => IpAddr::V6(address).to_canonical() == *own,
        _ => false,
    };
    assert!(same, "{text} is {:?} to another parser", url.host());
    assert!(!url.path().split('/').any(|segment| segment == ".." || segment == "."), "{text}");
}

fn is_public_name(name: &str) -> bool {
    let private = ["localhost", "local", "internal", "test", "example", "invalid", "onion", "lan", "arpa"];
    name.contains('.') && !private.iter().any(|top| name.rsplit('.').next() == Some(top))
}

/// By the standard library's predicates, and by hand where it has none.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && b & 0xc0 == 64)
        || (a == 198 && b & 0xfe == 18)
        || (a, b, c) == (192, 0, 0))
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [a, b, ..] = v6.segments();
    a & 0xe000 == 0x2000
        && !v6.is_multicast()
        && (a, b) != (0x2001, 0x0db8)
        && (a, b) != (0x2001, 0)
        && a != 0x2002
        && v6.to_ipv4_mapped().is_none()
}
