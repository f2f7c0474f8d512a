//! Statements that somebody signed: DSSE envelopes with Ed25519, as the key directory is made of them.
//!
//! DSSE (<https://github.com/secure-systems-lab/dsse>) signs the bytes of the payload as they stand, together with
//! their type, so nothing has to be written in a canonical way and no statement passes for one of another type.

use alloc::{borrow::ToOwned as _, format, string::String, vec, vec::Vec};
use core::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer as _};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

/// Signs statements. Wiped when dropped; it cannot be printed, cloned or serialised.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The length in bytes.
    pub const BYTES: usize = 32;

    /// Takes the seed (RFC 8032 §5.1.5): 32 bytes that nobody can predict.
    #[must_use]
    pub fn from_bytes(mut seed: [u8; Self::BYTES]) -> Self {
        let key = Self(ed25519_dalek::SigningKey::from_bytes(&seed));
        seed.zeroize();
        key
    }

    /// The seed, for whoever keeps the key and nobody else.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<[u8; Self::BYTES]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// Whom its signatures are checked with.
    #[must_use]
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey(self.0.verifying_key().to_bytes())
    }
}

/// Checks statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyingKey([u8; Self::BYTES]);

impl VerifyingKey {
    /// The length in bytes.
    pub const BYTES: usize = 32;

    /// Takes the bytes as they travel. Bytes that are no point of the curve check nothing.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes as they travel.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }
}

/// A signed statement, as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Signed {
    /// Base64.
    payload: String,
    /// What the payload is: a media type.
    payload_type: String,
    /// One from each signer.
    signatures: Vec<SignatureText>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureText {
    /// Base64.
    sig: String,
}

/// Not signed by that key, not of that type, or not well-formed. Which one is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotSigned;

impl fmt::Display for NotSigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a statement of that type signed by that key")
    }
}

impl core::error::Error for NotSigned {}

impl Signed {
    /// Signs a payload of this type.
    #[must_use]
    pub fn new(key: &SigningKey, payload_type: &str, payload: &[u8]) -> Self {
        let signature = key.0.sign(&authenticated(payload_type, payload));
        Self {
            payload: STANDARD.encode(payload),
            payload_type: payload_type.to_owned(),
            signatures: vec![SignatureText { sig: STANDARD.encode(signature.to_bytes()) }],
        }
    }

    /// The payload before anybody has checked it, to learn from it whose signature it ought to have.
    #[must_use]
    pub fn unchecked_payload(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.payload).ok()
    }

    /// The payload, if one of the signatures is of this key and the type is the one expected.
    ///
    /// # Errors
    /// [`NotSigned`] in every other case.
    pub fn open(&self, key: &VerifyingKey, payload_type: &str) -> Result<Vec<u8>, NotSigned> {
        let payload = STANDARD.decode(&self.payload).map_err(|_| NotSigned)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(&key.0).map_err(|_| NotSigned)?;
        let message = authenticated(payload_type, &payload);
        let is_signed = self.payload_type == payload_type
            && self.signatures.iter().any(|SignatureText { sig }| {
                STANDARD
                    .decode(sig)
                    .ok()
                    .and_then(|bytes| Signature::from_slice(&bytes).ok())
                    .is_some_and(|signature| key.verify_strict(&message, &signature).is_ok())
            });
        if is_signed { Ok(payload) } else { Err(NotSigned) }
    }
}

/// DSSE's pre-authentication encoding.
fn authenticated(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "application/vnd.byo.test+json";

    fn key(byte: u8) -> SigningKey {
        SigningKey::from_bytes([byte; 32])
    }

    #[test]
    fn the_signed_bytes_are_those_of_the_protocols_example() {
        let expected = b"DSSEv1 29 http://example.com/HelloWorld 11 hello world";
        assert_eq!(authenticated("http://example.com/HelloWorld", b"hello world"), expected);
    }

    #[test]
    fn a_statement_opens_with_its_signers_key_and_type_only() {
        let signed = Signed::new(&key(1), KIND, b"{}");
        assert_eq!(signed.open(&key(1).verifying_key(), KIND).as_deref(), Ok(&b"{}"[..]));
        assert_eq!(signed.open(&key(2).verifying_key(), KIND), Err(NotSigned));
        assert_eq!(signed.open(&key(1).verifying_key(), "application/json"), Err(NotSigned));
        assert_eq!(signed.open(&VerifyingKey::from_bytes([2; 32]), KIND), Err(NotSigned));
    }

    #[test]
    fn whatever_is_changed_is_noticed() {
        let good = Signed::new(&key(1), KIND, b"{\"a\":1}");
        let public = key(1).verifying_key();
        let bent: [fn(&mut Signed); 6] = [
            |s| s.payload = STANDARD.encode(b"{\"a\":2}"),
            |s| s.payload = "no base64!".to_owned(),
            |s| s.payload_type.push('x'),
            |s| s.signatures.clear(),
            |s| s.signatures[0].sig = STANDARD.encode([0; 64]),
            |s| s.signatures[0].sig.truncate(8),
        ];
        for (at, bend) in bent.into_iter().enumerate() {
            let mut signed = good.clone();
            bend(&mut signed);
            assert_eq!(signed.open(&public, KIND), Err(NotSigned), "{at}");
        }
    }

    #[test]
    fn a_second_signature_does_no_harm() {
        let mut signed = Signed::new(&key(1), KIND, b"{}");
        signed.signatures.insert(0, Signed::new(&key(2), KIND, b"{}").signatures.remove(0));
        assert!(signed.open(&key(1).verifying_key(), KIND).is_ok());
    }

    #[test]
    fn a_kept_key_is_the_same_again() {
        let kept = SigningKey::from_bytes(*key(7).expose());
        assert_eq!(kept.verifying_key(), key(7).verifying_key());
    }
}
