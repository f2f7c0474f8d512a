//! `byo serve`, built beside the tests, so that a test can start it as a process of its own.

use std::{collections::BTreeMap, error::Error};

use byo_server::{config::Config, start::Server, telemetry};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let config = Config::from_process(None, BTreeMap::new())?;
    let _logs = telemetry::init(&config.log)?;
    let server = Server::start(&config).await?;
    println!("ready at {}", server.app.identity.public_origin);
    let mut terminate = signal(SignalKind::terminate())?;
    server
        .run(async move {
            let _: Option<()> = terminate.recv().await;
        })
        .await;
    Ok(())
}
