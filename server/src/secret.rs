//! Key material as types: no `Debug`, no `Clone`, no `Serialize`, wiped on drop.

use byo_seal::ProviderId;
use zeroize::Zeroizing;

/// A customer's provider key in the clear. Lives as short as can be. An empty one says that the provider is asked
/// without a key; only those that can be have one.
pub struct ProviderKey(Zeroizing<Vec<u8>>);

/// The bytes cannot be a provider key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProviderKey {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// More bytes than any provider issues.
    #[error("is longer than {} bytes", ProviderKey::MAX_LEN)]
    TooLong,
    /// A key travels in an HTTP header, so only visible ASCII can be one.
    #[error("holds a character that cannot stand in a key; only visible ASCII without spaces can")]
    Character,
}

impl ProviderKey {
    /// The longest key that is taken, in bytes.
    pub const MAX_LEN: usize = 4000;

    /// Takes the bytes over; they are wiped on drop, also when refused.
    pub fn new(bytes: Zeroizing<Vec<u8>>) -> Result<Self, InvalidProviderKey> {
        if bytes.is_empty() {
            return Err(InvalidProviderKey::Empty);
        }
        if bytes.len() > Self::MAX_LEN {
            return Err(InvalidProviderKey::TooLong);
        }
        if !bytes.iter().all(u8::is_ascii_graphic) {
            return Err(InvalidProviderKey::Character);
        }
        Ok(Self(bytes))
    }

    /// The same for a key of this provider: where it can be asked without a key, nothing is one too.
    pub fn of(provider: ProviderId, bytes: Zeroizing<Vec<u8>>) -> Result<Self, InvalidProviderKey> {
        if bytes.is_empty() && provider.is_key_optional() { Ok(Self(bytes)) } else { Self::new(bytes) }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key itself. Every caller says why in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose(&self) -> &str {
        std::str::from_utf8(&self.0).expect("checked to be ASCII on the way in")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(bytes: &[u8]) -> Result<ProviderKey, InvalidProviderKey> {
        ProviderKey::new(Zeroizing::new(bytes.to_vec()))
    }

    #[test]
    fn only_visible_ascii_is_a_key() {
        assert!(key(b"sk-abc").is_ok());
        assert_eq!(key(b"").err(), Some(InvalidProviderKey::Empty));
        assert_eq!(key(b"sk abc").err(), Some(InvalidProviderKey::Character));
        assert_eq!(key(b"sk-\r\nx").err(), Some(InvalidProviderKey::Character));
        assert_eq!(key("schlüssel".as_bytes()).err(), Some(InvalidProviderKey::Character));
        assert_eq!(key(&[b'a'; 4001]).err(), Some(InvalidProviderKey::TooLong));
    }

    #[test]
    fn no_key_is_one_only_where_the_provider_can_do_without() {
        for provider in ProviderId::ALL {
            let of = |bytes: &[u8]| ProviderKey::of(*provider, Zeroizing::new(bytes.to_vec()));
            assert!(of(b"sk-abc").is_ok_and(|key| !key.is_empty()), "{provider}");
            for blank in [&b" "[..], b"\t", b"\r\n", b"\0", b"\xc2\xa0", b"\xe2\x80\x8b"] {
                assert_eq!(of(blank).err(), Some(InvalidProviderKey::Character), "{provider}: {blank:?}");
            }
            match of(b"") {
                Ok(key) => assert!(key.is_empty() && *provider == ProviderId::Ollama, "{provider}"),
                Err(flaw) => assert!(flaw == InvalidProviderKey::Empty && *provider != ProviderId::Ollama),
            }
        }
    }
}
