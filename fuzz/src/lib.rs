//! What the targets share: reading an input in parts, and changing something good a little.
//!
//! A fuzzer never finds a good signature or ciphertext by itself. So most targets make a good one, let the input change
//! it, and assert that exactly what is unchanged is taken.

#![forbid(unsafe_code)]

use std::sync::atomic::{AtomicU64, Ordering};

use byo_server::entropy::Entropy;

/// An input, read from its start.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// All of it.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The next byte; 0 at the end.
    pub fn byte(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    /// A length, and so many bytes or as many as there are.
    pub fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        self.0.split_off(..length).unwrap_or_default()
    }

    /// The same as text.
    pub fn text(&mut self) -> String {
        text(self.bytes())
    }

    /// What is left.
    pub fn rest(self) -> &'a [u8] {
        self.0
    }
}

/// Bytes as text, whatever they are.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Changes parts of something. Each four bytes of `edits` are one change: of which part, where (two bytes), and what:
/// 0 cuts there, 1 appends a byte, 2 moves the last byte over the border to the next part, others are flipped in.
pub fn edit(parts: &mut [Vec<u8>], edits: &[u8]) {
    for edit in edits.chunks_exact(4) {
        let index = usize::from(edit[0]) % parts.len();
        let place = usize::from(u16::from_be_bytes([edit[1], edit[2]]));
        let part = &mut parts[index];
        match edit[3] {
            0 => part.truncate(place),
            1 => part.push(edit[2]),
            2 => {
                let moved = part.pop();
                let next = (index + 1) % parts.len();
                parts[next].splice(..0, moved);
            }
            flip if !part.is_empty() => {
                let place = place % part.len();
                part[place] ^= flip;
            }
            _ => {}
        }
    }
}

/// Bytes that are the same in every run.
#[derive(Default)]
pub struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, buffer: &mut [u8]) {
        for chunk in buffer.chunks_mut(8) {
            // SplitMix64.
            let mut word = self.0.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(word ^ (word >> 31)).to_be_bytes()[..chunk.len()]);
        }
    }
}
