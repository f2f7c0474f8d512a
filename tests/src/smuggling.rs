//! Requests that carry another one where one of two readers of their length would see it, be it a proxy in front or byo
//! itself on the way to a provider.
//!
//! Each is one request for whoever reads it rightly, or none. So there is one answer, and no second one.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use crate::{Reply, Wire};

/// So long that only a server that hangs reaches it.
const PATIENCE: Duration = Duration::from_secs(30);
const CHUNKED: &str = "transfer-encoding: chunked\r\n";

/// What follows a request's line and those of its headers that are as always.
pub struct Case {
    /// Lines, each with its end.
    pub headers: String,
    /// All behind the empty line.
    pub body: String,
}

/// Every case. `hidden` is what is hidden: a whole request of its own, without a body.
pub fn cases(hidden: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |headers: String, body: String| cases.push(Case { headers, body });
    let ended = format!("0\r\n\r\n{hidden}");
    let chunk = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len());
    // Two lengths: the one that says less, and the one that says more, first or last.
    let length = |bytes: usize| format!("content-length: {bytes}\r\n");
    for (less, more) in [(0, hidden.len()), (5, ended.len()), (1, hidden.len())] {
        add(format!("{}{}", length(less), length(more)), ended.clone());
        add(format!("{}{}", length(more), length(less)), ended.clone());
        add(format!("content-length: {less}, {more}\r\n"), ended.clone());
    }
    // Both a length and chunks.
    for body in [&ended, &chunk] {
        for bytes in [0, 4, 5, body.len()] {
            add(format!("{}{CHUNKED}", length(bytes)), body.clone());
            add(format!("{CHUNKED}{}", length(bytes)), body.clone());
        }
    }
    // Chunks that only some would see. Those who do not, read as much as the length says.
    for coding in [
        "transfer-encoding : chunked",
        "transfer-encoding\t: chunked",
        " transfer-encoding: chunked",
        "transfer-encoding: xchunked",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: identity, chunked",
        "transfer-encoding: identity",
        "transfer-encoding: gzip, chunked",
        "transfer-encoding: chunked, chunked",
        "transfer-encoding: \u{b}chunked",
        "transfer-encoding: chunked\u{b}",
        "transfer-encoding: \"chunked\"",
        "transfer-encoding:\r\n chunked",
        "transfer-encoding: chunked\r\ntransfer-encoding: x",
        "transfer-encoding: x\r\ntransfer-encoding: chunked",
        "transfer-encoding\0: chunked",
        "transfer_encoding: chunked",
        "transfer-encoding; chunked",
        "x: y\rtransfer-encoding: chunked",
        "x: y\ntransfer-encoding: chunked",
        "transfer-encoding: ch\u{fc}nked",
        "Transfer-Encoding: CHUNKED",
        "transfer-encoding:chunked",
        "transfer-encoding: chunked;q=1",
    ] {
        add(format!("{coding}\r\n{}", length(ended.len())), ended.clone());
        add(format!("{}{coding}\r\n", length(ended.len())), ended.clone());
    }
    // Lengths that are none.
    for bad in
        ["+5", "-5", "0x5", "5;", "5 5", "5\t", "", "five", "18446744073709551621", "0005, 5", "5\u{b}", "٥"]
    {
        // A tab at the end is white space, and five the length: the rest would be the next request.
        if bad != "5\t" {
            add(format!("content-length: {bad}\r\n"), ended.clone());
        }
    }
    for name in ["content-length :", " content-length:", "content-length\u{b}:"] {
        add(format!("{name} 5\r\n{CHUNKED}"), ended.clone());
    }
    // Chunks that end in a way of their own.
    for chunks in [
        "0x0\r\n\r\n",
        "-0\r\n\r\n",
        "0\n\n",
        "0\r\r\n\n",
        "0 ;a\n\r\n",
        "10000000000000000\r\n\r\n",
        "5\r\nabcdefgh\r\n0\r\n\r\n",
        "5\nabcde\n0\n\n",
        "5\r\nabcde0\r\n\r\n",
        "\r\n0\r\n\r\n",
        "0;\nx\r\n\r\n",
        "0\r\nhost: x\ncontent-length: 9\r\n\r\n",
    ] {
        add(CHUNKED.to_owned(), format!("{chunks}{hidden}"));
    }
    cases
}

/// The statuses of all answers until the server closes the connection. It should not wait long for more requests.
pub async fn statuses(to: SocketAddr, request: &[u8]) -> Vec<u16> {
    let mut wire = Wire::open(to).await.expect("it listens");
    // It may close before all has come.
    let _: Result<(), _> = wire.send(request).await;
    let mut statuses = Vec::new();
    loop {
        let answer = tokio::time::timeout(PATIENCE, wire.answer("POST")).await;
        match answer.unwrap_or_else(|_| panic!("no end: {}", request.escape_ascii())) {
            Ok(Some(Reply { status, .. })) => statuses.push(status),
            Ok(None) => return statuses,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return statuses,
            Err(error) => panic!("{error}: {}", request.escape_ascii()),
        }
    }
}
