//! What browsers are given: each file is what `/connect.json` says it is, and pages say no more than they may.

use std::path::Path;

use axum::body::Body;
use base64::{Engine, engine::general_purpose::STANDARD};
use byo_server::{
    directory::{DirectoryKey, LONGEST_TERM, RootKey},
    entropy::SystemEntropy,
    environment::Environment,
};
use byo_tests::{SERVER, Setup, TestApp};
use http::Request;
use http_body_util::BodyExt as _;
use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// One file as it arrives.
struct Fetched {
    headers: http::HeaderMap,
    bytes: Vec<u8>,
}

impl Fetched {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("scripts and pages are text")
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("headers here are ASCII")
    }
}

async fn fetch(app: &TestApp, path: &str) -> Fetched {
    let answer = app.fetch(Request::get(path).body(Body::empty()).expect("a good request")).await;
    assert_eq!(answer.status(), 200, "{path}");
    let (parts, body) = answer.into_parts();
    let bytes = body.collect().await.expect("files do not break off").to_bytes().to_vec();
    Fetched { headers: parts.headers, bytes }
}

/// What the server says of its files; `None` in a checkout whose widget was not built.
async fn listing(app: &TestApp) -> Option<Value> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/embed/connect.js");
    if !built.exists() {
        let answer =
            app.send(Request::get("/connect.json").body(Body::empty()).expect("a good request")).await;
        answer.assert_refused(404, "not_found");
        return None;
    }
    let listing = fetch(app, "/connect.json").await;
    assert_eq!(listing.header("content-type"), "application/json");
    assert_eq!(listing.header("access-control-allow-origin"), "*");
    assert_eq!(listing.header("cross-origin-resource-policy"), "cross-origin");
    Some(serde_json::from_slice(&listing.bytes).expect("it is JSON"))
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} is missing in {value}; is target/embed of today?"))
}

fn sha384(bytes: &[u8]) -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(bytes)))
}

#[tokio::test]
async fn every_file_hashes_to_what_the_listing_says() {
    let app = TestApp::new().await;
    let Some(listing) = listing(&app).await else { return };
    assert_eq!(listing["version"], env!("CARGO_PKG_VERSION"));
    let files = listing["files"].as_array().expect("a list");
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let path = text(file, "path");
        let fetched = fetch(&app, path).await;
        assert_eq!(text(file, "integrity"), sha384(&fetched.bytes), "{path}");
        assert_eq!(file["bytes"], fetched.bytes.len(), "{path}");
        assert_eq!(fetched.header("access-control-allow-origin"), "*", "{path}");
        assert_eq!(listing["importmap"]["integrity"][format!("{SERVER}{path}")], file["integrity"], "{path}");
    }
    assert_eq!(listing["importmap"]["integrity"].as_object().map(serde_json::Map::len), Some(files.len()));
    for name in ["entry", "script"] {
        assert!(files.contains(&listing[name]), "{name} is one of the files");
    }
    let package = fetch(&app, text(&listing["package"], "path")).await;
    let sha512 = format!("sha512-{}", STANDARD.encode(Sha512::digest(&package.bytes)));
    assert_eq!(text(&listing["package"], "integrity"), sha512);
    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/embed/wasm/byo.wasm");
    let module = std::fs::read(module).expect("the build leaves it");
    assert_eq!(text(&listing["wasm"], "sha256"), hex::encode(Sha256::digest(module)));
}

#[tokio::test]
async fn the_entry_is_the_script_beside_its_chunks_and_may_be_kept_for_ever() {
    let app = TestApp::new().await;
    let Some(listing) = listing(&app).await else { return };
    let path = text(&listing["entry"], "path");
    let entry = fetch(&app, path).await;
    let script = fetch(&app, "/connect.js").await;
    assert_eq!(entry.text(), script.text().replace("\"./connect/", "\"./"));
    assert!(
        path.contains(&hex::encode(&Sha256::digest(&entry.bytes)[..8])),
        "{path} is named after its bytes"
    );
    assert_eq!(entry.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(script.header("cache-control"), "public, no-cache");
    let listed: Vec<_> =
        listing["files"].as_array().expect("a list").iter().map(|file| text(file, "path")).collect();
    let mut pieces = entry.text().split("\"./");
    let imports: Vec<_> = pieces.by_ref().skip(1).filter_map(|piece| piece.split_once('"')).collect();
    assert!(!imports.is_empty());
    for (name, _) in imports {
        assert!(listed.contains(&format!("/connect/{name}").as_str()), "{name} is imported and not listed");
    }
}

#[tokio::test]
async fn the_listing_is_sent_once_to_whoever_has_it() {
    let app = TestApp::new().await;
    if listing(&app).await.is_none() {
        return;
    }
    let first = fetch(&app, "/connect.json").await;
    let request = Request::get("/connect.json").header("if-none-match", first.header("etag"));
    let again = app.send(request.body(Body::empty()).expect("a good request")).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
}

#[tokio::test]
async fn the_trust_page_names_the_key_that_browsers_seal_to_and_its_root() {
    let root = RootKey::generate(&SystemEntropy);
    let bare = TestApp::new().await;
    assert!(fetch(&bare, "/trust").await.text().contains("None. Products cannot pin"));

    let now = bare.app.clock.now();
    let key = DirectoryKey::issue(&root, vec![SERVER.to_owned()], now, LONGEST_TERM, &SystemEntropy);
    let app = TestApp::with(Setup { directory_key: Some(key.into()), ..Setup::default() }).await;
    let project = app.project(Environment::Test).await;
    let params = app.get("/v1/connect/params", &project.publishable).await.ok();
    let page = fetch(&app, "/trust").await;
    let html = page.text();
    assert!(html.contains(text(&params, "kid")), "the key's id");
    let public = byo_seal::base64url::decode(text(&params, "publicKey")).expect("base64url");
    let hash = hex::encode(Sha256::digest(public));
    let groups: String = html.split("<span>").skip(1).filter_map(|part| part.get(..4)).collect();
    assert_eq!(groups, hash, "the fingerprint in groups of four");
    assert!(html.contains(&root.trust_root().to_string()), "the root");
    assert!(html.contains("byo.example.com") && !html.contains("{{"), "{html}");
    assert!(!html.contains("<script"), "it needs no script");
}

#[tokio::test]
async fn the_trust_page_shows_the_hashes_of_the_listing() {
    let app = TestApp::new().await;
    let Some(listing) = listing(&app).await else { return };
    let page = fetch(&app, "/trust").await;
    for name in ["entry", "script", "package"] {
        assert!(page.text().contains(text(&listing[name], "integrity")), "{name}");
    }
}

#[tokio::test]
async fn pages_are_served_with_one_strict_policy() {
    let app = TestApp::new().await;
    for path in ["/", "/connect", "/docs/widget", "/docs/errors", "/trust", "/pages/docs/widget.js"] {
        let page = fetch(&app, path).await;
        let policy = page.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "style-src 'self'",
            "frame-ancestors 'none'",
        ] {
            assert!(policy.split("; ").any(|directive| directive == part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains('*'), "{path}: {policy}");
        assert_eq!(page.header("referrer-policy"), "no-referrer", "{path}");
        for forbidden in ["<style", " style=", " onclick=", "javascript:"] {
            assert!(!page.text().contains(forbidden), "{path} holds {forbidden}");
        }
    }
}

#[tokio::test]
async fn the_docs_hold_the_key_that_was_set_and_no_other() {
    let without = TestApp::new().await;
    assert!(fetch(&without, "/docs/widget").await.text().contains("data-publishable-key=\"\""));
    let project = without.project(Environment::Test).await;
    let with = TestApp::with(Setup { docs_key: Some(project.publishable.clone()), ..Setup::default() }).await;
    let page = fetch(&with, "/docs/widget").await;
    assert!(page.text().contains(&format!("data-publishable-key=\"{}\"", project.publishable)));
    assert!(page.text().contains(SERVER) && !page.text().contains("{{"));
}

#[tokio::test]
async fn templates_are_not_served_as_they_stand() {
    let app = TestApp::new().await;
    for path in
        ["docs/page.html", "docs/widget.html", "docs/errors.html", "trust/index.html", "demo/index.html"]
    {
        let request = Request::get(format!("/pages/{path}")).body(Body::empty()).expect("a good request");
        app.send(request).await.assert_refused(404, "not_found");
    }
    let errors = fetch(&app, "/docs/errors").await;
    assert!(errors.text().contains("id=\"not_found\""));
    assert!(!errors.text().contains("{{"));
}
