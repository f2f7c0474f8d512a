//! Encryption at rest. Nothing else in the server holds a cipher.
//!
//! A record is `v1 ‖ master-key id (8) ‖ wrap nonce (24) ‖ wrapped data key (48) ‖ nonce (24) ‖ ciphertext`.
//! Every record has a data key of its own; both layers are XChaCha20-Poly1305 with random nonces. What a
//! record belongs to is authenticated, so a row copied over another, or a setting edited beside it, does not open.

mod master;
mod record;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

pub use master::{MasterKey, WeakMasterKey};
pub use record::{Binding, Purpose};

use crate::entropy::SharedEntropy;

/// A record does not open: wrong key, wrong place, or changed bytes. Which one is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stored record does not open")]
pub struct CannotOpen;

/// Seals and opens records, and makes the other values that hang on the master key.
pub struct Vault {
    key_id: [u8; 8],
    wrapping_key: Zeroizing<[u8; 32]>,
    challenge_key: Zeroizing<[u8; 32]>,
    fingerprint_key: Zeroizing<[u8; 32]>,
    entropy: SharedEntropy,
}

impl Vault {
    /// Derives what is needed from the master key, which is not kept.
    #[must_use]
    pub fn new(master: &MasterKey, entropy: SharedEntropy) -> Self {
        let mut key_id = [0; 8];
        key_id.copy_from_slice(&master.derive(b"byo/master-key-id/v1")[..8]);
        Self {
            key_id,
            wrapping_key: master.derive(b"byo/wrapping/v1"),
            challenge_key: master.derive(b"byo/challenge/v1"),
            fingerprint_key: master.derive(b"byo/fingerprint/v1"),
            entropy,
        }
    }

    /// Names the master key without telling anything about it.
    #[must_use]
    pub const fn key_id(&self) -> [u8; 8] {
        self.key_id
    }

    /// Encrypts under a fresh data key.
    #[must_use]
    pub fn seal(&self, binding: &Binding<'_>, plaintext: &[u8]) -> Vec<u8> {
        record::seal(&self.wrapping_key, self.key_id, binding, plaintext, &*self.entropy)
    }

    /// Decrypts what was sealed with the same binding.
    pub fn open(&self, binding: &Binding<'_>, record: &[u8]) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
        record::open(&self.wrapping_key, self.key_id, binding, record)
    }

    /// The authenticator of a challenge; every node with this master key computes the same. The parts count apart:
    /// one more part is another authenticator.
    #[must_use]
    pub fn challenge_mac(&self, challenge: &[&[u8]]) -> [u8; 32] {
        mac(&self.challenge_key, challenge)
    }

    /// Whether the authenticator is this challenge's; in constant time.
    #[must_use]
    pub fn challenge_mac_is(&self, challenge: &[&[u8]], mac: &[u8]) -> bool {
        subtle::ConstantTimeEq::ct_eq(&self.challenge_mac(challenge)[..], mac).into()
    }

    /// 8 hex digits that tell keys of one environment and provider apart. Keyed, so they confirm no guess.
    #[must_use]
    pub fn fingerprint(&self, environment: &str, provider: &str, key: &[u8]) -> String {
        hex::encode(&mac(&self.fingerprint_key, &[environment.as_bytes(), provider.as_bytes(), key])[..4])
    }

    /// The same where there is no key: all of those would be one, so it tells the addresses that are used without one
    /// apart. No key has the fingerprint of an address, because a key is never empty.
    #[must_use]
    pub fn keyless_fingerprint(&self, environment: &str, provider: &str, base_url: &str) -> String {
        let parts = [environment.as_bytes(), provider.as_bytes(), b"", base_url.as_bytes()];
        hex::encode(&mac(&self.fingerprint_key, &parts)[..4])
    }
}

/// HMAC-SHA256 over the parts, each preceded by its length.
fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::entropy::SystemEntropy;

    fn vault(byte: u8) -> Vault {
        let mut bytes = Zeroizing::new([byte; 32]);
        bytes[..8].copy_from_slice(b"\x01\x9f\x33\xc7\x80\x42\xfe\x11");
        Vault::new(&MasterKey::from_bytes_unchecked(bytes), Arc::new(SystemEntropy))
    }

    fn binding<'a>(id: &'a str, context: &'a [&'a [u8]]) -> Binding<'a> {
        Binding { purpose: Purpose::ProviderKey, id, version: 1, context }
    }

    #[test]
    fn a_record_opens_only_where_it_belongs() {
        let vault = vault(7);
        let context: &[&[u8]] = &[b"project", b"openai", b"customer_1"];
        let record = vault.seal(&binding("key_1", context), b"sk-secret");
        assert_eq!(&vault.open(&binding("key_1", context), &record).unwrap()[..], b"sk-secret");

        assert_eq!(vault.open(&binding("key_2", context), &record), Err(CannotOpen));
        let moved: &[&[u8]] = &[b"project", b"openai", b"customer_2"];
        assert_eq!(vault.open(&binding("key_1", moved), &record), Err(CannotOpen));
        let shifted: &[&[u8]] = &[b"project", b"openaic", b"ustomer_1"];
        assert_eq!(vault.open(&binding("key_1", shifted), &record), Err(CannotOpen));
        let newer = Binding { version: 2, ..binding("key_1", context) };
        assert_eq!(vault.open(&newer, &record), Err(CannotOpen));
        let other = Binding { purpose: Purpose::WebhookSecret, ..binding("key_1", context) };
        assert_eq!(vault.open(&other, &record), Err(CannotOpen));
        assert_eq!(self::vault(8).open(&binding("key_1", context), &record), Err(CannotOpen));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let vault = vault(7);
        let record = vault.seal(&binding("key_1", &[]), b"sk-secret");
        for bit in 0..record.len() * 8 {
            let mut changed = record.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(vault.open(&binding("key_1", &[]), &changed), Err(CannotOpen), "bit {bit}");
        }
        for length in 0..record.len() {
            assert_eq!(
                vault.open(&binding("key_1", &[]), &record[..length]),
                Err(CannotOpen),
                "{length} bytes"
            );
        }
    }

    #[test]
    fn the_same_plaintext_never_makes_the_same_record() {
        let vault = vault(7);
        assert_ne!(vault.seal(&binding("key_1", &[]), b"x"), vault.seal(&binding("key_1", &[]), b"x"));
    }

    #[test]
    fn fingerprints_tell_keys_and_places_apart() {
        let vault = vault(7);
        let fingerprint = vault.fingerprint("env_1", "openai", b"sk-a");
        assert_eq!(fingerprint.len(), 8);
        assert_eq!(fingerprint, vault.fingerprint("env_1", "openai", b"sk-a"));
        assert_ne!(fingerprint, vault.fingerprint("env_2", "openai", b"sk-a"));
        assert_ne!(fingerprint, vault.fingerprint("env_1", "openai", b"sk-b"));
        assert_ne!(fingerprint, self::vault(8).fingerprint("env_1", "openai", b"sk-a"));
    }

    #[test]
    fn without_a_key_fingerprints_tell_addresses_apart() {
        let vault = vault(7);
        let (here, there) = ("http://10.0.0.1:11434", "http://10.0.0.2:11434");
        let fingerprint = vault.keyless_fingerprint("env_1", "ollama", here);
        assert_eq!(fingerprint.len(), 8);
        assert_eq!(fingerprint, vault.keyless_fingerprint("env_1", "ollama", here));
        assert_ne!(fingerprint, vault.keyless_fingerprint("env_1", "ollama", there));
        assert_ne!(fingerprint, vault.keyless_fingerprint("env_2", "ollama", here));
        // An address is no key, and no address is not the key that is empty.
        assert_ne!(fingerprint, vault.fingerprint("env_1", "ollama", here.as_bytes()));
        assert_ne!(
            vault.keyless_fingerprint("env_1", "ollama", ""),
            vault.fingerprint("env_1", "ollama", b"")
        );
    }

    #[test]
    fn nothing_is_kept_as_well_as_anything() {
        let vault = vault(7);
        let record = vault.seal(&binding("key_1", &[]), b"");
        assert_eq!(&vault.open(&binding("key_1", &[]), &record).unwrap()[..], b"");
        assert_eq!(vault.open(&binding("key_2", &[]), &record), Err(CannotOpen));
        assert_ne!(record, vault.seal(&binding("key_1", &[]), b""));
    }
}
