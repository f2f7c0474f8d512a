//! Envelopes that `seal` would not make.

use aes_gcm::Aes256Gcm;
use byo_seal::{PublicKey, Suite};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit as _, aead::Aead as _};
use hkdf::Hkdf;
use hpke::{
    Deserializable as _, Kem, OpModeS, Serializable as _, kdf::HkdfSha256, kem::X25519HkdfSha256,
    single_shot_seal_with_rng,
};
use sha2::Sha256;

use crate::pinned::Fixed;

/// Seals any plaintext, with any `info` and `aad`.
pub(crate) fn seal(
    suite: Suite,
    public: &PublicKey,
    ikm_e: [u8; 32],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    match suite {
        Suite::X25519Aes256Gcm => seal_with::<hpke::aead::AesGcm256>(public, ikm_e, info, aad, plaintext),
        _ => seal_with::<hpke::aead::ChaCha20Poly1305>(public, ikm_e, info, aad, plaintext),
    }
}

fn seal_with<A: hpke::aead::Aead>(
    public: &PublicKey,
    ikm_e: [u8; 32],
    info: &[u8],
    aad: &[u8],
    plaintext: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public.as_bytes()).expect("32 bytes");
    let rng = &mut Fixed(Some(ikm_e));
    let (enc, ciphertext) = single_shot_seal_with_rng::<A, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        info,
        plaintext,
        aad,
        rng,
    )
    .expect("the public key is sound");
    (enc.to_bytes().to_vec(), ciphertext)
}

/// What a receiver would open who forgot to refuse an all-zero shared secret: RFC 9180 §4.1 and §5.1
/// spelled out, because no library makes such an envelope.
pub(crate) fn seal_to_zero(
    suite: Suite,
    public: &PublicKey,
    enc: &[u8; 32],
    info: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    seal_with_secret(Algorithms::of(suite), &[0; 32], public, enc, info, plaintext)
}

/// What a receiver would open whose key schedule names one suite while the cipher is another's.
pub(crate) fn seal_mixed(
    algorithms: Algorithms,
    public: &PublicKey,
    ikm_e: [u8; 32],
    info: &[u8],
    plaintext: &[u8],
) -> (Vec<u8>, Vec<u8>) {
    let (ephemeral, enc) = X25519HkdfSha256::derive_keypair(&ikm_e);
    let dh = x25519_dalek::x25519(ephemeral.to_bytes().into(), *public.as_bytes());
    let enc: [u8; 32] = enc.to_bytes().into();
    (enc.to_vec(), seal_with_secret(algorithms, &dh, public, &enc, info, plaintext))
}

/// The suite that the key schedule names, and the one whose cipher is used.
#[derive(Clone, Copy)]
pub(crate) struct Algorithms {
    pub(crate) schedule: Suite,
    pub(crate) cipher: Suite,
}

impl Algorithms {
    fn of(suite: Suite) -> Self {
        Self { schedule: suite, cipher: suite }
    }
}

fn seal_with_secret(
    algorithms: Algorithms,
    dh: &[u8; 32],
    public: &PublicKey,
    enc: &[u8; 32],
    info: &[u8],
    plaintext: &[u8],
) -> Vec<u8> {
    let kem = Labeled { suite: b"KEM\x00\x20".to_vec() };
    let hpke = Labeled { suite: [b"HPKE".as_slice(), &algorithms.schedule.ids()].concat() };

    let kem_context = [enc.as_slice(), public.as_bytes()].concat();
    let shared_secret: [u8; 32] =
        kem.expand(&kem.extract(b"", b"eae_prk", dh), b"shared_secret", &kem_context);

    let psk_id_hash = hpke.extract(b"", b"psk_id_hash", b"");
    let info_hash = hpke.extract(b"", b"info_hash", info);
    let schedule = [[0].as_slice(), &psk_id_hash, &info_hash].concat();
    let secret = hpke.extract(&shared_secret, b"secret", b"");
    let key: [u8; 32] = hpke.expand(&secret, b"key", &schedule);
    let nonce: [u8; 12] = hpke.expand(&secret, b"base_nonce", &schedule);
    match algorithms.cipher {
        Suite::X25519Aes256Gcm => Aes256Gcm::new(&key.into()).encrypt(&nonce.into(), plaintext),
        _ => ChaCha20Poly1305::new(&key.into()).encrypt(&nonce.into(), plaintext),
    }
    .expect("the plaintext is short")
}

/// `LabeledExtract` and `LabeledExpand`.
struct Labeled {
    suite: Vec<u8>,
}

impl Labeled {
    fn extract(&self, salt: &[u8], label: &[u8], ikm: &[u8]) -> [u8; 32] {
        let labeled = [b"HPKE-v1", self.suite.as_slice(), label, ikm].concat();
        Hkdf::<Sha256>::extract(Some(salt), &labeled).0.into()
    }

    fn expand<const N: usize>(&self, prk: &[u8], label: &[u8], info: &[u8]) -> [u8; N] {
        let length = u16::try_from(N).expect("at most 32");
        let labeled = [&length.to_be_bytes(), b"HPKE-v1".as_slice(), &self.suite, label, info].concat();
        let mut okm = [0; N];
        Hkdf::<Sha256>::from_prk(prk)
            .expect("32 bytes")
            .expand(&labeled, &mut okm)
            .expect("at most 32 bytes");
        okm
    }
}

#[test]
fn the_spelled_out_steps_agree_with_the_library() {
    let (private, _) = X25519HkdfSha256::derive_keypair(&[1; 32]);
    let public = X25519HkdfSha256::sk_to_pk(&private);
    let public = PublicKey::from_bytes(public.to_bytes().into());
    for suite in Suite::ALL {
        let expected = seal(*suite, &public, [2; 32], b"info", b"", b"plaintext");
        let spelled_out = seal_mixed(Algorithms::of(*suite), &public, [2; 32], b"info", b"plaintext");
        assert_eq!(spelled_out, expected, "{suite}");
    }
}
