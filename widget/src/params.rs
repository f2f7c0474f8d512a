//! What the server offers for sealing.

use byo_seal::{KeyId, PublicKey, Suite, base64url};

use crate::{
    failure::{Failure, Kind},
    json::Json,
};

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
    /// Until when an envelope with it is taken, as the server wrote it.
    pub expires_at: Option<String>,
}

impl Offer {
    /// Reads the parameters, chooses a suite and checks that the key id belongs to the public key.
    pub fn read(json: &Json) -> Result<Self, Failure> {
        let suites = json.member("suites").ok_or_else(bad_params)?.items();
        let suite = Suite::ALL
            .iter()
            .copied()
            .find(|suite| suites.iter().any(|name| name.as_text() == Some(suite.as_str())))
            .ok_or_else(|| Failure::new(Kind::Config, "unsupported_suite"))?;
        let public_key = bytes(json, "publicKey").and_then(|bytes| bytes.try_into().ok());
        let public_key = PublicKey::from_bytes(public_key.ok_or_else(bad_params)?);
        let kid = KeyId::of(suite, &public_key);
        if json.text_of("kid") != Some(kid.as_str()) {
            return Err(bad_params());
        }
        let challenge = bytes(json, "challenge").ok_or_else(bad_params)?;
        let expires_at = json.text_of("expiresAt").map(str::to_owned);
        Ok(Self { suite, kid, public_key, challenge, expires_at })
    }
}

/// The server's answer does not hold together: a fault of its own, or of someone on the way.
pub(crate) fn bad_params() -> Failure {
    Failure::new(Kind::Server, "bad_params")
}

fn bytes(json: &Json, name: &str) -> Option<Vec<u8>> {
    base64url::decode(json.text_of(name)?).ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::{Value, json};

    use super::*;

    const SUITE: Suite = Suite::X25519ChaCha20Poly1305;

    pub(crate) fn offer(public: &PublicKey) -> Offer {
        Offer::read(&json(public).into()).unwrap()
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
        Offer::read(&json.into()).unwrap_err().code.into_owned()
    }

    #[test]
    fn the_suite_that_both_know_is_chosen() {
        let public = PublicKey::from_bytes([9; 32]);
        let offer = offer(&public);
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
    fn what_is_missing_or_not_base64url_is_refused() {
        for member in ["kid", "suites", "publicKey", "challenge"] {
            assert_eq!(code(member, json!(null)), "bad_params", "{member}");
        }
        assert_eq!(code("challenge", json!("a+b=")), "bad_params");
        assert_eq!(code("publicKey", json!("AAAA")), "bad_params");
    }
}
