//! HTTP/1.1 by hand: whatever bytes a test likes, and answers taken apart strictly.

mod reply;
mod request;

use std::{
    io,
    net::{IpAddr, SocketAddr},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

pub use reply::Reply;
pub use request::request;

use reply::{Framing, broken};

/// How much is read at once, at least.
const READ: usize = 16 * 1024;

/// A connection.
pub struct Wire {
    stream: TcpStream,
    unread: Vec<u8>,
}

impl Wire {
    /// Connects.
    pub async fn open(to: SocketAddr) -> io::Result<Self> {
        Self::over(TcpSocket::new_v4()?, to).await
    }

    /// Connects from this address of the machine.
    pub async fn open_from(from: IpAddr, to: SocketAddr) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((from, 0).into())?;
        Self::over(socket, to).await
    }

    async fn over(socket: TcpSocket, to: SocketAddr) -> io::Result<Self> {
        let stream = socket.connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, unread: Vec::new() })
    }

    /// Sends these bytes.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// Sends this again and again, until the server says something or hangs up, or this much has left; gives how much.
    pub async fn flood(&mut self, piece: &[u8], most: u64) -> u64 {
        let (mut sent, mut at) = (0, 0);
        while sent < most {
            tokio::select! {
                biased;
                _ = self.stream.readable() => break,
                _ = self.stream.writable() => match self.stream.try_write(&piece[at..]) {
                    Ok(more) => {
                        at = (at + more) % piece.len();
                        sent += more as u64;
                    }
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    Err(_) => break,
                },
            }
        }
        sent
    }

    /// Sends nothing more, and still listens.
    pub async fn finish(&mut self) -> io::Result<()> {
        self.stream.shutdown().await
    }

    /// Sends a request of this method, which must be answered.
    pub async fn ask(&mut self, method: &str, request: &[u8]) -> Reply {
        self.send(request).await.expect("the server reads");
        self.answer(method).await.expect("the server answers well").expect("the server answers")
    }

    /// The next final answer, to a request of this method; `None` when the server closed the connection without one.
    ///
    /// An answer that breaks off, or that is none, is an error.
    pub async fn answer(&mut self, method: &str) -> io::Result<Option<Reply>> {
        loop {
            let Some(head) = self.head().await? else { return Ok(None) };
            let mut reply = Reply::of_head(&head)?;
            if (100..200).contains(&reply.status) {
                continue;
            }
            reply.body = match reply.framing(method)? {
                Framing::Length(length) => self.take(length).await?,
                Framing::Chunked => self.chunks().await?,
                Framing::UntilClosed => self.rest().await?,
            };
            return Ok(Some(reply));
        }
    }

    /// Everything until the server closes the connection.
    pub async fn rest(&mut self) -> io::Result<Vec<u8>> {
        let mut rest = std::mem::take(&mut self.unread);
        self.stream.read_to_end(&mut rest).await?;
        Ok(rest)
    }

    /// Everything until the connection ends, and how it ended.
    pub async fn all(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut all = std::mem::take(&mut self.unread);
        let end = self.stream.read_to_end(&mut all).await;
        (all, end.map(drop))
    }

    /// How many bytes the next answer has in chunks, which are not kept. It must be in chunks.
    pub async fn count(&mut self) -> io::Result<usize> {
        let Some(_) = self.head().await? else { return Err(broken("there is no answer")) };
        let mut count = 0;
        loop {
            let size = self.chunk_size().await?;
            self.take(size + 2).await?;
            count += size;
            if size == 0 {
                return Ok(count);
            }
        }
    }

    /// Completes when these bytes are there; they stay to be read. `false` when the connection ended first.
    pub async fn has(&mut self, wanted: &[u8]) -> bool {
        while !self.unread.windows(wanted.len()).any(|some| some == wanted) {
            if !self.more().await.is_ok_and(|more| more > 0) {
                return false;
            }
        }
        true
    }

    /// What has come and was not taken.
    pub fn unread(&self) -> &[u8] {
        &self.unread
    }

    /// Breaks the connection.
    pub fn reset(self) {
        let _: Result<(), _> = self.stream.set_zero_linger();
    }

    async fn head(&mut self) -> io::Result<Option<Vec<u8>>> {
        let ends = |bytes: &[u8]| bytes.windows(4).position(|four| four == b"\r\n\r\n");
        loop {
            if let Some(end) = ends(&self.unread) {
                let rest = self.unread.split_off(end + 4);
                return Ok(Some(std::mem::replace(&mut self.unread, rest)));
            }
            if self.more().await? == 0 {
                return if self.unread.is_empty() { Ok(None) } else { Err(broken("a head breaks off")) };
            }
        }
    }

    async fn chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let size = self.chunk_size().await?;
            let chunk = self.take(size).await?;
            body.extend_from_slice(&chunk);
            if !self.line().await?.is_empty() {
                return Err(broken("a chunk is longer than it says"));
            }
            if size == 0 {
                return Ok(body);
            }
        }
    }

    async fn chunk_size(&mut self) -> io::Result<usize> {
        usize::from_str_radix(&self.line().await?, 16).map_err(|_| broken("a chunk's size"))
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = self.unread.windows(2).position(|two| two == b"\r\n") {
                let rest = self.unread.split_off(end + 2);
                let line = std::mem::replace(&mut self.unread, rest);
                return String::from_utf8(line[..end].to_vec()).map_err(|_| broken("a line"));
            }
            if self.more().await? == 0 {
                return Err(broken("a line breaks off"));
            }
        }
    }

    async fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        while self.unread.len() < length {
            if self.more().await? == 0 {
                return Err(broken("a body breaks off"));
            }
        }
        let rest = self.unread.split_off(length);
        Ok(std::mem::replace(&mut self.unread, rest))
    }

    async fn more(&mut self) -> io::Result<usize> {
        // A buffer that is full would otherwise grow by a few bytes, and be read into by as many.
        self.unread.reserve(READ);
        self.stream.read_buf(&mut self.unread).await
    }
}
