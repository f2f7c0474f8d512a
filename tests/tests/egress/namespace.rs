//! A network namespace of the test's own, in which every address of the world is this machine.
//!
//! Inside, a listener on all addresses is every private machine an attacker could want to reach, and every public one
//! too; and the kernel counts what was dialled, whether anybody listened there or not.

use std::{future::Future, process::Command};

/// Set for the process inside.
const INSIDE: &str = "BYO_TEST_INSIDE_NAMESPACE";

const CANNOT: &str = "this suite needs a network namespace of its own. It takes `unshare` (package util-linux), `ip` \
                      (package iproute2), and either root or unprivileged user namespaces (sysctl \
                      kernel.unprivileged_userns_clone=1, and on Ubuntu kernel.apparmor_restrict_unprivileged_userns=0)";

/// Runs a test's body in a namespace: the test that calls this runs itself again in there.
pub(crate) fn inside<B: FnOnce() -> F, F: Future<Output = ()>>(body: B) {
    if is_inside() {
        make_every_address_local();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        return runtime.expect("a runtime starts").block_on(body());
    }
    let test = test_of::<B>();
    let this = std::env::current_exe().expect("this binary has a path");
    let mut unshare = Command::new("unshare");
    if !is_root() {
        unshare.args(["--user", "--map-root-user"]);
    }
    unshare.args(["--net", "--"]).arg(this).args(["--exact", test, "--nocapture"]).env(INSIDE, "1");
    let ran = unshare.output().unwrap_or_else(|error| panic!("{CANNOT}: `unshare`: {error}"));
    let (printed, complained) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(printed.contains("running 1 test"), "{CANNOT}: {complained}{printed}");
    let said = without_harness(&printed);
    println!("{said}");
    assert!(ran.status.success(), "{test} failed inside its namespace:\n{said}\n{complained}");
}

/// The test's path in this binary, which its body has before its own name: `egress::names::a_test::{{closure}}`.
fn test_of<B>() -> &'static str {
    let path = std::any::type_name::<B>().split_once("::").expect("the crate comes first").1;
    path.strip_suffix("::{{closure}}").expect("a test's body is a closure in it")
}

/// Without the lines of the test's own runner: whoever counts results counts this test once.
fn without_harness(printed: &str) -> String {
    let own = |line: &&str| !["test ", "running "].iter().any(|start| line.starts_with(start));
    printed.lines().filter(own).collect::<Vec<_>>().join("\n")
}

#[expect(clippy::disallowed_methods, reason = "no setting: it tells the two processes of one test apart")]
fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|this| this.uid() == 0)
}

/// Routes of the type `local` for everything: bound by a wildcard listener, reached over loopback, never leaving.
fn make_every_address_local() {
    ip(&["link", "set", "lo", "up"]);
    ip(&["route", "add", "local", "0.0.0.0/0", "dev", "lo"]);
    ip(&["-6", "route", "add", "local", "::/0", "dev", "lo"]);
}

fn ip(arguments: &[&str]) {
    let ran = Command::new("ip").args(arguments).output();
    let ran = ran.unwrap_or_else(|error| panic!("{CANNOT}: `ip`: {error}"));
    let complained = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{CANNOT}: `ip {}`: {complained}", arguments.join(" "));
}
