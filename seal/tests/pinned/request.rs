//! The committed vectors of keys for requests and what must hold for each.

use byo_seal::{OpenError, PrivateKey, ProviderId, PublicKey, RequestEnvelope, open, seal};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Expect, Fixed, same};

/// One header and what must become of it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RequestVector {
    pub(crate) name: String,
    pub(crate) expect: Expect,
    /// Why it must not open: exactly one reason. Or what is special about one that opens.
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
    pub(crate) call: Call,
    /// The JSON inside the header, where that is what it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) envelope: Option<Value>,
    /// The header's value.
    pub(crate) header: String,
    /// What the receiver builds, where it gets that far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) encoded_context: Option<String>,
    /// The key inside, if it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
}

/// What the receiver knows without the envelope.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Call {
    pub(crate) audience: String,
    pub(crate) provider: ProviderId,
    pub(crate) ref_id: String,
}

/// Tells what does not hold.
pub(crate) fn check(vector: &RequestVector) -> Result<(), String> {
    let private = PrivateKey::from_bytes(vector.private_key);
    same("publicKey", private.public().as_bytes(), &vector.public_key)?;
    let envelope = match (vector.expect, RequestEnvelope::parse(&vector.header)) {
        (Expect::Malformed, Err(_)) => return same("encodedContext", &None, &vector.encoded_context),
        (Expect::Malformed, Ok(_)) => return Err("was read".to_owned()),
        (_, Err(error)) => return Err(format!("was not read: {error}")),
        (_, Ok(envelope)) => envelope,
    };
    let Call { audience, provider, ref_id } = &vector.call;
    let context = envelope.context(audience, *provider, ref_id);
    same("encodedContext", &Some(hex::encode(context.encode())), &vector.encoded_context)?;
    let opened = open(&private, &context, &envelope.sealed);
    if vector.expect == Expect::Refused {
        return same("open", &opened.map(|_| ()), &Err(OpenError));
    }
    let opened = opened.map_err(|error| error.to_string())?;
    same("key", &Some(hex::encode(&*opened)), &vector.key)?;
    let public = PublicKey::from_bytes(vector.public_key);
    let sealed = seal(&public, &context, &opened, &mut Fixed(Some(vector.ikm_e)));
    same("sealed again", &sealed.map_err(|error| error.to_string())?, &envelope.sealed)
}
