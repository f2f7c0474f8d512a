//! Envelopes that must not even be read.

use byo_seal::base64url;
use serde_json::{Value, json};

use super::spoiled;
use crate::pinned::{Expect, Vector};

pub(super) fn all(base: &Vector) -> Vec<Vector> {
    let with = |name: &str, reason: &str, member: &str, change: &dyn Fn(&str) -> Value| {
        with(base, (name, reason), member, change)
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

/// The second lot, younger than the first.
pub(super) fn more(base: &Vector) -> Vec<Vector> {
    let with = |name: &str, reason: &str, member: &str, change: &dyn Fn(&str) -> Value| {
        with(base, (name, reason), member, change)
    };
    vec![
        with("version-null", "the version is null", "v", &|_| json!(null)),
        with("version-true", "the version is a truth value", "v", &|_| json!(true)),
        with("version-negative", "an unknown version", "v", &|_| json!(-1)),
        with("suite-empty", "the suite is empty", "suite", &|_| json!("")),
        with("suite-null", "the suite is null", "suite", &|_| json!(null)),
        with("suite-number", "the suite is a number", "suite", &|_| json!(3)),
        with("suite-upper-case", "the suite is in upper case", "suite", &|suite| json!(suite.to_uppercase())),
        with("suite-white-space", "white space after the suite", "suite", &|suite| {
            json!(format!("{suite} "))
        }),
        with("suite-aes-128", "a suite of HPKE that is none of ours", "suite", &|_| {
            json!("x25519-hkdf-sha256-aes128gcm")
        }),
        with("kid-empty", "the kid is empty", "kid", &|_| json!("")),
        with("kid-null", "the kid is null", "kid", &|_| json!(null)),
        with("kid-longer", "the kid has a digit more", "kid", &|kid| json!(format!("{kid}0"))),
        with("kid-line-feed", "a line feed after the kid", "kid", &|kid| json!(format!("{kid}\n"))),
        with("kid-no-digit", "the kid has a letter that is no digit", "kid", &|kid| {
            json!(format!("g{}", &kid[1..]))
        }),
        with("kid-number", "the kid is a number", "kid", &|_| json!(1_234_567_890_123_456_u64)),
        with("enc-null", "enc is null", "enc", &|_| json!(null)),
        with("enc-list", "enc is a list", "enc", &|_| json!([0, 1, 2])),
        with("ciphertext-number", "the ciphertext is no text", "ciphertext", &|_| json!(1)),
        with(
            "ciphertext-lone-character",
            "a last character of base64 that makes no byte",
            "ciphertext",
            &|text| json!(format!("{text}A")),
        ),
        with("ciphertext-not-ascii", "a character of the ciphertext is not ASCII", "ciphertext", &|text| {
            json!(format!("ä{}", &text[1..]))
        }),
        with("ciphertext-padded", "base64 padding", "ciphertext", &|text| json!(format!("{text}="))),
        with("ciphertext-line-feed", "a line feed inside base64", "ciphertext", &|text| {
            json!(format!("{}\n{}", &text[..64], &text[64..]))
        }),
        with("challenge-null", "the challenge is null", "challenge", &|_| json!(null)),
        with("challenge-padded", "base64 padding", "challenge", &|text| json!(format!("{text}=="))),
    ]
}

/// Each member in turn is not there.
pub(super) fn missing(base: &Vector) -> Vec<Vector> {
    ["v", "kid", "suite", "enc", "ciphertext", "challenge"]
        .map(|member| {
            let (name, reason) = (format!("{member}-missing"), format!("there is no {member}"));
            let changed = format!("sealedKey.{member}");
            spoiled(base, Expect::Malformed, (&name, &reason), &[&changed], |v| {
                v.sealed_key.as_object_mut().expect("an envelope is an object").remove(member);
            })
        })
        .to_vec()
}

fn with(
    base: &Vector,
    name_and_reason: (&str, &str),
    member: &str,
    change: &dyn Fn(&str) -> Value,
) -> Vector {
    spoiled(base, Expect::Malformed, name_and_reason, &[&format!("sealedKey.{member}")], |v| {
        let before = v.sealed_key[member].as_str().unwrap_or_default().to_owned();
        v.sealed_key[member] = change(&before);
    })
}

/// 43 characters carry 258 bits, of which the last two mean nothing and must be zero.
fn set_unused_bit(text: &str) -> String {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (rest, last) = text.split_at(text.len() - 1);
    let value = ALPHABET.find(last).expect("the base is base64url");
    format!("{rest}{}", &ALPHABET[value + 1..value + 2])
}
