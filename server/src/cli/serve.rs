//! `byo serve`.

use byo_server::{config::Config, start::Server, telemetry};
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, core_dumps};

pub(super) async fn serve(config: &Config) -> Result<(), Failure> {
    let _logs = telemetry::init(&config.log)?;
    core_dumps::forbid_unless_wanted(&config.server)?;
    let server = Server::start(config).await?;
    let asked_to_stop = asked_to_stop()?;
    println!("byo {} is ready at {}", env!("CARGO_PKG_VERSION"), server.app.identity.public_origin);
    server.run(asked_to_stop).await;
    Ok(())
}

/// Completes on SIGTERM or SIGINT. They are listened for from this call on, so it comes before any word of being ready.
pub(super) fn asked_to_stop() -> Result<impl Future<Output = ()>, std::io::Error> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
