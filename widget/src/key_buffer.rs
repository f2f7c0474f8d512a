//! A key in memory that can be overwritten.

use alloc::{boxed::Box, vec};

use zeroize::Zeroizing;

use crate::paste;

/// Memory into which the page writes a typed key, so that no JavaScript string of it need be kept. Zeroed when it is
/// dropped. The bytes never move, so that their address holds for as long as the buffer.
pub struct KeyBuffer {
    bytes: Zeroizing<Box<[u8]>>,
    length: usize,
}

impl KeyBuffer {
    /// Room for so many bytes, all zero.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Self { bytes: Zeroizing::new(vec![0; capacity].into_boxed_slice()), length: 0 }
    }

    /// Where the page writes, in the module's memory.
    pub fn pointer(&mut self) -> usize {
        self.bytes.as_mut_ptr().expose_provenance()
    }

    /// Takes over so many bytes that the page wrote. Cleans them in place and gives back the length left.
    pub fn fill(&mut self, written: usize) -> usize {
        self.length = paste::clean(&mut self.bytes, written);
        self.length
    }

    /// The key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// All of the memory, for what is no key.
    pub fn all_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_holds_the_cleaned_key_and_nothing_else_of_what_was_written() {
        let mut buffer = KeyBuffer::new(16);
        assert_eq!(buffer.as_bytes(), b"");
        assert_eq!(buffer.all_mut(), [0; 16]);
        buffer.all_mut()[..6].copy_from_slice(b" sk-1\n");
        assert_eq!((buffer.fill(6), buffer.as_bytes()), (4, &b"sk-1"[..]));
        assert_eq!(buffer.all_mut()[4..], [0; 12]);
    }
}
