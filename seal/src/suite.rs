//! Cipher suites: which HPKE algorithms an envelope was made with.

use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::wire;

/// One combination of KEM, KDF and AEAD from the HPKE registries (RFC 9180 §7).
///
/// All suites share the KEM, so one key pair serves them all; the key id differs by suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305.
    X25519ChaCha20Poly1305,
    /// DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM: what WebCrypto can do by itself.
    #[cfg(feature = "aes")]
    X25519Aes256Gcm,
}

impl Suite {
    /// Every suite, the preferred one first.
    pub const ALL: &'static [Self] = &[
        Self::X25519ChaCha20Poly1305,
        #[cfg(feature = "aes")]
        Self::X25519Aes256Gcm,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X25519ChaCha20Poly1305 => "x25519-hkdf-sha256-chacha20poly1305",
            #[cfg(feature = "aes")]
            Self::X25519Aes256Gcm => "x25519-hkdf-sha256-aes256gcm",
        }
    }

    /// `kem_id ‖ kdf_id ‖ aead_id`, each a big-endian u16, as in RFC 9180 §5.1.
    #[must_use]
    pub const fn ids(self) -> [u8; 6] {
        match self {
            Self::X25519ChaCha20Poly1305 => [0x00, 0x20, 0x00, 0x01, 0x00, 0x03],
            #[cfg(feature = "aes")]
            Self::X25519Aes256Gcm => [0x00, 0x20, 0x00, 0x01, 0x00, 0x02],
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no suite that this version can seal or open with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSuite;

impl fmt::Display for UnknownSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown cipher suite")
    }
}

impl core::error::Error for UnknownSuite {}

impl FromStr for Suite {
    type Err = UnknownSuite;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|suite| suite.as_str() == text).ok_or(UnknownSuite)
    }
}

impl Serialize for Suite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Suite {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use hpke::{Kem, aead::Aead, kdf::Kdf};

    use super::*;

    #[test]
    fn a_suite_reads_and_writes_the_same_name_everywhere() {
        for suite in Suite::ALL {
            assert_eq!(suite.as_str().parse(), Ok(*suite));
            let json = serde_json::to_value(suite).unwrap();
            assert_eq!(json, suite.as_str());
            assert_eq!(serde_json::from_value::<Suite>(json).unwrap(), *suite);
        }
        assert_eq!("x25519".parse::<Suite>(), Err(UnknownSuite));
    }

    #[test]
    fn the_ids_are_those_of_the_algorithms_in_use() {
        let with = |aead_id: u16| -> Vec<u8> {
            let ids = [hpke::kem::X25519HkdfSha256::KEM_ID, hpke::kdf::HkdfSha256::KDF_ID, aead_id];
            ids.iter().flat_map(|id| id.to_be_bytes()).collect()
        };
        assert_eq!(Suite::X25519ChaCha20Poly1305.ids(), *with(hpke::aead::ChaCha20Poly1305::AEAD_ID));
        assert_eq!(Suite::X25519Aes256Gcm.ids(), *with(hpke::aead::AesGcm256::AEAD_ID));
    }

    #[test]
    fn the_first_suite_is_the_one_that_everybody_has() {
        assert_eq!(Suite::ALL, [Suite::X25519ChaCha20Poly1305, Suite::X25519Aes256Gcm]);
    }
}
