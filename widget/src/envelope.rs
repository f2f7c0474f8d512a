//! The body that is posted, `{provider, refId, name?, providerConfig?, sealedKey}`: the clear request and the sealed key,
//! bound to each other. Or, for requests, the text that is handed out.

use byo_seal::{Context, MAX_REQUEST_KEY_CHARS, Purpose, SealError, SealedKey, Version, base64url, seal};
use rand_core::CryptoRng;

use crate::{
    endpoint::Endpoint,
    failure::{Failure, Kind},
    json::Json,
    params::{Offer, bad_params},
    request::Request,
};

/// Seals the key for this request, this server and this page. With purpose `request` this is what [`handed_out`] takes.
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
    let mut members = members(&sealed);
    if purpose != Purpose::Request {
        return Ok(request.json(Some(Json::object(members))));
    }
    // What the server cannot know from the call with which it comes.
    members.extend([
        ("origin", Json::maybe(Some(endpoint.page_origin()))),
        ("principalId", Json::maybe(Some(endpoint.principal()))),
        ("name", Json::maybe(request.name.as_deref())),
        ("providerConfig", request.config_json()),
    ]);
    Ok(Json::object(members))
}

/// A body for requests, as JSON text, becomes `{sealedKey, expiresAt}`.
pub fn handed_out(body: &str, offer: &Offer) -> Result<Json, Failure> {
    let text = base64url::encode(body.as_bytes());
    if text.len() > MAX_REQUEST_KEY_CHARS {
        return Err(key_too_long());
    }
    Ok(Json::object(vec![
        ("sealedKey", Some(Json::text(text))),
        ("expiresAt", Json::maybe(offer.expires_at.as_deref())),
    ]))
}

fn members(sealed: &SealedKey) -> Vec<(&'static str, Option<Json>)> {
    let SealedKey { v: Version, kid, suite, enc, ciphertext, challenge } = sealed;
    let bytes = |bytes: &[u8]| Some(Json::text(base64url::encode(bytes)));
    vec![
        ("v", Some(Json::Number(Version::NUMBER.into()))),
        ("kid", Json::maybe(Some(kid.as_str()))),
        ("suite", Some(Json::text(suite.as_str()))),
        ("enc", bytes(enc)),
        ("ciphertext", bytes(ciphertext)),
        ("challenge", bytes(challenge)),
    ]
}

fn failure(error: SealError) -> Failure {
    match error {
        SealError::KeyTooLong => key_too_long(),
        SealError::KeyIdMismatch | SealError::UnusablePublicKey | SealError::ChallengeTooLong => bad_params(),
    }
}

fn key_too_long() -> Failure {
    Failure::new(Kind::Validation, "key_too_long").at("providerKey")
}

#[cfg(test)]
mod tests {
    use byo_seal::{ProviderId, PublicKey, RequestEnvelope, Suite, generate, open, principal_id};
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
    fn what_is_handed_out_opens_for_a_call_that_says_the_rest() {
        let rng = &mut ChaCha20Rng::seed_from_u64(4);
        let (private, public) = generate(Suite::X25519ChaCha20Poly1305, rng);
        let offer = params::tests::offer(&public);
        for more in [json!({}), json!({"name": "second", "providerConfig": {"region": "eu"}})] {
            let mut clear = json!({"provider": "groq", "refId": "cus_1", "expiresIn": "60"});
            clear.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let request = Request::read(&clear.into()).unwrap();
            let body = body(&endpoint(), Purpose::Request, &request, &offer, b"gsk_secret", rng).unwrap();
            let handed = handed_out(&serde_json::Value::from(body).to_string(), &offer).unwrap();
            assert_eq!(handed.text_of("expiresAt"), Some("2026-01-01T00:10:00Z"));

            let envelope = RequestEnvelope::parse(handed.text_of("sealedKey").unwrap()).unwrap();
            assert_eq!(envelope.origin, "https://app.example");
            assert_eq!(envelope.principal_id.as_str(), principal_id("byo_pk_test_abc"));
            let context = envelope.context("https://keys.example", ProviderId::Groq, "cus_1");
            assert_eq!(*open(&private, &context, &envelope.sealed).unwrap(), b"gsk_secret");
        }
    }

    #[test]
    fn a_key_that_fits_no_header_is_not_handed_out() {
        let offer = params::tests::offer(&PublicKey::from_bytes([9; 32]));
        let of = |bytes| handed_out(&"x".repeat(bytes), &offer).map_err(|failure| failure.code);
        assert!(of(MAX_REQUEST_KEY_CHARS / 4 * 3).is_ok());
        assert_eq!(of(MAX_REQUEST_KEY_CHARS / 4 * 3 + 1), Err("key_too_long".into()));
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
