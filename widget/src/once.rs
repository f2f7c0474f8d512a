//! Randomness that the page brought.

use core::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use zeroize::Zeroizing;

/// Gives 32 random bytes, once: as many as HPKE draws for an ephemeral key. Whoever asks for anything else ends the
/// module, rather than be given the same bytes again.
pub struct Once(Option<Zeroizing<[u8; 32]>>);

impl Once {
    /// Takes the bytes, of which nobody may know any.
    #[must_use]
    pub fn new(random: [u8; 32]) -> Self {
        Self(Some(Zeroizing::new(random)))
    }
}

impl TryRng for Once {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("HPKE asks for bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("HPKE asks for bytes")
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        let random = self.0.take().expect("HPKE asks once");
        buffer.copy_from_slice(random.as_slice());
        Ok(())
    }
}

impl TryCryptoRng for Once {}

#[cfg(test)]
mod tests {
    use rand_core::Rng as _;

    use super::*;

    #[test]
    fn the_bytes_are_given_as_they_are() {
        let mut buffer = [0; 32];
        Once::new([7; 32]).fill_bytes(&mut buffer);
        assert_eq!(buffer, [7; 32]);
    }

    #[test]
    #[should_panic(expected = "HPKE asks once")]
    fn they_are_never_given_again() {
        let mut once = Once::new([7; 32]);
        once.fill_bytes(&mut [0; 32]);
        once.fill_bytes(&mut [0; 32]);
    }
}
