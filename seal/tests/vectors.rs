//! The pinned vectors: RFC 9180's and our own.

mod generate;
mod pinned;
mod requests;
mod rfc9180;

use std::collections::{BTreeMap, BTreeSet};

use byo_seal::{SealedKey, Suite};
use hpke::{
    Deserializable as _, HpkeError, Kem,
    aead::{Aead, AesGcm256, ChaCha20Poly1305},
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
};
use pinned::{Expect, Vector, check};
use serde_json::Value;

const RFC_9180: &str = include_str!("../vectors/rfc9180-base-x25519-hkdfsha256-chacha20poly1305.json");
const BYO_SEAL_V1: &str = include_str!("../vectors/byo-seal-v1.json");

fn committed() -> Vec<Vector> {
    serde_json::from_str::<generate::VectorFile>(BYO_SEAL_V1)
        .expect("the committed file is well-formed")
        .vectors
}

#[test]
fn every_vector_of_rfc_9180_seals_opens_and_exports() {
    let count = rfc9180::check_all(RFC_9180).unwrap();
    assert_eq!(count, rfc9180::Count { encryptions: 257, exports: 3 });
}

#[test]
fn every_committed_vector_holds() {
    let failures: Vec<String> = committed()
        .iter()
        .filter_map(|vector| check(vector).err().map(|error| format!("{}: {error}", vector.name)))
        .collect();
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn the_committed_file_is_current() {
    let is_current = generate::file() == BYO_SEAL_V1;
    assert!(is_current, "run `cargo run -p byo-seal --example vectors > seal/vectors/byo-seal-v1.json`");
}

#[test]
fn names_are_unique_and_every_kind_is_there() {
    let vectors = committed();
    let names: BTreeSet<&str> = vectors.iter().map(|vector| vector.name.as_str()).collect();
    assert_eq!(names.len(), vectors.len());
    let of = |expect| vectors.iter().filter(|vector| vector.expect == expect).count();
    assert_eq!([Expect::Opens, Expect::Refused, Expect::Malformed].map(of), [38, 136, 45]);
}

#[test]
fn what_must_not_open_differs_from_what_opens_in_the_named_members_only() {
    let vectors = committed();
    let opening: BTreeMap<&str, &Vector> = vectors
        .iter()
        .filter(|vector| vector.expect == Expect::Opens)
        .map(|v| (v.name.as_str(), v))
        .collect();
    for vector in vectors.iter().filter(|vector| vector.expect != Expect::Opens) {
        let base = opening[vector.base.as_deref().unwrap()];
        let expected: BTreeSet<String> = vector.changed.iter().cloned().collect();
        assert_eq!(differences(base, vector), expected, "{}", vector.name);
        assert!(vector.reason.is_some(), "{}", vector.name);
    }
}

#[test]
fn where_the_content_is_wrong_the_encryption_is_right() {
    let mut seen = 0;
    for vector in committed() {
        let Some(plaintext) = &vector.plaintext else { continue };
        let opened = match vector.context.suite {
            Suite::X25519Aes256Gcm => decrypt::<AesGcm256>(&vector),
            _ => decrypt::<ChaCha20Poly1305>(&vector),
        };
        assert_eq!(hex::encode(opened.unwrap()), *plaintext, "{}", vector.name);
        seen += 1;
    }
    assert_eq!(seen, 18);
}

/// HPKE alone, without the format around it.
fn decrypt<A: Aead>(vector: &Vector) -> Result<Vec<u8>, HpkeError> {
    let sealed: SealedKey = serde_json::from_value(vector.sealed_key.clone()).expect("well-formed");
    hpke::single_shot_open::<A, HkdfSha256, X25519HkdfSha256>(
        &hpke::OpModeR::Base,
        &<X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&vector.private_key)?,
        &<X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&sealed.enc)?,
        &vector.info,
        &sealed.ciphertext,
        b"",
    )
}

#[test]
fn every_suite_has_vectors() {
    let vectors = committed();
    for suite in Suite::ALL {
        assert!(
            vectors.iter().any(|vector| vector.expect == Expect::Opens && vector.context.suite == *suite)
        );
    }
}

/// The members of `privateKey`, `context` and `sealedKey` in which two vectors differ.
fn differences(one: &Vector, other: &Vector) -> BTreeSet<String> {
    let members = |vector: &Vector| -> BTreeMap<String, Value> {
        let whole = serde_json::to_value(vector).expect("only text and numbers");
        let mut members = BTreeMap::from([("privateKey".to_owned(), whole["privateKey"].clone())]);
        for part in ["context", "sealedKey"] {
            for (name, value) in whole[part].as_object().expect("both are objects") {
                members.insert(format!("{part}.{name}"), value.clone());
            }
        }
        members
    };
    let (one, other) = (members(one), members(other));
    one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
