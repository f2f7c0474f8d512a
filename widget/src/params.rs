//! What the server offers for sealing.

use byo_seal::{KeyId, PublicKey, Suite, base64url};
use serde::Deserialize;

use crate::failure::{Failure, Kind};

/// The sealing parameters as they come; members that this version does not need are ignored.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Params {
    /// Names the public key.
    pub kid: String,
    /// What the server can open, by name.
    pub suites: Vec<String>,
    /// What to seal to.
    pub public_key: PublicKey,
    /// Base64url; to be bound and sent back as it is.
    pub challenge: String,
}

/// Parameters that hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// How to seal.
    pub suite: Suite,
    /// The id of the public key under that suite.
    pub kid: KeyId,
    /// What to seal to.
    pub public_key: PublicKey,
    /// The challenge's bytes.
    pub challenge: Vec<u8>,
}

impl Params {
    /// Chooses a suite and checks that the key id belongs to the public key.
    pub fn check(&self) -> Result<Offer, Failure> {
        let suite = Suite::ALL
            .iter()
            .copied()
            .find(|suite| self.suites.iter().any(|name| name == suite.as_str()))
            .ok_or_else(|| Failure::new(Kind::Config, "unsupported_suite"))?;
        let kid = KeyId::of(suite, &self.public_key);
        if kid.as_str() != self.kid {
            return Err(bad_params());
        }
        let challenge = base64url::decode(&self.challenge).map_err(|_| bad_params())?;
        Ok(Offer { suite, kid, public_key: self.public_key, challenge })
    }
}

pub(crate) fn bad_params() -> Failure {
    Failure::new(Kind::Server, "bad_params")
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SUITE: Suite = Suite::X25519ChaCha20Poly1305;

    pub(crate) fn params(public: &PublicKey) -> Params {
        serde_json::from_value(json(public)).unwrap()
    }

    fn json(public: &PublicKey) -> Value {
        json!({
            "kid": KeyId::of(SUITE, public).as_str(),
            "suites": ["of-tomorrow", SUITE.as_str()],
            "publicKey": public,
            "challenge": base64url::encode(&[7; 64]),
            "serverTime": "2026-01-01T00:00:00Z",
            "expiresAt": "2026-01-01T00:10:00Z",
            "directory": null,
        })
    }

    fn code(member: &str, value: Value) -> String {
        let mut json = json(&PublicKey::from_bytes([9; 32]));
        json[member] = value;
        let params: Params = serde_json::from_value(json).unwrap();
        params.check().unwrap_err().code.into_owned()
    }

    #[test]
    fn the_suite_that_both_know_is_chosen() {
        let public = PublicKey::from_bytes([9; 32]);
        let offer = params(&public).check().unwrap();
        assert_eq!((offer.suite, offer.public_key), (SUITE, public));
        assert_eq!(offer.challenge, [7; 64]);
    }

    #[test]
    fn unknown_suites_are_refused() {
        assert_eq!(code("suites", json!([])), "unsupported_suite");
        assert_eq!(code("suites", json!(["of-tomorrow"])), "unsupported_suite");
    }

    #[test]
    fn a_key_id_of_another_key_is_refused() {
        assert_eq!(code("kid", json!("0123456789abcdef")), "bad_params");
        assert_eq!(code("publicKey", json!(PublicKey::from_bytes([8; 32]))), "bad_params");
    }

    #[test]
    fn a_challenge_that_is_not_base64url_is_refused() {
        assert_eq!(code("challenge", json!("a+b=")), "bad_params");
    }
}
