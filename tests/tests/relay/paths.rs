//! Paths and hosts that two readers could read differently: refused before anything goes up.

use byo_server::config::ProxyConfig;

use crate::stage::{HOST, PATIENCE, PROVIDERS, Stage, within};

/// Below the provider's name.
const PATHS: [&str; 34] = [
    "/v1/../models",
    "/v1/chat/../../v1/files",
    "/../openai/v1/files",
    "/v1/./files",
    "/v1/%2e%2e/files",
    "/v1/%2E./files",
    "/v1/..%2ffiles",
    "/v1/a%2fb",
    "/v1/a%2Fb",
    "/v1/a%5cb",
    "/v1/a\\b",
    "/v1\\files",
    "/v1/a%00",
    "/v1/%00",
    "/v1/a%0d%0aX-Injected:%201",
    "/v1/a%252fb",
    "/v1/a%252e%252e",
    "//v1/files",
    "/v1//files",
    "/v1/files/",
    "/v1/files//",
    "/",
    "",
    "/v1/a;b",
    "/v1/..;/files",
    "/v1/a%3bb",
    "/v1/a%",
    "/v1/a%2",
    "/v1/a%zz",
    "/v1/files/%7f",
    "/v1/files?key=x",
    "/v1/files?a=%00",
    "/v1/files?a=%0d%0a",
    "/v1/files?api_key=x",
];

#[tokio::test]
async fn no_path_that_could_be_read_in_two_ways_goes_up() {
    for (provider, ..) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        for path in PATHS {
            let target = format!("/v1/proxy/{provider}{path}");
            let reply =
                refused(&stage, &format!("{}content-length: 0\r\n\r\n", stage.head("POST", &target))).await;
            if path.is_empty() || path == "/" {
                assert!([400, 404].contains(&reply.0), "{path}: {reply:?}");
            } else {
                assert_eq!(reply.0, 400, "{path}: {reply:?}");
                assert!(reply.2, "{path}: not in the provider's form: {reply:?}");
            }
        }
        nothing_went_up(&stage).await;
    }
}

#[tokio::test]
async fn no_other_way_of_writing_the_address_goes_up() {
    let stage = Stage::new().await;
    let own = stage.path();
    let usual = stage.head("POST", &own);
    let host = format!("host: {HOST}\r\n");
    let with_host = |hosts: &str| usual.replace(&host, hosts);
    let with_target = |target: &str| usual.replace(&own, target);
    for (head, status) in [
        (with_target("/v1/proxy/../proxy/openai/v1/files"), 404),
        (with_target("//v1/proxy/openai/v1/files"), 404),
        (with_target("/v1//proxy/openai/v1/files"), 404),
        (with_target("/v1/proxy//openai/v1/files"), 404),
        (with_target("/V1/proxy/openai/v1/files"), 404),
        (with_target("/v1/proxy/OpenAI/v1/files"), 404),
        (with_target("/v1/proxy/unknown/v1/files"), 404),
        (with_target("/v1/proxy%2fopenai/v1/files"), 404),
        (with_target("/v1/proxy/open%61i/v1/files"), 404),
        (with_target("/v1/proxy/openai"), 404),
        (with_target("/v1/proxy"), 404),
        (with_target(&format!("http://evil.example.com{own}")), 421),
        (with_target(&format!("http://{HOST}@evil.example.com{own}")), 421),
        (with_target("*"), 400),
        (with_target("v1/proxy/openai/v1/files"), 400),
        (with_host("host: evil.example.com\r\n"), 421),
        (with_host(&format!("host: {HOST}:1\r\n")), 421),
        (with_host(&format!("host: {HOST}\r\nhost: {HOST}\r\n")), 421),
        (with_host(&format!("host: {HOST}\r\nhost: evil.example.com\r\n")), 421),
        (with_host(&format!("host: evil.example.com, {HOST}\r\n")), 421),
        (with_host(&format!("host: {HOST}/x\r\n")), 421),
        (with_host("host: \r\n"), 421),
        (with_host(""), 421),
    ] {
        let reply = refused(&stage, &format!("{head}content-length: 0\r\n\r\n")).await;
        let allowed = [status, 400, 404];
        assert!(
            allowed.contains(&reply.0) && (status != 421 || reply.0 != 404),
            "{}: {reply:?}",
            head.escape_debug()
        );
    }
    nothing_went_up(&stage).await;
}

#[tokio::test]
async fn calls_that_are_not_listed_and_methods_that_no_api_has_do_not_go_up() {
    for (provider, path, _) in PROVIDERS {
        let stage = Stage::with(provider, ProxyConfig::default(), PATIENCE).await;
        for (method, path) in [
            ("TRACE", path),
            ("CONNECT", path),
            ("OPTIONS", path),
            ("PROPFIND", path),
            ("GET", "/v1/organization/costs"),
            ("POST", "/v1/organizations/me"),
            ("POST", "/v9/models/x:generateContent"),
        ] {
            let head = stage.head(method, &format!("/v1/proxy/{provider}{path}"));
            let reply = refused(&stage, &format!("{head}content-length: 0\r\n\r\n")).await;
            assert!([400, 404, 405, 421].contains(&reply.0), "{method} {path}: {reply:?}");
        }
        nothing_went_up(&stage).await;
    }
}

/// The status, the body, and whether it is in the provider's form.
async fn refused(stage: &Stage, request: &str) -> (u16, String, bool) {
    let mut wire = stage.sent(request.as_bytes()).await;
    let reply = within(wire.answer("POST")).await.expect("it is HTTP").expect("it answers");
    let error = &reply.json()["error"];
    let has_form = error["message"].as_str().is_some_and(|message| message.len() > 10);
    (reply.status, String::from_utf8_lossy(&reply.body).into_owned(), has_form)
}

/// A good call comes after all that went before it.
async fn nothing_went_up(stage: &Stage) {
    let mut wire = stage.sent(&stage.usual()).await;
    let call = within(stage.upstream.call()).await;
    call.answer("200 OK", &[], b"{}").await;
    assert_eq!(within(wire.answer("POST")).await.expect("it is HTTP").expect("it answers").status, 200);
    assert_eq!(stage.upstream.heads().len(), 1, "{:?}", stage.upstream.heads());
}
