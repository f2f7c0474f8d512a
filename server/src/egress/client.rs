//! The client itself.

use std::{sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::time::timeout;

use super::{
    connector::{Connector, found_in},
    destination::{Destination, UrlKind},
    error::{DestinationNotAllowed, EgressError},
    line::Line,
    message::{BodyLimit, Exchange, OutgoingBody, Request, Response},
    policy::Policy,
    resolve::Resolve,
    tls::Roots,
};

/// Bounds for every exchange.
#[derive(Clone, Copy, Debug)]
pub struct EgressLimits {
    /// Name look-up, TCP and TLS together.
    pub connect: Duration,
    /// How long an idle connection is of use. Short, because the last key stays in its write buffer until it is
    /// closed, which is up to twice this time: the pool looks only so often.
    pub idle: Duration,
    /// Idle connections kept per destination.
    pub idle_per_host: usize,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), idle: Duration::from_secs(10), idle_per_host: 256 }
    }
}

/// The way out. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Egress {
    policy: Arc<Policy>,
    resolver: Arc<dyn Resolve>,
    roots: Roots,
    limits: EgressLimits,
    client: Client<Connector, OutgoingBody>,
}

impl Egress {
    /// Builds the client. Must run inside a Tokio runtime.
    #[must_use]
    pub fn new(policy: Policy, resolver: Arc<dyn Resolve>, roots: &Roots, limits: EgressLimits) -> Self {
        let policy = Arc::new(policy);
        let connector = Connector::new(Arc::clone(&policy), Arc::clone(&resolver), roots, limits.connect);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new()) // Without it idle connections are closed only when next looked at.
            .pool_idle_timeout(limits.idle)
            .pool_max_idle_per_host(limits.idle_per_host)
            .http1_max_buf_size(64 << 10)
            .build(connector);
        Self { policy, resolver, roots: roots.clone(), limits, client }
    }

    /// Another way out, which also reaches the host and port of these base URLs, http too; for calls that nobody but
    /// the operator can aim. The two share no connection: one that was opened here would serve there without a look
    /// at its address.
    ///
    /// # Errors
    /// The first of `base_urls` that is not a well-formed base URL.
    pub fn opening<'a>(
        &self,
        base_urls: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, DestinationNotAllowed> {
        let policy = self.policy.opening(base_urls)?;
        Ok(Self::new(policy, Arc::clone(&self.resolver), &self.roots, self.limits))
    }

    /// Judges a URL by its text: when it is saved, and again at every use. Addresses behind its name are judged when
    /// it is dialled.
    pub fn check(&self, kind: UrlKind, url: &str) -> Result<Destination, DestinationNotAllowed> {
        self.policy.check(kind, url)
    }

    /// Sends a request and reads the whole answer, whatever its status.
    pub async fn send(&self, request: Request) -> Result<Response, EgressError> {
        let limit = request.body_limit;
        let exchange = async {
            let body = OutgoingBody::whole(request.body);
            let Request { method, destination, headers, .. } = request;
            let (head, body) =
                self.exchange(Exchange { method, destination, headers, body }, None).await?.into_parts();
            Ok(Response { status: head.status, headers: head.headers, body: read(body, limit).await? })
        };
        timeout(request.timeout, exchange).await.unwrap_or(Err(EgressError::TimedOut))
    }

    /// Sends a request and gives the answer as soon as its head is there. The caller bounds how long it waits, and how
    /// much of the body it takes. Dropping either ends the exchange and closes its connection; cutting `line` makes sure
    /// that nothing leaves on it after that.
    pub async fn exchange(
        &self,
        exchange: Exchange,
        line: Option<&Line>,
    ) -> Result<http::Response<Incoming>, EgressError> {
        let Exchange { method, destination, mut headers, mut body } = exchange;
        // The connector judges the same, but a connection from the pool does not pass it.
        self.policy.check_parts(destination.scheme(), destination.host(), destination.port())?;
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        headers.entry(header::USER_AGENT).or_insert(HeaderValue::from_static(USER_AGENT));
        if let Some(line) = line {
            body.follow(line);
        }
        let mut outgoing = http::Request::new(body);
        *outgoing.method_mut() = method;
        *outgoing.uri_mut() = destination.uri();
        *outgoing.headers_mut() = headers;
        if let Some(line) = line {
            line.follow(&mut outgoing);
        }
        self.client.request(outgoing).await.map_err(|error| found_in(&error).unwrap_or(EgressError::Protocol))
    }
}

const USER_AGENT: &str = concat!("byo/", env!("CARGO_PKG_VERSION"));

async fn read(mut body: Incoming, limit: BodyLimit) -> Result<Bytes, EgressError> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| EgressError::Protocol)?;
        let Ok(data) = frame.into_data() else { continue };
        match limit {
            BodyLimit::Refuse(max) if read.len() + data.len() > max => return Err(EgressError::TooLarge),
            BodyLimit::Truncate(max) if read.len() + data.len() >= max => {
                read.extend_from_slice(&data[..max - read.len()]);
                break; // Dropping the rest closes the connection.
            }
            BodyLimit::Refuse(_) | BodyLimit::Truncate(_) => read.extend_from_slice(&data),
        }
    }
    Ok(read.freeze())
}
