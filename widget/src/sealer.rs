//! The bindings to JavaScript. They carry numbers across and decide nothing: whatever has more to it is written into memory
//! whose address the page was given, which asks for no code on either side to carry it.

use byo_seal::{Head, PublicKey, Suite, seal_head, sha256};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{key_buffer::KeyBuffer, once::Once, shape};

const SUITE: Suite = Suite::X25519ChaCha20Poly1305;

/// Memory for one key, or for what goes in and comes out around it.
#[wasm_bindgen]
pub struct Buffer {
    bytes: KeyBuffer,
}

#[wasm_bindgen]
impl Buffer {
    /// Room for so many bytes.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize) -> Buffer {
        Self { bytes: KeyBuffer::new(capacity) }
    }

    /// Where the page writes and reads, in the module's memory.
    pub fn pointer(&mut self) -> usize {
        self.bytes.pointer()
    }

    /// Takes over so many bytes of a key that the page wrote; gives back how many the cleaned key has.
    pub fn fill(&mut self, written: usize) -> usize {
        self.bytes.fill(written)
    }

    /// What the key looks like, if not like one of this provider's: a code of [`shape`], or 0.
    #[wasm_bindgen(js_name = looksLike)]
    pub fn looks_like(&self, provider: u32) -> u32 {
        shape::looks_like(provider, self.bytes.as_bytes())
    }

    /// Seals the key. Of the other buffer so many bytes were written: the public key, 32 random bytes that were never used
    /// before, and the head. In their place it leaves the key id, `enc` and the ciphertext, and gives back how long
    /// they are; 0 where the key cannot be sealed with what was written.
    pub fn seal(&self, exchanged: &mut Buffer, written: usize) -> usize {
        sealed(self.bytes.as_bytes(), exchanged.bytes.all_mut(), written).unwrap_or_default()
    }

    /// Puts SHA-256 of so many bytes in their place. WebCrypto gives it to pages over TLS alone.
    pub fn digest(&mut self, written: usize) {
        let bytes = self.bytes.all_mut();
        let hash = sha256(&bytes[..written]);
        bytes[..hash.len()].copy_from_slice(&hash);
    }
}

fn sealed(key: &[u8], exchanged: &mut [u8], written: usize) -> Option<usize> {
    let (public, rest) = exchanged.get(..written)?.split_first_chunk()?;
    let (random, head) = rest.split_first_chunk()?;
    let sealed =
        seal_head(SUITE, &PublicKey::from_bytes(*public), &Head::read(head)?, key, &mut Once::new(*random))
            .ok()?;
    let mut length = 0;
    for part in [sealed.kid.as_str().as_bytes(), &sealed.enc, &sealed.ciphertext] {
        let end = length + part.len();
        exchanged.get_mut(length..end)?.copy_from_slice(part);
        length = end;
    }
    Some(length)
}
