//! Clients that do not behave, over real sockets.

mod stall;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::ConnectInfo,
    routing::{get, post},
};
use http_body_util::{BodyExt, Empty};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};
use tokio_rustls::TlsConnector;

use super::*;

/// So long that only a server that hangs reaches it.
const FOR_EVER: Duration = Duration::from_secs(20);
const PATIENCE: Duration = Duration::from_millis(200);
const LIMITS: ServeLimits = ServeLimits {
    connections: 100,
    connections_per_ip: 100,
    header_timeout: PATIENCE,
    body_timeout: PATIENCE,
    shutdown_grace: FOR_EVER,
};
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn a_request_is_answered_and_knows_its_peer() {
    let server = Server::start(LIMITS);
    let mut client = server.connect().await;
    let own = client.local_addr().unwrap();
    client.write_all(REQUEST).await.unwrap();
    assert!(until_closed(&mut client).await.ends_with(&format!("\r\n\r\n{own}")));
}

#[tokio::test]
async fn a_client_that_says_too_little_is_hung_up_on() {
    let server = Server::start(LIMITS);
    for words in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r", b"GET / HTTP/1.1\r\nhost: x\r\n"] {
        let mut client = server.connect().await;
        client.write_all(words).await.unwrap();
        assert_eq!(until_closed(&mut client).await, "", "{words:?}");
    }
}

#[tokio::test]
async fn a_client_that_dribbles_its_headers_is_hung_up_on() {
    let server = Server::start(LIMITS);
    let (mut read, mut write) = server.connect().await.into_split();
    let dribble = tokio::spawn(async move {
        write.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
        while write.write_all(b"a: b\r\n").await.is_ok() {
            // The pace of the client under test.
            tokio::time::sleep(PATIENCE / 10).await;
        }
    });
    assert_eq!(until_closed(&mut read).await, "");
    dribble.await.unwrap();
}

#[tokio::test]
async fn a_client_with_nothing_more_to_say_is_hung_up_on() {
    let server = Server::start(LIMITS);
    let mut client = server.connect().await;
    client.write_all(REQUEST).await.unwrap();
    assert!(until_closed(&mut client).await.starts_with("HTTP/1.1 200"));

    let (mut client, connection) = http2(server.connect().await).await;
    assert_eq!(client.send_request(request("/")).await.unwrap().status(), 200);
    // It answers pings all the while.
    tokio::time::timeout(FOR_EVER, connection).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn an_answer_may_take_longer_than_a_request() {
    assert_slow_answers_arrive(&Server::start(LIMITS)).await;
}

/// Over both versions.
async fn assert_slow_answers_arrive(server: &Server) {
    let mut client = server.connect().await;
    client.write_all(b"GET /slowly HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let answer = until_closed(&mut client).await;
    assert!(answer.contains("three") && answer.ends_with("\r\n0\r\n\r\n"), "{answer}");

    let (mut client, _) = http2(server.connect().await).await;
    let answer = client.send_request(request("/slowly")).await.unwrap();
    let whole = answer.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(whole, "one, two, three");
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_not_waited_for() {
    let server = Server::start(LIMITS);
    let mut client = server.connect().await;
    client.write_all(b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345").await.unwrap();
    let answer = until_closed(&mut client).await;
    assert!(answer.ends_with("the request's body did not arrive in time"), "{answer}");
}

#[tokio::test]
async fn a_body_that_dribbles_in_is_not_waited_for() {
    let server = Server::start(LIMITS);
    let (mut read, mut write) = server.connect().await.into_split();
    let dribble = tokio::spawn(async move {
        write.write_all(b"POST /read HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n").await.unwrap();
        while write.write_all(b"1").await.is_ok() {
            // The pace of the client under test.
            tokio::time::sleep(PATIENCE / 10).await;
        }
    });
    let answer = until_closed(&mut read).await;
    assert!(answer.contains("the request's body did not arrive in time"), "{answer}");
    dribble.await.unwrap();
}

#[tokio::test]
async fn a_head_of_more_than_16_kib_is_refused() {
    let server = Server::start(LIMITS);
    let mut client = server.connect().await;
    let head = format!("GET / HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "b".repeat(17 * 1024));
    client.write_all(head.as_bytes()).await.unwrap();
    let mut status = [0; 12];
    client.read_exact(&mut status).await.unwrap();
    assert_eq!(&status, b"HTTP/1.1 431");
}

#[tokio::test]
async fn connections_above_the_cap_are_closed_at_once() {
    let server = Server::start(ServeLimits { connections: 1, header_timeout: FOR_EVER, ..LIMITS });
    let mut first = server.served().await;
    let mut second = server.connect().await;
    assert_eq!(until_closed(&mut second).await, "");
    // The first is still served, and gives its place back at its end.
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    assert!(until_closed(&mut first).await.contains("HTTP/1.1 200"));
    tokio::time::timeout(FOR_EVER, async { while !is_served(server.connect().await).await {} })
        .await
        .unwrap();
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let server = Server::start(ServeLimits { connections_per_ip: 1, header_timeout: FOR_EVER, ..LIMITS });
    let _first = server.served().await;
    let mut second = server.connect().await;
    assert_eq!(until_closed(&mut second).await, "");
    assert!(is_served(server.connect_from("127.0.0.2:0").await).await);
}

#[tokio::test]
async fn a_running_request_ends_before_the_server_does() {
    let mut server = Server::start(ServeLimits { header_timeout: FOR_EVER * 2, ..LIMITS });
    let mut client = server.connect().await;
    client.write_all(b"GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let held = server.held.recv().await.unwrap();
    let mut idle = server.connect().await;
    server.stop.send(()).unwrap();
    // One without a request need not be waited for.
    assert_eq!(until_closed(&mut idle).await, "");
    assert!(!server.task.is_finished());
    held.send(()).unwrap();
    assert!(until_closed(&mut client).await.ends_with("released"));
    tokio::time::timeout(FOR_EVER, server.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_request_that_does_not_end_within_the_grace_is_cut_off() {
    let mut server = Server::start(ServeLimits { shutdown_grace: PATIENCE, ..LIMITS });
    let mut client = server.connect().await;
    client.write_all(b"GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let mut held = server.held.recv().await.unwrap();
    server.stop.send(()).unwrap();
    tokio::time::timeout(FOR_EVER, server.task).await.unwrap().unwrap();
    assert_eq!(until_closed(&mut client).await, "");
    held.closed().await;
}

#[tokio::test]
async fn tls_is_served_in_both_http_versions() {
    let (acceptor, certificate) = tls();
    let server = Server::start_with(LIMITS, Some(acceptor));
    for protocol in [&b"h2"[..], b"http/1.1"] {
        let mut stream = connect_tls(server.connect().await, &certificate, protocol).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
        if protocol == b"h2" {
            let (mut client, _) = http2(stream).await;
            assert_eq!(client.send_request(request("/")).await.unwrap().status(), 200);
        } else {
            stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
            assert!(until_closed(&mut stream).await.starts_with("HTTP/1.1 200"));
        }
    }
}

#[tokio::test]
async fn a_tls_handshake_that_does_not_come_is_not_waited_for() {
    let server = Server::start_with(LIMITS, Some(tls().0));
    let mut silent = server.connect().await;
    assert_eq!(until_closed(&mut silent).await, "");
}

#[test]
fn only_a_clients_own_failure_goes_without_a_pause() {
    assert!(is_of_one_client(&ErrorKind::ConnectionAborted.into()));
    // EMFILE, ENFILE: no descriptors left. Without a pause the loop would spin until one is.
    for code in [24, 23] {
        assert!(!is_of_one_client(&io::Error::from_raw_os_error(code)));
    }
}

struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
    held: mpsc::UnboundedReceiver<oneshot::Sender<()>>,
}

impl Server {
    fn start(limits: ServeLimits) -> Self {
        Self::start_with(limits, None)
    }

    fn start_with(limits: ServeLimits, tls: Option<TlsAcceptor>) -> Self {
        Self::start_all(limits, tls, ANSWER_STALL)
    }

    fn start_stalling(limits: ServeLimits, answer_stall: Duration) -> Self {
        Self::start_all(limits, None, answer_stall)
    }

    fn start_all(limits: ServeLimits, tls: Option<TlsAcceptor>, answer_stall: Duration) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = TcpListener::from_std(listener).unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let (hold, held) = mpsc::unbounded_channel();
        let shutdown = async move { drop(stopped.await) };
        let task =
            tokio::spawn(serve_with(listener, tls, routed(router(hold)), limits, answer_stall, shutdown));
        Self { address, stop, task, held }
    }

    async fn connect(&self) -> TcpStream {
        self.connect_from("127.0.0.1:0").await
    }

    async fn connect_from(&self, own: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(own.parse().unwrap()).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    /// A connection that has been accepted for certain.
    async fn served(&self) -> TcpStream {
        let mut client = self.connect().await;
        client.write_all(REQUEST).await.unwrap();
        client.read_exact(&mut [0; 12]).await.unwrap();
        client
    }
}

fn router(hold: mpsc::UnboundedSender<oneshot::Sender<()>>) -> Router {
    let hold_answer = hold.clone();
    let endless = move || async move { endless(&hold_answer) };
    let held = move || async move {
        let (release, released) = oneshot::channel();
        hold.send(release).unwrap();
        released.await.unwrap();
        "released"
    };
    Router::new()
        .route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }))
        .route("/held", get(held))
        .route("/endless", get(endless))
        .route("/slowly", get(slowly))
        .route("/read", post(read))
}

/// Each part takes longer than a client may be silent.
async fn slowly() -> Body {
    let parts = futures_util::stream::unfold(["three", "two, ", "one, "].to_vec(), |mut left| async {
        tokio::time::sleep(PATIENCE * 2).await;
        left.pop().map(|part| (Ok::<_, Infallible>(part), left))
    });
    Body::from_stream(parts)
}

/// More than any buffer has room for. What it sends to `hold` is closed when the answer is dropped.
fn endless(hold: &mpsc::UnboundedSender<oneshot::Sender<()>>) -> Body {
    let (release, released) = oneshot::channel::<()>();
    hold.send(release).unwrap();
    let parts = futures_util::stream::unfold(released, |released| async {
        Some((Ok::<_, Infallible>(Bytes::from_static(&[b'x'; 64 * 1024])), released))
    });
    Body::from_stream(parts)
}

async fn read(body: Body) -> String {
    match body.collect().await {
        Ok(_) => "whole".to_owned(),
        Err(error) => error.to_string(),
    }
}

async fn is_served(mut client: TcpStream) -> bool {
    client.write_all(REQUEST).await.is_ok() && client.read_exact(&mut [0; 12]).await.is_ok()
}

/// What the server says until it hangs up.
async fn until_closed(client: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut answer = Vec::new();
    let read =
        tokio::time::timeout(FOR_EVER, client.read_to_end(&mut answer)).await.expect("must be hung up on");
    // A connection closed with something unread is reset.
    assert!(read.is_ok() || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    String::from_utf8(answer).unwrap()
}

type Http2 = hyper::client::conn::http2::SendRequest<Empty<Bytes>>;

async fn http2(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
) -> (Http2, JoinHandle<hyper::Result<()>>) {
    http2_with(stream, 64 * 1024).await
}

/// A client that takes no more than this much of an answer before it reads it.
async fn http2_with(
    stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    window: u32,
) -> (Http2, JoinHandle<hyper::Result<()>>) {
    let (client, connection) = hyper::client::conn::http2::Builder::new(TokioExecutor::new())
        .initial_stream_window_size(window)
        .handshake(TokioIo::new(stream))
        .await
        .unwrap();
    (client, tokio::spawn(connection))
}

fn request(path: &str) -> hyper::Request<Empty<Bytes>> {
    hyper::Request::get(format!("http://x{path}")).body(Empty::new()).unwrap()
}

fn tls() -> (TlsAcceptor, CertificateDer<'static>) {
    let made = rcgen::generate_simple_self_signed(["byo.example".to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    (Arc::new(config).into(), certificate)
}

async fn connect_tls(
    stream: TcpStream,
    root: &CertificateDer<'static>,
    protocol: &[u8],
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(root.clone()).unwrap();
    let mut config =
        rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let name = ServerName::try_from("byo.example").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}
