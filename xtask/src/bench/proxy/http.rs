//! One call, one connection: for set-up and probes, never for what is measured.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

const PATIENCE: Duration = Duration::from_secs(20);

/// A request's head without its first line, lengths and host.
pub(super) struct Call<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    /// Each `name: value`.
    pub(super) headers: &'a [String],
    pub(super) body: &'a str,
}

impl Call<'_> {
    /// As it goes over the wire.
    pub(super) fn text(&self, host: SocketAddr) -> String {
        let Self { method, path, headers, body } = self;
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let length = body.len();
        let about_body = if body.is_empty() {
            String::new()
        } else {
            format!("content-type: application/json\r\ncontent-length: {length}\r\n")
        };
        format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\n{headers}{about_body}\r\n{body}")
    }

    /// The whole answer, its head too; an error unless its status is 200 or 201.
    pub(super) fn send(&self, to: SocketAddr) -> Result<String> {
        let mut stream = TcpStream::connect(to)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let headers: Vec<String> = self.headers.iter().cloned().chain(["connection: close".into()]).collect();
        stream.write_all(Call { headers: &headers, ..*self }.text(to).as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).context("no answer")?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").context("no whole answer")?;
        let status =
            head.lines().next().and_then(|line| line.split_once(' ')).map_or("", |(_, status)| status);
        if !["200", "201"].iter().any(|good| status.starts_with(good)) {
            let start: String = body.chars().take(500).collect();
            bail!("{} {} is answered {status}: {start}", self.method, self.path);
        }
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_says_how_long_its_body_is() {
        let headers = ["a: b".to_owned()];
        let call = Call { method: "POST", path: "/x", headers: &headers, body: "{}" };
        assert_eq!(
            call.text(([127, 0, 0, 1], 80).into()),
            "POST /x HTTP/1.1\r\nhost: 127.0.0.1:80\r\na: b\r\ncontent-type: application/json\r\n\
             content-length: 2\r\n\r\n{}"
        );
    }
}
