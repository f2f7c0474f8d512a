//! Which server a client speaks to, and as whom.

use byo_seal::principal_id;
use zeroize::Zeroizing;

use crate::failure::{Failure, Kind};

/// A server, a token for it, and the page that uses both.
pub struct Endpoint {
    root: String,
    audience: String,
    token: Zeroizing<String>,
    principal: String,
    page_origin: String,
}

/// A URL as the browser's own parser took it apart, so that an envelope's audience is the very origin
/// that `fetch` goes to.
#[derive(Clone, Copy, Debug)]
pub struct UrlParts<'a> {
    /// ASCII scheme, host and non-default port.
    pub origin: &'a str,
    /// With its colon.
    pub protocol: &'a str,
    /// Host without port.
    pub hostname: &'a str,
    /// From the first slash.
    pub pathname: &'a str,
    /// True when the URL holds a user, password, query or fragment.
    pub has_more: bool,
}

impl Endpoint {
    /// Refuses what cannot work or would be unsafe. `page_origin` is empty where there is no page.
    pub fn new(url: UrlParts<'_>, token: &str, page_origin: &str) -> Result<Self, Failure> {
        if !matches!(url.protocol, "https:" | "http:") || url.has_more {
            return Err(Failure::new(Kind::Config, "invalid_base_url").at("baseUrl"));
        }
        // A page that came over plain HTTP could have been altered itself; one that came over TLS must
        // not fetch the public key from whoever sits on the way.
        if url.protocol == "http:" && page_origin.starts_with("https:") && !is_loopback(url.hostname) {
            return Err(Failure::new(Kind::Config, "insecure_base_url").at("baseUrl"));
        }
        check_token(token)?;
        Ok(Self {
            root: [url.origin, url.pathname.trim_end_matches('/')].concat(),
            audience: url.origin.to_owned(),
            token: Zeroizing::new(token.to_owned()),
            principal: principal_id(token),
            page_origin: page_origin.to_owned(),
        })
    }

    /// The address of a path below the base URL.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        [&self.root, path].concat()
    }

    /// The value of the `Authorization` header.
    #[must_use]
    pub fn authorization(&self) -> String {
        ["Bearer ", &self.token].concat()
    }

    /// For whom envelopes are sealed.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// As whom envelopes are sent.
    #[must_use]
    pub fn principal(&self) -> &str {
        &self.principal
    }

    /// Where the key was typed.
    #[must_use]
    pub fn page_origin(&self) -> &str {
        &self.page_origin
    }
}

fn check_token(token: &str) -> Result<(), Failure> {
    let is_ours = |prefix| token.starts_with(prefix);
    if is_ours("byo_sk_") || is_ours("byo_rt_") {
        return Err(Failure::new(Kind::Config, "secret_token_in_browser").at("token"));
    }
    let is_header_safe = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if (is_ours("byo_pk_") || is_ours("byo_cs_")) && is_header_safe {
        Ok(())
    } else {
        Err(Failure::new(Kind::Config, "invalid_token").at("token"))
    }
}

fn is_loopback(hostname: &str) -> bool {
    // The browser's parser has written every IPv4 spelling as four decimal numbers, and lets no other host end in a
    // number.
    let is_ipv4 = || hostname.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    matches!(hostname, "localhost" | "[::1]")
        || hostname.ends_with(".localhost")
        || (hostname.starts_with("127.") && is_ipv4())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "byo_pk_test_abc";

    fn parts(origin: &'static str, pathname: &'static str) -> UrlParts<'static> {
        let (protocol, host) = origin.split_once("//").unwrap();
        let hostname = host
            .rsplit_once(':')
            .filter(|(_, port)| port.parse::<u16>().is_ok())
            .map_or(host, |(name, _)| name);
        UrlParts { origin, protocol, hostname, pathname, has_more: false }
    }

    fn code(url: UrlParts<'_>, token: &str, page: &str) -> String {
        Endpoint::new(url, token, page).err().map_or(String::new(), |failure| failure.code.into_owned())
    }

    #[test]
    fn paths_hang_below_the_base_url_and_the_audience_is_its_origin() {
        for path in ["/", "", "/byo", "/byo/", "/byo//"] {
            let endpoint =
                Endpoint::new(parts("https://keys.example", path), TOKEN, "https://app.example").unwrap();
            let below = path.trim_end_matches('/');
            assert_eq!(endpoint.url("/v1/keys"), format!("https://keys.example{below}/v1/keys"));
            assert_eq!(endpoint.audience(), "https://keys.example");
            assert_eq!(endpoint.page_origin(), "https://app.example");
        }
    }

    #[test]
    fn the_principal_is_the_tokens_id_and_the_header_holds_the_token() {
        let endpoint = Endpoint::new(parts("https://keys.example", "/"), TOKEN, "").unwrap();
        assert_eq!(endpoint.principal(), principal_id(TOKEN));
        assert_eq!(endpoint.authorization(), "Bearer byo_pk_test_abc");
    }

    #[test]
    fn other_schemes_and_urls_with_more_are_refused() {
        assert_eq!(code(parts("ftp://keys.example", "/"), TOKEN, ""), "invalid_base_url");
        let url = UrlParts { has_more: true, ..parts("https://keys.example", "/") };
        assert_eq!(code(url, TOKEN, ""), "invalid_base_url");
    }

    #[test]
    fn a_page_over_tls_takes_plain_http_on_this_machine_only() {
        let page = "https://app.example";
        for origin in [
            "http://keys.example",
            "http://192.168.1.2:8787",
            "http://localhost.example",
            "http://127.0.0.1.example",
        ] {
            assert_eq!(code(parts(origin, "/"), TOKEN, page), "insecure_base_url", "{origin}");
            assert_eq!(code(parts(origin, "/"), TOKEN, "http://app.example"), "");
        }
        for origin in
            ["http://localhost:8787", "http://127.0.0.1:8787", "http://[::1]:8787", "http://a.localhost"]
        {
            assert_eq!(code(parts(origin, "/"), TOKEN, page), "", "{origin}");
        }
    }

    #[test]
    fn only_tokens_made_for_browsers_are_taken() {
        let of = |token| code(parts("https://keys.example", "/"), token, "");
        assert_eq!(of("byo_cs_live_abc"), "");
        for secret in ["byo_sk_live_abc", "byo_rt_test_abc"] {
            assert_eq!(of(secret), "secret_token_in_browser");
        }
        for other in ["", "sk-proj-1", "byo_pk_test_a b", "byo_pk_test_a\r\nX: y", " byo_pk_test_abc"] {
            assert_eq!(of(other), "invalid_token", "{other:?}");
        }
    }
}
