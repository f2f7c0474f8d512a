//! Randomness as an argument.

use std::sync::Arc;

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

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the operating system")]
        getrandom::fill(buffer).expect("the operating system's generator works once it has started");
    }
}
