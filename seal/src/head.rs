//! A context as bytes, from whoever carries its values and leaves it to this crate to bind them.

use crate::{
    KeyId, MAX_CHALLENGE_BYTES, Purpose, Suite,
    context::{self, Fields},
    reference::{check_name, check_ref_id},
};

/// Fields 3 to 11 of a context, each behind its length: audience, principal, purpose, provider, `refId`, name,
/// configuration, page origin, challenge. The configuration stands there in its canonical form; it is hashed here, as is
/// the whole, and the fields before these are made here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head<'a>(Fields<'a>);

/// The longest origin: a scheme, a host name of 253 characters and a port are less.
const MAX_ORIGIN_BYTES: usize = 300;

/// More than any body of a request may have.
const MAX_CONFIG_BYTES: usize = 16 * 1024;

impl<'a> Head<'a> {
    /// Takes the fields apart. `None` where one is missing, left over or cut off, or cannot be what it stands for: no
    /// server would open what is bound to it.
    #[must_use]
    pub fn read(mut bytes: &'a [u8]) -> Option<Self> {
        let mut fields = Fields::default();
        for field in &mut fields {
            let (length, rest) = bytes.split_first_chunk()?;
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            (*field, bytes) = rest.split_at_checked(length)?;
        }
        (bytes.is_empty() && is_acceptable(&fields)).then_some(Self(fields))
    }

    /// HPKE's `info` for this public key.
    pub(crate) fn info(&self, suite: Suite, kid: &KeyId) -> [u8; 44] {
        context::info(&context::encode(suite, kid, &self.0))
    }
}

fn is_acceptable(fields: &Fields<'_>) -> bool {
    let [audience, principal, purpose, provider, ref_id, name, config, page_origin, challenge] = *fields;
    let text = |bytes| core::str::from_utf8(bytes).unwrap_or_default();
    is_origin(audience)
        && !audience.is_empty()
        && principal.len() == 43
        && principal.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && Purpose::ALL.iter().any(|known| known.as_str().as_bytes() == purpose)
        && (1..=32).contains(&provider.len())
        && provider.iter().all(u8::is_ascii_lowercase)
        && check_ref_id(text(ref_id)).is_ok()
        && check_name(text(name)).is_ok()
        && config.len() <= MAX_CONFIG_BYTES
        && is_origin(page_origin)
        && challenge.len() <= MAX_CHALLENGE_BYTES
}

fn is_origin(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_ORIGIN_BYTES && bytes.iter().all(u8::is_ascii_graphic)
}

#[cfg(test)]
mod tests {
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};

    use super::*;
    use crate::{Context, ProviderConfig, ProviderId, SealError, generate, open, principal_id, seal_head};

    const SUITE: Suite = Suite::X25519ChaCha20Poly1305;

    fn fields() -> [Vec<u8>; 9] {
        let principal = principal_id("byo_pk_test_example");
        let config = [&[0, 0, 0, 6][..], b"region", &[0, 0, 0, 2], b"eu"].concat();
        [
            b"https://byo.example".to_vec(),
            principal.into_bytes(),
            b"connect".to_vec(),
            b"openai".to_vec(),
            b"cus_1".to_vec(),
            b"default".to_vec(),
            config,
            b"https://app.example".to_vec(),
            vec![7; 64],
        ]
    }

    fn encoded(fields: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for field in fields {
            bytes.extend_from_slice(&u32::try_from(field.len()).unwrap().to_be_bytes());
            bytes.extend_from_slice(field);
        }
        bytes
    }

    fn with(at: usize, value: &[u8]) -> bool {
        let mut fields = fields();
        fields[at] = value.to_vec();
        Head::read(&encoded(&fields)).is_some()
    }

    #[test]
    fn what_is_sealed_under_a_head_opens_under_its_context() {
        let rng = &mut ChaCha20Rng::from_seed([5; 32]);
        let (private, public) = generate(SUITE, rng);
        let bytes = encoded(&fields());
        let sealed = seal_head(SUITE, &public, &Head::read(&bytes).unwrap(), b"sk-example", rng).unwrap();

        let provider_config = ProviderConfig { region: Some("eu".into()), ..ProviderConfig::default() };
        let context = Context {
            suite: SUITE,
            kid: &KeyId::of(SUITE, &public),
            audience: "https://byo.example",
            principal: &principal_id("byo_pk_test_example"),
            purpose: Purpose::Connect,
            provider: ProviderId::Openai,
            ref_id: "cus_1",
            name: "default",
            provider_config: &provider_config,
            page_origin: "https://app.example",
            challenge: &[7; 64],
        };
        let sealed = crate::SealedKey {
            v: crate::Version,
            kid: sealed.kid,
            suite: SUITE,
            enc: sealed.enc.to_vec(),
            ciphertext: sealed.ciphertext,
            challenge: vec![7; 64],
        };
        assert_eq!(*open(&private, &context, &sealed).unwrap(), b"sk-example");
    }

    #[test]
    fn a_head_has_nine_whole_fields_and_nothing_else() {
        let bytes = encoded(&fields());
        assert!(Head::read(&bytes).is_some());
        for length in 0..bytes.len() {
            assert_eq!(Head::read(&bytes[..length]), None, "{length}");
        }
        assert_eq!(Head::read(&[&bytes[..], &[0]].concat()), None);
        assert_eq!(Head::read(&[&bytes[..], &[0; 4]].concat()), None);
        assert_eq!(Head::read(&[0xff; 64]), None, "a length beyond the end");
    }

    #[test]
    fn a_field_that_cannot_be_what_it_stands_for_is_refused() {
        for (at, wrong) in [
            (0, &b""[..]),
            (0, b"https://byo.example with more"),
            (0, &[b'a'; 301]),
            (1, b""),
            (1, &[b'='; 43]),
            (2, b"Connect"),
            (3, b""),
            (3, b"open ai"),
            (4, b""),
            (4, b"my customer"),
            (4, &[0xff]),
            (4, &[b'r'; 256]),
            (5, b""),
            (5, &[b'n'; 65]),
            (6, &[0; 16 * 1024 + 1]),
            (7, b"https://app.example\n"),
            (8, &[0; 129]),
        ] {
            assert!(!with(at, wrong), "field {at}: {wrong:?}");
        }
        assert!(with(7, b""), "where there is no page");
        assert!(with(6, b""), "where nothing is configured");
        assert!(with(8, b""));
    }

    #[test]
    fn a_key_that_is_too_long_and_a_useless_public_key_are_refused() {
        let bytes = encoded(&fields());
        let head = Head::read(&bytes).unwrap();
        let sealed = |public: &crate::PublicKey, key: &[u8]| {
            seal_head(SUITE, public, &head, key, &mut ChaCha20Rng::from_seed([6; 32])).unwrap_err()
        };
        let (_, public) = generate(SUITE, &mut ChaCha20Rng::from_seed([5; 32]));
        assert_eq!(sealed(&public, &[b'k'; crate::MAX_KEY_BYTES + 1]), SealError::KeyTooLong);
        assert_eq!(sealed(&crate::PublicKey::from_bytes([0; 32]), b"k"), SealError::UnusablePublicKey);
    }
}
