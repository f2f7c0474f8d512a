//! The master key: 32 bytes that only the operator has.

use base64::{Engine, alphabet, engine::GeneralPurpose, engine::general_purpose};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

const STANDARD: GeneralPurpose = lenient(&alphabet::STANDARD);
const URL_SAFE: GeneralPurpose = lenient(&alphabet::URL_SAFE);

const fn lenient(alphabet: &alphabet::Alphabet) -> GeneralPurpose {
    GeneralPurpose::new(
        alphabet,
        general_purpose::PAD.with_decode_padding_mode(base64::engine::DecodePaddingMode::Indifferent),
    )
}

/// The key under which all data keys are wrapped. Wiped on drop.
pub struct MasterKey(Zeroizing<[u8; 32]>);

/// Why a text is no master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakMasterKey {
    /// Neither alphabet of base64 reads it.
    #[error("is not base64")]
    NotBase64,
    /// Some other number of bytes.
    #[error("decodes to {0} bytes instead of 32")]
    WrongLength(usize),
    /// A pattern, a text or a counting row: nothing a random generator gives.
    #[error("is not random")]
    NotRandom,
}

impl MasterKey {
    /// Reads 32 random bytes in base64, either alphabet, padded or not.
    pub fn parse(text: &str) -> Result<Self, WeakMasterKey> {
        let bytes = STANDARD
            .decode(text.trim())
            .or_else(|_| URL_SAFE.decode(text.trim()))
            .map(Zeroizing::new)
            .map_err(|_| WeakMasterKey::NotBase64)?;
        let key: [u8; 32] =
            bytes.as_slice().try_into().map_err(|_| WeakMasterKey::WrongLength(bytes.len()))?;
        let key = Zeroizing::new(key);
        if looks_random(&key) { Ok(Self(key)) } else { Err(WeakMasterKey::NotRandom) }
    }

    #[cfg(test)]
    pub(crate) const fn from_bytes_unchecked(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    pub(super) fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut output = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.0.as_slice())
            .expand(label, output.as_mut())
            .expect("32 bytes are within what HKDF-SHA256 gives");
        output
    }
}

/// 32 random bytes fail this less than once in 2^60 draws.
fn looks_random(key: &[u8; 32]) -> bool {
    let mut seen = [false; 256];
    key.iter().for_each(|byte| seen[usize::from(*byte)] = true);
    let distinct = seen.iter().filter(|seen| **seen).count();
    let is_text = key.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    let step = key[1].wrapping_sub(key[0]);
    let counts = key.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == step);
    distinct >= 16 && !is_text && !counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::{Entropy, SystemEntropy};

    #[test]
    fn random_bytes_are_taken_in_either_alphabet() {
        let entropy: &dyn Entropy = &SystemEntropy;
        for _ in 0..1_000 {
            let bytes = entropy.bytes::<32>();
            assert!(MasterKey::parse(&general_purpose::STANDARD.encode(bytes)).is_ok());
            assert!(MasterKey::parse(&general_purpose::URL_SAFE_NO_PAD.encode(bytes)).is_ok());
        }
    }

    #[test]
    fn weak_keys_are_refused_with_the_reason() {
        let encode = |bytes: &[u8]| general_purpose::STANDARD.encode(bytes);
        let counting: Vec<u8> = (0..32).collect();
        for (text, why) in [
            (String::new(), WeakMasterKey::WrongLength(0)),
            ("not base64!".into(), WeakMasterKey::NotBase64),
            (encode(&[1; 16]), WeakMasterKey::WrongLength(16)),
            (encode(&[0; 32]), WeakMasterKey::NotRandom),
            (encode(&[0xAB; 32]), WeakMasterKey::NotRandom),
            (encode(&counting), WeakMasterKey::NotRandom),
            (encode(b"change-me-change-me-change-me-12"), WeakMasterKey::NotRandom),
            (encode(&[1, 2, 3, 4].repeat(8)), WeakMasterKey::NotRandom),
        ] {
            assert_eq!(MasterKey::parse(&text).err(), Some(why), "{text}");
        }
    }
}
