//! hyper as a client: the judge of whether an answer is whole, over HTTP/1.1 and HTTP/2.

use std::future::poll_fn;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use hyper::{
    body::{Body, Incoming},
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    net::{TcpSocket, TcpStream},
    task::JoinHandle,
};

use crate::stage::{CUSTOMER, HOST, Stage};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

/// A connection. Dropped, it is closed with all that runs on it.
pub(crate) struct Client {
    sender: Sender,
    running: JoinHandle<()>,
}

enum Sender {
    One(http1::SendRequest<Sent>),
    Two(http2::SendRequest<Sent>),
}

type Sent = UnsyncBoxBody<Bytes, std::io::Error>;

/// What came of an answer.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
    /// Whether it came to its end, as far as a client can tell.
    pub(crate) is_whole: bool,
}

impl Client {
    pub(crate) async fn open(stage: &Stage, version: Version) -> Self {
        let stream = TcpSocket::new_v4().expect("sockets can be made").connect(stage.address).await;
        Self::over(stream.expect("it listens"), version).await
    }

    async fn over(stream: TcpStream, version: Version) -> Self {
        stream.set_nodelay(true).expect("it is open");
        let io = TokioIo::new(stream);
        match version {
            Version::One => {
                let (sender, connection) = http1::handshake(io).await.expect("it is HTTP");
                let running = tokio::spawn(async move { drop(connection.await) });
                Self { sender: Sender::One(sender), running }
            }
            Version::Two => {
                let handshake = http2::handshake(TokioExecutor::new(), io).await;
                let (sender, connection) = handshake.expect("it is HTTP");
                let running = tokio::spawn(async move { drop(connection.await) });
                Self { sender: Sender::Two(sender), running }
            }
        }
    }

    /// The usual call.
    pub(crate) async fn call(&mut self, stage: &Stage) -> hyper::Result<Response<Incoming>> {
        let body = Full::new(Bytes::from_static(b"{\"model\":\"gpt-4.1\"}"));
        self.send(stage, body.map_err(|never| match never {}).boxed_unsync()).await
    }

    /// A call with this body.
    pub(crate) async fn send(&mut self, stage: &Stage, body: Sent) -> hyper::Result<Response<Incoming>> {
        let path = stage.path();
        let uri = if matches!(self.sender, Sender::Two(_)) { format!("http://{HOST}{path}") } else { path };
        let request = Request::post(uri)
            .header("authorization", format!("Bearer {}", stage.project.secret))
            .header("x-byo-ref-id", CUSTOMER)
            .header("content-type", "application/json");
        match &mut self.sender {
            Sender::One(sender) => {
                sender.ready().await?;
                sender.send_request(request.header("host", HOST).body(body).expect("it is one")).await
            }
            Sender::Two(sender) => {
                sender.ready().await?;
                sender.send_request(request.body(body).expect("it is one")).await
            }
        }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.running.abort();
    }
}

/// Reads an answer to its end, whatever that is.
pub(crate) async fn read(response: Response<Incoming>) -> Got {
    let (head, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    let is_whole = loop {
        match incoming.frame().await {
            None => break true,
            Some(Err(_)) => break false,
            Some(Ok(frame)) => body.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data)),
        }
    };
    Got { status: head.status.as_u16(), body, is_whole }
}

/// Reads until these bytes have come; `false` when they do not.
pub(crate) async fn has(response: &mut Response<Incoming>, read: &mut Vec<u8>, wanted: &[u8]) -> bool {
    while !read.windows(wanted.len()).any(|some| some == wanted) {
        let frame = poll_fn(|context| std::pin::Pin::new(response.body_mut()).poll_frame(context)).await;
        let Some(Ok(frame)) = frame else { return false };
        read.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
    }
    true
}
