use serde_json::{Value, json};

use super::*;

fn example() -> Value {
    json!({
        "v": 1,
        "kid": "0123456789abcdef",
        "suite": "x25519-hkdf-sha256-chacha20poly1305",
        "enc": base64url::encode(&[1; 32]),
        "ciphertext": base64url::encode(&[2; 528]),
        "challenge": base64url::encode(&[3; 64]),
        "origin": "https://app.example",
        "principalId": crate::principal_id("a token"),
    })
}

fn text(json: &Value) -> String {
    base64url::encode(json.to_string().as_bytes())
}

fn is_read(json: &Value) -> bool {
    RequestEnvelope::parse(&text(json)).is_ok()
}

#[test]
fn an_envelope_reads_and_writes_the_same_json() {
    let mut whole = example();
    whole["name"] = json!("second");
    whole["providerConfig"] = json!({"region": "eu"});
    for json in [example(), whole] {
        let written = RequestEnvelope::parse(&text(&json)).unwrap().to_text().unwrap();
        let again: Value = serde_json::from_slice(&base64url::decode(&written).unwrap()).unwrap();
        assert_eq!(again, json);
    }
}

#[test]
fn what_is_not_said_is_what_a_call_without_it_means() {
    let envelope = RequestEnvelope::parse(&text(&example())).unwrap();
    assert_eq!(envelope.name, DEFAULT_NAME);
    assert!(envelope.provider_config.is_empty());
}

#[test]
fn every_other_member_is_needed_and_no_stranger_is_taken() {
    assert!(is_read(&example()));
    for member in ["v", "kid", "suite", "enc", "ciphertext", "challenge", "origin", "principalId"] {
        let mut json = example();
        json.as_object_mut().unwrap().remove(member);
        assert!(!is_read(&json), "{member}");
    }
    for stranger in ["provider", "refId", "aad"] {
        let mut json = example();
        json[stranger] = json!("openai");
        assert!(!is_read(&json), "{stranger}");
    }
}

#[test]
fn a_member_given_twice_is_refused() {
    for member in ["origin", "principalId", "name", "providerConfig"] {
        let mut json = example();
        json["name"] = json!("second");
        json["providerConfig"] = json!({});
        let twice = json.to_string().replacen('{', &format!("{{\"{member}\":{},", json[member]), 1);
        assert!(
            is_read(&json) && RequestEnvelope::parse(&base64url::encode(twice.as_bytes())).is_err(),
            "{member}"
        );
    }
}

#[test]
fn no_text_is_read_that_is_longer_than_a_header_may_be() {
    let padded = |chars: usize| {
        // White space between members is still the same JSON.
        let json = example().to_string();
        let spaces = chars / 4 * 3 - json.len();
        base64url::encode(format!("{{{}{}", " ".repeat(spaces), &json[1..]).as_bytes())
    };
    let longest = padded(MAX_REQUEST_KEY_CHARS);
    assert_eq!(longest.len(), MAX_REQUEST_KEY_CHARS);
    assert!(RequestEnvelope::parse(&longest).is_ok());
    assert_eq!(RequestEnvelope::parse(&padded(MAX_REQUEST_KEY_CHARS + 4)), Err(MalformedRequestEnvelope));
}

#[test]
fn none_is_written_that_would_not_be_read() {
    let mut envelope = RequestEnvelope::parse(&text(&example())).unwrap();
    envelope.sealed.ciphertext = vec![2; 4112];
    let longest = envelope.to_text().unwrap();
    assert_eq!(RequestEnvelope::parse(&longest), Ok(envelope.clone()), "the longest key fits");
    envelope.provider_config.base_url = Some(["https://", &"a".repeat(600), ".example"].concat());
    assert!(envelope.to_text().is_none());
}

#[test]
fn a_principal_is_the_hash_of_a_token() {
    let id: PrincipalId = crate::principal_id("abc").parse().unwrap();
    let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(hex::encode(id.token_hash()), hash);
    for wrong in ["", "AA", &id.as_str()[1..], "byo_pk_test_abc"] {
        assert_eq!(wrong.parse::<PrincipalId>(), Err(MalformedRequestEnvelope), "{wrong}");
    }
}
