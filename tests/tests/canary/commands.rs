//! The command line, and the pages that anyone may read.

use std::process::Output;

use byo_tests::{Process, command};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::world::{World, text};

pub(crate) async fn run(world: &mut World) {
    operator(world).await;
    public_pages(world).await;
    of_the_running_server(world);
    with_bad_settings(world);
}

async fn operator(world: &mut World) {
    world.admin("all projects", "GET", "/v1/admin/projects", &json!({})).await;
    let path = format!("/v1/admin/projects/{}/tokens", world.project);
    let body = json!({"environment": "live", "kind": "secret", "name": "another"});
    let made = world.admin("a token is made", "POST", &path, &body).await.json();
    world.record.secret("another secret key", text(&made["token"]));
    world.admin("all tokens", "GET", &path, &json!({})).await;
    world
        .admin("a token ends", "DELETE", &format!("/v1/admin/tokens/{}", text(&made["id"])), &json!({}))
        .await;
    let token = text(&made["token"]);
    world.call("with an ended token", "GET", "/v1/keys", &token, b"").await;
}

async fn public_pages(world: &mut World) {
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/openapi.json",
        "/docs/errors",
        "/connect",
        "/connect.js",
        "/demo",
        "/metrics",
        "/debug",
    ] {
        world.send(path, "GET", path, &[], b"").await;
    }
}

/// Commands that ask the server which is running.
fn of_the_running_server(world: &mut World) {
    let settings = with(world, &[("BYO_SERVER__PUBLIC_URL", &world.process.origin.clone())]);
    let made = byo(world, "byo project create", &settings, &["project", "create", "--name", "By hand"]);
    let made: Value = serde_json::from_slice(&made.stdout).expect("it prints JSON");
    for half in ["live", "test"] {
        world.record.secret("a secret key made by hand", text(&made["environments"][half]["secretKey"]));
    }
    let project = text(&made["id"]);
    let create = [
        "token",
        "create",
        "--project",
        &project,
        "--environment",
        "live",
        "--kind",
        "secret",
        "--name",
        "x",
    ];
    let token = byo(world, "byo token create", &settings, &create);
    let token: Value = serde_json::from_slice(&token.stdout).expect("it prints JSON");
    world.record.secret("a token made by hand", text(&token["token"]));
    byo(world, "byo token revoke", &settings, &["token", "revoke", &text(&token["id"])]);
    byo(world, "byo openapi", &settings, &["openapi"]);
    byo(world, "byo doctor", &settings, &["doctor"]);
    let wrong = world.digits(48);
    world.record.secret("a wrong admin key", wrong.as_str());
    let other =
        with(world, &[("BYO_SERVER__PUBLIC_URL", &world.process.origin.clone()), ("BYO_ADMIN__KEY", &wrong)]);
    byo(world, "byo with a wrong admin key", &other, &["project", "create", "--name", "x"]);
}

/// Commands that cannot work, because a secret is wrong or stands where none belongs.
fn with_bad_settings(world: &mut World) {
    let bad = world.made_up("a secret in a setting");
    let short = world.digits(20);
    world.record.secret("a secret in a setting", short.as_str());
    let postgres = format!("postgres://byo:{bad}@db.example.com/byo");
    let base_url = format!("https://user:{bad}@api.example.com/v1");
    for (name, value) in [
        ("BYO_VAULT__MASTER_KEY", bad.as_str()),
        ("BYO_ADMIN__KEY", &short),
        ("BYO_DATABASE__URL", &postgres),
        ("BYO_DATABASE__URL", &bad),
        ("BYO_PROVIDERS__OPENAI__BASE_URL", &base_url),
        ("BYO_EGRESS__ALLOW", &base_url),
        ("BYO_SERVER__PUBLIC_URL", &base_url),
        ("BYO_SERVER__LISTEN", &bad),
        ("BYO_LOG__FILTER", &format!("{bad}=loud")),
        ("BYO_LIMITS__SECRET_PER_MINUTE", &bad),
        ("BYO_VAULT__MASTERKEY", &bad),
        ("BYO_VAULT__MASTER_KEY_FILE", "/nowhere\u{1}"),
    ] {
        let settings = with(world, &[(name, value)]);
        for arguments in [["serve"], ["doctor"]] {
            let output =
                byo(world, &format!("byo {} with a bad {name}", arguments[0]), &settings, &arguments);
            assert!(!output.status.success() || arguments == ["doctor"], "{name}");
        }
    }
    let file = world.folder.path("bad.toml");
    for text in [
        format!("[vault]\nmaster_key = \"{bad}"),
        format!("[vault]\nmaster_key = {bad}"),
        format!("[vault\n{bad}"),
    ] {
        std::fs::write(&file, text).expect("the folder is ours");
        let settings = with(world, &[]);
        let path = file.to_str().expect("temporary folders are text").to_owned();
        byo(world, "byo with a broken file", &settings, &["doctor", "--config", &path]);
    }
    std::fs::remove_file(&file).expect("it was just written");
}

/// The demo, with a key connected in it.
pub(crate) fn demo(world: &mut World) {
    let settings: Vec<_> =
        world.settings.iter().filter(|(name, _)| name.starts_with("BYO_LOG")).cloned().collect();
    let pairs: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let demo = Process::ready(command(world.folder.as_path(), &pairs).args([
        "demo",
        "--product-listen",
        "127.0.0.1:0",
    ]));
    demo.signal(Signal::TERM);
    let (status, output) = demo.end();
    assert!(status.success());
    world.record.sink("output: byo demo", output);
}

fn with(world: &World, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let mut settings = world.settings.clone();
    for (name, value) in changes {
        settings.retain(|(standing, _)| standing != name);
        settings.push(((*name).to_owned(), (*value).to_owned()));
    }
    settings
}

/// Runs it to its end; what it says is recorded.
fn byo(world: &mut World, what: &str, settings: &[(String, String)], arguments: &[&str]) -> Output {
    let pairs: Vec<_> = settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let output = command(world.folder.as_path(), &pairs).args(arguments).output().expect("the binary starts");
    world.record.sink(format!("output: {what}"), [output.stdout.as_slice(), &output.stderr].concat());
    output
}
