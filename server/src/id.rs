//! Identifiers: `prefix_` + UUIDv7 in lower-case Crockford base32, so they sort by time.

use std::fmt;

use crate::{clock::Timestamp, entropy::Entropy};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const ENCODED_LEN: usize = 26;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident => $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, sqlx::Type)]
        #[serde(transparent)]
        #[sqlx(transparent)]
        pub struct $name(String);

        impl $name {
            /// A new one.
            pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
                let digits = encode_v7(now, entropy);
                let digits = std::str::from_utf8(&digits).expect("it is made of ASCII");
                Self(format!(concat!($prefix, "_{}"), digits))
            }

            /// Reads one; `None` when it is not of this kind's form.
            pub fn parse(text: &str) -> Option<Self> {
                let tail = text.strip_prefix(concat!($prefix, "_"))?;
                is_encoded(tail).then(|| Self(text.to_owned()))
            }

            /// As it stands on the wire.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// One SaaS product.
    ProjectId => "prj";
    /// A project's `test` or `live` half.
    EnvironmentId => "env";
    /// One stored provider key.
    KeyId => "key";
    /// A publishable, secret or runtime token.
    TokenId => "tok";
    /// A connect session.
    SessionId => "cse";
    /// Something a webhook tells of.
    EventId => "evt";
    /// Where webhooks go.
    EndpointId => "whe";
    /// One event on its way to one endpoint.
    DeliveryId => "dlv";
}

/// One HTTP request. There are many, so it is copied, not shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId([u8; REQUEST_PREFIX.len() + ENCODED_LEN]);

const REQUEST_PREFIX: &str = "req_";

impl RequestId {
    /// A new one.
    pub fn new(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let mut text = [0; REQUEST_PREFIX.len() + ENCODED_LEN];
        let (prefix, digits) = text.split_at_mut(REQUEST_PREFIX.len());
        prefix.copy_from_slice(REQUEST_PREFIX.as_bytes());
        digits.copy_from_slice(&encode_v7(now, entropy));
        Self(text)
    }

    /// As it stands on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it is made of ASCII")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

fn encode_v7(now: Timestamp, entropy: &dyn Entropy) -> [u8; ENCODED_LEN] {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes()).into_uuid().as_u128();
    // 26 digits of 5 bits hold 130 bits; the first digit carries the top 3.
    std::array::from_fn(|place| ALPHABET[(uuid >> (5 * (ENCODED_LEN - 1 - place))) as usize & 31])
}

fn is_encoded(text: &str) -> bool {
    text.len() == ENCODED_LEN && text.bytes().all(is_digit)
}

/// Whether it stands in [`ALPHABET`].
const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || (byte.is_ascii_lowercase() && !matches!(byte, b'i' | b'l' | b'o' | b'u'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn the_digits_are_those_of_the_alphabet() {
        assert!((0..=u8::MAX).all(|byte| is_digit(byte) == ALPHABET.contains(&byte)));
    }

    #[test]
    fn ids_sort_by_time_and_parse_back() {
        let early = KeyId::new(Timestamp::from_millis(1_000), &SystemEntropy);
        let late = KeyId::new(Timestamp::from_millis(2_000), &SystemEntropy);
        assert!(early < late);
        assert_eq!(KeyId::parse(early.as_str()), Some(early.clone()));
        assert_eq!(ProjectId::parse(early.as_str()), None);
        assert_eq!(KeyId::parse("key_"), None);
        assert_eq!(KeyId::parse("key_O0000000000000000000000000"), None);
    }
}
