//! Both signatures of a delivery, and checking them.
//!
//! `X-BYO-Signature`: hex HMAC-SHA256 of the raw body; the key is the whole secret as shown to the user.
//! Standard Webhooks: `v1,` + base64 HMAC-SHA256 of `id.timestamp.body`; the key is the secret's decoded bytes.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::WebhookSecret;
use crate::clock::Timestamp;

/// How far a delivery's timestamp may lie from the receiver's clock.
const TOLERANCE: Duration = Duration::from_mins(5);
/// More signatures than a rotation ever makes are not looked at.
const MOST_SIGNATURES: usize = 10;

/// The headers of one delivery attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signatures {
    /// `X-BYO-Signature`
    pub byo: String,
    /// `webhook-id`
    pub id: String,
    /// `webhook-timestamp`, in seconds
    pub timestamp: String,
    /// `webhook-signature`
    pub standard: String,
}

/// The delivery is not from whoever has the secret, or not from now. Which one is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not fit")]
pub struct InvalidSignature;

/// Signs a body. The id is the event's, the same on every attempt.
#[must_use]
pub fn sign(secret: &WebhookSecret, id: &str, at: Timestamp, body: &[u8]) -> Signatures {
    let timestamp = at.as_secs().to_string();
    // EXPOSE: keys an HMAC.
    let byo = hex::encode(mac(secret.expose().as_bytes(), &[body]).finalize().into_bytes());
    let standard = standard_mac(secret, id, &timestamp, body).finalize().into_bytes();
    Signatures { byo, id: id.to_owned(), standard: format!("v1,{}", STANDARD.encode(standard)), timestamp }
}

/// Checks both signatures in constant time, and the age.
pub fn verify(
    secret: &WebhookSecret,
    given: &Signatures,
    now: Timestamp,
    body: &[u8],
) -> Result<(), InvalidSignature> {
    let byo = hex::decode(&given.byo).map_err(|_| InvalidSignature)?;
    // EXPOSE: keys an HMAC.
    mac(secret.expose().as_bytes(), &[body]).verify_slice(&byo).map_err(|_| InvalidSignature)?;
    let seconds: i64 = given.timestamp.parse().map_err(|_| InvalidSignature)?;
    let age = now.as_secs().saturating_sub(seconds).unsigned_abs();
    if age > TOLERANCE.as_secs() {
        return Err(InvalidSignature);
    }
    let expected = standard_mac(secret, &given.id, &given.timestamp, body);
    let fits = given
        .standard
        .split(' ')
        .take(MOST_SIGNATURES)
        .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok())
        .any(|signature| expected.clone().verify_slice(&signature).is_ok());
    if fits { Ok(()) } else { Err(InvalidSignature) }
}

fn standard_mac(secret: &WebhookSecret, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    mac(secret.key(), &[id.as_bytes(), b".", timestamp.as_bytes(), b".", body])
}

fn mac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NOW: Timestamp = Timestamp::from_millis(1_614_265_330_000);
    const BODY: &[u8] = br#"{"test": 2432232314}"#;

    fn secret() -> WebhookSecret {
        WebhookSecret::parse(SECRET).unwrap()
    }

    fn signed() -> Signatures {
        sign(&secret(), "msg_p5jXN8AQM9LWM0D4loKWxJek", NOW, BODY)
    }

    /// The example of the Standard Webhooks specification; the other value by Python's `hmac`.
    #[test]
    fn signatures_are_those_of_other_implementations() {
        let signed = signed();
        assert_eq!(signed.standard, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(signed.timestamp, "1614265330");
        assert_eq!(signed.byo, "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c");
    }

    #[test]
    fn a_delivery_verifies_within_five_minutes() {
        let signed = signed();
        for (offset, good) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
            let now = Timestamp::from_millis(NOW.as_millis() + offset * 1000);
            assert_eq!(verify(&secret(), &signed, now, BODY).is_ok(), good, "{offset} s");
        }
    }

    #[test]
    fn anything_changed_does_not_verify() {
        let good = signed();
        let refused = |given: &Signatures, body: &[u8]| {
            assert_eq!(verify(&secret(), given, NOW, body), Err(InvalidSignature), "{given:?}");
        };
        refused(&good, b"{}");
        refused(&Signatures { byo: String::new(), ..good.clone() }, BODY);
        refused(&Signatures { byo: good.byo.replace('a', "b"), ..good.clone() }, BODY);
        refused(&Signatures { byo: good.byo[..62].to_owned(), ..good.clone() }, BODY);
        refused(&Signatures { byo: "ü".repeat(32), ..good.clone() }, BODY);
        refused(&Signatures { id: "msg_other".into(), ..good.clone() }, BODY);
        refused(&Signatures { timestamp: "1614265331".into(), ..good.clone() }, BODY);
        refused(&Signatures { timestamp: "soon".into(), ..good.clone() }, BODY);
        refused(&Signatures { standard: String::new(), ..good.clone() }, BODY);
        refused(&Signatures { standard: good.standard.replace("v1,", "v2,"), ..good.clone() }, BODY);
        refused(&Signatures { standard: good.standard[3..].to_owned(), ..good.clone() }, BODY);
        let other = WebhookSecret::parse("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX").unwrap();
        assert_eq!(verify(&other, &good, NOW, BODY), Err(InvalidSignature));
    }

    #[test]
    fn one_good_signature_among_several_is_enough() {
        let mut given = signed();
        given.standard = format!("v1,AAAA v1a,x {}", given.standard);
        assert_eq!(verify(&secret(), &given, NOW, BODY), Ok(()));
        given.standard = format!("{}{}", "v1,AAAA ".repeat(MOST_SIGNATURES), given.standard);
        assert_eq!(verify(&secret(), &given, NOW, BODY), Err(InvalidSignature));
    }
}
