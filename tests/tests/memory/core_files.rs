//! A server that crashes leaves no core file, unless its operator asked for one.

use std::{
    os::unix::{
        fs::MetadataExt,
        process::{CommandExt, ExitStatusExt},
    },
    process::Command,
};

use byo_tests::{Folder, Process, command};
use rustix::process::Signal;

const MASTER_KEY: (&str, &str) = ("BYO_VAULT__MASTER_KEY", "qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw=");

/// Starts a server whose limits allow core files of any size, and kills it as a crash would.
fn leaves_a_core(settings: &[(&str, &str)], then: impl FnOnce(&Process)) -> bool {
    let folder = Folder::new();
    let settings: Vec<_> = settings.iter().copied().chain([MASTER_KEY]).collect();
    let direct = command(folder.as_path(), &settings);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -c unlimited; exec \"$0\" serve"]).arg(direct.get_program()).env_clear();
    shell
        .envs(direct.get_envs().filter_map(|(name, value)| Some((name, value?))))
        .current_dir(folder.as_path());
    let process = Process::ready(&mut shell);
    then(&process);
    process.signal(Signal::ABORT);
    let (status, _) = process.end();
    assert_eq!(status.signal(), Some(Signal::ABORT.as_raw()), "{status}");
    status.core_dumped()
}

#[test]
fn a_crash_leaves_no_core_file_unless_the_operator_wants_one() {
    assert!(
        leaves_a_core(&[("BYO_SERVER__CORE_DUMPS", "true")], |_| ()),
        "this system writes no core files at all, so nothing can be shown; see /proc/sys/kernel/core_pattern"
    );
    assert!(!leaves_a_core(&[], |_| ()));
}

#[test]
fn the_limit_is_zero_and_cannot_be_raised_again() {
    let folder = Folder::new();
    let process = Process::serve(folder.as_path(), &[MASTER_KEY]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", process.id())).expect("it runs");
    let core =
        limits.lines().find(|line| line.starts_with("Max core file size")).expect("Linux has this limit");
    assert_eq!(core.split_whitespace().skip(4).collect::<Vec<_>>(), ["0", "0", "bytes"]);
}

/// The kernel gives the files of a process that nobody may look into to root.
#[test]
fn others_of_its_user_cannot_look_into_it_unless_the_operator_lets_them() {
    const NOBODY: u32 = 65_534;
    for (setting, is_closed) in [("false", true), ("true", false)] {
        let folder = Folder::new();
        let mut command = command(folder.as_path(), &[MASTER_KEY, ("BYO_SERVER__CORE_DUMPS", setting)]);
        let mut user = rustix::process::geteuid().as_raw();
        if user == 0 {
            // Root may look into everything, so it has to be somebody else's.
            user = NOBODY;
            command = as_user(user, &folder, &command);
        }
        let process = Process::ready(command.arg("serve"));
        let memory = std::fs::metadata(format!("/proc/{}/mem", process.id())).expect("it runs");
        assert_eq!(memory.uid(), if is_closed { 0 } else { user }, "core_dumps = {setting}");
    }
}

/// The same command with a binary that this user can reach, and a folder of its own.
fn as_user(user: u32, folder: &Folder, command: &Command) -> Command {
    let binary = folder.path("byo");
    // By another process: while this one has the file open for writing, the server that another test starts inherits it,
    // and a file that is open for writing cannot be run.
    let copied = Command::new("cp").arg(command.get_program()).arg(&binary).status().expect("cp is there");
    assert!(copied.success(), "the disk has room");
    for path in [folder.as_path(), &folder.path("tmp")] {
        std::os::unix::fs::chown(path, Some(user), None).expect("root gives away what is its own");
    }
    let mut other = Command::new(binary);
    other.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    other.current_dir(folder.as_path()).uid(user);
    other
}
