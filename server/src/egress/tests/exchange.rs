//! What the client does with answers, slow, large, redirecting or broken.

use std::{sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue, Method};
use http_body_util::Full;
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpSocket},
    time::timeout,
};

use super::{
    super::{
        Egress, EgressError, EgressLimits, Request, Response, Roots, StaticResolver, UnreachableKind, UrlKind,
    },
    egress, policy,
    server::{Reply, Server, reply},
};

fn client() -> Egress {
    egress(&["127.0.0.1"], StaticResolver::default())
}

fn get(egress: &Egress, url: &str) -> Request {
    Request::new(Method::GET, egress.check(UrlKind::Webhook, url).unwrap())
}

async fn fetch(url: &str) -> Result<Response, EgressError> {
    let egress = client();
    egress.send(get(&egress, url)).await
}

/// Why it failed; a `Response` has no `Debug`.
async fn failure(url: &str) -> Option<EgressError> {
    fetch(url).await.err()
}

#[tokio::test]
async fn a_redirect_is_returned_and_the_second_host_sees_nothing() {
    let second = Server::start(|_, _| Some(reply(200, "text/plain", "you should not be here"))).await;
    for status in [301, 302, 303, 307, 308] {
        let location = second.url("/stolen");
        let first = Server::start(move |_, _| {
            Some(
                http::Response::builder()
                    .status(status)
                    .header("location", &location)
                    .body(Full::default())
                    .unwrap(),
            )
        })
        .await;
        assert_eq!(fetch(&first.url("/")).await.map(|answer| answer.status.as_u16()), Ok(status));
    }
    assert_eq!(second.connections(), 0);
}

#[tokio::test]
async fn a_request_arrives_as_it_was_written() {
    let server = Server::start(|_, _| Some(reply(201, "text/plain", "ok"))).await;
    let egress = client();
    let destination = egress.check(UrlKind::Webhook, &server.url("/hook/a%20b?token=x")).unwrap();
    let request = Request::new(Method::POST, destination)
        .header(HeaderName::from_static("x-signature"), HeaderValue::from_static("abc"))
        .body("application/json", "{}");
    let answer = egress.send(request).await.map(|answer| (answer.status.as_u16(), answer.body));
    assert_eq!(answer, Ok((201, "ok".into())));
    let seen = server.seen().remove(0);
    assert_eq!(seen.line, "POST /hook/a%20b?token=x");
    assert_eq!(seen.body, "{}");
    assert_eq!(seen.headers["x-signature"], "abc");
    assert_eq!(seen.headers["content-type"], "application/json");
    assert_eq!(seen.headers["accept-encoding"], "identity");
    assert_eq!(seen.headers["host"], server.address.to_string());
}

#[tokio::test]
async fn a_compressed_answer_stays_as_sent() {
    let bomb = b"\x1f\x8b\x08\x00not really gzip".as_slice();
    let server = Server::start(move |_, _| {
        Some(http::Response::builder().header("content-encoding", "gzip").body(Full::from(bomb)).unwrap())
    })
    .await;
    assert_eq!(fetch(&server.url("/")).await.map(|answer| answer.body), Ok(bomb.into()));
}

#[tokio::test]
async fn a_body_over_the_cap_is_refused_or_cut_as_asked() {
    let server = Server::start(|_, _| Some(reply(200, "text/plain", vec![b'x'; 100_000]))).await;
    let egress = client();
    let ask = |limit: fn(Request) -> Request| {
        let request = limit(get(&egress, &server.url("/")));
        let egress = egress.clone();
        async move { egress.send(request).await.map(|answer| answer.body.len()) }
    };
    assert_eq!(ask(|request| request.refuse_body_over(99_999)).await, Err(EgressError::TooLarge));
    assert_eq!(ask(|request| request.refuse_body_over(100_000)).await, Ok(100_000));
    assert_eq!(ask(|request| request.truncate_body_at(4096)).await, Ok(4096));
    assert_eq!(ask(|request| request.truncate_body_at(200_000)).await, Ok(100_000));
}

#[tokio::test]
async fn silence_ends_in_a_time_out() {
    let server = Server::start(|_, _| None).await;
    let egress = client();
    let request = get(&egress, &server.url("/")).timeout(Duration::from_millis(50));
    assert_eq!(egress.send(request).await.err(), Some(EgressError::TimedOut));
}

#[tokio::test]
async fn a_tls_handshake_that_never_ends_counts_as_connecting() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let limits = EgressLimits { connect: Duration::from_millis(50), ..EgressLimits::default() };
    let resolver = Arc::new(StaticResolver::default());
    let egress = Egress::new(policy(&["127.0.0.1"]), resolver, &Roots::default(), limits);
    let request = get(&egress, &format!("https://{}/", listener.local_addr().unwrap()));
    let outcome =
        timeout(Duration::from_secs(5), egress.send(request)).await.expect("the connect limit is 50 ms");
    assert_eq!(outcome.err(), Some(EgressError::TimedOut));
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    // Bound, so that nobody else gets the port, but not listening.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}/", socket.local_addr().unwrap());
    assert_eq!(failure(&url).await, Some(EgressError::Unreachable(UnreachableKind::Connection)));
}

#[tokio::test]
async fn an_answer_that_is_not_http_or_breaks_off_is_a_protocol_error() {
    let raw = [
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        "",
    ];
    for answer in raw {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.readable().await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
            // Reads the request, or closing would reset the connection under the answer.
            let mut request = [0; 4096];
            let _read = stream.try_read(&mut request);
            stream.shutdown().await.unwrap();
        });
        assert_eq!(failure(&url).await, Some(EgressError::Protocol), "{answer:?}");
    }
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_a_busy_one_is_used_again() {
    let server = Server::start(|_, _| Some(reply(200, "text/plain", "ok"))).await;
    let limits = EgressLimits { idle: Duration::from_millis(100), ..EgressLimits::default() };
    let egress =
        Egress::new(policy(&["127.0.0.1"]), Arc::new(StaticResolver::default()), &Roots::default(), limits);
    for _ in 0..2 {
        assert!(egress.send(get(&egress, &server.url("/"))).await.is_ok());
    }
    assert_eq!(server.connections(), 1);
    timeout(Duration::from_secs(5), server.closed.notified()).await.expect("the idle connection is closed");
}

#[tokio::test]
async fn a_destination_of_a_laxer_policy_is_refused_at_use() {
    let server = Server::start(|_, _| Option::<Reply>::None).await;
    let stored = client().check(UrlKind::Webhook, &server.url("/")).unwrap();
    let stricter = egress(&[], StaticResolver::default());
    let outcome = stricter.send(Request::new(Method::GET, stored)).await.err();
    assert!(matches!(outcome, Some(EgressError::NotAllowed(_))));
    assert_eq!(server.connections(), 0);
}
