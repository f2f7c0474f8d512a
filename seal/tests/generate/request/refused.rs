//! Headers that are well-formed and must not open.

use byo_seal::{KeyId, ProviderId, Purpose, Suite, base64url, principal_id};
use serde_json::{Map, Value, json};

use super::{Said, bytes_for, edit, expose, sealed, spoiled};
use crate::pinned::{
    Expect, Fixed,
    request::{Call, RequestVector},
};

pub(super) fn all(plain: &RequestVector, whole: &RequestVector) -> Vec<RequestVector> {
    [calls(plain), said(plain), configured(whole), tampered(plain), purposes(plain)].concat()
}

fn refused(
    base: &RequestVector,
    name_and_reason: (&str, &str),
    changed: &[&str],
    change: impl FnOnce(&mut RequestVector),
) -> RequestVector {
    spoiled(base, Expect::Refused, name_and_reason, changed, change)
}

/// The call with which it comes is another.
fn calls(plain: &RequestVector) -> Vec<RequestVector> {
    let other = |name: &str, member: &str, change: fn(&mut Call)| {
        let reason = format!("another {member} than it was made for");
        refused(plain, (name, &reason), &[&format!("call.{member}")], |v| change(&mut v.call))
    };
    vec![
        other("audience", "audience", |call| call.audience = "https://evil.example".to_owned()),
        other("provider", "provider", |call| call.provider = ProviderId::Openrouter),
        other("ref-id", "refId", |call| call.ref_id = "cus_12346".to_owned()),
        other("ref-id-prefix", "refId", |call| call.ref_id = "cus_1234".to_owned()),
        refused(plain, ("private-key", "another private key than it was sealed to"), &["privateKey"], |v| {
            let ikm = bytes_for("ikmR", "another server");
            let (private, public) = byo_seal::generate(Suite::X25519ChaCha20Poly1305, &mut Fixed(Some(ikm)));
            v.private_key = expose(&private);
            v.public_key = *public.as_bytes();
        }),
    ]
}

/// What stands in clear is another.
fn said(plain: &RequestVector) -> Vec<RequestVector> {
    let other_kid = || json!(KeyId::of(Suite::X25519Aes256Gcm, &byo_seal::PublicKey::from_bytes([b'0'; 32])));
    vec![
        with(plain, "origin", "origin", json!("https://evil.example")),
        with(plain, "origin-empty", "origin", json!("")),
        with(plain, "principal", "principalId", json!(principal_id("another token"))),
        with(plain, "name", "name", json!("second")),
        with(plain, "config-base-url", "providerConfig", json!({"baseUrl": "https://evil.example"})),
        with(plain, "config-region", "providerConfig", json!({"region": "eu"})),
        with(plain, "kid", "kid", other_kid()),
        with(plain, "suite", "suite", json!(Suite::X25519Aes256Gcm)),
    ]
}

fn configured(whole: &RequestVector) -> Vec<RequestVector> {
    let without = |name: &str, member: &str| {
        let reason = format!("{member} was left out");
        refused(whole, (name, &reason), &[&format!("envelope.{member}")], |v| {
            edit(v, |members| drop(members.remove(member)));
        })
    };
    let other_host = |members: &mut Map<String, Value>| {
        members["providerConfig"]["baseUrl"] = json!("https://evil.openai.azure.com");
    };
    vec![
        without("name-left-out", "name"),
        without("config-left-out", "providerConfig"),
        refused(
            whole,
            ("config-other-host", "another base URL than it was made for"),
            &["envelope.providerConfig"],
            |v| edit(v, other_host),
        ),
    ]
}

fn tampered(plain: &RequestVector) -> Vec<RequestVector> {
    let flipped = |name: &str, member: &str| {
        let reason = format!("a bit of {member} is another");
        refused(plain, (name, &reason), &[&format!("envelope.{member}")], |v| {
            edit(v, |members| {
                let text = members[member].as_str().expect("it is text");
                let mut bytes = base64url::decode(text).expect("it is base64url");
                bytes[0] ^= 1;
                members[member] = json!(base64url::encode(&bytes));
            });
        })
    };
    vec![flipped("enc", "enc"), flipped("ciphertext", "ciphertext"), flipped("challenge", "challenge")]
}

/// Sealed to be posted, and handed out as if for requests.
fn purposes(plain: &RequestVector) -> Vec<RequestVector> {
    [Purpose::Connect, Purpose::Test, Purpose::Rotate]
        .map(|purpose| {
            let (name, reason) = (format!("purpose-{purpose}"), format!("sealed with purpose {purpose}"));
            let posted = sealed("plain", &Said { purpose, ..Said::usual() });
            refused(plain, (&name, &reason), &["envelope.ciphertext"], |v| {
                (v.envelope, v.header) = (posted.envelope, posted.header);
            })
        })
        .to_vec()
}

fn with(plain: &RequestVector, name: &str, member: &str, value: Value) -> RequestVector {
    let reason = format!("another {member} than it was made for");
    refused(plain, (name, &reason), &[&format!("envelope.{member}")], |v| {
        edit(v, |members| drop(members.insert(member.to_owned(), value)));
    })
}
