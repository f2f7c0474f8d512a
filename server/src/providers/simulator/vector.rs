//! Embeddings that mean nothing and are always the same.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::fault::Fault;

/// The longest vector there is.
const MAX_DIMENSIONS: u64 = 4096;
/// Most numbers in one answer, so that a small request cannot ask for a huge one.
const MAX_NUMBERS: usize = 1 << 21;

/// The number of dimensions asked for under this name, when that many can be had for every input.
pub(super) fn dimensions(
    body: &Value,
    name: &'static str,
    default: usize,
    inputs: usize,
) -> Result<usize, Fault> {
    let dimensions = match body.get(name) {
        None | Some(Value::Null) => default,
        Some(value) => {
            let asked = value.as_u64().filter(|asked| (1..=MAX_DIMENSIONS).contains(asked));
            asked.and_then(|asked| usize::try_from(asked).ok()).ok_or(Fault::Invalid(name))?
        }
    };
    if inputs.saturating_mul(dimensions) > MAX_NUMBERS {
        Err(Fault::Invalid("input"))
    } else {
        Ok(dimensions)
    }
}

/// A vector of length one that is the input's own.
pub(super) fn of(input: &Value, dimensions: usize) -> Vec<f32> {
    let digest = Sha256::digest(input.to_string());
    let seed = digest.first_chunk().expect("a digest is longer than eight bytes");
    let mut state = u64::from_le_bytes(*seed);
    let vector: Vec<f32> = (0..dimensions).map(|_| next(&mut state)).collect();
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter().map(|x| x / length).collect()
}

/// SplitMix64, <https://prng.di.unimi.it/splitmix64.c>, scaled to -1 to 1.
fn next(state: &mut u64) -> f32 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let bits = u16::try_from((z ^ (z >> 31)) >> 48).expect("sixteen bits are left");
    f32::from(bits) / 32_768.0 - 1.0
}
