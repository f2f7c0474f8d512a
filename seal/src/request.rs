//! The form in which a key travels that is used for requests and never stored: one text, for one header.
//!
//! Whoever passes it on cannot read the key. What the receiver cannot know otherwise stands beside it in clear, and is
//! bound like everything else; provider and `refId` are what the call says, so they do not stand here.

use alloc::{borrow::ToOwned as _, string::String, vec::Vec};
use core::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::{
    Context, KeyId, MAX_REQUEST_KEY_CHARS, ProviderConfig, ProviderId, Purpose, SealedKey, Suite, Version,
    base_mode, base64url,
    reference::{DEFAULT_NAME, check_name},
    wire,
};

/// The longest page origin, in bytes: a scheme, a host name of 253 characters and a port are less.
const MAX_ORIGIN_BYTES: usize = 300;

/// A key sealed with purpose `request`, and what is said of it in clear. Holds nothing secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestEnvelope {
    /// The sealed key.
    pub sealed: SealedKey,
    /// Origin of the page it was typed into; empty where there was no page.
    pub origin: String,
    /// The publishable key or session token that asked for the challenge.
    pub principal_id: PrincipalId,
    /// The key's name.
    pub name: String,
    /// Where and how it is to be used.
    pub provider_config: ProviderConfig,
}

impl RequestEnvelope {
    /// Reads a header's value.
    ///
    /// # Errors
    /// [`MalformedRequestEnvelope`], without a reason.
    pub fn parse(text: &str) -> Result<Self, MalformedRequestEnvelope> {
        if text.len() > MAX_REQUEST_KEY_CHARS {
            return Err(MalformedRequestEnvelope);
        }
        let json = base64url::decode(text).map_err(|_| MalformedRequestEnvelope)?;
        let members: Members = serde_json::from_slice(&json).map_err(|_| MalformedRequestEnvelope)?;
        Ok(members.into())
    }

    /// The header's value; `None` when it would be longer than [`MAX_REQUEST_KEY_CHARS`].
    #[must_use]
    pub fn to_text(&self) -> Option<String> {
        let json = serde_json::to_vec(&Members::from(self.clone())).expect("plain data always serialises");
        let text = base64url::encode(&json);
        (text.len() <= MAX_REQUEST_KEY_CHARS).then_some(text)
    }

    /// What it must have been sealed for, when it comes with a call to this provider as this customer.
    #[must_use]
    pub fn context<'a>(&'a self, audience: &'a str, provider: ProviderId, ref_id: &'a str) -> Context<'a> {
        Context {
            suite: self.sealed.suite,
            kid: &self.sealed.kid,
            audience,
            principal: self.principal_id.as_str(),
            purpose: Purpose::Request,
            provider,
            ref_id,
            name: &self.name,
            provider_config: &self.provider_config,
            page_origin: &self.origin,
            challenge: &self.sealed.challenge,
        }
    }
}

/// The text is no key sealed for requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedRequestEnvelope;

impl fmt::Display for MalformedRequestEnvelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a key sealed for requests")
    }
}

impl core::error::Error for MalformedRequestEnvelope {}

/// A [`principal_id`](crate::principal_id) that came from outside: base64url of 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PrincipalId(String);

impl PrincipalId {
    /// The id as it travels.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The SHA-256 of the token that it names.
    #[must_use]
    pub fn token_hash(&self) -> [u8; 32] {
        hash(&self.0).expect("checked when it was made")
    }
}

impl FromStr for PrincipalId {
    type Err = MalformedRequestEnvelope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        hash(text).map(|_| Self(text.to_owned())).ok_or(MalformedRequestEnvelope)
    }
}

impl<'de> Deserialize<'de> for PrincipalId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        wire::parsed(deserializer)
    }
}

fn hash(text: &str) -> Option<[u8; 32]> {
    base64url::decode(text).ok()?.try_into().ok()
}

/// The JSON, all members on one level.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Members {
    v: Version,
    kid: KeyId,
    suite: Suite,
    #[serde(serialize_with = "wire::text", deserialize_with = "wire::bytes::<{ base_mode::ENC_BYTES }, _>")]
    enc: Vec<u8>,
    #[serde(
        serialize_with = "wire::text",
        deserialize_with = "wire::bytes::<{ wire::MAX_CIPHERTEXT_BYTES }, _>"
    )]
    ciphertext: Vec<u8>,
    #[serde(
        serialize_with = "wire::text",
        deserialize_with = "wire::bytes::<{ wire::MAX_CHALLENGE_BYTES }, _>"
    )]
    challenge: Vec<u8>,
    #[serde(deserialize_with = "origin")]
    origin: String,
    principal_id: PrincipalId,
    #[serde(default = "default_name", skip_serializing_if = "is_default_name", deserialize_with = "name")]
    name: String,
    #[serde(default, skip_serializing_if = "ProviderConfig::is_empty")]
    provider_config: ProviderConfig,
}

impl From<Members> for RequestEnvelope {
    fn from(members: Members) -> Self {
        let Members {
            v,
            kid,
            suite,
            enc,
            ciphertext,
            challenge,
            origin,
            principal_id,
            name,
            provider_config,
        } = members;
        let sealed = SealedKey { v, kid, suite, enc, ciphertext, challenge };
        Self { sealed, origin, principal_id, name, provider_config }
    }
}

impl From<RequestEnvelope> for Members {
    fn from(envelope: RequestEnvelope) -> Self {
        let RequestEnvelope { sealed, origin, principal_id, name, provider_config } = envelope;
        let SealedKey { v, kid, suite, enc, ciphertext, challenge } = sealed;
        Self { v, kid, suite, enc, ciphertext, challenge, origin, principal_id, name, provider_config }
    }
}

fn default_name() -> String {
    DEFAULT_NAME.to_owned()
}

fn is_default_name(name: &str) -> bool {
    name == DEFAULT_NAME
}

fn origin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    let is_origin = text.len() <= MAX_ORIGIN_BYTES && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_origin { Ok(text) } else { Err(D::Error::custom("not an origin")) }
}

fn name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    check_name(&text).map_err(D::Error::custom)?;
    Ok(text)
}

#[cfg(test)]
mod tests;
