//! A request, and whatever a test does about it.

use std::{io::ErrorKind, sync::Arc};

use tokio::{net::TcpStream, sync::oneshot};

use super::{
    connection::{Over, Reading, Record},
    framing::{chunk, dechunked, head},
};

/// A request that waits for its answer. Dropped, its connection is closed.
pub struct Call {
    /// The request's line and headers, with the empty line.
    pub head: Vec<u8>,
    pub(super) record: Arc<Record>,
    pub(super) stream: Arc<TcpStream>,
    pub(super) reading: Reading,
    /// How much of what came over the connection has been read.
    pub(super) read: usize,
    pub(super) kept: oneshot::Sender<Kept>,
}

/// What a connection goes on with after an answer.
pub(super) struct Kept {
    pub(super) stream: Arc<TcpStream>,
    pub(super) reading: Reading,
    pub(super) read: usize,
}

impl Call {
    /// The request's first line, word by word.
    fn word(&self, index: usize) -> String {
        let line = self.head.split(|&byte| byte == b'\r').next().unwrap_or_default();
        let word = line.split(|&byte| byte == b' ').nth(index).unwrap_or_default();
        String::from_utf8_lossy(word).into_owned()
    }

    /// Its method.
    pub fn method(&self) -> String {
        self.word(0)
    }

    /// Its path and query.
    pub fn target(&self) -> String {
        self.word(1)
    }

    /// Its headers as they came.
    pub fn headers(&self) -> Vec<(String, String)> {
        let head = String::from_utf8_lossy(&self.head);
        let lines = head.trim_end_matches("\r\n").split("\r\n").skip(1);
        let pairs = lines.filter_map(|line| line.split_once(':'));
        pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect()
    }

    /// A header's value, if it is there.
    pub fn header(&self, name: &str) -> Option<String> {
        self.headers().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Its body, without the transfer coding; `None` when the connection ended first.
    pub async fn body(&mut self) -> Option<Vec<u8>> {
        let chunked = self.header("transfer-encoding").is_some_and(|coding| coding == "chunked");
        let length = self.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let from = self.read;
        let (body, end) = self
            .record
            .wait(|bytes| {
                let rest = bytes.get(from..)?;
                if chunked { dechunked(rest) } else { Some((rest.get(..length)?.to_vec(), length)) }
            })
            .await?;
        self.read += end;
        Some(body)
    }

    /// Completes when these bytes have come, in whatever coding; `false` when the connection ended first.
    pub async fn has(&self, wanted: &[u8]) -> bool {
        let find = |bytes: &[u8]| bytes.windows(wanted.len()).any(|some| some == wanted).then_some(());
        self.record.wait(find).await.is_some()
    }

    /// Sends these bytes; `false` when the other side is gone.
    pub async fn send(&self, bytes: &[u8]) -> bool {
        let mut sent = 0;
        while sent < bytes.len() {
            match self.stream.try_write(&bytes[sent..]) {
                Ok(more) => sent += more,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    if self.stream.writable().await.is_err() {
                        return false;
                    }
                }
                Err(_) => return false,
            }
        }
        true
    }

    /// Sends a whole answer with its length.
    pub async fn answer(&self, status: &str, headers: &[(&str, &str)], body: &[u8]) -> bool {
        self.send(
            &[head(status, headers, &format!("content-length: {}", body.len())).as_bytes(), body].concat(),
        )
        .await
    }

    /// Sends the head of an answer in chunks.
    pub async fn begin(&self, status: &str, headers: &[(&str, &str)]) -> bool {
        self.send(head(status, headers, "transfer-encoding: chunked").as_bytes()).await
    }

    /// Sends the head of a stream of events.
    pub async fn stream(&self) -> bool {
        self.begin("200 OK", &[("content-type", "text/event-stream")]).await
    }

    /// Sends one chunk.
    pub async fn chunk(&self, bytes: &[u8]) -> bool {
        self.send(&chunk(bytes)).await
    }

    /// Completes when the other side has ended the connection.
    pub async fn over(&self) -> Over {
        self.record.ended().await
    }

    /// Whether the other side has ended the connection.
    pub fn is_over(&self) -> bool {
        self.record.over().is_some()
    }

    /// All that came over the connection until now.
    pub fn received(&self) -> Vec<u8> {
        self.record.bytes()
    }

    /// Takes the next request on this connection; `false` when it is gone.
    pub fn keep(self) -> bool {
        let Self { stream, reading, read, kept, .. } = self;
        kept.send(Kept { stream, reading, read }).is_ok()
    }

    /// Says that nothing more comes, and still listens.
    pub fn finish(&self) {
        let _: Result<(), _> = socket2::SockRef::from(&*self.stream).shutdown(std::net::Shutdown::Write);
    }

    /// Says that nothing more comes, and completes when the other side has hung up: it will not be used again.
    pub async fn end(self) {
        self.finish();
        self.over().await;
    }

    /// Closes the connection.
    pub async fn close(self) {
        self.let_go().await;
    }

    /// Breaks the connection.
    pub async fn reset(self) {
        let _: Result<(), _> = self.stream.set_zero_linger();
        self.let_go().await;
    }

    async fn let_go(self) {
        let Self { stream, reading, .. } = self;
        reading.stop().await;
        drop(stream);
    }
}
