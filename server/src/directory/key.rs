//! The key that signs the list, and the root's word for it.

use std::time::Duration;

use byo_seal::{
    base64url,
    signed::{Signed, SigningKey, VerifyingKey},
};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::{Directory, KeyList, RootKey, TrustRoot};
use crate::{clock::Timestamp, entropy::Entropy};

const CERTIFICATE: &str = "application/vnd.byo.directory-key+json";

/// The longest that a root vouches for a directory key.
pub const LONGEST_TERM: Duration = Duration::from_hours(90 * 24);

/// What the root says of a directory key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Certificate {
    v: u8,
    /// Who says so.
    pub root: TrustRoot,
    /// Ed25519 public key, base64url.
    public_key: String,
    /// The servers it speaks for, as browsers know them.
    pub origins: Vec<String>,
    /// From when.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
}

/// Signs lists of sealing keys. Wiped when dropped.
pub struct DirectoryKey {
    signing: SigningKey,
    signed: Signed,
    certificate: Certificate,
}

/// Why a text is no directory key. Says nothing about it: it holds a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDirectoryKey {
    /// Another file.
    #[error("is not a directory key")]
    Form,
    /// Changed, or put together from two.
    #[error("holds a directory key that its root did not sign")]
    NotSigned,
}

/// As it is kept: one line of JSON. Read by serde; written by [`DirectoryKey::expose`] alone, so that no key material
/// can be serialised.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kept {
    certificate: Signed,
    private_key: Zeroizing<String>,
}

impl DirectoryKey {
    /// A fresh one that the root vouches for.
    #[must_use]
    pub fn issue(
        root: &RootKey,
        origins: Vec<String>,
        not_before: Timestamp,
        term: Duration,
        entropy: &dyn Entropy,
    ) -> Self {
        let signing = SigningKey::from_bytes(*entropy.secret());
        let certificate = Certificate {
            v: 1,
            root: root.trust_root(),
            public_key: base64url::encode(signing.verifying_key().as_bytes()),
            origins,
            not_before,
            not_after: not_before.after(term),
        };
        let payload = serde_json::to_vec(&certificate).expect(ONLY_TEXT);
        Self { signed: Signed::new(&root.0, CERTIFICATE, &payload), signing, certificate }
    }

    /// Reads what [`DirectoryKey::expose`] wrote, and checks that its root signed it.
    ///
    /// # Errors
    /// [`InvalidDirectoryKey`].
    pub fn parse(text: &str) -> Result<Self, InvalidDirectoryKey> {
        let kept: Kept = serde_json::from_str(text).map_err(|_| InvalidDirectoryKey::Form)?;
        let seed = base64url::decode(&kept.private_key).map(Zeroizing::new);
        let seed = seed.map_err(|_| InvalidDirectoryKey::Form)?;
        let mut seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| InvalidDirectoryKey::Form)?;
        let signing = SigningKey::from_bytes(seed);
        seed.zeroize();
        let certificate = Certificate::of(&kept.certificate).ok_or(InvalidDirectoryKey::NotSigned)?;
        if certificate.public_key != base64url::encode(signing.verifying_key().as_bytes()) {
            return Err(InvalidDirectoryKey::NotSigned);
        }
        Ok(Self { signing, signed: kept.certificate, certificate })
    }

    /// The key as text, for the file it is kept in. Every caller says why in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose(&self) -> Zeroizing<String> {
        // EXPOSE: as text, for whoever was allowed to ask.
        let private_key = Zeroizing::new(base64url::encode(self.signing.expose().as_slice()));
        let certificate = serde_json::to_string(&self.signed).expect(ONLY_TEXT);
        // Base64url needs no escapes.
        let parts = [r#"{"certificate":"#, &certificate, r#","privateKey":""#, &private_key, r#""}"#];
        Zeroizing::new(parts.concat())
    }

    /// What its root says of it.
    #[must_use]
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The directory with this list.
    #[must_use]
    pub fn publish(&self, list: &KeyList) -> Directory {
        let payload = serde_json::to_vec(list).expect(ONLY_TEXT);
        Directory {
            directory_key: self.signed.clone(),
            directory: Signed::new(&self.signing, KeyList::TYPE, &payload),
        }
    }
}

impl Certificate {
    /// What is signed, if the root that it names has signed it.
    fn of(signed: &Signed) -> Option<Self> {
        // Read before it is checked, to learn whose signature it should have.
        let unchecked: serde_json::Value = serde_json::from_slice(&signed.unchecked_payload()?).ok()?;
        let root: TrustRoot = serde_json::from_value(unchecked.get("root")?.clone()).ok()?;
        let certificate: Self = serde_json::from_slice(&signed.open(&root.0, CERTIFICATE).ok()?).ok()?;
        (certificate.v == 1).then_some(certificate)
    }

    fn verifying_key(&self) -> Option<VerifyingKey> {
        Some(VerifyingKey::from_bytes(base64url::decode(&self.public_key).ok()?.try_into().ok()?))
    }
}

impl Directory {
    /// What it says to whoever pins this root, times aside; `None` when it was not signed as it should be.
    #[must_use]
    pub fn open(&self, root: &TrustRoot) -> Option<(Certificate, KeyList)> {
        let certificate =
            Certificate::of(&self.directory_key).filter(|certificate| certificate.root == *root)?;
        let list = self.directory.open(&certificate.verifying_key()?, KeyList::TYPE).ok()?;
        Some((certificate, serde_json::from_slice(&list).ok()?))
    }
}

const ONLY_TEXT: &str = "it holds only text and numbers";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

    fn issue(root: &RootKey) -> DirectoryKey {
        DirectoryKey::issue(root, vec!["https://byo.example".to_owned()], NOW, LONGEST_TERM, &SystemEntropy)
    }

    #[test]
    fn a_directory_key_reads_back_as_it_was_written() {
        let root = RootKey::generate(&SystemEntropy);
        let key = issue(&root);
        let kept = DirectoryKey::parse(&key.expose()).unwrap();
        assert_eq!(kept.certificate(), key.certificate());
        assert_eq!(kept.certificate().root, root.trust_root());
        assert_eq!(kept.certificate().not_after, NOW.after(LONGEST_TERM));
    }

    #[test]
    fn a_key_beside_another_ones_certificate_is_refused() {
        let root = RootKey::generate(&SystemEntropy);
        let parts = [issue(&root), issue(&root)]
            .map(|key| serde_json::from_str::<serde_json::Value>(&key.expose()).unwrap());
        let mut mixed = parts[0].clone();
        mixed["privateKey"] = parts[1]["privateKey"].clone();
        assert_eq!(DirectoryKey::parse(&mixed.to_string()).err(), Some(InvalidDirectoryKey::NotSigned));
    }

    #[test]
    fn a_certificate_that_was_changed_is_refused() {
        let root = RootKey::generate(&SystemEntropy);
        let mut kept: serde_json::Value = serde_json::from_str(&issue(&root).expose()).unwrap();
        let signature = issue(&root).signed;
        kept["certificate"]["signatures"] = serde_json::to_value(signature).unwrap()["signatures"].clone();
        assert_eq!(DirectoryKey::parse(&kept.to_string()).err(), Some(InvalidDirectoryKey::NotSigned));
        for text in ["", "{}", "byo_rootkey_AAAA"] {
            assert_eq!(DirectoryKey::parse(text).err(), Some(InvalidDirectoryKey::Form), "{text}");
        }
    }

    #[test]
    fn the_list_opens_for_whoever_pins_the_root_and_for_nobody_else() {
        let root = RootKey::generate(&SystemEntropy);
        let list = KeyList {
            v: 1,
            origins: vec!["https://byo.example".to_owned()],
            serial: 7,
            issued_at: NOW,
            expires_at: NOW.after(KeyList::LIFETIME),
            keys: Vec::new(),
        };
        let other = KeyList { serial: 8, ..list.clone() };
        let directory = issue(&root).publish(&list);
        assert_eq!(directory.open(&root.trust_root()).map(|(_, list)| list), Some(list));
        assert!(directory.open(&RootKey::generate(&SystemEntropy).trust_root()).is_none());
        let swapped = Directory { directory: issue(&root).publish(&other).directory, ..directory };
        assert!(swapped.open(&root.trust_root()).is_none());
    }
}
