//! A URL that byo may call, read strictly: one spelling, no part that two parsers could read differently.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{
    Uri,
    uri::{Authority, Parts, PathAndQuery},
};

use super::{allow::parse_port, error::DestinationNotAllowed, host::Host};

/// What a URL is for, which decides whether it may carry a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UrlKind {
    /// A provider's base URL: paths are appended to it, so it ends in a path and has no query, no percent-encoding
    /// and no empty segment.
    BaseUrl,
    /// A webhook endpoint: called exactly as written, so it may have a query.
    Webhook,
}

/// How the bytes travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    Http,
    Https,
}

/// Where a request goes. No `Display`, and an opaque `Debug`: path and query of a webhook are often its secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Destination {
    origin: Arc<Origin>,
    path: String,
    query: Option<String>,
}

/// What connections are made to. Shared, since a base URL is used by call after call.
#[derive(PartialEq, Eq)]
struct Origin {
    scheme: Scheme,
    host: Host,
    port: u16,
    /// Host and port as they stand in a URL.
    authority: Authority,
}

impl Origin {
    fn new(scheme: Scheme, host: Host, port: u16) -> Self {
        let mut authority = host.to_url_text();
        if port != scheme.port() {
            authority.push_str(&format!(":{port}"));
        }
        let authority = authority.try_into().expect("every part was checked character by character");
        Self { scheme, host, port, authority }
    }
}

impl Destination {
    /// The longest URL that is taken, in bytes.
    pub const MAX_LEN: usize = 2048;

    /// Reads a URL. This is form only; whether it may be reached is the policy's business.
    pub(super) fn parse(kind: UrlKind, url: &str) -> Option<Self> {
        if url.len() > Self::MAX_LEN || !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return None;
        }
        let (scheme, rest) = url.split_once("://")?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (host, port) = split_port(authority, scheme)?;
        let (path, query) = match tail.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (tail, None),
        };
        let path = match kind {
            UrlKind::BaseUrl => path.strip_suffix('/').unwrap_or(path),
            UrlKind::Webhook => path,
        };
        let well_formed = match kind {
            UrlKind::BaseUrl => query.is_none() && is_base_path(path),
            UrlKind::Webhook => is_path(path) && query.is_none_or(is_query),
        };
        let destination = Self {
            origin: Arc::new(Origin::new(scheme, Host::parse(host)?, port)),
            path: path.to_owned(),
            query: query.map(str::to_owned),
        };
        well_formed.then_some(destination)
    }

    /// This base URL with a path appended (it starts with `/`) and a query; both are percent-encoded where needed,
    /// so nothing in them can leave its place.
    ///
    /// # Errors
    /// A dot segment, which no encoding makes harmless: receivers decode before they normalise.
    pub fn join(&self, path: &str, query: &[(&str, &str)]) -> Result<Self, DestinationNotAllowed> {
        let mut joined = self.clone();
        for segment in path.split('/').filter(|segment| !segment.is_empty()) {
            if is_dot_segment(segment) {
                return Err(DestinationNotAllowed);
            }
            joined.path.push('/');
            joined.path.push_str(&percent_encode(segment));
        }
        let pairs =
            query.iter().map(|(name, value)| format!("{}={}", percent_encode(name), percent_encode(value)));
        joined.query = (!query.is_empty()).then(|| pairs.collect::<Vec<_>>().join("&"));
        Ok(joined)
    }

    /// This base URL with a path and a query appended as they are: the caller has judged every character of both.
    #[must_use]
    pub fn append(&self, path: &str, query: Option<&str>) -> Self {
        Self {
            origin: Arc::clone(&self.origin),
            path: [self.path.as_str(), "/", path].concat(),
            query: query.map(str::to_owned),
        }
    }

    /// This base URL without `suffix` at the end of its path, for people who paste one segment too many.
    #[must_use]
    pub fn without_suffix(&self, suffix: &str) -> Option<Self> {
        let path = self.path.strip_suffix(suffix)?;
        Some(Self { path: path.to_owned(), ..self.clone() })
    }

    /// The host.
    #[must_use]
    pub fn host(&self) -> &Host {
        &self.origin.host
    }

    /// The port, spelled out.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.origin.port
    }

    pub(super) fn scheme(&self) -> Scheme {
        self.origin.scheme
    }

    pub(super) fn uri(&self) -> Uri {
        let path = if self.path.is_empty() { "/" } else { &self.path };
        let path_and_query = match &self.query {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let mut parts = Parts::default();
        parts.scheme = Some(self.origin.scheme.name());
        parts.authority = Some(self.origin.authority.clone());
        let checked = "every part was checked character by character";
        parts.path_and_query =
            Some(PathAndQuery::from_maybe_shared(Bytes::from(path_and_query)).expect(checked));
        Uri::from_parts(parts).expect(checked)
    }
}

impl Scheme {
    const fn port(self) -> u16 {
        match self {
            Self::Https => 443,
            Self::Http => 80,
        }
    }

    const fn name(self) -> http::uri::Scheme {
        match self {
            Self::Https => http::uri::Scheme::HTTPS,
            Self::Http => http::uri::Scheme::HTTP,
        }
    }
}

impl fmt::Debug for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Destination(…)")
    }
}

fn split_port(authority: &str, scheme: Scheme) -> Option<(&str, u16)> {
    let after_brackets = authority.rfind(']').map_or(0, |at| at + 1);
    match authority[after_brackets..].find(':') {
        Some(colon) => {
            let (host, port) = authority.split_at(after_brackets + colon);
            Some((host, parse_port(&port[1..])?))
        }
        None => Some((authority, scheme.port())),
    }
}

fn is_base_path(path: &str) -> bool {
    !path.contains('%') && is_path(path) && path.split('/').skip(1).all(|segment| !segment.is_empty())
}

fn is_path(path: &str) -> bool {
    let chars = path.bytes().all(|byte| is_pchar(byte) || byte == b'/');
    chars && escapes_avoid(path, b"/\\") && path.split('/').all(|segment| !is_dot_segment(segment))
}

fn is_query(query: &str) -> bool {
    query.bytes().all(|byte| is_pchar(byte) || matches!(byte, b'/' | b'?')) && escapes_avoid(query, b"")
}

/// RFC 3986 `pchar`. `%` counts; its digits are checked apart.
fn is_pchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@%".contains(&byte)
}

/// Every `%` starts two hex digits, and none hides a control character or one of `forbidden`.
fn escapes_avoid(text: &str, forbidden: &[u8]) -> bool {
    text.split('%').skip(1).all(|after| {
        let byte = after.as_bytes().get(..2).and_then(|digits| hex::decode(digits).ok());
        matches!(byte.as_deref(), Some([byte]) if !byte.is_ascii_control() && !forbidden.contains(byte))
    })
}

fn is_dot_segment(segment: &str) -> bool {
    let plain = segment.to_ascii_lowercase().replace("%2e", ".");
    plain == "." || plain == ".."
}

fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
