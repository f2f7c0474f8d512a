//! Any eight characters of the key in a row.
//!
//! Eight bytes are one `u64`, so a text is searched with a window that rolls over it, and a bitmap that nearly always
//! says no. Both case and direction are ignored.

use zeroize::Zeroizing;

use super::{
    public,
    view::{Marks, View},
};
use crate::secret::ProviderKey;

/// So many characters in a row are a fragment.
pub(super) const WINDOW: usize = 8;

/// A key to look for; wiped on drop.
pub(super) struct Needle {
    key: Zeroizing<Vec<u8>>,
    /// Sorted; each moved up a bit, which as its highest bit is free in ASCII, for whether any of it is secret.
    windows: Zeroizing<Vec<u64>>,
    filter: Zeroizing<Vec<u64>>,
    shift: u32,
}

impl Needle {
    pub(super) fn new(key: &ProviderKey) -> Self {
        // EXPOSE: to find it in what a provider answers.
        let key = key.expose();
        let public = public::prefix(key);
        let key = Zeroizing::new(key.as_bytes().to_vec());
        let mut windows = Zeroizing::new(Vec::with_capacity(2 * key.len()));
        for (start, window) in key.windows(WINDOW).enumerate() {
            let secret = u64::from(start + WINDOW > public);
            windows.push(rolled(window.iter()) << 1 | secret);
            windows.push(rolled(window.iter().rev()) << 1 | secret);
        }
        // Of two equal ones the public one stays.
        windows.sort_unstable();
        windows.dedup_by_key(|window| *window >> 1);
        let bits = (windows.len() * 32).next_power_of_two().max(4096);
        let mut needle = Self {
            key,
            windows,
            filter: Zeroizing::new(vec![0; bits / 64]),
            shift: 64 - bits.trailing_zeros(),
        };
        for at in 0..needle.windows.len() {
            let (word, bit) = needle.place(needle.windows[at] >> 1);
            needle.filter[word] |= bit;
        }
        needle
    }

    /// There is no key, so it is nowhere; as a text it would be everywhere.
    pub(super) fn is_empty(&self) -> bool {
        self.key.is_empty()
    }

    /// Shorter than a fragment: only the whole key counts, as it stands.
    pub(super) fn is_short(&self) -> bool {
        self.key.len() < WINDOW
    }

    /// The whole key as it stands.
    pub(super) fn search_whole(&self, bytes: &[u8], marks: &mut Marks) {
        for (start, window) in bytes.windows(self.key.len()).enumerate() {
            if window == self.key.as_slice() {
                marks.mark_text(start..start + window.len());
            }
        }
    }

    /// Fragments in a row, with one byte between each two (`s-k-…`, UTF-16), and with white space, quotes and commas
    /// anywhere between.
    pub(super) fn search(&self, text: &View, marks: &mut Marks) {
        let (mut row, mut odd, mut even, mut loose) = (Run::new(), Run::new(), Run::new(), Run::new());
        let (mut here, mut before, mut kept) = (0_u64, 0_u64, 0_u64);
        let mut places = [0_usize; WINDOW];
        let mut count = 0;
        let mut together = 0_u64;
        for (at, byte) in text.bytes().iter().enumerate() {
            let byte = u64::from(byte.to_ascii_lowercase());
            together = together << 8 | byte;
            if let Some(secret) = self.lookup(together) {
                self.hit(&mut row, at + 1 - WINDOW, at + 1, secret, text, marks);
            }
            // Every second byte: the one two back belongs to `before`.
            (here, before) = (before << 8 | byte, here);
            if let Some(secret) = self.lookup(here) {
                let run = if at % 2 == 0 { &mut even } else { &mut odd };
                self.hit(run, at + 2 - 2 * WINDOW, at + 1, secret, text, marks);
            }
            if is_loose(byte) {
                continue;
            }
            kept = kept << 8 | byte;
            places[count % WINDOW] = at;
            count += 1;
            // The same as `together` unless something was left out.
            let first = places[count % WINDOW];
            if kept != together
                && let Some(secret) = self.lookup(kept)
            {
                self.hit(&mut loose, first, at + 1, secret, text, marks);
            }
        }
        for run in [row, odd, even, loose] {
            self.settle(&run, text, marks);
        }
    }

    fn hit(&self, run: &mut Run, start: usize, end: usize, secret: bool, text: &View, marks: &mut Marks) {
        if run.hits == 0 || start > run.end {
            self.settle(run, text, marks);
            *run = Run { start, end, hits: 0, secret: false };
        }
        run.end = end;
        run.hits += 1;
        run.secret |= secret;
    }

    /// What is public counts only when it is the whole key.
    fn settle(&self, run: &Run, text: &View, marks: &mut Marks) {
        if run.secret || run.hits > self.key.len() - WINDOW {
            marks.mark(text, run.start..run.end);
        }
    }

    /// Whether these are eight characters of the key, and if so whether any is secret.
    fn lookup(&self, window: u64) -> Option<bool> {
        let (word, bit) = self.place(window);
        if self.filter[word] & bit == 0 {
            return None;
        }
        let at = self.windows.binary_search_by_key(&window, |known| known >> 1).ok()?;
        Some(self.windows[at] & 1 == 1)
    }

    fn place(&self, window: u64) -> (usize, u64) {
        // Fibonacci hashing: the upper bits of the product depend on all of the window.
        let hash = window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        ((hash >> 6) as usize, 1 << (hash & 63))
    }
}

/// Hits that touch each other.
struct Run {
    start: usize,
    end: usize,
    hits: usize,
    secret: bool,
}

impl Run {
    fn new() -> Self {
        Self { start: 0, end: 0, hits: 0, secret: false }
    }
}

fn rolled<'a>(bytes: impl Iterator<Item = &'a u8>) -> u64 {
    bytes.fold(0, |window, byte| window << 8 | u64::from(byte.to_ascii_lowercase()))
}

/// What breaks a key up where it is printed: line breaks and indentation, a list of characters, NULs.
fn is_loose(byte: u64) -> bool {
    byte <= 0x20 || matches!(byte as u8, b'"' | b'\'' | b',' | b'\\' | b'`')
}
