//! Base64url without padding, one spelling per value (RFC 4648 §5).

use alloc::{string::String, vec::Vec};
use core::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The text for these bytes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes behind the text. Padding, other alphabets, white space and unused bits that are set are
/// refused, so two different texts never mean the same bytes.
pub fn decode(text: &str) -> Result<Vec<u8>, NotBase64Url> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64Url)
}

/// The text is not canonical base64url without padding. Says nothing about the text: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBase64Url;

impl fmt::Display for NotBase64Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not base64url without padding")
    }
}

impl core::error::Error for NotBase64Url {}

/// How many characters `bytes` bytes take.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_canonical_spelling_is_read() {
        assert_eq!(decode("-_8"), Ok(vec![0xfb, 0xff]));
        assert_eq!(decode(""), Ok(Vec::new()));
        for other in ["-_8=", "+/8", "-_9", "-_8 ", "-_8\n", "-", "-_8Ä"] {
            assert_eq!(decode(other), Err(NotBase64Url), "{other:?}");
        }
    }

    #[test]
    fn the_length_is_known_beforehand() {
        for bytes in 0..70 {
            assert_eq!(encode(&vec![0; bytes]).len(), encoded_len(bytes));
        }
    }
}
