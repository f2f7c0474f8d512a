//! The accept loop: what a connection may cost before it has said anything worth hearing.
//!
//! axum's own loop gives hyper no timer, so a client that dribbles its headers would be waited for without end.

mod body;
mod permits;

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::ConnectInfo};
use hyper::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

pub use self::body::BodyTimedOut;
use self::{
    body::TimedBody,
    permits::{Permit, Permits},
};

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct ServeLimits {
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address.
    pub connections_per_ip: usize,
    /// For the request's head, and for a TLS handshake.
    pub header_timeout: Duration,
    /// For the request's body.
    pub body_timeout: Duration,
    /// For running requests once the server is asked to stop.
    pub shutdown_grace: Duration,
}

/// A pause after the system refused a connection for want of resources, so that the loop does not spin.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(50);
const MOST_HEADER_BYTES: u32 = 16 * 1024;

/// Serves until `shutdown` completes, then lets running requests end for at most the grace.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: ServeLimits,
    shutdown: impl Future<Output = ()>,
) {
    let server = Arc::new(Server { tls, router, limits, http: http(limits) });
    let permits = Permits::new(limits.connections, limits.connections_per_ip);
    let graceful = GracefulShutdown::new();
    tokio::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Above the cap a connection is closed at once: it costs nothing, and the client sees it.
                if let Some(permit) = permits.take(network_of(peer)) {
                    tokio::spawn(Arc::clone(&server).connection(stream, peer, permit, graceful.watcher()));
                }
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(EXHAUSTED_PAUSE).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(limits.shutdown_grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were still running when the grace was over");
    }
}

struct Server {
    tls: Option<TlsAcceptor>,
    router: Router,
    limits: ServeLimits,
    http: auto::Builder<TokioExecutor>,
}

fn http(limits: ServeLimits) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_buf_size(MOST_HEADER_BYTES as usize)
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(MOST_HEADER_BYTES)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .keep_alive_interval(Some(Duration::from_secs(20)))
        .keep_alive_timeout(limits.header_timeout);
    http
}

impl Server {
    async fn connection(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        permit: Permit,
        watcher: hyper_util::server::graceful::Watcher,
    ) {
        // Small answers and stream events go out at once.
        let _: Result<(), _> = stream.set_nodelay(true);
        match &self.tls {
            None => self.talk(stream, peer, watcher).await,
            Some(tls) => {
                let handshake = tokio::time::timeout(self.limits.header_timeout, tls.accept(stream));
                if let Ok(Ok(stream)) = handshake.await {
                    self.talk(stream, peer, watcher).await;
                }
            }
        }
        drop(permit);
    }

    async fn talk<S>(&self, stream: S, peer: SocketAddr, watcher: hyper_util::server::graceful::Watcher)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (router, body_timeout) = (self.router.clone(), self.limits.body_timeout);
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(|body| axum::body::Body::new(TimedBody::new(body, body_timeout)));
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        // How a connection ended is the client's business; whole requests are logged where they are answered.
        let _: Result<(), _> = watcher.watch(connection.into_owned()).await;
    }
}

fn network_of(peer: SocketAddr) -> IpAddr {
    peer.ip().to_canonical()
}

#[cfg(test)]
mod tests;
