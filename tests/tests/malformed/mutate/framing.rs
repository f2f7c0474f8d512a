//! How long a body is, and how that is told.

use super::Draw;
use crate::request::Request;

pub(super) fn length(request: &mut Request, draw: &mut Draw) {
    request.is_last = true;
    if draw.below(3) == 0 {
        return chunked(request, draw);
    }
    let exact = request.body.len().to_string();
    let more = (request.body.len() + 1 + draw.below(50)).to_string();
    let twice = format!("{exact}, {exact}");
    let lengths = [
        "-1",
        "+5",
        "0",
        "5, 6",
        "0x10",
        "1e3",
        "",
        "99999999999999999999999",
        "18446744073709551616",
        "5;",
        "\u{661}",
        &exact,
        &more,
        &twice,
    ];
    request.is_measured = draw.below(4) == 0;
    request.headers.push((b"content-length".into(), draw.one(&lengths).into()));
    if draw.below(3) == 0 {
        let codings =
            ["chunked", "identity", "chunked, chunked", "gzip, chunked", "xchunked", "chunked\x0b", "", "\0"];
        request.headers.push((b"transfer-encoding".into(), draw.one(&codings).into()));
    }
}

fn chunked(request: &mut Request, draw: &mut Draw) {
    let whole = std::mem::take(&mut request.body);
    let size = format!("{:x}", whole.len());
    let before = [
        size.as_str(),
        "0",
        "zz",
        "-1",
        "",
        "ffffffffffffffff",
        "fffffffffffffffff",
        "10000000000000000",
        " 5",
        "5 ;",
        "0005",
        "5;a=\"",
        "5\n",
    ];
    let before = draw.one(&before);
    let after = draw.one(&[
        "\r\n0\r\n\r\n",
        "\r\n0\r\n",
        "\r\n",
        "",
        "0\r\n\r\n",
        "\r\n0\r\nx-a: b\r\n\r\n",
        "\n0\n\n",
    ]);
    request.body = [before.as_bytes(), b"\r\n", &whole, after.as_bytes()].concat();
    request.is_measured = false;
    request.headers.push((b"transfer-encoding".into(), b"chunked".into()));
}

pub(super) fn body_of_nobody(request: &mut Request, draw: &mut Draw) {
    request.body = match draw.below(3) {
        0 => b"{}".into(),
        1 => vec![draw.byte(); draw.below(40_000)],
        _ => b"\0".into(),
    };
    // A server may answer without having read it, and close.
    request.is_last = true;
}
