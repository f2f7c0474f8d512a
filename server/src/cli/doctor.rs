//! `byo doctor`: what stands in the way, one line each.

use std::process::ExitCode;

use byo_server::{
    clock::{Clock as _, SystemClock},
    config::{Config, ConfigError},
    start::{Server, StartError},
    store::OpenError,
};

use super::admin;

/// Whether the server can start, and what would make it better.
pub(super) async fn doctor(config: Result<Config, ConfigError>) -> ExitCode {
    let config = match config {
        Ok(config) => config,
        Err(errors) => {
            println!("bad   settings\n{errors}");
            return ExitCode::FAILURE;
        }
    };
    println!("good  settings");
    advise(&config);
    let path = config.database.sqlite_path(&config.data_dir);
    if !path.exists() {
        println!("good  no database yet; `byo serve` makes it at {}", path.display());
        return if config.vault.master_key.is_some() {
            ExitCode::SUCCESS
        } else {
            println!("bad   {}", StartError::NoMasterKey);
            ExitCode::FAILURE
        };
    }
    let healthy = match Server::start(&config).await {
        Ok(server) => {
            server.app.store.close().await;
            println!("good  database and master key; the server can start");
            true
        }
        Err(StartError::Open(OpenError::InUse(_)) | StartError::Listen { .. }) => running(&config).await,
        Err(error) => {
            println!("bad   {error}");
            false
        }
    };
    if healthy { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn advise(config: &Config) {
    if config.admin.key.is_none() {
        println!(
            "note  no admin key: projects and tokens cannot be managed; set BYO_ADMIN__KEY (32 characters or more)"
        );
    }
    if !config.server.has_public_url() {
        println!(
            "note  no public URL: set BYO_SERVER__PUBLIC_URL to the origin that browsers see, or widgets elsewhere cannot seal for this server"
        );
    } else if config.server.public_origin().starts_with("http://") {
        println!(
            "note  the public URL is plain http: browsers seal keys all the same, but anyone on the way can change the page"
        );
    }
    let is_proxied = config.server.has_public_url() && config.server.tls_cert_file.is_none();
    if is_proxied && config.server.trusted_proxies.is_empty() {
        println!(
            "note  a public URL without own TLS means a proxy in front: name it in BYO_SERVER__TRUSTED_PROXIES, or all clients count as one"
        );
    }
    match &config.sealing.directory_key {
        None => println!(
            "note  no directory key: nobody can pin a root of trust; see `byo keys root init` and BYO_SEALING__DIRECTORY_KEY"
        ),
        Some(key) => {
            let left = key.certificate().not_after.since(SystemClock.now());
            let days = left.as_secs() / (24 * 60 * 60);
            let word = if days < 14 { "note " } else { "good " };
            println!("{word} directory key for {}, {days} day(s) left", key.certificate().origins.join(", "));
        }
    }
    if !config.egress.allow.is_empty() {
        println!(
            "note  {} private destination(s) are opened by BYO_EGRESS__ALLOW",
            config.egress.allow.len()
        );
    }
}

async fn running(config: &Config) -> bool {
    let origin = config.server.public_origin();
    match admin::is_ready(config).await {
        Ok(true) => {
            println!("good  the server is running at {origin} and ready");
            return true;
        }
        Ok(false) => {
            println!("bad   the address or the database is taken, but no byo server is ready at {origin}");
        }
        Err(error) => println!("bad   the running server cannot be asked: {error}"),
    }
    false
}
