//! A request as bytes, in parts that can each be bent.

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Vec<u8>,
    pub(crate) target: Vec<u8>,
    pub(crate) version: Vec<u8>,
    pub(crate) headers: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body's length is told as it is.
    pub(crate) is_measured: bool,
    /// Whether the server may take what follows, or nothing, for a part of it. Then nothing follows.
    pub(crate) is_last: bool,
}

impl Request {
    /// A good one.
    pub(crate) fn new(method: &str, target: &str) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            version: b"HTTP/1.1".into(),
            headers: Vec::new(),
            body: Vec::new(),
            is_measured: true,
            is_last: false,
        }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// What is sent.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = [&self.method[..], b" ", &self.target, b" ", &self.version, b"\r\n"].concat();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(&[name, &b": "[..], value, b"\r\n"].concat());
        }
        if self.is_measured && !self.body.is_empty() {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(&self.body);
        bytes
    }

    /// Its method, as far as it decides how an answer is read.
    pub(crate) fn method(&self) -> &str {
        std::str::from_utf8(&self.method).unwrap_or_default()
    }
}
