//! Padding: `u16 big-endian length ‖ key ‖ zeros`, to one of a few sizes.

use alloc::vec::Vec;

use zeroize::Zeroizing;

/// The sizes a padded key may have. A key takes the smallest that holds it.
pub(crate) const SIZES: [usize; 4] = [512, 1024, 2048, 4096];

/// The longest key that can be sealed, in bytes.
pub const MAX_KEY_BYTES: usize = SIZES[SIZES.len() - 1] - LENGTH_BYTES;

const LENGTH_BYTES: usize = 2;

/// The padded key, in a buffer with room for `spare` more bytes, so that appending an authentication tag
/// does not reallocate and leave a copy of the key behind. `None` if the key is too long.
pub(crate) fn pad(key: &[u8], spare: usize) -> Option<Zeroizing<Vec<u8>>> {
    let size = size_for(key.len())?;
    let length = u16::try_from(key.len()).expect("every padded size is far below 64 KiB");
    let mut padded = Zeroizing::new(Vec::with_capacity(size + spare));
    padded.extend_from_slice(&length.to_be_bytes());
    padded.extend_from_slice(key);
    padded.resize(size, 0);
    Some(padded)
}

/// The key inside. `None` unless the bytes are exactly what [`pad`] makes of some key.
///
/// Whoever gets here wrong bytes sealed them himself, so the time this takes tells nobody anything new.
pub(crate) fn unpad(padded: &[u8]) -> Option<&[u8]> {
    let (length, rest) = padded.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (key, zeros) = rest.split_at_checked(length)?;
    let is_canonical = size_for(length) == Some(padded.len()) && zeros.iter().all(|byte| *byte == 0);
    is_canonical.then_some(key)
}

fn size_for(key_bytes: usize) -> Option<usize> {
    SIZES.into_iter().find(|size| key_bytes <= size - LENGTH_BYTES)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_of_all_usual_lengths_have_one_size() {
        for bytes in 0..=510 {
            assert_eq!(pad(&vec![b'k'; bytes], 0).unwrap().len(), 512);
        }
    }

    #[test]
    fn longer_keys_take_the_next_size_up_to_the_last() {
        let size = |bytes: usize| pad(&vec![b'k'; bytes], 0).map(|padded| padded.len());
        assert_eq!([511, 1022].map(size), [Some(1024); 2]);
        assert_eq!([1023, 2046].map(size), [Some(2048); 2]);
        assert_eq!([2047, MAX_KEY_BYTES].map(size), [Some(4096); 2]);
        assert_eq!([MAX_KEY_BYTES + 1, 65_536, 70_000].map(size), [None; 3]);
    }

    #[test]
    fn there_is_room_for_a_tag_without_moving_the_key() {
        assert!(pad(b"sk-example", 16).unwrap().capacity() >= 512 + 16);
    }

    #[test]
    fn anything_but_canonical_padding_is_refused() {
        let padded = pad(b"sk-example", 0).unwrap();
        assert_eq!(unpad(&padded), Some(&b"sk-example"[..]));

        let with = |at: usize, value: u8| {
            let mut bytes = padded.to_vec();
            bytes[at] = value;
            bytes
        };
        assert_eq!(unpad(&with(12, 1)), None, "first padding byte");
        assert_eq!(unpad(&with(511, 1)), None, "last padding byte");
        assert_eq!(unpad(&with(0, 0xff)), None, "length beyond the end");
        assert_eq!(unpad(&padded[..511]), None, "no known size");
        assert_eq!(unpad(&[&padded[..], &[0; 512]].concat()), None, "larger than needed");
        assert_eq!(unpad(&[]), None, "nothing");
        assert_eq!(unpad(&[0]), None, "half a length");
    }

    proptest! {
        #[test]
        fn unpad_undoes_pad(key in proptest::collection::vec(any::<u8>(), 0..=MAX_KEY_BYTES)) {
            let padded = pad(&key, 16).unwrap();
            prop_assert_eq!(unpad(&padded), Some(&key[..]));
        }

        #[test]
        fn what_unpads_is_what_pad_made(mut bytes in proptest::collection::vec(0..=2_u8, 0..600), zeros in 0..600_usize) {
            bytes.resize(bytes.len() + zeros, 0);
            if let Some(key) = unpad(&bytes) {
                let padded = pad(key, 0).unwrap();
                prop_assert_eq!(&padded[..], &bytes[..]);
            }
        }
    }
}
