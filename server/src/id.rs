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
                Self(format!(concat!($prefix, "_{}"), encode_v7(now, entropy)))
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
    /// One HTTP request.
    RequestId => "req";
}

fn encode_v7(now: Timestamp, entropy: &dyn Entropy) -> String {
    let millis = u64::try_from(now.as_millis()).unwrap_or(0);
    let uuid = uuid::Builder::from_unix_timestamp_millis(millis, &entropy.bytes()).into_uuid().as_u128();
    // 26 digits of 5 bits hold 130 bits; the first digit carries the top 3.
    (0..ENCODED_LEN).rev().map(|digit| char::from(ALPHABET[(uuid >> (5 * digit)) as usize & 31])).collect()
}

fn is_encoded(text: &str) -> bool {
    text.len() == ENCODED_LEN && text.bytes().all(|byte| ALPHABET.contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

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
