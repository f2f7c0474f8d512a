//! Makes the vectors of `vectors/byo-seal-v1.json`, always the same ones. A vector that was once
//! released is pinned: add to the file, never change what is in it.

mod malformed;
mod opened;
mod raw;
mod refused;
pub(crate) mod request;
mod suites;

use byo_seal::{PublicKey, SealedKey, Suite, seal};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::pinned::{Expect, Fixed, Vector, VectorContext};

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VectorFile {
    pub(crate) about: String,
    pub(crate) vectors: Vec<Vector>,
}

/// The text of the file.
pub(crate) fn file() -> String {
    let (chacha, base) = of(Suite::X25519ChaCha20Poly1305);
    let (aes, aes_base) = of(Suite::X25519Aes256Gcm);
    // In the order in which they came into the file.
    let vectors = [
        chacha,
        malformed::all(&base),
        aes,
        suites::all(&base),
        suites::all(&aes_base),
        malformed::more(&base),
        malformed::missing(&base),
    ]
    .concat();
    let about =
        "Vectors for the sealed key, version 1. The format and the members are described in FORMAT.md.";
    let file = VectorFile { about: about.to_owned(), vectors };
    serde_json::to_string_pretty(&file).expect("only text and numbers") + "\n"
}

/// What is well-formed under one suite, and the simplest one of it.
fn of(suite: Suite) -> (Vec<Vector>, Vector) {
    let opened = opened::all(suite);
    let named_so = |name: &str| {
        let name = named(suite, name);
        opened.iter().find(|vector| vector.name == name).expect("it is among them")
    };
    let base = named_so("plain").clone();
    let refused = refused::all(&base, named_so("azure"));
    ([opened, refused].concat(), base)
}

/// The names of the first suite's vectors are older than the other suite.
fn named(suite: Suite, name: &str) -> String {
    match suite {
        Suite::X25519Aes256Gcm => format!("aes-{name}"),
        _ => name.to_owned(),
    }
}

/// Thirty-two bytes that look random and are the same for ever.
fn bytes_for(role: &str, name: &str) -> [u8; 32] {
    Sha256::digest(format!("byo-seal-v1 vectors: {role}: {name}")).into()
}

/// A vector whose envelope holds `key`, sealed as it should be.
fn sealed(
    name: &str,
    private_key: [u8; 32],
    public: PublicKey,
    context: VectorContext,
    key: &[u8],
) -> Vector {
    let name = named(context.suite, name);
    let ikm_e = bytes_for("ikmE", &name);
    let envelope = seal(&public, &context.borrow(), key, &mut Fixed(Some(ikm_e))).expect("it can be sealed");
    Vector {
        name,
        expect: Expect::Opens,
        reason: None,
        base: None,
        changed: Vec::new(),
        private_key,
        public_key: *public.as_bytes(),
        ikm_e,
        encoded_context: context.borrow().encode(),
        info: context.borrow().info().to_vec(),
        context,
        sealed_key: json(&envelope),
        plaintext: None,
        key: Some(hex::encode(key)),
    }
}

/// The base with something changed, so that it must not open any more.
fn spoiled(
    base: &Vector,
    expect: Expect,
    (name, reason): (&str, &str),
    changed: &[&str],
    change: impl FnOnce(&mut Vector),
) -> Vector {
    let mut vector = base.clone();
    change(&mut vector);
    vector.name = named(base.context.suite, name);
    vector.expect = expect;
    vector.reason = Some(reason.to_owned());
    vector.base = Some(base.name.clone());
    vector.changed = changed.iter().map(|member| (*member).to_owned()).collect();
    vector.encoded_context = vector.context.borrow().encode();
    vector.info = vector.context.borrow().info().to_vec();
    vector.key = None;
    vector
}

/// Edits the envelope of a vector.
fn edit(vector: &mut Vector, change: impl FnOnce(&mut SealedKey)) {
    let mut envelope = serde_json::from_value(vector.sealed_key.clone()).expect("the base is well-formed");
    change(&mut envelope);
    vector.sealed_key = json(&envelope);
}

fn json(envelope: &SealedKey) -> serde_json::Value {
    serde_json::to_value(envelope).expect("only text and numbers")
}
