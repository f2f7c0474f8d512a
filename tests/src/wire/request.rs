//! A request as bytes.

/// A request, with its length and, unless the headers say otherwise, with JSON in it.
pub fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    let usual = [("host", "127.0.0.1"), ("content-type", "application/json"), ("origin", crate::PAGE)];
    let missing = usual.iter().filter(|(name, _)| headers.iter().all(|(given, _)| given != name));
    for (name, value) in missing.chain(headers) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    [head.as_bytes(), b"\r\n", body].concat()
}
