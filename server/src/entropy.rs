//! Randomness as an argument.

use std::sync::{Arc, Mutex, PoisonError};

use zeroize::Zeroizing;

/// Where unpredictable bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills the buffer with bytes nobody can predict.
    fn fill(&self, buffer: &mut [u8]);
}

/// Randomness that many parts share.
pub type SharedEntropy = Arc<dyn Entropy>;

impl dyn Entropy + '_ {
    /// `N` unpredictable bytes, for public values such as nonces and ids.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut buffer = [0; N];
        self.fill(&mut buffer);
        buffer
    }

    /// `N` unpredictable bytes that are wiped when dropped.
    pub fn secret<const N: usize>(&self) -> Zeroizing<[u8; N]> {
        let mut buffer = Zeroizing::new([0; N]);
        self.fill(buffer.as_mut());
        buffer
    }
}

/// Another source's bytes, fetched in advance, since asking the operating system costs more than all else that makes
/// an id. They wait in memory, so only for what is public anyway.
pub struct Prefetched<E> {
    source: E,
    left: Mutex<Vec<u8>>,
}

impl<E: Entropy> Prefetched<E> {
    /// Fetches from there.
    pub const fn new(source: E) -> Self {
        Self { source, left: Mutex::new(Vec::new()) }
    }
}

impl<E: Entropy> Entropy for Prefetched<E> {
    fn fill(&self, buffer: &mut [u8]) {
        const FETCHED: usize = 4096;

        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() < buffer.len() {
            left.resize(FETCHED.max(buffer.len()), 0);
            self.source.fill(&mut left);
        }
        // Each byte is given once.
        let rest = left.len() - buffer.len();
        buffer.copy_from_slice(&left[rest..]);
        left.truncate(rest);
    }
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
        getrandom::fill(buffer).expect("the operating system's generator works once it has started");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fetched_is_given_once() {
        let prefetched = Prefetched::new(SystemEntropy);
        let given: std::collections::HashSet<[u8; 10]> =
            (0..2000).map(|_| (&prefetched as &dyn Entropy).bytes()).collect();
        assert_eq!(given.len(), 2000);
        let mut large = vec![0; 10_000];
        prefetched.fill(&mut large);
        assert!(large.chunks(16).all(|chunk| chunk != [0; 16]));
    }
}
