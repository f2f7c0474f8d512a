//! Bends a good request, a little or badly. The same draw bends it the same way.

mod framing;
mod head;
mod json;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::request::Request;

/// Where the choices come from.
pub(crate) struct Draw(ChaCha20Rng);

impl Draw {
    /// That of one case.
    pub(crate) fn of(seed: u64, route: &str, number: u64) -> Self {
        // FNV-1a over all that names the case.
        let name = format!("{seed} {route} {number}");
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(ChaCha20Rng::seed_from_u64(hash))
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u64() % end.max(1) as u64).expect("it is below a usize")
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    fn byte(&mut self) -> u8 {
        self.0.next_u32().to_le_bytes()[0]
    }
}

/// One to three things are wrong with it, or happen to be right.
pub(crate) fn bend(mut request: Request, draw: &mut Draw) -> Request {
    for _ in 0..=draw.below(3) {
        match draw.below(12) {
            0 => head::method(&mut request, draw),
            1 => head::target(&mut request, draw),
            2 | 3 => head::query(&mut request, draw),
            4 => head::version(&mut request, draw),
            5 | 6 => head::header(&mut request, draw),
            7 => framing::length(&mut request, draw),
            8 => head::credential(&mut request, draw),
            _ if request.body.is_empty() => framing::body_of_nobody(&mut request, draw),
            9 => bytes(&mut request.body, draw),
            _ => json::body(&mut request, draw),
        }
    }
    request
}

/// Cuts, doubles, swaps or flips bytes.
fn bytes(bytes: &mut Vec<u8>, draw: &mut Draw) {
    let (at, to) = (draw.below(bytes.len()), draw.below(bytes.len()));
    if bytes.is_empty() {
        return;
    }
    match draw.below(6) {
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << draw.below(8),
        2 => bytes[at] = draw.byte(),
        3 => bytes.insert(at, draw.byte()),
        4 => bytes.swap(at, to),
        _ => {
            let part = bytes[at.min(to)..at.max(to)].to_vec();
            bytes.extend_from_slice(&part);
        }
    }
}
