//! Two parsers, one meaning: what is accepted here, the `url` crate reads alike.

use std::net::IpAddr;

use proptest::prelude::*;

use super::super::{Destination, Host, UrlKind};

/// URLs, and things that are nearly URLs.
fn nearly_urls() -> impl Strategy<Value = String> {
    prop_oneof![
        "[hH][tT]{2}ps?://[a-z0-9.:@%\\[\\]_-]{0,24}(:[0-9]{0,6})?(/[ -~]{0,24})?",
        "https?://([0-9]{1,3}\\.){3}[0-9]{1,3}(:[1-9][0-9]{0,3})?/[a-zA-Z0-9._~%/-]{0,16}",
        "https://\\[[0-9a-f:.]{2,24}\\](:[1-9][0-9]{0,3})?/[!-~]{0,16}",
        "https://([a-z0-9]{1,8}\\.){1,3}[a-z]{2,5}(/[a-z0-9.]{1,5}){0,3}/?(\\?[!-~]{0,16})?",
        "\\PC{0,40}",
    ]
}

proptest! {
    #[test]
    fn what_is_accepted_is_read_alike_by_another_parser(text in nearly_urls()) {
        for kind in [UrlKind::BaseUrl, UrlKind::Webhook] {
            let Some(found) = Destination::parse(kind, &text) else { continue };
            let uri = found.uri();
            let other = url::Url::parse(&text).expect("accepted here, so a URL elsewhere");
            let other_host = match other.host().expect("accepted here, so with a host") {
                url::Host::Domain(name) => Host::Name(name.to_owned()),
                url::Host::Ipv4(address) => Host::Ip(IpAddr::V4(address)),
                url::Host::Ipv6(address) => Host::Ip(IpAddr::V6(address).to_canonical()),
            };
            prop_assert!(found.host() == &other_host);
            prop_assert_eq!(Some(found.port()), other.port_or_known_default());
            prop_assert_eq!(uri.scheme_str(), Some(other.scheme()));
            prop_assert_eq!(uri.path().trim_end_matches('/'), other.path().trim_end_matches('/'));
            // The other one escapes apostrophes; that is spelling, not meaning.
            let query = uri.query().map(|query| query.replace('\'', "%27"));
            prop_assert_eq!(query.as_deref(), other.query());
            prop_assert!(other.username().is_empty() && other.password().is_none() && other.fragment().is_none());
        }
    }
}
