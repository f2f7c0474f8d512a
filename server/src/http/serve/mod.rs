//! The accept loop: what a connection may cost before it has said anything worth hearing.
//!
//! axum's own loop gives hyper no timer, so a client that dribbles its headers would be waited for without end.

mod body;
mod connection;
mod permits;
mod running;

use std::{
    convert::Infallible,
    io::{self, ErrorKind},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
    response::Response,
};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::watch,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;
use tower::{Service, service_fn};

pub use self::body::BodyTimedOut;
use self::{connection::Connections, permits::Permits};

/// A request that has come in.
#[derive(Debug)]
pub struct Arrived {
    /// All of it but its address.
    pub request: Request,
    /// The other end of its connection.
    pub peer: SocketAddr,
}

/// Whatever answers requests, and never fails at it.
pub trait Answers:
    Service<Arrived, Response = Response, Error = Infallible, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> Answers for S where
    S: Service<Arrived, Response = Response, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static
{
}

/// Has a router answer, whose handlers find the address in [`ConnectInfo`].
pub fn routed(router: Router) -> impl Answers {
    service_fn(move |Arrived { mut request, peer }| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().call(request)
    })
}

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct ServeLimits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address (one /64 of IPv6).
    pub connections_per_ip: usize,
    /// For a TLS handshake, for a request's head, and without any request.
    pub header_timeout: Duration,
    /// For the request's body.
    pub body_timeout: Duration,
    /// For running requests once the server is asked to stop.
    pub shutdown_grace: Duration,
}

/// A pause after the system refused a connection for want of resources, so that the loop does not spin.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);

/// For a client to take the next part of an answer that is there. Then its connection is cut, or a few addresses whose
/// HTTP/2 windows stay closed would hold all the connections there are.
const ANSWER_STALL: Duration = Duration::from_secs(150);

/// Connections that may wait to be accepted; Linux takes its `net.core.somaxconn`, 4096, where that is less. Above it
/// the kernel resets connections that it had already let stand, and the usual 128 are passed by any burst.
const BACKLOG: u32 = 4096;

/// Listens there.
///
/// # Errors
/// What the system says, for example that the address is taken.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart does not wait until connections of the process before it are forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `shutdown` completes, then lets running requests end for at most the grace.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: impl Answers,
    limits: ServeLimits,
    shutdown: impl Future<Output = ()>,
) {
    serve_with(listener, tls, service, limits, ANSWER_STALL, shutdown).await;
}

async fn serve_with(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    service: impl Answers,
    limits: ServeLimits,
    answer_stall: Duration,
    shutdown: impl Future<Output = ()>,
) {
    let (stop, stopped) = watch::channel(false);
    let connections = Arc::new(Connections::new(tls, service, limits, answer_stall, stopped));
    let permits = Permits::new(limits.connections, limits.connections_per_ip);
    let mut running = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = running.join_next(), if !running.is_empty() => continue,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Above the cap a connection is closed at once: it costs nothing, and the client sees it.
                if let Some(permit) = permits.take(peer.ip()) {
                    running.spawn(Arc::clone(&connections).run(stream, peer, permit));
                }
            }
            Err(error) if is_of_one_client(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(EXHAUSTED_PAUSE).await;
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    let all_ended = async { while running.join_next().await.is_some() {} };
    if tokio::time::timeout(limits.shutdown_grace, all_ended).await.is_err() {
        tracing::warn!(connections = running.len(), "requests were still running when the grace was over");
        // Waited for, so that no handler still uses what the caller closes next.
        running.shutdown().await;
    }
}

/// The client was gone before it was accepted. It must not be able to slow the loop down for others.
fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    )
}

#[cfg(test)]
mod tests;
