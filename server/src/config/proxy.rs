//! Calls that pass through to providers.

use std::time::Duration;

use super::reader::Reader;

/// Bounds of one proxied call.
#[derive(Clone, Copy, Debug)]
pub struct ProxyConfig {
    /// The largest request body, in bytes.
    pub max_body: usize,
    /// From the request's last byte to the head of the answer, connecting included.
    pub first_byte_timeout: Duration,
    /// Between two parts of an answer.
    pub idle_timeout: Duration,
}

impl Default for ProxyConfig {
    fn default() -> Self {
        let two_minutes = Duration::from_mins(2);
        Self { max_body: 32 << 20, first_byte_timeout: two_minutes, idle_timeout: two_minutes }
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<ProxyConfig> {
    let max_body: Option<usize> = reader.count("proxy.max_body_mib", 1..=1024);
    let mut patience = |name: &str| {
        reader.duration(&format!("proxy.{name}"), Duration::from_millis(100)..=Duration::from_hours(1))
    };
    let first_byte_timeout = patience("first_byte_timeout");
    let idle_timeout = patience("idle_timeout");
    Some(ProxyConfig {
        max_body: max_body? << 20,
        first_byte_timeout: first_byte_timeout?,
        idle_timeout: idle_timeout?,
    })
}
