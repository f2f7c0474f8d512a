//! Opens connections: resolve, judge every address, dial one of those judged, then TLS.

use std::{
    error::Error,
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};
use tower::Service;

use super::{
    destination::Scheme,
    error::{DestinationNotAllowed, EgressError, UnreachableKind},
    gate::Gated,
    host::Host,
    policy::Policy,
    resolve::Resolve,
    tls::Roots,
};

/// The outer connector: TCP and TLS within one time limit, with this module's errors.
#[derive(Clone)]
pub(super) struct Connector {
    tls: HttpsConnector<Dial>,
    limit: Duration,
}

impl Connector {
    pub(super) fn new(
        policy: Arc<Policy>,
        resolver: Arc<dyn Resolve>,
        roots: &Roots,
        limit: Duration,
    ) -> Self {
        let tls = HttpsConnectorBuilder::new()
            .with_tls_config(roots.client_config())
            .https_or_http() // The policy decides about http, destination by destination.
            .enable_http1()
            .wrap_connector(Dial { policy, resolver, limit });
        Self { tls, limit }
    }
}

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, EgressError>> + Send>>;

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<Gated>>;
    type Error = EgressError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(())) // Neither this connector nor those inside it keep a queue.
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connecting = timeout(self.limit, self.tls.call(uri));
        Box::pin(async move {
            let connected = connecting.await.map_err(|_| EgressError::TimedOut)?;
            connected.map_err(|error| {
                found_in(error.as_ref()).unwrap_or(EgressError::Unreachable(UnreachableKind::Tls))
            })
        })
    }
}

/// This module's own error inside whatever a library wrapped around it.
pub(super) fn found_in(error: &(dyn Error + 'static)) -> Option<EgressError> {
    error.downcast_ref().copied().or_else(|| found_in(error.source()?))
}

/// The inner connector: plain TCP to a judged address.
#[derive(Clone)]
struct Dial {
    policy: Arc<Policy>,
    resolver: Arc<dyn Resolve>,
    limit: Duration,
}

impl Service<Uri> for Dial {
    type Response = TokioIo<Gated>;
    type Error = EgressError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dial = self.clone();
        Box::pin(async move { dial.connect(&uri).await.map(|stream| TokioIo::new(Gated::new(stream))) })
    }
}

/// More answers than this are judged, but not tried.
const TRIED: usize = 4;

impl Dial {
    async fn connect(&self, uri: &Uri) -> Result<TcpStream, EgressError> {
        let (scheme, host, port) = parts(uri).ok_or(DestinationNotAllowed)?;
        self.policy.check_parts(scheme, &host, port)?;
        let mut addresses = self.addresses(&host, port).await?;
        self.policy.check_addresses(scheme, &host, port, &addresses)?;
        // IPv4 first: a machine without IPv6 loses no time.
        addresses.sort_by_key(IpAddr::is_ipv6);
        addresses.truncate(TRIED);
        let share = self.limit / u32::try_from(addresses.len()).unwrap_or(1).max(1);
        let mut outcome = EgressError::Unreachable(UnreachableKind::Connection);
        for address in addresses {
            match timeout(share, dial(SocketAddr::new(address, port))).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(_)) => outcome = EgressError::Unreachable(UnreachableKind::Connection),
                Err(_) => outcome = EgressError::TimedOut,
            }
        }
        Err(outcome)
    }

    async fn addresses(&self, host: &Host, port: u16) -> Result<Vec<IpAddr>, EgressError> {
        let found = match (self.policy.known_addresses(host, port), host) {
            (Some(known), _) => known,
            (None, Host::Name(name)) => {
                let unresolvable = EgressError::Unreachable(UnreachableKind::Name);
                self.resolver
                    .resolve(name)
                    .await
                    .ok()
                    .filter(|found| !found.is_empty())
                    .ok_or(unresolvable)?
            }
            (None, Host::Ip(address)) => vec![*address],
        };
        Ok(found.into_iter().map(|address| address.to_canonical()).collect())
    }
}

fn parts(uri: &Uri) -> Option<(Scheme, Host, u16)> {
    let (scheme, default_port) = match uri.scheme_str()? {
        "https" => (Scheme::Https, 443),
        "http" => (Scheme::Http, 80),
        _ => return None,
    };
    Some((scheme, Host::parse(uri.host()?)?, uri.port_u16().unwrap_or(default_port)))
}

#[expect(clippy::disallowed_methods, reason = "the one place that dials, after the address was judged")]
async fn dial(address: SocketAddr) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
