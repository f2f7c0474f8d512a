//! A key in memory that can be wiped.

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{paste, shape};

/// Memory into which the page writes a typed key, so that no JavaScript string of it need be kept. Zeroed
/// when wiped and when freed, also while a request that was sealed from it is on its way.
#[wasm_bindgen]
pub struct KeyBuffer {
    held: Held,
}

/// The key, shared with a submission that may have to seal it again.
pub(super) type Held = Rc<RefCell<Key>>;

/// The bytes never move, so that their address holds for as long as the buffer.
pub(super) struct Key {
    bytes: Zeroizing<Box<[u8]>>,
    length: usize,
}

impl Key {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn wipe(&mut self) {
        self.bytes.zeroize();
        self.length = 0;
    }
}

#[wasm_bindgen]
impl KeyBuffer {
    /// Room for so many bytes, all zero.
    #[wasm_bindgen(constructor)]
    pub fn new(capacity: usize) -> KeyBuffer {
        let bytes = Zeroizing::new(vec![0; capacity].into_boxed_slice());
        Self { held: Rc::new(RefCell::new(Key { bytes, length: 0 })) }
    }

    /// Where the page writes, in the module's memory.
    pub fn pointer(&self) -> usize {
        self.held.borrow_mut().bytes.as_mut_ptr().expose_provenance()
    }

    /// Takes over so many bytes that the page wrote. Cleans them in place and gives back the length left.
    pub fn fill(&self, written: usize) -> usize {
        let key = &mut *self.held.borrow_mut();
        key.length = paste::clean(&mut key.bytes, written);
        key.length
    }

    /// The length of the key in bytes.
    pub fn length(&self) -> usize {
        self.held.borrow().length
    }

    /// A sentence for the person when the key does not look like one of this provider's.
    #[wasm_bindgen(js_name = looksLike)]
    pub fn looks_like(&self, provider: &str) -> Option<String> {
        shape::looks_like(provider.parse().ok()?, self.held.borrow().as_bytes())
    }

    /// Zeroes everything.
    pub fn wipe(&self) {
        self.held.borrow_mut().wipe();
    }

    pub(super) fn share(&self) -> Held {
        Rc::clone(&self.held)
    }
}

impl Drop for KeyBuffer {
    fn drop(&mut self) {
        self.wipe();
    }
}
