//! A provider that repeats the key wherever it can, in every encoding: no byte of it comes down, and none is logged.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use byo_seal::ProviderId;
use byo_server::config::ProxyConfig;
use byo_tests::upstream::{Call, chunk, head};

use crate::{
    logged,
    stage::{self, PATIENCE, PROVIDERS, Stage, within},
};

/// The key as an edge, a gateway or a provider may write it, and what of that must not be seen.
fn spellings(key: &str) -> Vec<(&'static str, String)> {
    let every = |format: &dyn Fn(u8) -> String| key.bytes().map(format).collect::<String>();
    let percent = every(&|byte| format!("%{byte:02X}"));
    let base64 = |before: &str| STANDARD.encode(format!("{before}{key}"));
    vec![
        ("raw", key.to_owned()),
        ("masked", format!("{}***{}", &key[..key.len() - 16], &key[key.len() - 4..])),
        ("starred", format!("{}{}{}", &key[..key.len() - 20], "*".repeat(16), &key[key.len() - 4..])),
        ("double percent", percent.replace('%', "%25")),
        ("percent", percent),
        ("base64", base64("")),
        ("base64, one in front", base64("x")),
        ("base64, two in front", base64("Be")),
        ("base64 of a header", base64("Authorization: Bearer ")),
        ("base64url", URL_SAFE_NO_PAD.encode(format!("?~{key}"))),
        ("hex", every(&|byte| format!("{byte:02x}"))),
        ("JSON escapes", every(&|byte| format!("\\u{byte:04x}"))),
        ("reversed", key.chars().rev().collect()),
    ]
}

/// Stretches of a spelling that hold eight characters of the key's secret part or more.
fn tells(spelling: &str, form: &str, key: &str, seen: &[u8]) -> bool {
    let public = key.len() - 24;
    let per = spelling.len() / key.len();
    let secret = match form {
        // What is left of the key beside its mask.
        "masked" | "starred" => &spelling[public..],
        "reversed" => &spelling[..24],
        _ if form.starts_with("base64") => &spelling[spelling.len() - 28..spelling.len() - 4],
        _ => &spelling[public * per..],
    };
    let least = match form {
        "masked" | "starred" => 6,
        "raw" | "reversed" => 8,
        _ if form.starts_with("base64") => 11,
        _ => 8 * per,
    };
    // The library's own search is fast in a debug build, too.
    let seen = String::from_utf8_lossy(seen);
    let has = |length: usize, step: usize| {
        (0..=secret.len() - length).step_by(step).any(|at| seen.contains(&secret[at..at + length]))
    };
    // Every such stretch holds one of these blocks whole, and where there is none there is nothing to be looked for.
    let block = least.div_ceil(2);
    has(block, block) && has(least, 1)
}

#[derive(Clone, Copy, Debug)]
enum Place {
    ErrorBody,
    ErrorBodyAsText,
    ErrorHeader,
    GoodHeader,
    Reason,
    Trailer,
    ErrorEvent,
    ErrorEventByteByByte,
    ErrorLine,
    ErrorLineByteByByte,
    TextAmongLines,
    ErrorElement,
    ErrorElementByteByByte,
    InPlaceOfTheArray,
}

const PLACES: [Place; 14] = [
    Place::ErrorBody,
    Place::ErrorBodyAsText,
    Place::ErrorHeader,
    Place::GoodHeader,
    Place::Reason,
    Place::Trailer,
    Place::ErrorEvent,
    Place::ErrorEventByteByByte,
    Place::ErrorLine,
    Place::ErrorLineByteByByte,
    Place::TextAmongLines,
    Place::ErrorElement,
    Place::ErrorElementByteByByte,
    Place::InPlaceOfTheArray,
];

const JSON: (&str, &str) = ("content-type", "application/json");
const STREAM: (&str, &str) = ("content-type", "text/event-stream");
const LINES: (&str, &str) = ("content-type", "application/x-ndjson");

fn error(told: &str) -> String {
    // Escaped as it is in the escaped spelling, and otherwise nothing to escape.
    format!(
        r#"{{"type":"error","error":{{"type":"invalid_request_error","message":"Incorrect API key provided: {told}.","code":"invalid_api_key"}}}}"#
    )
}

async fn echo(call: &Call, place: Place, told: &str) {
    match place {
        Place::ErrorBody => call.answer("401 Unauthorized", &[JSON], error(told).as_bytes()).await,
        Place::ErrorBodyAsText => {
            let text = format!("bad request\nauthorization: Bearer {told}\nhost: x\n");
            call.answer("400 Bad", &[("content-type", "text/plain")], text.as_bytes()).await
        }
        Place::ErrorHeader => {
            let headers = [JSON, ("x-request-id", told), ("openai-organization", "org-1")];
            call.answer("401 Unauthorized", &headers, error("x").as_bytes()).await
        }
        Place::GoodHeader => {
            call.answer("200 OK", &[JSON, ("x-request-id", told), ("openai-version", "1")], b"{}").await
        }
        Place::Reason => call.answer(&format!("401 no {told}"), &[JSON], error("x").as_bytes()).await,
        Place::Trailer => {
            call.begin("200 OK", &[JSON, ("trailer", "x-request-id")]).await;
            call.send(format!("2\r\n{{}}\r\n0\r\nx-request-id: {told}\r\n\r\n").as_bytes()).await
        }
        Place::ErrorEvent => {
            call.begin("200 OK", &[STREAM]).await;
            let event = format!("event: error\ndata: {}\n\n", error(told));
            call.chunk(b"data: {\"first\":1}\n\n").await;
            call.send(&[&chunk(event.as_bytes())[..], b"0\r\n\r\n"].concat()).await
        }
        Place::ErrorEventByteByByte => {
            byte_by_byte(call, STREAM, &format!("event: error\ndata: {}\n\n", error(told))).await
        }
        // As Ollama has it, and as others have it.
        Place::ErrorLine => {
            let lines = format!("{{\"error\":\"no {told}\"}}\n{{\"second\":2}}\n{}", error(told));
            in_two(call, LINES, "{\"first\":1}\n", &lines).await
        }
        Place::ErrorLineByteByByte => {
            let lines = format!("{{\"first\":1}}\n{{\"error\":\"no {told}\"}}\n{}\n", error(told));
            byte_by_byte(call, LINES, &lines).await
        }
        Place::TextAmongLines => in_two(call, LINES, "{\"first\":1}\n", &format!("no {told}\n")).await,
        Place::ErrorElement => {
            let rest = format!("{},\n{{\"error\":{{\"message\":\"{told}\"}}}}\n]\n", error(told));
            in_two(call, JSON, "[{\"first\":1}\n,\r\n", &rest).await
        }
        Place::ErrorElementByteByByte => {
            byte_by_byte(call, JSON, &format!("[{{\"first\":1}},{},{{}}]", error(told))).await
        }
        Place::InPlaceOfTheArray => call.answer("200 OK", &[JSON], error(told).as_bytes()).await,
    };
}

/// What follows comes in a chunk of its own.
async fn in_two(call: &Call, kind: (&str, &str), first: &str, rest: &str) -> bool {
    call.begin("200 OK", &[kind]).await;
    call.chunk(first.as_bytes()).await;
    call.send(&[&chunk(rest.as_bytes())[..], b"0\r\n\r\n"].concat()).await
}

async fn byte_by_byte(call: &Call, kind: (&str, &str), body: &str) -> bool {
    let mut bytes = head("200 OK", &[kind], "transfer-encoding: chunked").into_bytes();
    body.bytes().for_each(|byte| bytes.extend_from_slice(&chunk(&[byte])));
    call.send(&[&bytes[..], b"0\r\n\r\n"].concat()).await
}

#[tokio::test]
async fn a_repeated_key_reaches_neither_the_client_nor_the_log() {
    logged::listen();
    let mut keys = Vec::new();
    for (provider, ..) in PROVIDERS.into_iter().chain([stage::LINES]) {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let mut found = Vec::new();
        for (form, told) in spellings(&stage.key) {
            for place in PLACES {
                // Only Google's streams are arrays. Any other good answer is what was asked for, and passes as it is.
                let is_array = matches!(
                    place,
                    Place::ErrorElement | Place::ErrorElementByteByByte | Place::InPlaceOfTheArray
                );
                if is_array && provider != ProviderId::Google {
                    continue;
                }
                let request = stage.post("connection: close\r\n", b"{}");
                let mut wire = stage.sent(&request).await;
                let call = within(stage.upstream.call()).await;
                let ((), (all, _)) = tokio::join!(echo(&call, place, &told), within(wire.all()));
                assert!(all.starts_with(b"HTTP/1.1 "), "{form} {place:?}");
                if tells(&told, form, &stage.key, &all) {
                    found.push(format!("{form} in {place:?}: {}", all.escape_ascii()));
                }
            }
        }
        assert!(found.is_empty(), "{provider}: {}:\n{}", found.len(), found.join("\n"));
        keys.push(stage.key);
    }
    let log = logged::all();
    assert!(String::from_utf8_lossy(&log).contains("answered"), "nothing was logged at all");
    for key in &keys {
        for (form, told) in spellings(key) {
            assert!(!tells(&told, form, key, &log), "{form} is logged");
        }
    }
}

#[tokio::test]
async fn a_repeated_key_is_found_wherever_it_is_cut() {
    for (provider, kind, first, before, after) in [
        (ProviderId::Openai, STREAM, "data: {\"first\":1}\n\n", "event: error\ndata: ", "\n\n"),
        (ProviderId::Ollama, LINES, "{\"first\":1}\n", "", "\n"),
        (ProviderId::Google, JSON, "[{\n  \"first\": 1\n}", "\n,\r\n", "\n]\n"),
    ] {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let told = format!("{before}{}{after}", error(&stage.key));
        let mut wire = stage.wire().await;
        for cut in 1..told.len() {
            wire.send(&stage.usual()).await.unwrap();
            let mut call = within(stage.upstream.call()).await;
            let _: Option<Vec<u8>> = call.body().await;
            call.begin("200 OK", &[kind]).await;
            call.chunk(format!("{first}{}", &told[..cut]).as_bytes()).await;
            assert!(within(wire.has(first.as_bytes())).await);
            call.send(&[&chunk(&told.as_bytes()[cut..])[..], b"0\r\n\r\n"].concat()).await;
            call.keep();
            let reply = within(wire.answer("POST")).await.unwrap().unwrap();
            let body = String::from_utf8(reply.body).unwrap();
            let expected = format!("{first}{}", told.replace(&stage.key, "[redacted]"));
            // What anyone knows of a key's beginning may stay.
            assert_eq!(body, expected, "{provider}, cut at {cut}");
        }
    }
}

#[tokio::test]
async fn an_error_that_cannot_be_read_becomes_byos_own() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let secret = stage.key.clone();
        let long = "x".repeat(300 * 1024);
        for (headers, body) in [
            (vec![JSON, ("content-encoding", "gzip")], error(&secret)),
            (vec![JSON, ("content-encoding", "br")], error(&secret)),
            (vec![("content-type", "text/html")], format!("<html>{secret}</html>")),
            (vec![JSON], error(&format!("{secret}{long}"))),
        ] {
            for status in ["400 X", "401 X", "429 X", "500 X", "503 X"] {
                let mut wire = stage.sent(&stage.usual()).await;
                let call = within(stage.upstream.call()).await;
                // It may hang up before it has all.
                let _: bool = call.answer(status, &headers, body.as_bytes()).await;
                let reply = within(wire.answer("POST")).await.unwrap().unwrap();
                stage.assert_refused(&reply, status[..3].parse().unwrap(), "provider_refused");
                assert_eq!(reply.header("content-encoding"), None);
                assert!(!tells(&secret, "raw", &secret, &reply.body));
            }
        }
    }
}

#[tokio::test]
async fn an_error_without_the_key_passes_as_it_is() {
    let stage = Stage::new().await;
    for status in [400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503, 529] {
        let body = error("sk-other");
        let mut wire = stage.sent(&stage.usual()).await;
        let call = within(stage.upstream.call()).await;
        call.answer(&format!("{status} X"), &[JSON, ("retry-after", "3")], body.as_bytes()).await;
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        assert_eq!((reply.status, reply.header("retry-after")), (status, Some("3")));
        assert_eq!(String::from_utf8_lossy(&reply.body), body);
    }
}
