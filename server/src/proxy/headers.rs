//! Which headers pass, in both directions. Lists of what passes, never of what does not: a header that nobody thought
//! of stays behind, whatever `Connection` says of it.

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// Of a request, by exact name.
const REQUEST: [&str; 14] = [
    "accept",
    "accept-language",
    "anthropic-beta",
    "anthropic-version",
    "content-encoding",
    "content-type",
    "http-referer", // with x-title, how OpenRouter attributes calls
    "idempotency-key",
    "openai-beta",
    "user-agent",
    "x-client-request-id",
    "x-goog-api-client",
    "x-initiator", // the Copilot SDK's
    "x-title",
];
/// And by how the name begins.
const REQUEST_STARTS: [&str; 1] = ["x-stainless-"];

/// Of an answer, by exact name.
const ANSWER: [&str; 16] = [
    "apim-request-id",
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "etag",
    "last-modified",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "x-request-id",
    "x-should-retry",
    "x-goog-upload-status",
    "x-ms-request-id",
    "x-ms-region",
];
/// And by how the name begins.
const ANSWER_STARTS: [&str; 6] =
    ["anthropic-", "azureml-", "cohere-", "openai-", "ratelimit-", "x-ratelimit-"];

/// What streams of JSON in lines call themselves. Cohere's v1 API names its lines `stream+json`.
pub(super) const LINES: [&str; 4] =
    ["application/x-ndjson", "application/ndjson", "application/jsonl", "application/stream+json"];

/// What of a client's headers goes to the provider.
pub(super) fn outgoing(from: &HeaderMap) -> HeaderMap {
    let mut to = HeaderMap::with_capacity(6);
    copy(from, &mut to, |name| passes(name.as_str(), &REQUEST, &REQUEST_STARTS));
    to
}

/// What of a provider's headers goes to the client, apart from what says how the body is transferred.
pub(super) fn incoming(from: &HeaderMap) -> HeaderMap {
    let mut to = HeaderMap::with_capacity(10);
    copy(from, &mut to, |name| passes(name.as_str(), &ANSWER, &ANSWER_STARTS));
    to
}

/// Whether an answer is a stream of server-sent events.
pub fn is_event_stream(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media_type| media_type.eq_ignore_ascii_case("text/event-stream"))
}

/// Whether an answer is a stream of JSON in lines.
pub(super) fn is_lines(headers: &HeaderMap) -> bool {
    media_type(headers)
        .is_some_and(|media_type| LINES.iter().any(|lines| media_type.eq_ignore_ascii_case(lines)))
}

/// Whether an answer is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_none_or(|media_type| media_type.eq_ignore_ascii_case("application/json"))
}

/// Whether an answer is a page for people, which no provider's API sends.
pub(super) fn is_page(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media_type| {
        ["text/html", "application/xhtml+xml"].iter().any(|page| media_type.eq_ignore_ascii_case(page))
    })
}

/// Whether a body is encoded in a way that hides what it holds.
pub(super) fn is_encoded(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn media_type(headers: &HeaderMap) -> Option<&str> {
    Some(headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim())
}

fn passes(name: &str, exact: &[&str], starts: &[&str]) -> bool {
    exact.contains(&name) || starts.iter().any(|start| name.starts_with(start))
}

fn copy(from: &HeaderMap, to: &mut HeaderMap, passes: impl Fn(&HeaderName) -> bool) {
    let passing =
        |(name, value): (&HeaderName, &HeaderValue)| passes(name).then(|| (name.clone(), value.clone()));
    for (name, value) in from.iter().filter_map(passing) {
        to.append(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        pairs.iter().map(pair).collect()
    }

    fn names(headers: &HeaderMap) -> Vec<&str> {
        let mut names: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn of_a_request_only_what_providers_need_passes() {
        let sent = map(&[
            ("authorization", "Bearer byo_sk_live_x"),
            ("x-api-key", "dummy"),
            ("api-key", "dummy"),
            ("x-goog-api-key", "dummy"),
            ("x-byo-ref-id", "customer"),
            ("x-openai-key", "sk-customer"),
            ("cookie", "session=1"),
            ("host", "byo.example.com"),
            ("connection", "content-type, accept, x-api-key"),
            ("transfer-encoding", "chunked"),
            ("content-length", "3"),
            ("accept-encoding", "gzip"),
            ("te", "trailers"),
            ("forwarded", "for=1.2.3.4"),
            ("x-forwarded-for", "1.2.3.4"),
            ("metadata-flavor", "Google"),
            ("x-aws-ec2-metadata-token", "1"),
            ("anthropic_version", "x"),
            ("content-type", "application/json"),
            ("accept", "*/*"),
            ("anthropic-version", "2023-06-01"),
            ("x-stainless-lang", "js"),
        ]);
        assert_eq!(
            names(&outgoing(&sent)),
            ["accept", "anthropic-version", "content-type", "x-stainless-lang"]
        );
    }

    #[test]
    fn of_an_answer_nothing_passes_that_acts_on_the_client() {
        let sent = map(&[
            ("set-cookie", "a=b"),
            ("alt-svc", "h3"),
            ("access-control-allow-origin", "*"),
            ("location", "https://elsewhere.example"),
            ("link", "<x>"),
            ("refresh", "0"),
            ("strict-transport-security", "max-age=1"),
            ("transfer-encoding", "chunked"),
            ("connection", "keep-alive"),
            ("server", "x"),
            ("trailer", "x"),
            ("content-type", "application/json"),
            ("x-request-id", "req_1"),
            ("retry-after", "7"),
            ("x-ratelimit-remaining-tokens", "1"),
            ("anthropic-ratelimit-requests-limit", "1"),
        ]);
        assert_eq!(
            names(&incoming(&sent)),
            [
                "anthropic-ratelimit-requests-limit",
                "content-type",
                "retry-after",
                "x-ratelimit-remaining-tokens",
                "x-request-id"
            ]
        );
    }

    #[test]
    fn bodies_are_known_by_their_headers() {
        assert!(is_event_stream(&map(&[("content-type", "text/event-stream; charset=utf-8")])));
        assert!(is_page(&map(&[("content-type", "Text/HTML")])));
        assert!(is_encoded(&map(&[("content-encoding", "gzip")])));
        assert!(!is_encoded(&map(&[("content-encoding", "identity")])));
        assert!(!is_encoded(&map(&[])) && !is_page(&map(&[])) && !is_event_stream(&map(&[])));
    }
}
