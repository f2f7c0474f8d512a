//! The bindings to JavaScript. They carry values across and decide nothing.

use alloc::vec::Vec;

use byo_seal::{Head, PublicKey, Suite, seal_head, sha256};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{key_buffer::KeyBuffer, once::Once, shape};

const SUITE: Suite = Suite::X25519ChaCha20Poly1305;

/// Holds one key and seals it.
#[wasm_bindgen]
pub struct Sealer {
    key: KeyBuffer,
}

#[wasm_bindgen]
impl Sealer {
    /// Room for a key of so many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize) -> Sealer {
        Self { key: KeyBuffer::new(capacity) }
    }

    /// Where the page writes the key, in the module's memory.
    pub fn pointer(&mut self) -> usize {
        self.key.pointer()
    }

    /// Takes over so many bytes that the page wrote; gives back how many the cleaned key has.
    pub fn fill(&mut self, written: usize) -> usize {
        self.key.fill(written)
    }

    /// What the key looks like, if not like one of this provider's: a code of [`shape`], or 0.
    #[wasm_bindgen(js_name = looksLike)]
    pub fn looks_like(&self, provider: u32) -> u32 {
        shape::looks_like(provider, self.key.as_bytes())
    }

    /// The key id, `enc` and the ciphertext, one behind the other; nothing where the head, the public key or the key
    /// cannot be sealed with. `random` is 32 bytes that were never used before.
    pub fn seal(&self, head: &[u8], public_key: &[u8], random: &[u8]) -> Vec<u8> {
        sealed(head, public_key, random, self.key.as_bytes()).unwrap_or_default()
    }

    /// SHA-256, which WebCrypto gives to pages over TLS alone.
    pub fn digest(bytes: &[u8]) -> Vec<u8> {
        sha256(bytes).to_vec()
    }

    /// Overwrites the key.
    pub fn wipe(&mut self) {
        self.key.wipe();
    }
}

fn sealed(head: &[u8], public_key: &[u8], random: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let head = Head::read(head)?;
    let public = PublicKey::from_bytes(public_key.try_into().ok()?);
    let mut rng = Once::new(random.try_into().ok()?);
    let sealed = seal_head(SUITE, &public, &head, key, &mut rng).ok()?;
    Some([sealed.kid.as_str().as_bytes(), &sealed.enc, &sealed.ciphertext].concat())
}
