//! HTTP/1.1 as upstream and load generator speak it: no framework, so that their core keeps ahead of the gateway's.

use std::{io, time::Instant};

use bytes::{Buf as _, BytesMut};
use httparse::Header;
use memchr::memmem;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// More than any gateway sends; LiteLLM sends several dozen.
pub const MOST_HEADERS: usize = 128;
/// More than any head or piece of a body here.
const BUFFER: usize = 16 << 10;

/// How a body's end is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Framing {
    /// By its length, which is 0 where nothing is said.
    Length(usize),
    /// In chunks, the last one empty.
    Chunked,
}

impl Framing {
    /// What a head says of its body.
    ///
    /// # Errors
    /// A length that is no number.
    pub fn of(headers: &[Header<'_>]) -> io::Result<Self> {
        let value = |name: &str| headers.iter().find(|header| header.name.eq_ignore_ascii_case(name));
        if value("transfer-encoding").is_some_and(|header| header.value.eq_ignore_ascii_case(b"chunked")) {
            return Ok(Self::Chunked);
        }
        value("content-length").map_or(Ok(Self::Length(0)), |header| {
            let digits = std::str::from_utf8(header.value).ok().and_then(|text| text.trim().parse().ok());
            digits.map(Self::Length).ok_or_else(|| malformed("a length"))
        })
    }
}

/// True when a head says that no other message follows.
#[must_use]
pub fn is_last(headers: &[Header<'_>]) -> bool {
    headers.iter().any(|header| {
        header.name.eq_ignore_ascii_case("connection") && header.value.eq_ignore_ascii_case(b"close")
    })
}

/// A connection with what was read from it and not yet used.
pub struct Wire {
    stream: TcpStream,
    unread: BytesMut,
}

impl Wire {
    /// Takes over a connection.
    ///
    /// # Errors
    /// The kernel's.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, unread: BytesMut::with_capacity(BUFFER) })
    }

    /// Sends all of it.
    ///
    /// # Errors
    /// The connection's.
    pub async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await
    }

    /// The next message's head with the empty line after it; none when the other side has closed instead.
    ///
    /// # Errors
    /// The connection's, also when it ends within a head.
    pub async fn head(&mut self) -> io::Result<Option<BytesMut>> {
        loop {
            if let Some(end) = memmem::find(&self.unread, b"\r\n\r\n") {
                return Ok(Some(self.unread.split_to(end + 4)));
            }
            if !self.read().await? {
                return if self.unread.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            }
        }
    }

    /// Appends the body to `body`; gives when its first byte was there.
    ///
    /// # Errors
    /// The connection's, and chunks that are none.
    pub async fn body(&mut self, framing: Framing, body: &mut Vec<u8>) -> io::Result<Instant> {
        if framing != Framing::Length(0) && self.unread.is_empty() {
            self.more().await?;
        }
        let first = Instant::now();
        match framing {
            Framing::Length(length) => self.piece(length, body).await?,
            Framing::Chunked => self.chunks(body).await?,
        }
        Ok(first)
    }

    async fn chunks(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let line = self.line().await?;
            let text = std::str::from_utf8(&line).map_err(|_| malformed("a chunk"))?;
            let digits = text.split(';').next().unwrap_or_default().trim();
            let length = usize::from_str_radix(digits, 16).map_err(|_| malformed("a chunk"))?;
            if length == 0 {
                // Trailers, if any, up to an empty line.
                while !self.line().await?.is_empty() {}
                return Ok(());
            }
            self.piece(length, body).await?;
            if !self.line().await?.is_empty() {
                return Err(malformed("a chunk"));
            }
        }
    }

    async fn piece(&mut self, length: usize, body: &mut Vec<u8>) -> io::Result<()> {
        let mut missing = length;
        loop {
            let here = missing.min(self.unread.len());
            body.extend_from_slice(&self.unread[..here]);
            self.unread.advance(here);
            missing -= here;
            if missing == 0 {
                return Ok(());
            }
            self.more().await?;
        }
    }

    /// Without its end.
    async fn line(&mut self) -> io::Result<BytesMut> {
        loop {
            if let Some(end) = memmem::find(&self.unread, b"\r\n") {
                let line = self.unread.split_to(end);
                self.unread.advance(2);
                return Ok(line);
            }
            self.more().await?;
        }
    }

    async fn more(&mut self) -> io::Result<()> {
        if self.read().await? { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// False at the connection's end.
    async fn read(&mut self) -> io::Result<bool> {
        self.unread.reserve(BUFFER);
        Ok(self.stream.read_buf(&mut self.unread).await? > 0)
    }
}

/// An error that says what was not as it should be.
#[must_use]
pub fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} is malformed"))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_body_in_chunks_is_put_together_and_what_follows_is_the_next_message() {
        let body = read(
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n\
            3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\ntrailer: t\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n",
        );
        assert_eq!(body.await.unwrap(), ["abc0123456789", ""]);
    }

    #[tokio::test]
    async fn a_body_with_a_length_ends_there() {
        let body = read(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n");
        assert_eq!(body.await.unwrap(), ["hi", ""]);
    }

    #[tokio::test]
    async fn a_connection_that_ends_too_early_is_an_error() {
        read(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nhi").await.unwrap_err();
        read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n").await.unwrap_err();
        read(b"HTTP/1.1 200 OK\r\n").await.unwrap_err();
        read(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\nhi\r\n").await.unwrap_err();
    }

    /// Every message's body, sent byte by byte.
    async fn read(bytes: &'static [u8]) -> io::Result<Vec<String>> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut sender = TcpStream::connect(listener.local_addr()?).await?;
        sender.set_nodelay(true)?;
        let sending = tokio::spawn(async move {
            for byte in bytes {
                sender.write_all(&[*byte]).await.unwrap();
                tokio::task::yield_now().await;
            }
        });
        let mut wire = Wire::new(listener.accept().await?.0)?;
        let mut bodies = Vec::new();
        while let Some(head) = wire.head().await? {
            let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
            let mut response = httparse::Response::new(&mut headers);
            response.parse(&head).map_err(|_| malformed("a head"))?;
            let mut body = Vec::new();
            wire.body(Framing::of(response.headers)?, &mut body).await?;
            bodies.push(String::from_utf8_lossy(&body).into_owned());
        }
        sending.await.unwrap();
        Ok(bodies)
    }
}
