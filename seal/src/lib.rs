//! The envelope that carries a provider key from a browser to a byo server: the one thing both share.
//!
//! A key is padded, then sealed by HPKE base mode (RFC 9180) to the server's public key. HPKE's `info`
//! binds everything the request says in clear, so an envelope made for one customer, provider, host,
//! origin or purpose opens for no other. `FORMAT.md` tells the bytes to implementers.
//!
//! Feature `aes` adds the second suite, AES-256-GCM; feature `signed` the signatures of the key directory; feature
//! `request` the text in which a key for single requests travels.
//!
//! There is no I/O, no clock and no ambient randomness here: whoever calls brings them. Nor is there a need for `std`,
//! which the browser's half would have to bring along; feature `std`, on by default, lets the dependencies use it.
//!
//! | module | |
//! |---|---|
//! | `envelope` | [`seal`], [`open`] and the wire form [`SealedKey`] |
//! | `context` | what an envelope is bound to |
//! | `head` | the same as bytes, from whoever only carries its values |
//! | `base_mode`, `sender` | the only calls into HPKE, one match arm a suite; the sender's half of its KEM |
//! | `keys`, `suite` | key pairs, key ids, cipher suites |
//! | `request` | the header of a key that is used for requests and never stored |
//! | `signed` | statements that somebody signed (DSSE, Ed25519) |
//! | `padding` | so that the size of an envelope says nothing |
//! | `base64url`, `hash`, `principal`, `reference` | spellings that both sides must agree on |
//! | `provider`, `verdict` | the words of the API |

#![cfg_attr(not(test), no_std)]

extern crate alloc;

pub mod base64url;
mod base_mode;
mod context;
mod envelope;
mod hash;
mod head;
mod keys;
mod padding;
mod principal;
mod provider;
pub mod reference;
#[cfg(feature = "request")]
mod request;
mod sender;
#[cfg(feature = "signed")]
pub mod signed;
mod suite;
mod verdict;
mod wire;

pub use context::{Context, Purpose};
pub use envelope::{OpenError, SealError, Sealed, open, seal, seal_head};
pub use hash::sha256;
pub use head::Head;
pub use keys::{InvalidKeyId, KeyId, PrivateKey, PublicKey, generate};
pub use padding::MAX_KEY_BYTES;
pub use principal::principal_id;
pub use provider::{AzureConfig, ProviderConfig, ProviderId, UnknownProvider, WireApi};
pub use reference::{InvalidName, InvalidRefId, check_name, check_ref_id};
#[cfg(feature = "request")]
pub use request::{MalformedRequestEnvelope, PrincipalId, RequestEnvelope};
pub use suite::{Suite, UnknownSuite};
pub use verdict::Verdict;
pub use wire::{MAX_CHALLENGE_BYTES, MAX_REQUEST_KEY_CHARS, SealedKey, Version};
