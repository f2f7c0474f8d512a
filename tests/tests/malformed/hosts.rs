//! The Host header says nothing of who asks for what.

use byo_tests::Wire;

use crate::{
    request::Request,
    stage::{Stage, routes},
};

const PUBLIC: &str = "https://byo.example.com";

/// What was decided of whoever asks.
#[derive(Debug, PartialEq, Eq)]
enum Decision {
    Unknown,
    Forbidden,
    Passed,
    /// For another server, or not to be read.
    NotHere,
}

#[tokio::test]
async fn no_host_changes_who_may_do_what() {
    let stage = Stage::new(&[]).await;
    let mut count = 0;
    for route in routes() {
        for request in [stage.good(&route, 1), without_credential(stage.good(&route, 1))] {
            let wanted = decision(&stage, &request).await;
            assert_ne!(wanted, Decision::NotHere, "{route}");
            for bent in with_hosts(&request, &stage.host) {
                let found = decision(&stage, &bent).await;
                let is_same = found == wanted || found == Decision::NotHere;
                assert!(is_same, "{found:?}, not {wanted:?}: {}", bent.bytes().escape_ascii());
                count += 1;
            }
        }
    }
    assert!(count >= 40 * 2 * routes().len(), "only {count} requests");
}

#[tokio::test]
async fn a_server_that_knows_its_name_answers_to_no_other() {
    let stage = Stage::new(&[("BYO_SERVER__PUBLIC_URL", PUBLIC)]).await;
    for route in routes() {
        // Whoever asks for these knows an address, not a name.
        if ["GET /healthz", "GET /readyz"].contains(&route.as_str()) {
            continue;
        }
        for request in [stage.good(&route, 1), without_credential(stage.good(&route, 1))] {
            for bent in with_hosts(&request, &stage.host) {
                let found = decision(&stage, &bent).await;
                assert_eq!(found, Decision::NotHere, "{}", bent.bytes().escape_ascii());
            }
        }
        for own in ["byo.example.com", "BYO.Example.COM"] {
            let mut request = stage.good(&route, 1);
            request.headers[0].1 = own.into();
            assert_eq!(decision(&stage, &request).await, Decision::Passed, "{route} at {own}");
        }
    }
}

fn without_credential(mut request: Request) -> Request {
    request.headers.retain(|(name, _)| name != b"authorization" && name != b"x-admin-key");
    request
}

/// The request with hosts that are not the server's, in every place a host may stand.
fn with_hosts(request: &Request, own: &str) -> Vec<Request> {
    let long = "a".repeat(3_000);
    let values = [
        "x/healthz",
        "x/readyz",
        "x/openapi.json",
        "a?",
        "a?b=/healthz",
        "a#",
        "a#/healthz",
        "/healthz",
        "//healthz",
        "\\healthz",
        "%2fhealthz",
        "..",
        "../",
        "*",
        ".",
        ":",
        ":80",
        ":8787",
        "",
        "null",
        "localhost:1",
        "169.254.169.254",
        "[::1]",
        "[::1",
        "[::]:8787",
        "0",
        "user@a",
        "a:b@c",
        "a:0",
        "a:99999",
        "a:x",
        "a b",
        "a,b",
        "http://a",
        "http://a/healthz",
        "xn--80ak6aa92e.com",
        "é",
        "a%00",
        "a\0",
        "a\u{7f}",
        "evil.example.com",
        &long,
    ];
    let with = |value: String| {
        let mut bent = request.clone();
        bent.headers[0].1 = value.into_bytes();
        bent
    };
    let mut all: Vec<_> = values.iter().map(|value| with((*value).to_owned())).collect();
    all.extend([
        with(format!("{own}.evil.example.com")),
        with(format!("evil.example.com, {own}")),
        with(format!("{own}@evil.example.com")),
        with(format!("evil.example.com#{own}")),
        with(format!("{own}/healthz")),
    ]);
    let mut none = request.clone();
    none.headers.remove(0);
    all.push(none);
    all.push(request.clone().with("host", "evil.example.com"));
    let mut twice = request.clone();
    twice.headers.insert(0, (b"host".into(), b"evil.example.com".into()));
    all.push(twice);
    let mut absolute = request.clone();
    absolute.target = [b"http://evil.example.com".as_slice(), &request.target].concat();
    all.push(absolute);
    all
}

async fn decision(stage: &Stage, request: &Request) -> Decision {
    let mut wire = Wire::open(stage.process.address()).await.expect("it listens");
    wire.send(&request.bytes()).await.expect("it listens");
    let answer = wire.answer(request.method()).await.expect("it answers well").expect("it answers");
    match answer.status {
        401 => Decision::Unknown,
        403 => Decision::Forbidden,
        400 | 421 | 431 => Decision::NotHere,
        200..=299 | 404 | 409 | 422 => Decision::Passed,
        other => panic!("{other}: {}", request.bytes().escape_ascii()),
    }
}
