//! Key pairs and their ids.

use alloc::{borrow::ToOwned as _, string::String};
use core::{fmt, str::FromStr};

use hpke::{Deserializable as _, Kem as _, Serializable as _};
use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Suite, base_mode::Kem, base64url, sha256, wire};

/// A fresh key pair for this suite. So far every suite has the same KEM, so the pair serves them all.
pub fn generate(suite: Suite, rng: &mut impl CryptoRng) -> (PrivateKey, PublicKey) {
    let (secret, public) = match suite {
        Suite::X25519ChaCha20Poly1305 => Kem::gen_keypair_with_rng(rng),
        #[cfg(feature = "aes")]
        Suite::X25519Aes256Gcm => Kem::gen_keypair_with_rng(rng),
    };
    (PrivateKey::from_hpke(&secret), PublicKey::from_hpke(&public))
}

/// The server's public key, to which browsers seal: an X25519 u-coordinate. Any 32 bytes make one;
/// sealing refuses those few that lead to no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey([u8; Self::BYTES]);

impl PublicKey {
    /// The length in bytes.
    pub const BYTES: usize = 32;

    /// Takes the bytes as they travel.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes as they travel.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    pub(crate) fn to_hpke(self) -> <Kem as hpke::Kem>::PublicKey {
        <Kem as hpke::Kem>::PublicKey::from_bytes(&self.0).expect("the length is right")
    }

    fn from_hpke(key: &<Kem as hpke::Kem>::PublicKey) -> Self {
        Self(key.to_bytes().into())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = wire::bytes::<{ Self::BYTES }, D>(deserializer)?;
        let bytes = bytes.try_into().map_err(|_| serde::de::Error::custom("a public key has 32 bytes"))?;
        Ok(Self(bytes))
    }
}

/// The server's private key. Wiped when dropped; it cannot be printed, cloned or serialised.
pub struct PrivateKey(Zeroizing<[u8; Self::BYTES]>);

impl PrivateKey {
    /// The length in bytes.
    pub const BYTES: usize = 32;

    /// Takes the bytes of a stored key.
    #[must_use]
    pub fn from_bytes(mut bytes: [u8; Self::BYTES]) -> Self {
        let key = Self(Zeroizing::new(bytes));
        bytes.zeroize();
        key
    }

    /// The bytes, for encrypted storage and nothing else.
    #[must_use]
    pub fn expose(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::from_hpke(&Kem::sk_to_pk(&self.to_hpke()))
    }

    pub(crate) fn to_hpke(&self) -> <Kem as hpke::Kem>::PrivateKey {
        // EXPOSE: into HPKE's own key type, which wipes itself too.
        <Kem as hpke::Kem>::PrivateKey::from_bytes(self.expose()).expect("the length is right")
    }

    fn from_hpke(key: &<Kem as hpke::Kem>::PrivateKey) -> Self {
        let mut bytes = Zeroizing::new([0; Self::BYTES]);
        key.write_exact(bytes.as_mut_slice());
        Self(bytes)
    }
}

/// Names a public key: the first 16 hexadecimal digits of SHA-256(suite ids ‖ public key).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct KeyId(String);

impl KeyId {
    /// The length in characters.
    pub const CHARS: usize = 16;

    /// The id of this key under this suite.
    #[must_use]
    pub fn of(suite: Suite, public: &PublicKey) -> Self {
        let hash = sha256(&[&suite.ids()[..], public.as_bytes()].concat());
        let mut id = String::with_capacity(Self::CHARS);
        for byte in &hash[..Self::CHARS / 2] {
            for nibble in [byte >> 4, byte & 0xf] {
                id.push(char::from_digit(nibble.into(), 16).expect("a nibble is below 16"));
            }
        }
        Self(id)
    }

    /// The id as it travels.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text is no key id: 16 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKeyId;

impl fmt::Display for InvalidKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key id has 16 lower-case hexadecimal digits")
    }
}

impl core::error::Error for InvalidKeyId {}

impl FromStr for KeyId {
    type Err = InvalidKeyId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_valid =
            text.len() == Self::CHARS && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if is_valid { Ok(Self(text.to_owned())) } else { Err(InvalidKeyId) }
    }
}

impl<'de> Deserialize<'de> for KeyId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
    use serde_json::json;

    use super::*;

    const SUITE: Suite = Suite::X25519ChaCha20Poly1305;

    #[test]
    fn a_stored_private_key_has_the_same_public_half() {
        let (private, public) = generate(SUITE, &mut ChaCha20Rng::from_seed([1; 32]));
        let restored = PrivateKey::from_bytes(*private.expose());
        assert_eq!(restored.public(), public);
    }

    #[test]
    fn every_pair_is_another() {
        let rng = &mut ChaCha20Rng::from_seed([1; 32]);
        assert_ne!(generate(SUITE, rng).1, generate(SUITE, rng).1);
    }

    #[test]
    fn a_public_key_reads_and_writes_the_same_text() {
        let public = PublicKey::from_bytes([0xff; 32]);
        let json = json!("__________________________________________8");
        assert_eq!(serde_json::to_value(public).unwrap(), json);
        assert_eq!(serde_json::from_value::<PublicKey>(json).unwrap(), public);
        for wrong in [json!(""), json!("AA"), json!("A".repeat(42)), json!("A".repeat(44)), json!(1)] {
            assert!(serde_json::from_value::<PublicKey>(wrong).is_err());
        }
    }

    #[test]
    fn a_key_id_is_the_beginning_of_a_hash() {
        // Computed with Python's hashlib over the six suite bytes and 32 times 0x30.
        let id = KeyId::of(SUITE, &PublicKey::from_bytes([b'0'; 32]));
        assert_eq!(id.as_str(), "7f6b2ce39e4d134c");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn a_key_has_another_id_under_every_suite() {
        let public = PublicKey::from_bytes([b'0'; 32]);
        let ids: std::collections::BTreeSet<KeyId> =
            Suite::ALL.iter().map(|suite| KeyId::of(*suite, &public)).collect();
        assert_eq!(ids.len(), Suite::ALL.len());
    }

    #[test]
    fn another_key_has_another_id() {
        let id = |last: u8| {
            let mut bytes = [0; 32];
            bytes[31] = last;
            KeyId::of(SUITE, &PublicKey::from_bytes(bytes))
        };
        assert_ne!(id(0), id(1));
    }
}
