//! The quick test of a good answer's headers: a whole look is for answers where something is wrong.

use zeroize::Zeroize;

use super::{disguise::Disguise, needle::WINDOW};
use crate::secret::ProviderKey;

/// So many characters are looked up at once, at every fifth place: in any eight in a row there is one such place.
const PIECE: usize = 4;
const STRIDE: usize = WINDOW - PIECE + 1;

const BITS: u32 = 11;

/// Tells whether a value may hold eight characters of the key in a row: as they stand, backwards, in base64, in hexadecimal,
/// or behind any escapes. It also says yes to what is no secret (`Scrubber` knows), and never no where there are eight.
///
/// On the stack, and wiped on drop. For keys of some hundred bytes; with one of thousands it is slower, and as right.
pub struct Glimpse<'key> {
    key: &'key [u8],
    /// One bit for every four characters of the key, hashed.
    filter: [u64; 1 << (BITS - 6)],
}

impl<'key> Glimpse<'key> {
    /// Of this key.
    #[must_use]
    pub fn new(key: &'key ProviderKey) -> Self {
        // EXPOSE: to find it in what a provider answers.
        let key = key.expose().as_bytes();
        let mut filter = [0; 1 << (BITS - 6)];
        for piece in key.array_windows::<PIECE>() {
            let (word, bit) = place(*piece);
            filter[word] |= bit;
        }
        Self { key, filter }
    }

    /// Whether it may be in this value.
    #[must_use]
    pub fn sees(&self, value: &[u8]) -> bool {
        if self.key.len() < WINDOW {
            // No key is nowhere, and there are no windows of its width.
            return !self.key.is_empty() && value.windows(self.key.len()).any(|window| window == self.key);
        }
        self.sees_plain(value)
            || match Disguise::of(value) {
                Disguise::None => false,
                Disguise::Some(disguises) => disguises.any(value, |said| self.sees_plain(said)),
                Disguise::Anything => true,
            }
    }

    fn sees_plain(&self, value: &[u8]) -> bool {
        value.array_windows::<PIECE>().enumerate().step_by(STRIDE).any(|(at, piece)| {
            let [a, b, c, d] = *piece;
            (self.has(*piece) && self.sees_around(value, at, false))
                || (self.has([d, c, b, a]) && self.sees_around(value, at, true))
        })
    }

    fn has(&self, piece: [u8; PIECE]) -> bool {
        let (word, bit) = place(piece);
        self.filter[word] & bit != 0 && self.key.array_windows().any(|known| *known == piece)
    }

    /// Whether any eight characters around the four at `at` are the key's.
    fn sees_around(&self, value: &[u8], at: usize, is_reversed: bool) -> bool {
        let around = &value[at.saturating_sub(WINDOW - PIECE)..value.len().min(at + WINDOW)];
        around.array_windows::<WINDOW>().any(|window| {
            let mut window = *window;
            if is_reversed {
                window.reverse();
            }
            self.key.array_windows().any(|known| *known == window)
        })
    }
}

impl Drop for Glimpse<'_> {
    fn drop(&mut self) {
        self.filter.zeroize();
    }
}

fn place(piece: [u8; PIECE]) -> (usize, u64) {
    let hash = u32::from_le_bytes(piece).wrapping_mul(0x9e37_79b1) >> (32 - BITS);
    ((hash >> 6) as usize, 1 << (hash & 63))
}
