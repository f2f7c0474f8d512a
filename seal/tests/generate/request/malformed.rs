//! Headers that must not even be read.

use byo_seal::base64url;
use serde_json::{Value, json};

use super::{edit, spoiled};
use crate::pinned::{Expect, request::RequestVector};

pub(super) fn all(plain: &RequestVector) -> Vec<RequestVector> {
    [texts(plain), contents(plain), missing(plain), members(plain)].concat()
}

/// The header is no base64url.
fn texts(plain: &RequestVector) -> Vec<RequestVector> {
    let with = |name: &str, reason: &str, header: String| text(plain, (name, reason), header);
    let header = &plain.header;
    vec![
        with("empty", "nothing there", String::new()),
        with("padded", "base64 padding", format!("{header}=")),
        with("white-space", "white space after base64", format!("{header} ")),
        with("other-alphabet", "a character of the other base64 alphabet", format!("+{}", &header[1..])),
        with("lone-character", "a last character of base64 that makes no byte", {
            let whole = header.len() / 4 * 4;
            format!("{}A", &header[..whole])
        }),
    ]
}

/// The header holds no JSON object.
fn contents(plain: &RequestVector) -> Vec<RequestVector> {
    let json = base64url::decode(&plain.header).expect("the base is well-formed");
    let with =
        |name: &str, reason: &str, bytes: Vec<u8>| text(plain, (name, reason), base64url::encode(&bytes));
    let spaces = vec![b' '; 8196 / 4 * 3 - json.len()];
    vec![
        with("not-json", "no JSON", b"sk-byo-test-valid".to_vec()),
        with("not-closed", "the JSON is cut", json[..json.len() - 1].to_vec()),
        with("two-values", "something after the JSON", [json.clone(), b"{}".to_vec()].concat()),
        with("byte-order-mark", "a byte order mark", [b"\xef\xbb\xbf".to_vec(), json.clone()].concat()),
        with("list", "the JSON is a list", [b"[".to_vec(), json.clone(), b"]".to_vec()].concat()),
        with("too-long", "8196 characters", [json, spaces].concat()),
    ]
}

/// Each member in turn is not there.
fn missing(plain: &RequestVector) -> Vec<RequestVector> {
    ["v", "kid", "suite", "enc", "ciphertext", "challenge", "origin", "principalId"]
        .map(|member| {
            let (name, reason) = (format!("{member}-missing"), format!("there is no {member}"));
            malformed(plain, (&name, &reason), member, |members| drop(members.remove(member)))
        })
        .to_vec()
}

fn members(plain: &RequestVector) -> Vec<RequestVector> {
    let with = |name: &str, reason: &str, member: &str, value: Value| {
        malformed(plain, (name, reason), member, |members| drop(members.insert(member.to_owned(), value)))
    };
    let zeros = |bytes: usize| json!(base64url::encode(&vec![0; bytes]));
    let long_origin = format!("https://{}.example", "a".repeat(300));
    vec![
        with("version-2", "an unknown version", "v", json!(2)),
        with("suite-unknown", "an unknown suite", "suite", json!("x25519-hkdf-sha256-none")),
        with("kid-upper-case", "the kid is in upper case", "kid", json!("0D363B04B31C18D9")),
        with("enc-longer", "enc has 33 bytes", "enc", zeros(33)),
        with("ciphertext-too-long", "more than 4112 bytes", "ciphertext", zeros(4113)),
        with("challenge-too-long", "more than 128 bytes", "challenge", zeros(129)),
        with("origin-null", "the origin is null", "origin", json!(null)),
        with("origin-white-space", "white space in the origin", "origin", json!("https://app. example")),
        with(
            "origin-not-ascii",
            "a character of the origin is not ASCII",
            "origin",
            json!("https://äpp.example"),
        ),
        with("origin-too-long", "more than 300 characters", "origin", json!(long_origin)),
        with("principal-short", "31 bytes", "principalId", zeros(31)),
        with("principal-empty", "the principal is empty", "principalId", json!("")),
        with("principal-token", "a token in the place of its hash", "principalId", json!("byo_pk_test_abc")),
        with("name-null", "the name is null", "name", json!(null)),
        with("name-empty", "the name is empty", "name", json!("")),
        with("name-character", "a character that no name has", "name", json!("a b")),
        with("name-too-long", "65 characters", "name", json!("n".repeat(65))),
        with("config-null", "the configuration is null", "providerConfig", json!(null)),
        with(
            "config-stranger",
            "an unknown member of the configuration",
            "providerConfig",
            json!({"host": "x"}),
        ),
        with("provider-inside", "an unknown member", "provider", json!("openai")),
        with("ref-id-inside", "an unknown member", "refId", json!("cus_12345")),
        with("member-unknown", "an unknown member", "aad", json!("")),
    ]
}

fn malformed(
    plain: &RequestVector,
    name_and_reason: (&str, &str),
    member: &str,
    change: impl FnOnce(&mut serde_json::Map<String, Value>),
) -> RequestVector {
    let changed = format!("envelope.{member}");
    spoiled(plain, Expect::Malformed, name_and_reason, &[&changed], |v| edit(v, change))
}

fn text(plain: &RequestVector, name_and_reason: (&str, &str), header: String) -> RequestVector {
    spoiled(plain, Expect::Malformed, name_and_reason, &["header"], |v| {
        (v.envelope, v.header) = (None, header);
    })
}
