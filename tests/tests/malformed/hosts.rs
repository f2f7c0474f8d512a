//! The Host header says nothing of who asks for what.

use byo_tests::Wire;

use crate::{
    request::Request,
    stage::{Stage, routes},
};

const PUBLIC: &str = "https://byo.example.com";
/// Whoever asks for these needs no credential.
const PUBLIC_ROUTES: [&str; 4] =
    ["GET /healthz", "GET /readyz", "GET /openapi.json", "GET /.well-known/byo-keys.json"];

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
    let (mut visitor, mut count) = (Visitor::of(&stage), 0);
    for route in routes() {
        for (request, right) in [
            (stage.good(&route, 1), Decision::Passed),
            (without_credential(stage.good(&route, 1)), Decision::Unknown),
        ] {
            let wanted = visitor.decision(&request).await;
            let is_open = PUBLIC_ROUTES.contains(&route.as_str());
            assert!(
                wanted == right || is_open && wanted == Decision::Passed,
                "{wanted:?}, not {right:?}: {route}"
            );
            for bent in with_hosts(&request, &stage.host) {
                let found = visitor.decision(&bent).await;
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
    let mut visitor = Visitor::of(&stage);
    for route in routes() {
        // Whoever asks for these knows an address, not a name.
        if ["GET /healthz", "GET /readyz"].contains(&route.as_str()) {
            continue;
        }
        for request in [stage.good(&route, 1), without_credential(stage.good(&route, 1))] {
            for bent in with_hosts(&request, &stage.host) {
                let found = visitor.decision(&bent).await;
                assert_eq!(found, Decision::NotHere, "{}", bent.bytes().escape_ascii());
            }
        }
        for own in ["byo.example.com", "BYO.Example.COM"] {
            let mut request = stage.good(&route, 1);
            request.headers[0].1 = own.into();
            assert_eq!(visitor.decision(&request).await, Decision::Passed, "{route} at {own}");
        }
    }
}

/// Headers that carry the caller's credential on one route or another.
const CREDENTIALS: [&[u8]; 5] =
    [b"authorization", b"x-admin-key", b"x-api-key", b"api-key", b"x-goog-api-key"];

fn without_credential(mut request: Request) -> Request {
    request.headers.retain(|(name, _)| !CREDENTIALS.contains(&name.as_slice()));
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
    let absolute = [
        "http://evil.example.com",
        "https://evil.example.com:443",
        &format!("http://{own}@evil.example.com"),
    ];
    all.extend(absolute.map(|origin| {
        let target = [origin.as_bytes(), &request.target].concat();
        Request { target, ..request.clone() }
    }));
    all
}

/// Asks on one connection for as long as the server keeps it.
struct Visitor<'a> {
    stage: &'a Stage,
    line: Option<Wire>,
}

impl<'a> Visitor<'a> {
    const fn of(stage: &'a Stage) -> Self {
        Self { stage, line: None }
    }

    async fn decision(&mut self, request: &Request) -> Decision {
        let wire = match &mut self.line {
            Some(wire) => wire,
            none => none.insert(Wire::open(self.stage.process.address()).await.expect("it listens")),
        };
        let answer = wire.ask(request.method(), &request.bytes()).await;
        // What is no HTTP ends a connection, said or unsaid.
        if answer.closes() || [400, 431].contains(&answer.status) {
            self.line = None;
        }
        match answer.status {
            401 => Decision::Unknown,
            403 => Decision::Forbidden,
            400 | 421 | 431 => Decision::NotHere,
            200..=299 | 404 | 409 | 422 => Decision::Passed,
            other => panic!("{other}: {}", request.bytes().escape_ascii()),
        }
    }
}
