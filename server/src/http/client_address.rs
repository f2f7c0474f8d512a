//! Where a request comes from, as far as that can be believed.

use std::net::IpAddr;

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The peer's own address, unless it is a trusted proxy: then the rightmost forwarded address that is no trusted
/// proxy itself. What stands further left was written by whoever is not trusted, and is not read.
#[must_use]
pub fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address));
    let mut client = peer.to_canonical();
    if !is_trusted(client) {
        return client;
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .flat_map(|value| value.to_str().unwrap_or("?").split(','))
        .map(str::trim)
        .collect();
    for text in forwarded.into_iter().rev() {
        // A proxy that writes something else than an address is the last that can be named.
        let Ok(address) = text.parse::<IpAddr>() else { return client };
        client = address.to_canonical();
        if !is_trusted(client) {
            return client;
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn from(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(value).unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client_address(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn forwarded_addresses_of_strangers_are_not_believed() {
        for forged in 0..1_000 {
            let value = format!("10.{}.{}.1", forged / 256, forged % 256);
            assert_eq!(from("203.0.113.9", &[&value], &[]), "203.0.113.9");
            assert_eq!(from("203.0.113.9", &[&value], &["10.0.0.0/8"]), "203.0.113.9");
            let chain = format!("{value}, 198.51.100.7");
            assert_eq!(from("10.0.0.1", &[&chain], &["10.0.0.1/32"]), "198.51.100.7");
        }
    }

    #[test]
    fn the_rightmost_untrusted_address_is_the_client() {
        let trusted = ["10.0.0.0/8", "2001:db8::/32"];
        assert_eq!(from("10.0.0.1", &["1.1.1.1, 198.51.100.7, 10.9.9.9"], &trusted), "198.51.100.7");
        assert_eq!(from("10.0.0.1", &["1.1.1.1", "198.51.100.7"], &trusted), "198.51.100.7");
        assert_eq!(from("::ffff:10.0.0.1", &["198.51.100.7"], &trusted), "198.51.100.7");
        assert_eq!(from("2001:db8::1", &["198.51.100.7"], &trusted), "198.51.100.7");
    }

    #[test]
    fn a_broken_chain_ends_at_the_last_proxy() {
        let trusted = ["10.0.0.0/8"];
        assert_eq!(from("10.0.0.1", &[], &trusted), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.7, unknown"], &trusted), "10.0.0.1");
        assert_eq!(from("10.0.0.1", &["198.51.100.7, unknown, 10.0.0.2"], &trusted), "10.0.0.2");
        assert_eq!(from("10.0.0.1", &["10.0.0.3, 10.0.0.2"], &trusted), "10.0.0.3");
    }
}
