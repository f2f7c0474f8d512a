//! Marked secrets go through everything that the server does, at the most talkative log level. None may come out.

mod calls;
mod commands;
mod hooks;
mod keys;
mod misplaced;
mod operator;
mod outside;
mod planted;
mod record;
mod spelling;
mod transcript;
mod world;

use record::Shown;
use rustix::process::Signal;
use world::{SEED, World};

/// Secrets that whoever asks for them is shown, once.
const SHOWN: [Shown; 8] = [
    ("the secret key", "answer: a project is made"),
    ("the test environment's secret key", "answer: a project is made"),
    ("a session", "answer: a session is made"),
    ("a runtime token", "answer: a runtime token is made"),
    ("a webhook secret", "answer: an endpoint is made"),
    ("another secret key", "answer: a token is made"),
    ("a secret key made by hand", "output: byo project create"),
    ("a token made by hand", "output: byo token create"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_comes_out_anywhere() {
    println!("secrets are made with seed {SEED}");
    let mut world = World::new().await;
    hooks::open(&mut world).await;
    keys::run(&mut world).await;
    calls::run(&mut world).await;
    operator::run(&mut world).await;
    misplaced::run(&mut world).await;
    commands::run(&mut world).await;
    hooks::close(&mut world).await;
    commands::demo(&mut world);

    let World { process, folder, mut record, .. } = world;
    record.files("while it runs", folder.as_path());
    let command_line = std::fs::read(format!("/proc/{}/cmdline", process.id())).expect("it runs");
    record.sink("its command line", command_line);
    process.signal(Signal::TERM);
    let (status, output) = process.end();
    assert!(status.success(), "{status}");
    let log = String::from_utf8_lossy(&output).into_owned();
    // byo says nothing below info today, and its libraries are kept silent there; see `telemetry`.
    for said in ["answered", "/v1/keys/connect", "/v1/proxy/{provider}", "/v1/unified", "webhook attempt"] {
        assert!(log.contains(said), "the log is not what it was thought to be, it lacks {said}");
    }
    record.sink("output: byo serve", output);
    record.files("after it stopped", folder.as_path());

    let (secrets, sinks, bytes) = record.extent();
    let verdict = record.judge(&SHOWN);
    println!("{secrets} secrets, {sinks} sinks, {} KiB", bytes / 1024);
    assert!(
        verdict.leaks.is_empty(),
        "{} leaks (seed {SEED}):\n{}",
        verdict.leaks.len(),
        few(&verdict.leaks)
    );
    assert!(verdict.unseen.is_empty(), "not shown where they should be: {:?}", verdict.unseen);
}

/// One of each secret and place.
fn few(leaks: &[String]) -> String {
    let mut places = std::collections::BTreeMap::new();
    for leak in leaks {
        places.entry(leak.split(": ").take(2).collect::<Vec<_>>()).or_insert(leak.as_str());
    }
    places.into_values().take(60).collect::<Vec<_>>().join("\n")
}
