//! The root: kept offline by the operator, pinned by embedders.

use std::{fmt, str::FromStr};

use byo_seal::{
    base64url,
    signed::{SigningKey, VerifyingKey},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize as _, Zeroizing};

use crate::entropy::Entropy;

/// What embedders pin: the public half, written `byo_root_` and 43 characters of base64url.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrustRoot(pub(super) VerifyingKey);

/// What the operator keeps: the private half, written `byo_rootkey_` and 43 characters of base64url. Wiped when dropped.
pub struct RootKey(pub(super) SigningKey);

/// The text is no root or no root key. Says nothing about it: it may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not `{0}` and 43 more characters, as `byo keys root init` makes it")]
pub struct InvalidRoot(&'static str);

impl TrustRoot {
    const PREFIX: &str = "byo_root_";
}

impl RootKey {
    const PREFIX: &str = "byo_rootkey_";

    /// A fresh one.
    #[must_use]
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(SigningKey::from_bytes(*entropy.secret()))
    }

    /// Reads what [`RootKey::expose`] wrote.
    ///
    /// # Errors
    /// [`InvalidRoot`].
    pub fn parse(text: &str) -> Result<Self, InvalidRoot> {
        decode(text, Self::PREFIX).map(|mut seed| {
            let key = Self(SigningKey::from_bytes(seed));
            seed.zeroize();
            key
        })
    }

    /// The key as text, for the file it is kept in. Every caller says why in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        // EXPOSE: as text, for whoever was allowed to ask.
        let seed = Zeroizing::new(base64url::encode(self.0.expose().as_slice()));
        Zeroizing::new([Self::PREFIX, &seed].concat())
    }

    /// What embedders pin.
    #[must_use]
    pub fn trust_root(&self) -> TrustRoot {
        TrustRoot(self.0.verifying_key())
    }
}

fn decode(text: &str, prefix: &'static str) -> Result<[u8; 32], InvalidRoot> {
    let bytes = text.strip_prefix(prefix).and_then(|rest| base64url::decode(rest).ok()).map(Zeroizing::new);
    bytes.and_then(|bytes| bytes.as_slice().try_into().ok()).ok_or(InvalidRoot(prefix))
}

impl fmt::Display for TrustRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", Self::PREFIX, base64url::encode(self.0.as_bytes()))
    }
}

impl FromStr for TrustRoot {
    type Err = InvalidRoot;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decode(text, Self::PREFIX).map(|bytes| Self(VerifyingKey::from_bytes(bytes)))
    }
}

impl Serialize for TrustRoot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TrustRoot {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_root_reads_back_as_it_was_written() {
        let key = RootKey::generate(&SystemEntropy);
        let root = key.trust_root();
        assert_eq!(root.to_string().parse(), Ok(root));
        assert_eq!(RootKey::parse(&key.expose()).unwrap().trust_root(), root);
    }

    #[test]
    fn one_half_is_not_taken_for_the_other() {
        let key = RootKey::generate(&SystemEntropy);
        assert!(RootKey::parse(&key.trust_root().to_string()).is_err());
        assert!(key.expose().parse::<TrustRoot>().is_err());
        for text in ["", "byo_root_", "byo_root_AAAA", "byo_root_=", "root"] {
            assert!(text.parse::<TrustRoot>().is_err(), "{text}");
        }
    }
}
