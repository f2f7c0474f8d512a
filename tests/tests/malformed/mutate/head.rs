//! The request line and the headers.

use super::{Draw, bytes};
use crate::request::Request;

pub(super) fn method(request: &mut Request, draw: &mut Draw) {
    let long = "M".repeat(9_000);
    let methods = [
        "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "Post",
        "PROPFIND", "G\0T", "GÉT", "G(T", "", " GET", "GET ", "\r\nGET", &long,
    ];
    request.method = draw.one(&methods).into();
    request.is_last |= !request.method.iter().all(u8::is_ascii_alphabetic) || request.method.len() > 10;
    // A tunnel has no end that an answer could tell.
    request.is_last |= request.method == b"CONNECT" || request.method.is_empty();
}

pub(super) fn target(request: &mut Request, draw: &mut Draw) {
    let old = String::from_utf8_lossy(&request.target).into_owned();
    let new: Vec<u8> = match draw.below(18) {
        0 => format!("http://other.example.com{old}").into(),
        1 => format!("/{old}").into(),
        2 => format!("{old}/").into(),
        3 => format!("{old}%00").into(),
        4 => old.replace('/', "%2f").into(),
        5 => old.replace("/v1/", "/v1/../v1/").into(),
        6 => old.to_uppercase().into(),
        7 => format!("{old}#part").into(),
        8 => format!("{old} x").into(),
        9 => [old.as_bytes(), &[draw.byte()]].concat(),
        10 => b"*".into(),
        11 => Vec::new(),
        12 => old.trim_start_matches('/').into(),
        13 => format!("/{}", "a/".repeat(draw.below(3_000))).into(),
        14 => format!("/{}", "a".repeat(70_000)).into(),
        15 => "/v1/ключи/\u{202e}".into(),
        16 => format!("/v1/keys/{}", "%".repeat(1 + draw.below(9))).into(),
        _ => {
            let mut bytes = request.target.clone();
            super::bytes(&mut bytes, draw);
            bytes
        }
    };
    let is_plain = !new.is_empty() && new.len() < 7_000 && new.iter().all(u8::is_ascii_graphic);
    request.target = new;
    request.is_last |= !is_plain;
}

pub(super) fn query(request: &mut Request, draw: &mut Draw) {
    let long = "x".repeat(5_000);
    let many = "a=1&".repeat(900);
    let queries = [
        "x=1",
        "refId=a&refId=b",
        "limit=0",
        "limit=-1",
        "limit=99999999999999999999",
        "limit=1e3",
        "limit=",
        "limit",
        "cursor=key_",
        "cursor=%00",
        "cursor='%20OR%201=1",
        "status=ACTIVE",
        "status[]=active",
        "provider=%F0%9F%92%A9",
        "refId=%",
        "refId=%zz",
        "refId=%ff%fe",
        "refId=%00",
        "refId=%25%32%35",
        "refId=*&status=*",
        "&&==&&",
        "=",
        "%",
        "?",
        "a=b?c=d",
        "__proto__=1",
        "key=byo_sk_test_0123456789",
        "refId=\"",
        "refId=<script>",
        "refId=%0d%0aa:b",
        &long,
        &many,
    ];
    let separator = if request.target.contains(&b'?') { b'&' } else { b'?' };
    request.target.push(separator);
    request.target.extend_from_slice(draw.one(&queries).as_bytes());
    request.is_last |= request.target.len() > 7_000;
}

pub(super) fn version(request: &mut Request, draw: &mut Draw) {
    let versions =
        ["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.1 ", "HTTP/11", "H", "", "\0"];
    request.version = draw.one(&versions).into();
    request.is_last = true;
}

pub(super) fn header(request: &mut Request, draw: &mut Draw) {
    // Any of them may stop the server from reading on.
    request.is_last = true;
    if request.headers.is_empty() {
        return;
    }
    let at = draw.below(request.headers.len());
    match draw.below(12) {
        0 => request.headers.push(request.headers[at].clone()),
        1 => {
            request.headers.remove(at);
        }
        2 => request.headers[at].1 = vec![b'v'; 1 + draw.below(40_000)],
        3 => request.headers.extend((0..draw.below(300)).map(|n| (format!("x-{n}").into(), b"1".into()))),
        4 => request.headers[at].1.insert(0, draw.byte()),
        5 => request.headers[at].0.push(draw.byte()),
        6 => request.headers[at].1.extend_from_slice(b"\r\n folded"),
        7 => request.headers[at].1.extend_from_slice(b"\rx"),
        8 => request.headers[at].1.extend_from_slice(b"\0"),
        9 => bytes(&mut request.headers[at].1, draw),
        10 => request.headers.push((b"no colon at all".into(), b"".into())),
        _ => {
            let strange = [
                ("expect", "100-continue"),
                ("expect", "200-ok"),
                ("connection", "close"),
                ("connection", "authorization, host"),
                ("connection", "upgrade"),
                ("upgrade", "h2c"),
                ("http2-settings", "AAMAAABkAAQAAP__"),
                ("content-encoding", "gzip"),
                ("content-type", "text/plain"),
                ("content-type", "application/json; charset=utf-16"),
                ("accept", "\u{fffd}"),
                ("range", "bytes=0-0,1-1,-9"),
                ("if-none-match", "*"),
                ("x-forwarded-for", "127.0.0.1, unknown, ::1"),
                ("x-http-method-override", "DELETE"),
                ("origin", "null"),
                ("origin", "https://app.example.com.evil.example"),
                ("host", "other.example.com"),
                ("trailer", "authorization"),
                ("te", "trailers"),
                ("cookie", "token=byo_sk_test_x"),
                ("", "empty"),
            ];
            let (name, value) = strange[draw.below(strange.len())];
            request.headers.push((name.into(), value.into()));
        }
    }
}

pub(super) fn credential(request: &mut Request, draw: &mut Draw) {
    let Some(at) =
        request.headers.iter().position(|(name, _)| name == b"authorization" || name == b"x-admin-key")
    else {
        return;
    };
    let value = &mut request.headers[at].1;
    match draw.below(9) {
        0 => value.truncate(draw.below(value.len())),
        1 => value.make_ascii_uppercase(),
        2 => value.retain(|byte| *byte != b' '),
        3 => *value = b"Basic Ynlvc2tfbGl2ZQ==".into(),
        4 => *value = [b"Bearer ".as_slice(), &vec![b'a'; draw.below(7_000)]].concat(),
        5 => *value = b"Bearer ' OR '1'='1".into(),
        6 => value.extend_from_slice(b", Bearer x"),
        7 => {
            let (name, value) = (b"x-api-key".to_vec(), value.clone());
            request.headers.push((name, value));
        }
        _ => {
            let at = draw.below(value.len());
            if let Some(byte) = value.get_mut(at) {
                *byte = b'a' + draw.byte() % 26;
            }
        }
    }
}
