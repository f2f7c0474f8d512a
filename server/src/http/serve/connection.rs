//! One connection from its handshake to its end.

use std::{net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream::FuturesUnordered};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::watch,
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use super::{Answers, Arrived, ServeLimits, body::TimedBody, permits::Permit, running::Running};

const MOST_HEADER_BYTES: u32 = 16 * 1024;

/// What all connections share.
pub(super) struct Connections<S> {
    tls: Option<TlsAcceptor>,
    service: S,
    limits: ServeLimits,
    answer_stall: Duration,
    http: auto::Builder<TokioExecutor>,
    stopped: watch::Receiver<bool>,
}

impl<S: Answers> Connections<S> {
    pub(super) fn new(
        tls: Option<TlsAcceptor>,
        service: S,
        limits: ServeLimits,
        answer_stall: Duration,
        stopped: watch::Receiver<bool>,
    ) -> Self {
        Self { tls, service, limits, answer_stall, http: http(limits), stopped }
    }

    /// Serves a connection to its end; the permit is given back then.
    pub(super) async fn run(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, _permit: Permit) {
        // Small answers and stream events go out at once.
        let _: Result<(), _> = stream.set_nodelay(true);
        let Some(tls) = &self.tls else { return self.talk(stream, peer).await };
        let handshake = tokio::select! {
            handshake = tokio::time::timeout(self.limits.header_timeout, tls.accept(stream)) => handshake,
            () = self.stopped() => return,
        };
        if let Ok(Ok(stream)) = handshake {
            self.talk(stream, peer).await;
        }
    }

    async fn talk<C>(&self, stream: C, peer: SocketAddr)
    where
        C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let running = Running::new();
        let service = hyper::service::service_fn(|request: hyper::Request<Incoming>| {
            let request =
                request.map(|body| axum::body::Body::new(TimedBody::new(body, self.limits.body_timeout)));
            running.count(self.service.clone().oneshot(Arrived { request, peer }))
        });
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(stream), service));
        // How a connection ended is the client's business; whole requests are logged where they are answered.
        tokio::select! {
            biased;
            _ = connection.as_mut() => return,
            is_over = self.over(&running) => if is_over { return },
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            _ = connection => {}
            () = running.stuck_for(self.answer_stall) => {}
            () = running.idle_for(self.limits.header_timeout * LINGER) => {}
        }
    }

    /// Completes when the connection has to end, and tells whether at once. The connection is polled many times for each
    /// of its requests, so these are polled only when one of them has something to say.
    async fn over(&self, running: &Running) -> bool {
        let ends: [BoxFuture<'_, bool>; 3] = [
            // The client may answer pings all the while, and ask politely for an answer it never lets go out.
            running.stuck_for(self.answer_stall).map(|()| true).boxed(),
            // hyper's own timer runs for HTTP/1 alone, and only once it knows the version, which a silent client
            // never tells.
            running.idle_for(self.limits.header_timeout).map(|()| false).boxed(),
            self.stopped().map(|()| false).boxed(),
        ];
        FuturesUnordered::from_iter(ends).next().await.unwrap_or_default()
    }

    async fn stopped(&self) {
        let mut stopped = self.stopped.clone();
        // The sender lives as long as the accept loop, which waits for this.
        let _: Result<_, _> = stopped.wait_for(|stop| *stop).await;
    }
}

/// How many header time-outs a client has to read the rest of the last answer before it is cut off.
const LINGER: u32 = 6;

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
