//! The body that is posted, `{provider, refId, name?, providerConfig?, sealedKey}`: the clear request and the sealed key, bound to each other.

use byo_seal::{Context, Purpose, SealError, SealedKey, Version, base64url, seal};
use rand_core::CryptoRng;

use crate::{
    endpoint::Endpoint,
    failure::{Failure, Kind},
    json::Json,
    params::{Offer, bad_params},
    request::Request,
};

/// Seals the key for this request, this server and this page.
pub fn body(
    endpoint: &Endpoint,
    purpose: Purpose,
    request: &Request,
    offer: &Offer,
    key: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Json, Failure> {
    let context = Context {
        suite: offer.suite,
        kid: &offer.kid,
        audience: endpoint.audience(),
        principal: endpoint.principal(),
        purpose,
        provider: request.provider,
        ref_id: &request.ref_id,
        name: request.name(),
        provider_config: &request.provider_config,
        page_origin: endpoint.page_origin(),
        challenge: &offer.challenge,
    };
    let sealed = seal(&offer.public_key, &context, key, rng).map_err(failure)?;
    Ok(request.json(Some(json(&sealed))))
}

fn json(sealed: &SealedKey) -> Json {
    let SealedKey { v: Version, kid, suite, enc, ciphertext, challenge } = sealed;
    let bytes = |bytes: &[u8]| Some(Json::text(base64url::encode(bytes)));
    Json::object(vec![
        ("v", Some(Json::Number(Version::NUMBER.into()))),
        ("kid", Json::maybe(Some(kid.as_str()))),
        ("suite", Some(Json::text(suite.as_str()))),
        ("enc", bytes(enc)),
        ("ciphertext", bytes(ciphertext)),
        ("challenge", bytes(challenge)),
    ])
}

fn failure(error: SealError) -> Failure {
    match error {
        SealError::KeyTooLong => Failure::new(Kind::Validation, "key_too_long").at("providerKey"),
        SealError::KeyIdMismatch | SealError::UnusablePublicKey | SealError::ChallengeTooLong => bad_params(),
    }
}

#[cfg(test)]
mod tests {
    use byo_seal::{PublicKey, Suite, generate, open, principal_id};
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
    use serde_json::json;

    use super::*;
    use crate::{endpoint::UrlParts, params};

    fn endpoint() -> Endpoint {
        let url = UrlParts {
            origin: "https://keys.example",
            protocol: "https:",
            hostname: "keys.example",
            pathname: "/byo",
            has_more: false,
        };
        Endpoint::new(url, "byo_pk_test_abc", "https://app.example").unwrap()
    }

    #[test]
    fn the_server_opens_what_it_rebuilds_from_the_clear_request() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let (private, public) = generate(Suite::X25519ChaCha20Poly1305, rng);
        let offer = params::tests::offer(&public);
        let clear =
            json!({"provider": "groq", "refId": "cus_1", "providerConfig": {"baseUrl": "https://g.example"}});
        let request = Request::read(&clear.clone().into()).unwrap();
        let body = body(&endpoint(), Purpose::Rotate, &request, &offer, b"gsk_secret", rng).unwrap();

        let mut json = serde_json::Value::from(body);
        let sealed: SealedKey = serde_json::from_value(json["sealedKey"].take()).unwrap();
        json.as_object_mut().unwrap().remove("sealedKey");
        assert_eq!(json, clear);

        let context = Context {
            suite: Suite::X25519ChaCha20Poly1305,
            kid: &offer.kid,
            audience: "https://keys.example",
            principal: &principal_id("byo_pk_test_abc"),
            purpose: Purpose::Rotate,
            provider: byo_seal::ProviderId::Groq,
            ref_id: "cus_1",
            name: "default",
            provider_config: &request.provider_config,
            page_origin: "https://app.example",
            challenge: &[7; 64],
        };
        assert_eq!(*open(&private, &context, &sealed).unwrap(), b"gsk_secret");
    }

    #[test]
    fn two_attempts_never_send_the_same_envelope() {
        let rng = &mut ChaCha20Rng::seed_from_u64(2);
        let (_, public) = generate(Suite::X25519ChaCha20Poly1305, rng);
        let offer = params::tests::offer(&public);
        let request = Request::read(&json!({"provider": "xai", "refId": "c"}).into()).unwrap();
        let mut sealed = || body(&endpoint(), Purpose::Connect, &request, &offer, b"xai-1", rng).unwrap();
        assert_ne!(sealed(), sealed());
    }

    #[test]
    fn a_public_key_that_leads_to_no_secret_is_the_servers_fault() {
        let rng = &mut ChaCha20Rng::seed_from_u64(3);
        let offer = params::tests::offer(&PublicKey::from_bytes([0; 32]));
        let request = Request::read(&json!({"provider": "xai", "refId": "c"}).into()).unwrap();
        let failure = body(&endpoint(), Purpose::Connect, &request, &offer, b"xai-1", rng).unwrap_err();
        assert_eq!(failure.code, "bad_params");
    }
}
