//! What an envelope is bound to.

use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{KeyId, ProviderConfig, ProviderId, Suite, sha256};

const LABEL: &[u8] = b"byo/seal/v1\0";

/// What the server may do with the key inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Store it, or put it in the place of the stored one.
    Connect,
    /// Check it with the provider and forget it.
    Test,
    /// Put it in the place of the stored one.
    Rotate,
    /// Use it for calls and never store it.
    Request,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: &'static [Self] = &[Self::Connect, Self::Test, Self::Rotate, Self::Request];

    /// The name in the sealed context.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Test => "test",
            Self::Rotate => "rotate",
            Self::Request => "request",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Everything that an envelope is bound to. The browser fills it from what it is about to send, the
/// server from the clear request and its own state; if one byte differs, the envelope does not open.
///
/// The texts are bound as they are. Whether they are acceptable at all (characters of a `refId`, origins
/// that are ours) is for the caller to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context<'a> {
    /// How the key is sealed.
    pub suite: Suite,
    /// Which of the server's keys it is sealed to.
    pub kid: &'a KeyId,
    /// ASCII origin of the client's base URL.
    pub audience: &'a str,
    /// [`principal_id`](crate::principal_id) of the publishable key or session token that is sent along.
    pub principal: &'a str,
    /// What the server may do with the key.
    pub purpose: Purpose,
    /// Whose key it is.
    pub provider: ProviderId,
    /// The customer.
    pub ref_id: &'a str,
    /// The key's name.
    pub name: &'a str,
    /// Where and how the key is to be used.
    pub provider_config: &'a ProviderConfig,
    /// Origin of the page the key was typed into; empty where there is no page.
    pub page_origin: &'a str,
    /// The server's challenge.
    pub challenge: &'a [u8],
}

impl Context<'_> {
    /// The context as bytes: every field behind its length, in this order. No two contexts share them.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let fields: Fields<'_> = [
            self.audience.as_bytes(),
            self.principal.as_bytes(),
            self.purpose.as_str().as_bytes(),
            self.provider.as_str().as_bytes(),
            self.ref_id.as_bytes(),
            self.name.as_bytes(),
            &canonical(self.provider_config),
            self.page_origin.as_bytes(),
            self.challenge,
        ];
        encode(self.suite, self.kid, &fields)
    }

    /// HPKE's `info`: `"byo/seal/v1" ‖ 0 ‖ SHA-256(encode())`.
    #[must_use]
    pub fn info(&self) -> [u8; 44] {
        info(&self.encode())
    }
}

/// Fields 3 to 11 of `FORMAT.md`, but the configuration in its canonical form and not yet hashed.
pub(crate) type Fields<'a> = [&'a [u8]; 9];

/// Where the configuration stands among them.
const CONFIG: usize = 6;

pub(crate) fn encode(suite: Suite, kid: &KeyId, fields: &Fields<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    push(&mut bytes, &suite.ids());
    push(&mut bytes, kid.as_str().as_bytes());
    for (at, field) in fields.iter().enumerate() {
        if at == CONFIG {
            push(&mut bytes, &sha256(field));
        } else {
            push(&mut bytes, field);
        }
    }
    bytes
}

pub(crate) fn info(encoded: &[u8]) -> [u8; 44] {
    let mut info = [0; 44];
    let (label, hash) = info.split_at_mut(LABEL.len());
    label.copy_from_slice(LABEL);
    hash.copy_from_slice(&sha256(encoded));
    info
}

/// The members that are there, in this order, each as name and value. A member added later changes
/// nothing for configurations without it.
fn canonical(config: &ProviderConfig) -> Vec<u8> {
    // Taken apart so that a new member cannot be forgotten here.
    let ProviderConfig { base_url, wire_api, azure, region } = config;
    let mut bytes = Vec::new();
    let mut member = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            push(&mut bytes, name.as_bytes());
            push(&mut bytes, value.as_bytes());
        }
    };
    member("baseUrl", base_url.as_deref());
    member("wireApi", wire_api.map(crate::WireApi::as_str));
    if let Some(crate::AzureConfig { api_version, deployment }) = azure {
        member("azure.apiVersion", Some(api_version));
        member("azure.deployment", deployment.as_deref());
    }
    member("region", region.as_deref());
    bytes
}

/// A field behind its length as a big-endian u32.
fn push(bytes: &mut Vec<u8>, field: &[u8]) {
    let length = u32::try_from(field.len()).expect("no request is anywhere near 4 GiB");
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(field);
}

#[cfg(test)]
mod tests;
