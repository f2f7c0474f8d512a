//! Envelopes that must not even be read.

use byo_seal::base64url;
use serde_json::{Value, json};

use super::spoiled;
use crate::pinned::{Expect, Vector};

pub(super) fn all(base: &Vector) -> Vec<Vector> {
    let with = |name: &str, reason: &str, member: &str, change: &dyn Fn(&str) -> Value| {
        spoiled(base, Expect::Malformed, (name, reason), &[&format!("sealedKey.{member}")], |v| {
            let before = v.sealed_key[member].as_str().unwrap_or_default().to_owned();
            v.sealed_key[member] = change(&before);
        })
    };
    let zeros = |bytes: usize| json!(base64url::encode(&vec![0; bytes]));
    vec![
        with("version-0", "an unknown version", "v", &|_| json!(0)),
        with("version-2", "an unknown version", "v", &|_| json!(2)),
        with("version-text", "the version is a text", "v", &|_| json!("1")),
        with("suite-unknown", "an unknown suite", "suite", &|_| json!("x25519-hkdf-sha256-none")),
        with("kid-upper-case", "the kid is in upper case", "kid", &|kid| json!(kid.to_uppercase())),
        with("kid-cut", "the kid lacks a digit", "kid", &|kid| json!(kid[1..])),
        with("enc-longer", "enc has 33 bytes", "enc", &|_| zeros(33)),
        with("enc-padded", "base64 padding", "enc", &|enc| json!(format!("{enc}="))),
        with("enc-unused-bits", "unused bits of base64 are set", "enc", &|enc| json!(set_unused_bit(enc))),
        with("enc-number", "enc is no text", "enc", &|_| json!(1)),
        with("ciphertext-other-alphabet", "the other base64 alphabet", "ciphertext", &|text| {
            json!(text.replace('-', "+").replace('_', "/"))
        }),
        with("ciphertext-white-space", "white space in base64", "ciphertext", &|text| {
            json!(format!("{text} "))
        }),
        with("ciphertext-too-long", "more than 4112 bytes", "ciphertext", &|_| zeros(4113)),
        with("challenge-too-long", "more than 128 bytes", "challenge", &|_| zeros(129)),
        with("member-unknown", "an unknown member", "aad", &|_| json!("")),
    ]
}

/// 43 characters carry 258 bits, of which the last two mean nothing and must be zero.
fn set_unused_bit(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = text.split_at(text.len() - 1);
    let value = ALPHABET.find(last).expect("the base is base64url");
    format!("{rest}{}", &ALPHABET[value + 1..value + 2])
}
