//! The part of the path that belongs to the provider, read strictly: what byo matches against its table is what the
//! provider gets, byte for byte, so nothing in it may be read differently by the two.

/// A tail that may be forwarded: `/v1/chat/completions`, and the query after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tail<'a> {
    path: &'a str,
    query: Option<&'a str>,
}

/// Why a tail is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadTail {
    /// An empty or dot segment, an encoded slash, dot, backslash, percent or control character, or one that does not
    /// stand in paths.
    Path,
    /// A character that does not stand in queries.
    Query,
    /// A query parameter that carries a key.
    Credential,
}

const LONGEST_PATH: usize = 1024;
const LONGEST_SEGMENT: usize = 256;
const LONGEST_QUERY: usize = 4096;

/// Names under which APIs take credentials in a query.
const CREDENTIALS: [&str; 8] = [
    "key",
    "api_key",
    "api-key",
    "apikey",
    "access_token",
    "x-api-key",
    "x-goog-api-key",
    "subscription-key",
];

impl<'a> Tail<'a> {
    /// Reads it. `path` begins with `/`.
    ///
    /// # Errors
    /// See [`BadTail`].
    pub fn read(path: &'a str, query: Option<&'a str>) -> Result<Self, BadTail> {
        let segments = path.strip_prefix('/').ok_or(BadTail::Path)?;
        if path.len() > LONGEST_PATH || !segments.as_bytes().split(|byte| *byte == b'/').all(is_segment) {
            return Err(BadTail::Path);
        }
        if let Some(query) = query {
            if query.len() > LONGEST_QUERY
                || !query.bytes().all(is_query_byte)
                || !escapes(query.as_bytes()).all(|byte| byte.is_some_and(|byte| !byte.is_ascii_control()))
            {
                return Err(BadTail::Query);
            }
            let names_credential = |(name, _): (std::borrow::Cow<'_, str>, _)| {
                CREDENTIALS.iter().any(|credential| name.eq_ignore_ascii_case(credential))
            };
            if url::form_urlencoded::parse(query.as_bytes()).any(names_credential) {
                return Err(BadTail::Credential);
            }
        }
        Ok(Self { path, query })
    }

    /// The path, with its first slash.
    #[must_use]
    pub const fn path(&self) -> &'a str {
        self.path
    }

    /// The query, without its question mark.
    #[must_use]
    pub const fn query(&self) -> Option<&'a str> {
        self.query
    }

    /// Its segments.
    pub fn segments(&self) -> impl Iterator<Item = &'a str> {
        self.path.split('/').skip(1)
    }
}

fn is_segment(segment: &[u8]) -> bool {
    (1..=LONGEST_SEGMENT).contains(&segment.len())
        && segment.iter().all(|&byte| byte.is_ascii_alphanumeric() || b"-._~:@%+,=".contains(&byte))
        && segment != b"."
        && segment != b".."
        && escapes(segment)
            .all(|byte| byte.is_some_and(|byte| !byte.is_ascii_control() && !b"/\\.%;".contains(&byte)))
}

/// The bytes that escapes stand for; `None` for one that is not whole. A path's may hide no character that changes how it
/// is read, and no other escape.
fn escapes(text: &[u8]) -> impl Iterator<Item = Option<u8>> {
    text.split(|byte| *byte == b'%').skip(1).map(escaped)
}

fn escaped(rest: &[u8]) -> Option<u8> {
    let digits = rest.get(..2).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

fn is_query_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%[]".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sdks_send_is_taken_as_it_is() {
        for (path, query) in [
            ("/v1/chat/completions", None),
            ("/openai/deployments/gpt-4.1_prod/chat/completions", Some("api-version=2024-10-21")),
            ("/v1beta/models/gemini-2.5-flash:streamGenerateContent", Some("alt=sse")),
            ("/v1/models/ft:gpt-4.1:org::abc123", None),
            ("/v1/models/meta-llama%2BLlama", Some("limit=10&after=a%20b&include[]=x")),
        ] {
            let tail = Tail::read(path, query).unwrap();
            assert_eq!((tail.path(), tail.query()), (path, query));
        }
    }

    #[test]
    fn nothing_passes_that_two_readers_could_read_differently() {
        for path in [
            "",
            "v1/models",
            "/",
            "//v1/models",
            "/v1//models",
            "/v1/models/",
            "/v1/../models",
            "/v1/./models",
            "/v1/%2e%2e/models",
            "/v1/%2E/models",
            "/v1/a%2fb",
            "/v1/a%5cb",
            "/v1/a\\b",
            "/v1/a%00",
            "/v1/a%0d%0a",
            "/v1/a%252fb",
            "/v1/a%",
            "/v1/a%2",
            "/v1/a%zz",
            "/v1/a;b",
            "/v1/a%3bb",
            "/v1/..;/models",
            "/v1/a b",
            "/v1/modèles",
            "/v1/a?b",
            "/v1/a#b",
            "/v1/%7f",
        ] {
            assert_eq!(Tail::read(path, None), Err(BadTail::Path), "{path}");
        }
        assert_eq!(Tail::read(&format!("/{}", "a".repeat(257)), None), Err(BadTail::Path));
        assert_eq!(Tail::read(&"/a".repeat(600), None), Err(BadTail::Path));
    }

    #[test]
    fn no_key_travels_in_a_query() {
        for query in
            ["key=AIza", "alt=sse&key=AIza", "KEY=x", "%6bey=x", "api-key=1", "access_token=x", "key"]
        {
            assert_eq!(Tail::read("/v1/models", Some(query)), Err(BadTail::Credential), "{query}");
        }
        for query in ["a b", "a#b", "a\"b", "a%0ab", "a%", "a\\b", &"a".repeat(4097)] {
            assert_eq!(Tail::read("/v1/models", Some(query)), Err(BadTail::Query), "{query}");
        }
        assert!(Tail::read("/v1/models", Some("keyword=x&monkey=1")).is_ok());
    }
}
