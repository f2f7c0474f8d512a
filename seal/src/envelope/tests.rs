use proptest::prelude::*;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

use super::*;
use crate::{ProviderConfig, ProviderId, Purpose, Suite, generate, principal_id};

const SUITE: Suite = Suite::X25519ChaCha20Poly1305;

/// A server with a key pair, and what a browser sends beside an envelope.
struct Scene {
    suite: Suite,
    rng: ChaCha20Rng,
    private: PrivateKey,
    public: PublicKey,
    kid: KeyId,
    principal: String,
    config: ProviderConfig,
}

impl Scene {
    fn new() -> Self {
        Self::seeded([7; 32])
    }

    fn seeded(seed: [u8; 32]) -> Self {
        Self::with(SUITE, seed)
    }

    fn with(suite: Suite, seed: [u8; 32]) -> Self {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let (private, public) = generate(suite, &mut rng);
        let kid = KeyId::of(suite, &public);
        let principal = principal_id("byo_cs_test_example");
        Self { suite, rng, private, public, kid, principal, config: ProviderConfig::default() }
    }

    fn context(&self) -> Context<'_> {
        Context {
            suite: self.suite,
            kid: &self.kid,
            audience: "https://byo.example",
            principal: &self.principal,
            purpose: Purpose::Connect,
            provider: ProviderId::Openai,
            ref_id: "cus_1",
            name: "default",
            provider_config: &self.config,
            page_origin: "https://app.example",
            challenge: &[9; 64],
        }
    }

    fn seal(&self, key: &[u8]) -> Result<SealedKey, SealError> {
        seal(&self.public, &self.context(), key, &mut self.rng.clone())
    }

    fn open(&self, sealed: &SealedKey) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        open(&self.private, &self.context(), sealed)
    }
}

#[test]
fn an_empty_key_travels_like_any_other() {
    let scene = Scene::new();
    let none = scene.seal(b"").unwrap();
    assert_eq!(none.ciphertext.len(), scene.seal(b"sk-example").unwrap().ciphertext.len());
    assert_eq!(&scene.open(&none).unwrap()[..], b"");
    let elsewhere = Context { ref_id: "cus_2", ..scene.context() };
    assert!(open(&scene.private, &elsewhere, &none).is_err());
}

#[test]
fn sealing_says_who_is_at_fault() {
    let scene = Scene::new();
    assert_eq!(scene.seal(&[b'k'; MAX_KEY_BYTES + 1]), Err(SealError::KeyTooLong));

    let mut rng = scene.rng.clone();
    let foreign = Scene::seeded([8; 32]);
    let result = seal(&foreign.public, &scene.context(), b"sk", &mut rng);
    assert_eq!(result, Err(SealError::KeyIdMismatch));

    let zero = PublicKey::from_bytes([0; 32]);
    let kid = KeyId::of(SUITE, &zero);
    let result = seal(&zero, &Context { kid: &kid, ..scene.context() }, b"sk", &mut rng);
    assert_eq!(result, Err(SealError::UnusablePublicKey));

    let long = [0; MAX_CHALLENGE_BYTES + 1];
    let result = seal(&scene.public, &Context { challenge: &long, ..scene.context() }, b"sk", &mut rng);
    assert_eq!(result, Err(SealError::ChallengeTooLong));
}

#[test]
fn the_same_key_sealed_twice_looks_different() {
    let scene = Scene::new();
    let mut rng = scene.rng.clone();
    let one = seal(&scene.public, &scene.context(), b"sk-same", &mut rng).unwrap();
    let other = seal(&scene.public, &scene.context(), b"sk-same", &mut rng).unwrap();
    assert_ne!(one.enc, other.enc);
    assert_ne!(one.ciphertext, other.ciphertext);
}

#[test]
fn keys_of_all_usual_lengths_give_envelopes_of_one_size() {
    let scene = Scene::new();
    let size = |bytes: usize| serde_json::to_string(&scene.seal(&vec![b'k'; bytes]).unwrap()).unwrap().len();
    let sizes: Vec<usize> = (20..=510).step_by(35).map(size).collect();
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
}

#[test]
fn every_flipped_bit_keeps_an_envelope_shut() {
    for suite in Suite::ALL {
        every_flipped_bit_keeps_it_shut(&Scene::with(*suite, [7; 32]));
    }
}

fn every_flipped_bit_keeps_it_shut(scene: &Scene) {
    let sealed = scene.seal(b"sk-example").unwrap();
    for bit in 0..sealed.enc.len() * 8 {
        let mut flipped = sealed.clone();
        flipped.enc[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(scene.open(&flipped), Err(OpenError), "bit {bit} of enc");
    }
    for byte in 0..sealed.ciphertext.len() {
        let mut flipped = sealed.clone();
        flipped.ciphertext[byte] ^= 1 << (byte % 8);
        assert_eq!(scene.open(&flipped), Err(OpenError), "byte {byte} of the ciphertext");
    }
}

#[test]
fn every_shortened_ciphertext_stays_shut() {
    let scene = Scene::new();
    let sealed = scene.seal(b"sk-example").unwrap();
    for length in 0..sealed.ciphertext.len() {
        let mut shorter = sealed.clone();
        shorter.ciphertext.truncate(length);
        assert_eq!(scene.open(&shorter), Err(OpenError), "{length} bytes");
    }
}

#[test]
fn a_refusal_has_one_text() {
    assert_eq!(OpenError.to_string(), "the envelope does not open for this request");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_was_sealed_comes_out_again(
        seed in any::<[u8; 32]>(),
        suite in proptest::sample::select(Suite::ALL),
        key in proptest::collection::vec(any::<u8>(), 0..=MAX_KEY_BYTES),
        challenge in proptest::collection::vec(any::<u8>(), 0..=MAX_CHALLENGE_BYTES),
        texts in [".*", ".*", ".*", ".*", ".*"],
    ) {
        let scene = Scene::with(suite, seed);
        let mut rng = scene.rng.clone();
        let [audience, principal, ref_id, name, page_origin] = &texts;
        let context = Context {
            audience, principal, ref_id, name, page_origin,
            kid: &scene.kid,
            challenge: &challenge,
            provider_config: &scene.config,
            ..scene.context()
        };
        let sealed = seal(&scene.public, &context, &key, &mut rng).unwrap();
        let travelled = serde_json::from_str(&serde_json::to_string(&sealed).unwrap()).unwrap();
        prop_assert_eq!(&*open(&scene.private, &context, &travelled).unwrap(), &key);
        prop_assert_eq!(open(&Scene::new().private, &context, &travelled), Err(OpenError));
    }

    #[test]
    fn nothing_that_parses_makes_opening_panic(
        suite in proptest::sample::select(Suite::ALL),
        enc in proptest::collection::vec(any::<u8>(), 0..40),
        ciphertext in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        let scene = Scene::with(suite, [7; 32]);
        let sealed = SealedKey { enc, ciphertext, ..scene.seal(b"sk").unwrap() };
        prop_assert_eq!(scene.open(&sealed), Err(OpenError));
    }
}
