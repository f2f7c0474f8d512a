//! `byo keys`: the root that embedders pin, the directory key it vouches for, and the keys browsers seal to.
//!
//! The root commands read and write files only, so that they can run on a machine without a network.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

use byo_server::{
    clock::{Clock as _, SystemClock},
    config::Config,
    directory::{DirectoryKey, LONGEST_TERM, RootKey},
    entropy::SystemEntropy,
};
use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use super::{Failure, admin};

#[derive(Subcommand)]
pub(super) enum KeysCommand {
    /// The root of trust that embedders pin; keep it away from the servers
    #[command(subcommand)]
    Root(RootCommand),
    /// List the running server's sealing keys
    List,
    /// Put the next sealing key in place of the one browsers seal to
    Rotate {
        /// Somebody else may have the private keys: destroy all of them at once
        #[arg(long)]
        compromised: bool,
    },
}

#[derive(Subcommand)]
pub(super) enum RootCommand {
    /// Make a root; prints what embedders pin
    Init {
        /// Where to keep its private half. Never overwritten
        #[arg(long, value_name = "FILE", default_value = "byo-root.key")]
        out: PathBuf,
    },
    /// Make a directory key that the root vouches for; the servers sign their lists of sealing keys with it
    Sign(SignArgs),
    /// Print what embedders pin
    Show {
        /// The root's private half
        #[arg(long, value_name = "FILE", default_value = "byo-root.key")]
        root: PathBuf,
    },
}

#[derive(Args)]
pub(super) struct SignArgs {
    /// The root's private half
    #[arg(long, value_name = "FILE", default_value = "byo-root.key")]
    root: PathBuf,
    /// Where browsers reach the servers, such as https://byo.example.com; once for each origin
    #[arg(long = "origin", value_name = "ORIGIN", required = true, value_parser = parse_origin)]
    origins: Vec<String>,
    /// For how many days
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u64).range(1..=90))]
    days: u64,
    /// Where to write it. Never overwritten
    #[arg(long, value_name = "FILE", default_value = "byo-directory.key")]
    out: PathBuf,
}

pub(super) async fn keys(
    command: KeysCommand,
    load: impl FnOnce() -> Result<Config, byo_server::config::ConfigError>,
) -> Result<(), Failure> {
    match command {
        KeysCommand::Root(RootCommand::Init { out }) => init(&out),
        KeysCommand::Root(RootCommand::Sign(args)) => sign(args),
        KeysCommand::Root(RootCommand::Show { root }) => {
            println!("{}", read_root(&root)?.trust_root());
            Ok(())
        }
        KeysCommand::List => admin::list_sealing_keys(&load()?).await,
        KeysCommand::Rotate { compromised } => admin::rotate_sealing_keys(&load()?, compromised).await,
    }
}

fn init(out: &Path) -> Result<(), Failure> {
    let root = RootKey::generate(&SystemEntropy);
    // EXPOSE: into the file that the operator keeps it in.
    write_secret(out, &root.expose())?;
    println!("{}", root.trust_root());
    eprintln!(
        "Embedders pin the line above (trustRoot, trust-root). Its private half is in {}: keep it offline and backed up. \
         Next: byo keys root sign --origin https://byo.example.com",
        out.display()
    );
    Ok(())
}

fn sign(args: SignArgs) -> Result<(), Failure> {
    let SignArgs { root, origins, days, out } = args;
    let root = read_root(&root)?;
    let term = Duration::from_hours(days * 24).min(LONGEST_TERM);
    let key = DirectoryKey::issue(&root, origins, SystemClock.now(), term, &SystemEntropy);
    // EXPOSE: into the file that the operator takes to the servers.
    write_secret(&out, &key.expose())?;
    println!(
        "{} is good for {} until {}. Set BYO_SEALING__DIRECTORY_KEY_FILE to it on every server.",
        out.display(),
        key.certificate().origins.join(", "),
        key.certificate().not_after
    );
    Ok(())
}

fn read_root(path: &Path) -> Result<RootKey, Failure> {
    let text = fs::read_to_string(path).map(Zeroizing::new);
    let text =
        text.map_err(|error| format!("{}: {error}; `byo keys root init` makes a root", path.display()))?;
    RootKey::parse(text.trim_end()).map_err(|error| format!("{} {error}", path.display()).into())
}

/// For its owner's eyes only, and never over another file: that may be the only copy of another key.
fn write_secret(path: &Path, text: &str) -> Result<(), Failure> {
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            format!(
                "{} is there already and may hold another key; name a new file with --out",
                path.display()
            )
        }
        _ => format!("{} cannot be made: {error}", path.display()),
    })?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    Ok(())
}

fn parse_origin(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let origin = url.map(|url| url.origin().ascii_serialization());
    match origin {
        Some(origin) if text.trim_end_matches('/') == origin => Ok(origin),
        Some(origin) => Err(format!("must be an origin as browsers write it, such as {origin}")),
        None => Err("must be an origin, such as https://byo.example.com".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_taken_as_browsers_write_them() {
        assert_eq!(parse_origin("https://byo.example.com").as_deref(), Ok("https://byo.example.com"));
        assert_eq!(parse_origin("https://byo.example.com/").as_deref(), Ok("https://byo.example.com"));
        for text in [
            "byo.example.com",
            "https://BYO.example.com",
            "https://byo.example.com/x",
            "https://byo.example.com:443",
            "ftp://a.b",
            "",
        ] {
            assert!(parse_origin(text).is_err(), "{text}");
        }
    }
}
