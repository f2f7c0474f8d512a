//! The committed vectors and what must hold for each. Shared by the native test, the generator and the
//! wasm module, so that all three mean the same.

pub(crate) mod request;

use std::convert::Infallible;

use byo_seal::{
    Context, KeyId, OpenError, PrivateKey, ProviderConfig, ProviderId, PublicKey, Purpose, SealedKey, Suite,
    open, seal,
};
use rand_core::{TryCryptoRng, TryRng};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One envelope and what must become of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) expect: Expect,
    /// Why it must not open: exactly one reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// The vector that this one was made from …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<String>,
    /// … by changing these members only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changed: Vec<String>,
    #[serde(with = "hex")]
    pub(crate) private_key: [u8; 32],
    #[serde(with = "hex")]
    pub(crate) public_key: [u8; 32],
    /// The sender's ephemeral key material, as in RFC 9180's own vectors.
    #[serde(with = "hex")]
    pub(crate) ikm_e: [u8; 32],
    pub(crate) context: VectorContext,
    #[serde(with = "hex")]
    pub(crate) encoded_context: Vec<u8>,
    #[serde(with = "hex")]
    pub(crate) info: Vec<u8>,
    pub(crate) sealed_key: Value,
    /// What HPKE alone decrypts the envelope to, where it is the content that is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plaintext: Option<String>,
    /// The key inside, if it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
}

/// What must become of an envelope.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Expect {
    /// It opens and gives the key.
    Opens,
    /// It is well-formed but does not open.
    Refused,
    /// It is not even read.
    Malformed,
}

/// [`Context`] with its texts.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct VectorContext {
    pub(crate) suite: Suite,
    pub(crate) kid: KeyId,
    pub(crate) audience: String,
    pub(crate) principal: String,
    pub(crate) purpose: Purpose,
    pub(crate) provider: ProviderId,
    pub(crate) ref_id: String,
    pub(crate) name: String,
    pub(crate) provider_config: ProviderConfig,
    pub(crate) page_origin: String,
    #[serde(with = "base64url_text")]
    pub(crate) challenge: Vec<u8>,
}

impl VectorContext {
    pub(crate) fn borrow(&self) -> Context<'_> {
        Context {
            suite: self.suite,
            kid: &self.kid,
            audience: &self.audience,
            principal: &self.principal,
            purpose: self.purpose,
            provider: self.provider,
            ref_id: &self.ref_id,
            name: &self.name,
            provider_config: &self.provider_config,
            page_origin: &self.page_origin,
            challenge: &self.challenge,
        }
    }
}

/// Tells what does not hold.
pub(crate) fn check(vector: &Vector) -> Result<(), String> {
    let context = vector.context.borrow();
    same("encodedContext", &context.encode(), &vector.encoded_context)?;
    same("info", &context.info().to_vec(), &vector.info)?;
    let private = PrivateKey::from_bytes(vector.private_key);
    same("publicKey", private.public().as_bytes(), &vector.public_key)?;
    let sealed = serde_json::from_value::<SealedKey>(vector.sealed_key.clone());
    match (vector.expect, sealed) {
        (Expect::Opens, Ok(sealed)) => {
            let opened = open(&private, &context, &sealed).map_err(|error| error.to_string())?;
            same("key", &Some(hex::encode(&*opened)), &vector.key)?;
            seals_alike(vector, &opened)
        }
        (Expect::Refused, Ok(sealed)) => {
            same("open", &open(&private, &context, &sealed).map(|_| ()), &Err(OpenError))
        }
        (Expect::Malformed, Err(_)) => Ok(()),
        (Expect::Malformed, Ok(_)) => Err("was read".to_owned()),
        (_, Err(error)) => Err(format!("was not read: {error}")),
    }
}

/// With the same ephemeral key, sealing gives the committed envelope again, down to the JSON.
fn seals_alike(vector: &Vector, key: &[u8]) -> Result<(), String> {
    let public = PublicKey::from_bytes(vector.public_key);
    let sealed = seal(&public, &vector.context.borrow(), key, &mut Fixed(Some(vector.ikm_e)))
        .map_err(|error| error.to_string())?;
    let json = serde_json::to_value(&sealed).map_err(|error| error.to_string())?;
    same("sealedKey", &json, &vector.sealed_key)
}

/// A generator that gives these bytes, once.
pub(crate) struct Fixed(pub(crate) Option<[u8; 32]>);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("HPKE asks for bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("HPKE asks for bytes")
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        buffer.copy_from_slice(&self.0.take().expect("HPKE asks once"));
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, got: &T, expected: &T) -> Result<(), String> {
    if got == expected { Ok(()) } else { Err(format!("{what}: got {got:?}, expected {expected:?}")) }
}

mod base64url_text {
    use byo_seal::base64url;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64url::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        base64url::decode(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
