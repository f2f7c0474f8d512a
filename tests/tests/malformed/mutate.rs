//! Bends a good request, a little or badly. The same draw bends it the same way.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::request::Request;

/// Where the choices come from.
pub(crate) struct Draw(ChaCha20Rng);

impl Draw {
    /// That of one case.
    pub(crate) fn of(seed: u64, route: &str, number: u64) -> Self {
        // FNV-1a over all that names the case.
        let name = format!("{seed} {route} {number}");
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(ChaCha20Rng::seed_from_u64(hash))
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end.max(1) as u64).expect("it is below a usize")
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn byte(&mut self) -> u8 {
        self.0.next_u32().to_le_bytes()[0]
    }
}

/// One to three things are wrong with it, or happen to be right.
pub(crate) fn bend(mut request: Request, draw: &mut Draw) -> Request {
    for _ in 0..=draw.below(3) {
        match draw.below(12) {
            0 => method(&mut request, draw),
            1 => target(&mut request, draw),
            2 | 3 => query(&mut request, draw),
            4 => version(&mut request, draw),
            5 | 6 => header(&mut request, draw),
            7 => length(&mut request, draw),
            8 => credential(&mut request, draw),
            _ if request.body.is_empty() => body_of_nobody(&mut request, draw),
            9 => bytes(&mut request.body, draw),
            _ => json_body(&mut request, draw),
        }
    }
    request
}

fn method(request: &mut Request, draw: &mut Draw) {
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

fn target(request: &mut Request, draw: &mut Draw) {
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
            self::bytes(&mut bytes, draw);
            bytes
        }
    };
    let is_plain = !new.is_empty() && new.len() < 7_000 && new.iter().all(u8::is_ascii_graphic);
    request.target = new;
    request.is_last |= !is_plain;
}

fn query(request: &mut Request, draw: &mut Draw) {
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

fn version(request: &mut Request, draw: &mut Draw) {
    let versions =
        ["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/0.9", "http/1.1", "HTTP/1.1 ", "HTTP/11", "H", "", "\0"];
    request.version = draw.one(&versions).into();
    request.is_last = true;
}

fn header(request: &mut Request, draw: &mut Draw) {
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

fn length(request: &mut Request, draw: &mut Draw) {
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

fn credential(request: &mut Request, draw: &mut Draw) {
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

fn body_of_nobody(request: &mut Request, draw: &mut Draw) {
    request.body = match draw.below(3) {
        0 => b"{}".into(),
        1 => vec![draw.byte(); draw.below(40_000)],
        _ => b"\0".into(),
    };
    // A server may answer without having read it, and close.
    request.is_last = true;
}

/// Cuts, doubles, swaps or flips bytes.
fn bytes(bytes: &mut Vec<u8>, draw: &mut Draw) {
    let (at, to) = (draw.below(bytes.len()), draw.below(bytes.len()));
    if bytes.is_empty() {
        return;
    }
    match draw.below(6) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << draw.below(8),
        2 => bytes[at] = draw.byte(),
        3 => bytes.insert(at, draw.byte()),
        4 => bytes.swap(at, to),
        _ => {
            let part = bytes[at.min(to)..at.max(to)].to_vec();
            bytes.extend_from_slice(&part);
        }
    }
}

fn json_body(request: &mut Request, draw: &mut Draw) {
    let Ok(mut value) = serde_json::from_slice::<Value>(&request.body) else {
        return bytes(&mut request.body, draw);
    };
    let deep = 1 + draw.below(7_000);
    let new: Vec<u8> = match draw.below(16) {
        0 => [b"\xef\xbb\xbf", &request.body[..]].concat(),
        1 => [&request.body[..], b"}"].concat(),
        2 => [&request.body[..], &request.body].concat(),
        3 => format!("[{value}]").into(),
        4 => [&b"["[..], &"[".repeat(deep).into_bytes(), "]".repeat(deep).as_bytes(), b"]"].concat(),
        5 => "{\"a\":".repeat(deep.min(3_000)).into(),
        6 => draw
            .one(&["null", "true", "0", "\"\"", "[]", "{}", "", " ", "\u{feff}", "NaN", "'a'", "//", "{,}"])
            .into(),
        7 => twice(&value, draw).into(),
        8 => vec![b' '; 10_000 + draw.below(30_000)],
        _ => {
            member(&mut value, draw);
            // Escapes that serde never writes.
            let text = value.to_string();
            if draw.below(4) == 0 {
                text.replacen("NAME", draw.one(&["\\ud800", "\\udfff\\ud800", "\\u0000", "\\x41", "\n"]), 1)
                    .into()
            } else {
                text.into()
            }
        }
    };
    request.is_last |= new.len() > 14_000;
    request.body = new;
}

/// The same member twice.
fn twice(value: &Value, draw: &mut Draw) -> String {
    let text = value.to_string();
    let Some(object) = value.as_object() else { return text };
    let Some((name, value)) = object.iter().nth(draw.below(object.len())) else { return text };
    let other = if draw.below(2) == 0 { value.clone() } else { json!("other") };
    format!("{},{}:{other}}}", text.trim_end_matches('}'), json!(name))
}

/// Puts something wrong into a member, however deep, or adds one.
fn member(value: &mut Value, draw: &mut Draw) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            let name = object.keys().nth(draw.below(object.len())).cloned().expect("it is below the length");
            match draw.below(8) {
                0 => {
                    object.remove(&name);
                }
                1 => {
                    let names =
                        ["unknown", "__proto__", "status", "version", "ref_id", "REFID", "id", "", "\u{0}"];
                    object.insert(draw.one(&names).to_owned(), json!(1));
                }
                _ => member(object.get_mut(&name).expect("it was just there"), draw),
            }
        }
        Value::Array(items) if !items.is_empty() && draw.below(2) == 0 => {
            let at = draw.below(items.len());
            member(&mut items[at], draw);
        }
        other => *other = wrong(other, draw),
    }
}

fn wrong(value: &Value, draw: &mut Draw) -> Value {
    let long = 1 + draw.below(9_000);
    match draw.below(16) {
        0 => Value::Null,
        1 => json!(true),
        2 => json!(-1),
        3 => json!(u64::MAX),
        4 => json!(1.5e300),
        5 => json!([]),
        6 => json!({}),
        7 => json!([value]),
        8 => json!({"a": value}),
        9 => json!(""),
        10 => json!("a".repeat(long)),
        11 => json!("NAME"),
        12 => json!("\u{0}\u{1}\u{7f}\u{202e}"),
        13 => json!("ｃｕｓｔｏｍｅｒ"),
        14 => json!(vec![value; draw.below(300)]),
        _ => {
            let mut text = value.as_str().unwrap_or("0").as_bytes().to_vec();
            bytes(&mut text, draw);
            json!(String::from_utf8_lossy(&text))
        }
    }
}
