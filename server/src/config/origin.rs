//! Origins: scheme, host and port, as browsers write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

/// The origin under which a server without TLS that listens on `address` is reached from its own machine.
#[must_use]
pub fn origin_of(address: SocketAddr) -> String {
    let ip = match address.ip() {
        // "Every address" can be listened on, but not called.
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let url = format!("http://{}", SocketAddr::new(ip, address.port()));
    normal_origin(&url).expect("http and a socket address make an origin")
}

/// Reads an origin, and writes it as a browser would; `None` when there is more or less than an origin.
pub(super) fn normal_origin(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let bare = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none();
    bare.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, origin) in [
            ("https://byo.example.com", Some("https://byo.example.com")),
            ("https://BYO.example.com:443/", Some("https://byo.example.com")),
            ("http://[::1]:8787", Some("http://[::1]:8787")),
            ("http://bücher.example", Some("http://xn--bcher-kva.example")),
            ("https://byo.example.com/path", None),
            ("https://byo.example.com/?q", None),
            ("https://byo.example.com/#f", None),
            ("https://user@byo.example.com", None),
            ("https://:secret@byo.example.com", None),
            ("ftp://byo.example.com", None),
            ("byo.example.com", None),
            ("byo.example.com:8787", None),
            ("", None),
        ] {
            assert_eq!(normal_origin(text).as_deref(), origin, "{text}");
        }
    }

    #[test]
    fn a_server_that_listens_everywhere_is_called_on_loopback() {
        for (address, origin) in [
            ("127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("0.0.0.0:8787", "http://127.0.0.1:8787"),
            ("[::]:8787", "http://[::1]:8787"),
            ("192.0.2.7:80", "http://192.0.2.7"),
        ] {
            assert_eq!(origin_of(address.parse().unwrap()), origin);
        }
    }
}
