//! The sender's half of the KEM, as RFC 9180 §4.1 has it. `hpke`'s own computes the ephemeral public key twice, and on
//! the Edwards curve, which in a browser is a third of the time and two kilobytes of code that nothing else needs. Here the
//! Montgomery ladder computes it, which the shared secret needs anyway; whatever is hashed is left to `hpke`.

use hpke::{
    Deserializable as _, HpkeError, Kem, Serializable as _,
    hybrid_array::{Array, typenum::U32},
    kdf::{HkdfSha256, Kdf as _},
    kem::{SharedSecret, X25519HkdfSha256},
};
use rand_core::CryptoRng;
use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};
use zeroize::Zeroizing;

/// DHKEM(X25519, HKDF-SHA256): the same keys, the same bytes.
pub(crate) struct Sender;

/// `"KEM" ‖ I2OSP(kem_id, 2)`.
const SUITE_ID: [u8; 5] = *b"KEM\x00\x20";

impl Kem for Sender {
    type PublicKey = <X25519HkdfSha256 as Kem>::PublicKey;
    type PrivateKey = <X25519HkdfSha256 as Kem>::PrivateKey;
    type EncappedKey = <X25519HkdfSha256 as Kem>::EncappedKey;
    type NSecret = U32;

    const KEM_ID: u16 = X25519HkdfSha256::KEM_ID;

    fn encap_with_rng(
        public: &Self::PublicKey,
        sender: Option<(&Self::PrivateKey, &Self::PublicKey)>,
        rng: &mut impl CryptoRng,
    ) -> Result<(SharedSecret<Self>, Self::EncappedKey), HpkeError> {
        assert!(sender.is_none(), "base mode authenticates no sender");
        let mut ikm = Zeroizing::new([0; 32]);
        rng.fill_bytes(ikm.as_mut_slice());
        let private = Zeroizing::new(HkdfSha256::derive_x25519_sk_eph_bytes(&SUITE_ID, ikm.as_slice()));

        let public: [u8; 32] = public.to_bytes().into();
        let dh = Zeroizing::new(x25519(*private, public));
        // §7.1.4: a point of small order leads to no secret. Read to the end, whatever stands there.
        if dh.iter().fold(0, |any, byte| any | byte) == 0 {
            return Err(HpkeError::EncapError);
        }
        let enc = x25519(*private, X25519_BASEPOINT_BYTES);
        let mut context = [0; 64];
        context[..32].copy_from_slice(&enc);
        context[32..].copy_from_slice(&public);
        let mut shared = SharedSecret(Array::default());
        HkdfSha256::extract_and_expand(dh.as_slice(), &SUITE_ID, &context, &mut shared.0)?;
        Ok((shared, Self::EncappedKey::from_bytes(&enc)?))
    }

    fn sk_to_pk(private: &Self::PrivateKey) -> Self::PublicKey {
        X25519HkdfSha256::sk_to_pk(private)
    }

    fn derive_keypair(ikm: &[u8]) -> (Self::PrivateKey, Self::PublicKey) {
        X25519HkdfSha256::derive_keypair(ikm)
    }

    fn decap(
        private: &Self::PrivateKey,
        sender: Option<&Self::PublicKey>,
        enc: &Self::EncappedKey,
    ) -> Result<SharedSecret<Self>, HpkeError> {
        X25519HkdfSha256::decap(private, sender, enc).map(|shared| SharedSecret(shared.0))
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;

    fn rng(seed: u8) -> ChaCha20Rng {
        ChaCha20Rng::from_seed([seed; 32])
    }

    #[test]
    fn what_is_encapsulated_is_byte_for_byte_what_hpke_makes_of_the_same_randomness() {
        assert_eq!(SUITE_ID, [&b"KEM"[..], &X25519HkdfSha256::KEM_ID.to_be_bytes()].concat()[..]);
        for seed in 0..64 {
            let (private, public) = X25519HkdfSha256::gen_keypair_with_rng(&mut rng(seed ^ 0xff));
            let (ours, our_enc) = Sender::encap_with_rng(&public, None, &mut rng(seed)).unwrap();
            let (theirs, their_enc) =
                X25519HkdfSha256::encap_with_rng(&public, None, &mut rng(seed)).unwrap();
            assert_eq!(our_enc.to_bytes(), their_enc.to_bytes(), "{seed}");
            assert_eq!(ours.0, theirs.0, "{seed}");
            assert_eq!(Sender::decap(&private, None, &our_enc).unwrap().0, ours.0, "{seed}");
        }
    }

    #[test]
    fn a_point_of_small_order_is_refused_by_both() {
        for point in [[0; 32], {
            let mut one = [0; 32];
            one[0] = 1;
            one
        }] {
            let public = <Sender as Kem>::PublicKey::from_bytes(&point).unwrap();
            assert!(matches!(Sender::encap_with_rng(&public, None, &mut rng(1)), Err(HpkeError::EncapError)));
            assert!(X25519HkdfSha256::encap_with_rng(&public, None, &mut rng(1)).is_err());
        }
    }
}
