//! Makes the vectors of `vectors/byo-request-v1.json`, always the same ones. What was released is pinned.

mod malformed;
mod refused;

use byo_seal::{
    AzureConfig, Context, KeyId, PrivateKey, ProviderConfig, ProviderId, Purpose, RequestEnvelope, Suite,
    WireApi, base64url, generate, principal_id, seal,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::bytes_for;
use crate::pinned::{
    Expect, Fixed,
    request::{Call, RequestVector},
};

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestVectorFile {
    pub(crate) about: String,
    pub(crate) vectors: Vec<RequestVector>,
}

/// The text of the file.
pub(crate) fn file() -> String {
    let opened = opened();
    let (plain, whole) = (&opened[0], &opened[1]);
    let vectors = [opened.clone(), refused::all(plain, whole), malformed::all(plain)].concat();
    let about = "Vectors for keys that are sealed for requests, version 1. See FORMAT.md.".to_owned();
    let file = RequestVectorFile { about, vectors };
    serde_json::to_string_pretty(&file).expect("only text and numbers") + "\n"
}

/// What a sender says.
#[derive(Clone)]
pub(super) struct Said {
    suite: Suite,
    purpose: Purpose,
    name: &'static str,
    config: ProviderConfig,
    origin: &'static str,
    key: Vec<u8>,
}

impl Said {
    pub(super) fn usual() -> Self {
        Self {
            suite: Suite::X25519ChaCha20Poly1305,
            purpose: Purpose::Request,
            name: "default",
            config: ProviderConfig::default(),
            origin: "https://app.example",
            key: b"sk-byo-test-valid-0123456789".to_vec(),
        }
    }
}

fn opened() -> Vec<RequestVector> {
    let whole = ProviderConfig {
        base_url: Some("https://acme.openai.azure.com".to_owned()),
        wire_api: Some(WireApi::Responses),
        azure: Some(AzureConfig { api_version: "2024-10-21".to_owned(), deployment: Some("gpt".to_owned()) }),
        region: Some("swedencentral".to_owned()),
    };
    let usual = Said::usual();
    let longest = (0..4094).map(|at| b'!' + (at % 94) as u8).collect();
    let plain = sealed("plain", &usual);
    vec![
        plain.clone(),
        sealed("everything", &Said { name: "second", config: whole, ..usual.clone() }),
        sealed("no-page", &Said { origin: "", ..usual.clone() }),
        sealed("longest-key", &Said { key: longest, ..usual.clone() }),
        sealed("aes-plain", &Said { suite: Suite::X25519Aes256Gcm, ..usual }),
        spelled_otherwise(&plain),
    ]
}

/// The header of these words, for the usual call.
pub(super) fn sealed(name: &str, said: &Said) -> RequestVector {
    let ikm_e = bytes_for("ikmE", &format!("request {name}"));
    let (private, public) = generate(said.suite, &mut Fixed(Some(bytes_for("ikmR", "server"))));
    let challenge = [bytes_for("challenge", "first half"), bytes_for("challenge", "second half")].concat();
    let principal = principal_id("a publishable key or a session token");
    let kid = KeyId::of(said.suite, &public);
    let call = Call {
        audience: "https://byo.example".to_owned(),
        provider: ProviderId::Openai,
        ref_id: "cus_12345".to_owned(),
    };
    let context = Context {
        suite: said.suite,
        kid: &kid,
        audience: &call.audience,
        principal: &principal,
        purpose: said.purpose,
        provider: call.provider,
        ref_id: &call.ref_id,
        name: said.name,
        provider_config: &said.config,
        page_origin: said.origin,
        challenge: &challenge,
    };
    let sealed = seal(&public, &context, &said.key, &mut Fixed(Some(ikm_e))).expect("it can be sealed");
    let envelope = RequestEnvelope {
        sealed,
        origin: said.origin.to_owned(),
        principal_id: principal.parse().expect("it is a hash"),
        name: said.name.to_owned(),
        provider_config: said.config.clone(),
    };
    let header = envelope.to_text().expect("it fits");
    RequestVector {
        name: name.to_owned(),
        expect: Expect::Opens,
        reason: None,
        base: None,
        changed: Vec::new(),
        private_key: expose(&private),
        public_key: *public.as_bytes(),
        ikm_e,
        envelope: Some(json_of(&header)),
        encoded_context: Some(hex::encode(
            envelope.context(&call.audience, call.provider, &call.ref_id).encode(),
        )),
        call,
        header,
        key: Some(hex::encode(&said.key)),
    }
}

/// Members in another order, with white space, and what is usual said aloud.
fn spelled_otherwise(plain: &RequestVector) -> RequestVector {
    let mut vector = plain.clone();
    let members = plain.envelope.as_ref().and_then(Value::as_object).expect("an envelope is an object");
    let mut lines: Vec<String> =
        members.iter().rev().map(|(name, value)| format!("  \"{name}\": {value}")).collect();
    lines.extend(["  \"name\": \"default\"".to_owned(), "  \"providerConfig\": {}".to_owned()]);
    let text = format!("{{\n{}\n}}\n", lines.join(",\n"));
    "spelled-otherwise".clone_into(&mut vector.name);
    vector.reason = Some("other order, white space, and usual values given".to_owned());
    vector.header = base64url::encode(text.as_bytes());
    vector.envelope = Some(json_of(&vector.header));
    vector
}

/// The base with something changed, so that it must not open any more.
pub(super) fn spoiled(
    base: &RequestVector,
    expect: Expect,
    (name, reason): (&str, &str),
    changed: &[&str],
    change: impl FnOnce(&mut RequestVector),
) -> RequestVector {
    let mut vector = base.clone();
    change(&mut vector);
    name.clone_into(&mut vector.name);
    vector.expect = expect;
    vector.reason = Some(reason.to_owned());
    vector.base = Some(base.name.clone());
    vector.changed = changed.iter().map(|member| (*member).to_owned()).collect();
    let Call { audience, provider, ref_id } = &vector.call;
    let read = RequestEnvelope::parse(&vector.header).ok();
    vector.encoded_context =
        read.map(|envelope| hex::encode(envelope.context(audience, *provider, ref_id).encode()));
    vector.key = None;
    vector
}

/// Edits the JSON of a vector.
pub(super) fn edit(vector: &mut RequestVector, change: impl FnOnce(&mut serde_json::Map<String, Value>)) {
    let envelope = vector.envelope.as_mut().and_then(Value::as_object_mut);
    change(envelope.expect("an envelope is an object"));
    let envelope = vector.envelope.as_ref().expect("it was just edited");
    vector.header = base64url::encode(envelope.to_string().as_bytes());
}

fn json_of(header: &str) -> Value {
    let json = base64url::decode(header).expect("it was just written");
    serde_json::from_slice(&json).expect("it was just written")
}

fn expose(private: &PrivateKey) -> [u8; 32] {
    // EXPOSE: this one is published with the vectors.
    *private.expose()
}
