//! The backend's side of the API, which counts the connections it makes itself.

use std::{
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::body::Body;
use byo_tests::Wire;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use hyper::client::conn::{
    http1::{self, SendRequest},
    http2,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::TcpStream;

/// What a call was answered.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// Null when the body is none.
    pub(crate) json: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// Status and body without what names the request.
    pub(crate) fn without_request_id(&self) -> (StatusCode, Value) {
        let mut json = self.json.clone();
        if let Some(members) = json.as_object_mut() {
            members.remove("requestId");
        }
        (self.status, json)
    }
}

/// Much less than byo waits for the next request on a connection.
const FRESH: Duration = Duration::from_secs(3);

/// Calls one server over connections that are used again.
pub(crate) struct Client {
    server: SocketAddr,
    idle: Mutex<Vec<(Instant, SendRequest<Body>)>>,
    connects: AtomicU64,
}

impl Client {
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self { server, idle: Mutex::default(), connects: AtomicU64::default() }
    }

    /// Connections made until now.
    pub(crate) fn connects(&self) -> u64 {
        self.connects.load(Ordering::SeqCst)
    }

    /// Closes what is open.
    pub(crate) fn close(&self) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, ("authorization", &format!("Bearer {token}")), Some(body)).await
    }

    /// Any call, with a credential in this header.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        (name, credential): (&'static str, &str),
        body: Option<&Value>,
    ) -> Answer {
        self.send(method, path, &[(name, credential.to_owned())], body).await
    }

    /// Any call with any headers.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&'static str, String)],
        body: Option<&Value>,
    ) -> Answer {
        let text = body.map(Value::to_string).unwrap_or_default();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.server.to_string())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, text.len());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(text)).expect("tests write good requests");
        let mut sender = self.sender().await;
        let response = sender.send_request(request).await.expect("the server answers");
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("the answer is whole").to_bytes();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), sender));
        let text = String::from_utf8_lossy(&body).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: head.status, headers: head.headers, text, json }
    }

    /// Sends these bytes on a connection of their own, and reads until the server closes it. Gives the status; 0 when
    /// there was no answer.
    pub(crate) async fn send_raw(&self, request: &[u8]) -> u16 {
        self.connects.fetch_add(1, Ordering::SeqCst);
        let mut wire = Wire::open(self.server).await.expect("the server listens");
        // A server that refuses early may close before it has read all; what it said first counts.
        let _: Result<(), _> = wire.send(request).await;
        let (bytes, _) = wire.all().await;
        let status = bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
        status.unwrap_or(0)
    }

    /// Sends this over HTTP/2, on a connection of its own.
    pub(crate) async fn send_http2(&self, request: Request<Body>) -> StatusCode {
        let stream = TokioIo::new(self.connect().await);
        let (mut sender, connection) =
            http2::handshake(TokioExecutor::new(), stream).await.expect("byo speaks HTTP/2");
        tokio::spawn(connection);
        sender.send_request(request).await.expect("the server answers").status()
    }

    async fn sender(&self) -> SendRequest<Body> {
        while let Some(mut sender) = self.take_idle() {
            if sender.ready().await.is_ok() {
                return sender;
            }
        }
        let stream = TokioIo::new(self.connect().await);
        let (sender, connection) = http1::handshake(stream).await.expect("HTTP begins with nothing");
        tokio::spawn(connection);
        sender
    }

    async fn connect(&self) -> TcpStream {
        self.connects.fetch_add(1, Ordering::SeqCst);
        #[expect(clippy::disallowed_methods, reason = "a test's own call to the server under test")]
        let stream = TcpStream::connect(self.server).await;
        stream.expect("the server listens")
    }

    /// The one used last, unless the server may be closing it just now.
    fn take_idle(&self) -> Option<SendRequest<Body>> {
        let (since, sender) = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
        (since.elapsed() < FRESH).then_some(sender)
    }
}
