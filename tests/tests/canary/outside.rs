//! Providers and receivers that pass on whatever they are sent, in every way a server can.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use super::spelling::spellings;

/// A server on loopback that behaves as the first part of the path says.
pub(crate) struct Outside {
    address: SocketAddr,
    arrived: Arc<Arrived>,
}

#[derive(Default)]
struct Arrived {
    requests: Mutex<Vec<Vec<u8>>>,
    again: Notify,
}

impl Outside {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("it is bound");
        let arrived = Arc::new(Arrived::default());
        let shared = Arc::clone(&arrived);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, arrived }
    }

    /// Where it behaves so.
    pub(crate) fn at(&self, manner: &str) -> String {
        format!("http://{}/{manner}", self.address)
    }

    /// What arrived at paths that start so, byte by byte.
    pub(crate) fn arrived(&self, path: &str) -> Vec<Vec<u8>> {
        let requests = self.arrived.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.iter().filter(|request| manner(request).starts_with(path)).cloned().collect()
    }

    /// Completes when so many have arrived there.
    pub(crate) async fn until_arrived(&self, path: &str, count: usize) {
        loop {
            let again = self.arrived.again.notified();
            if self.arrived(path).len() >= count {
                return;
            }
            again.await;
        }
    }
}

async fn serve(mut stream: TcpStream, arrived: Arc<Arrived>) {
    let Some(request) = read(&mut stream).await else { return };
    arrived.requests.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    arrived.again.notify_waiters();
    let manner = manner(&request);
    let key = key(&request);
    let echo = echo(&request, &key);
    let answer = match manner.as_str() {
        "hang" | "stalls" => return std::future::pending().await,
        "silent" => return,
        "accepts" => ok(LIST, ""),
        // The model list of somebody who wants the key to be seen.
        "models" => ok(
            &format!(
                r#"{{"object":"list","data":[{{"id":"gpt-4.1"}},{{"id":"{key}"}},{{"id":"x-{key}-x"}}]}}"#
            ),
            "",
        ),
        "redirects" => format!(
            "HTTP/1.1 307 See {key}\r\nlocation: /accepts/{key}?key={key}\r\ncontent-length: 0\r\n\r\n"
        ),
        "broken" => format!("HTTP/1.1 abc {key}\r\n{key}\r\n\r\n{key}"),
        "chunked" => chunked(500, &key, &echo),
        "cut" => format!("HTTP/1.1 401 No\r\ncontent-length: {}\r\n\r\n{echo}", echo.len() + 10),
        "overload" => refuse(529, &key, &echo),
        "limited" => refuse(429, &key, &echo),
        "fails" => refuse(500, &key, &echo),
        "forbids" => refuse(403, &key, &echo),
        "malformed" => refuse(400, &key, &echo),
        "hooks" => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        "gone" => refuse(410, &key, &echo),
        // A server of Ollama's that asks for no key when it is checked, and shows all it got when it is used.
        "keyless" if request.starts_with(b"GET ") => ok(r#"{"models":[{"name":"llama3.2"}]}"#, ""),
        // These take the key when it is checked, and show it when it is used.
        "turns" | "overloads" | "turns-chunked" | "streams" if request.starts_with(b"GET ") => ok(LIST, ""),
        "overloads" => refuse(529, &key, &echo),
        "turns-chunked" => chunked(500, &key, &echo),
        "streams" => format!(
            "HTTP/1.1 200 {key}\r\nx-key: {key}\r\nx-request-id: {key}\r\nconnection: close\r\ncontent-type: text/event-stream\r\n\r\n\
             data: {{\"choices\":[{{\"delta\":{{\"content\":\"Hello\"}}}}]}}\n\nevent: error\ndata: {echo}\n\ndata: {echo}\n\n"
        ),
        _ => refuse(401, &key, &echo),
    };
    let _: Result<(), _> = stream.write_all(answer.as_bytes()).await; // The client may have seen enough.
    let _: Result<(), _> = stream.shutdown().await;
}

const LIST: &str = r#"{"object":"list","data":[{"id":"gpt-4.1","object":"model"}]}"#;

/// In chunks, with a trailer.
fn chunked(status: u16, key: &str, echo: &str) -> String {
    let length = echo.len();
    format!(
        "HTTP/1.1 {status} {key}\r\ntransfer-encoding: chunked\r\ntrailer: x-key\r\n\r\n{length:x}\r\n{echo}\r\n0\r\nx-key: {key}\r\n\r\n"
    )
}

fn ok(body: &str, headers: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

/// The key in the reason, the headers and the body, in every spelling that fits.
fn refuse(status: u16, key: &str, echo: &str) -> String {
    let length = echo.len();
    format!(
        "HTTP/1.1 {status} Wrong key {key}\r\nx-key: {key}\r\nset-cookie: key={key}\r\nwww-authenticate: Bearer realm=\"{key}\"\r\n\
         retry-after: 1\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{echo}"
    )
}

/// All that came, and the key in every spelling, as an error's message, type, code and parameter. A digest of it is no
/// spelling: byo tells none, and cannot know all that a provider might make up of a key.
fn echo(request: &[u8], key: &str) -> String {
    let spelt: Vec<_> = spellings(key.as_bytes())
        .into_iter()
        .filter(|(form, _)| !form.starts_with("SHA-256"))
        .map(|(_, bytes)| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    let all = format!("{} {}", spelt.join(" "), String::from_utf8_lossy(request));
    let error = serde_json::json!({"message": all, "type": key, "code": key, "param": key, "status": key, "details": [{"reason": key}]});
    serde_json::json!({"error": error, "message": all, "detail": all, "request_id": key}).to_string()
}

/// The first part of the path.
fn manner(request: &[u8]) -> String {
    let line = request.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    line.split(' ').nth(1).and_then(|path| path.split('/').nth(1)).unwrap_or_default().to_owned()
}

/// The provider's key, or what stands in for one.
fn key(request: &[u8]) -> String {
    let head = String::from_utf8_lossy(request);
    let value =
        |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).map(str::to_owned);
    let found =
        value("authorization: Bearer ").or_else(|| value("x-api-key:")).or_else(|| value("x-goog-api-key:"));
    found.unwrap_or_else(|| "no-key-was-sent-with-this-request".to_owned())
}

async fn read(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
            let length: usize = length.and_then(|length| length.trim().parse().ok()).unwrap_or(0);
            if bytes.len() >= head + 4 + length {
                return Some(bytes);
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}
