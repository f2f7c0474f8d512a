//! The operator's key.

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Problem, reader::Reader};

const SHORTEST: usize = 32;

/// The operator's calls.
pub struct AdminConfig {
    /// Without one the admin calls refuse everybody.
    pub key: Option<AdminKey>,
}

/// What the operator sends as `X-Admin-Key`. Wiped on drop.
pub struct AdminKey(Zeroizing<String>);

/// Why a text is no admin key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeakAdminKey {
    /// It could be tried out.
    #[error("has {0} characters; it must have at least {SHORTEST}")]
    TooShort(usize),
    /// It could be guessed.
    #[error("repeats a few characters; it must be random")]
    Repetitive,
    /// It could not be sent.
    #[error("holds a character that cannot stand in a header; only visible ASCII can")]
    Character,
}

impl AdminKey {
    /// Reads one.
    pub fn parse(text: Zeroizing<String>) -> Result<Self, WeakAdminKey> {
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(WeakAdminKey::Character);
        }
        if text.len() < SHORTEST {
            return Err(WeakAdminKey::TooShort(text.len()));
        }
        let mut distinct: Zeroizing<Vec<u8>> = Zeroizing::new(text.bytes().collect());
        distinct.sort_unstable();
        distinct.dedup();
        // 32 random hex digits show fewer than 6 different ones about once in 2^30 draws.
        if distinct.len() < 6 {
            return Err(WeakAdminKey::Repetitive);
        }
        Ok(Self(text))
    }

    /// SHA-256, to compare with the hash of what a caller sent.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The key itself, for a client's header. Every caller says why in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

pub(super) fn read(reader: &mut Reader) -> Option<AdminConfig> {
    let key = reader.secret("admin.key", |text| AdminKey::parse(text).map_err(Problem::AdminKey))?;
    Some(AdminConfig { key })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<WeakAdminKey> {
        AdminKey::parse(Zeroizing::new(text.to_owned())).err()
    }

    #[test]
    fn short_repetitive_and_unsendable_keys_are_refused() {
        assert_eq!(refused("7c9e2f4b81d05a36e4b7c2d9f1a86035"), None);
        assert_eq!(refused("7c9e2f4b81d05a36e4b7c2d9f1a8603"), Some(WeakAdminKey::TooShort(31)));
        assert_eq!(refused(""), Some(WeakAdminKey::TooShort(0)));
        assert_eq!(refused(&"a".repeat(64)), Some(WeakAdminKey::Repetitive));
        assert_eq!(refused(&"admin".repeat(10)), Some(WeakAdminKey::Repetitive));
        assert_eq!(refused("7c9e2f4b81d05a36 e4b7c2d9f1a86035"), Some(WeakAdminKey::Character));
        assert_eq!(refused("7c9e2f4b81d05a36ée4b7c2d9f1a86035"), Some(WeakAdminKey::Character));
    }

    #[test]
    fn the_hash_is_sha_256_of_the_text() {
        let key = AdminKey::parse(Zeroizing::new("7c9e2f4b81d05a36e4b7c2d9f1a86035".to_owned()));
        let hash = hex::encode(key.ok().unwrap().hash());
        assert_eq!(hash, "aed557ecac8d76a513c6e1153d2335abb5baba70189b02f1f58d7328575afe0f");
    }
}
