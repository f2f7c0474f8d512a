//! What passes: the request's line and body and the good answer's body byte for byte, of headers what is listed.

use byo_seal::ProviderId;
use byo_server::config::ProxyConfig;
use byo_tests::upstream::{Call, chunk};

use crate::stage::{HOST, PATIENCE, PROVIDERS, Stage, within};

/// Bodies that anything but a byte-for-byte copy would change.
fn bodies() -> Vec<Vec<u8>> {
    let large = (0..5_usize << 20).map(|at| (at % 251) as u8).collect();
    vec![
        Vec::new(),
        br#"{"model":"gpt-4.1","unknown":{"b":1,"a":2,"a":3},"n":1.0e5}"#.to_vec(),
        b" \n{ \"spaces\" :\t[ ] } \r\n".to_vec(),
        b"\xff\xfe\x00 not text \xc3\x28".to_vec(),
        large,
    ]
}

#[tokio::test]
async fn a_requests_body_arrives_byte_for_byte() {
    let stage = Stage::new().await;
    let mut wire = stage.wire().await;
    for body in bodies() {
        let length = body.len();
        let head = stage.head("POST", &stage.path());
        let measured = [format!("{head}content-length: {length}\r\n\r\n").as_bytes(), &body].concat();
        let mut chunked = format!("{head}transfer-encoding: chunked\r\n\r\n").into_bytes();
        body.chunks(70_001).for_each(|part| chunked.extend_from_slice(&chunk(part)));
        chunked.extend_from_slice(b"0\r\n\r\n");
        for request in [measured, chunked] {
            let (sent, call) = tokio::join!(wire.send(&request), stage.upstream.call());
            sent.expect("it reads");
            let mut call: Call = call;
            let arrived = within(call.body()).await.expect("it comes whole");
            assert_eq!(arrived.len(), length);
            assert!(arrived == body, "{length} bytes arrive as others");
            call.answer("200 OK", &[], b"{}").await;
            call.keep();
            assert_eq!(within(wire.answer("POST")).await.unwrap().unwrap().body, b"{}");
        }
    }
    assert_eq!(stage.upstream.heads().len(), bodies().len() * 2);
}

#[tokio::test]
async fn method_path_and_query_arrive_as_they_were_sent() {
    let stage = Stage::new().await;
    for (method, path) in [
        ("POST", "/v1/chat/completions"),
        ("GET", "/v1/files?limit=10&after=a%20b&include[]=x&include[]=y&empty=&flag"),
        ("DELETE", "/v1/files/file-1"),
        ("GET", "/v1/responses/resp_1?a=1&a=2&%41=%42"),
        ("PUT", "/v1/files/a%20b%2Bc"),
        ("PATCH", "/v1/batches/b:1@x,y=z~"),
    ] {
        let request = stage.head(method, &format!("/v1/proxy/openai{path}")) + "content-length: 0\r\n\r\n";
        let mut wire = stage.sent(request.as_bytes()).await;
        let call = within(stage.upstream.call()).await;
        assert_eq!((call.method().as_str(), call.target().as_str()), (method, path));
        call.answer("200 OK", &[], b"").await;
        assert_eq!(within(wire.answer(method)).await.unwrap().unwrap().status, 200);
    }
}

/// Headers that go up, as they are sent.
const UP: [(&str, &str); 6] = [
    ("accept", "text/event-stream"),
    ("content-type", "application/json; charset=utf-8"),
    ("idempotency-key", "idem-1"),
    ("openai-beta", "assistants=v2"),
    ("user-agent", "OpenAI/Python 2.0"),
    ("x-stainless-lang", "python"),
];

/// Headers that do not.
const NOT_UP: &str = "connection: authorization, x-api-key, content-type, accept, host\r\n\
    accept-encoding: gzip, br\r\ncookie: session=1\r\nx-byo-key-name: default\r\nx-byo-anything: 1\r\n\
    x-deepseek-key: sk-other\r\nx-forwarded-for: 1.2.3.4\r\nforwarded: for=1.2.3.4\r\nvia: 1.1 x\r\n\
    te: trailers\r\ntrailer: x\r\nkeep-alive: timeout=5\r\nproxy-authorization: Basic x\r\nproxy-connection: close\r\n\
    metadata-flavor: Google\r\nx-aws-ec2-metadata-token: 1\r\nopenai_beta: x\r\nx-api-key: dummy\r\n\
    x-goog-api-key: dummy\r\napi-key: dummy\r\norigin: https://app.example.com\r\nreferer: x\r\nx-real-ip: 1.2.3.4\r\n";

#[tokio::test]
async fn of_a_requests_headers_what_is_listed_goes_up_and_the_key_in_its_place() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        let up: String = UP.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut wire = stage.sent(&stage.post(&format!("{up}{NOT_UP}"), b"{}")).await;
        let mut call = within(stage.upstream.call()).await;
        let key = &stage.key;
        let mut expected: Vec<(String, String)> =
            UP.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut add = |name: &str, value: &str| expected.push((name.to_owned(), value.to_owned()));
        add("host", &stage.upstream.address.to_string());
        add("accept-encoding", "identity");
        add("content-length", "2");
        match provider {
            ProviderId::Anthropic => {
                add("x-api-key", key);
                add("anthropic-version", "2023-06-01");
            }
            ProviderId::Google => add("x-goog-api-key", key),
            _ => add("authorization", &format!("Bearer {key}")),
        }
        expected.sort();
        let mut arrived = call.headers();
        arrived.sort();
        assert_eq!(arrived, expected);
        assert_eq!(call.body().await.unwrap(), b"{}");
        call.answer("200 OK", &[], b"{}").await;
        assert_eq!(within(wire.answer("POST")).await.unwrap().unwrap().status, 200);
        let received = String::from_utf8(call.head).unwrap();
        assert_eq!(received.matches(key).count(), 1);
        assert!(!received.contains("byo_") && !received.contains(HOST) && !received.contains("dummy"));
    }
}

#[tokio::test]
async fn of_an_answers_headers_what_is_listed_comes_down() {
    let stage = Stage::new().await;
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    let down = [
        ("content-type", "application/json"),
        ("retry-after", "7"),
        ("x-request-id", "req_provider"),
        ("openai-processing-ms", "12"),
        ("x-ratelimit-remaining-tokens", "1"),
    ];
    let not_down = [
        ("set-cookie", "a=b"),
        ("alt-svc", "h3=\":443\""),
        ("access-control-allow-origin", "*"),
        ("location", "https://elsewhere.example"),
        ("server", "x"),
        ("strict-transport-security", "max-age=1"),
        ("x-byo-mode", "demo"),
        ("x-byo-key-id", "key_forged"),
        ("connection", "keep-alive, content-type"),
        ("clear-site-data", "*"),
    ];
    call.answer("200 OK", &[&down[..], &not_down].concat(), b"{}").await;
    let reply = within(wire.answer("POST")).await.unwrap().unwrap();
    for (name, value) in down {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let all: Vec<&str> = reply.headers.iter().map(|(name, _)| name.as_str()).collect();
    for (name, _) in &not_down[..6] {
        assert!(!all.contains(name), "{name}");
    }
    assert!(!all.contains(&"clear-site-data") && !all.contains(&"connection"));
    assert_eq!(reply.header("x-byo-mode"), Some("byok"));
    assert!(
        reply.header("x-byo-key-id").unwrap().starts_with("key_")
            && reply.header("x-byo-key-id") != Some("key_forged")
    );
    assert!(reply.header("x-byo-request-id").unwrap().starts_with("req_"));
    assert_eq!(all.iter().filter(|name| **name == "x-byo-mode").count(), 1);
}

#[tokio::test]
async fn a_good_answers_body_arrives_byte_for_byte_whatever_it_is() {
    let stage = Stage::new().await;
    let mut wire = stage.wire().await;
    for body in bodies() {
        for (coding, kind) in [
            ("identity", "application/json"),
            ("gzip", "application/json"),
            ("br", "text/event-stream"),
            ("identity", "application/octet-stream"),
            ("identity", "text/event-stream"),
        ] {
            let headers = [("content-type", kind), ("content-encoding", coding)];
            for part in [None, Some(1), Some(65_537)] {
                if part == Some(1) && body.len() > 1024 {
                    continue;
                }
                wire.send(&stage.usual()).await.expect("it reads");
                let mut call = within(stage.upstream.call()).await;
                let sending = async {
                    let Some(part) = part else {
                        call.answer("200 OK", &headers, &body).await;
                        return;
                    };
                    call.begin("200 OK", &headers).await;
                    for part in body.chunks(part) {
                        call.chunk(part).await;
                    }
                    call.send(b"0\r\n\r\n").await;
                };
                let ((), reply) = tokio::join!(sending, within(wire.answer("POST")));
                let reply = reply.unwrap().unwrap();
                assert!(reply.body == body, "{} bytes of {kind} in {coding} by {part:?}", body.len());
                assert_eq!(reply.header("content-encoding"), Some(coding));
                let _: Option<Vec<u8>> = call.body().await;
                call.keep();
            }
        }
    }
}

#[tokio::test]
async fn every_good_status_passes() {
    let stage = Stage::new().await;
    let mut wire = stage.wire().await;
    for status in 200..300_u16 {
        wire.send(&stage.usual()).await.expect("it reads");
        let mut call = within(stage.upstream.call()).await;
        let _: Option<Vec<u8>> = call.body().await;
        let body: &[u8] = if status == 204 { b"" } else { b"{\"ok\":true}" };
        if status == 204 {
            call.send(b"HTTP/1.1 204 Nothing\r\n\r\n").await;
        } else {
            call.answer(&format!("{status} X"), &[("content-type", "application/json")], body).await;
        }
        call.keep();
        let reply = within(wire.answer("POST")).await.unwrap().unwrap();
        assert_eq!((reply.status, &reply.body[..]), (status, body));
    }
}
