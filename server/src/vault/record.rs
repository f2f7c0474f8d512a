//! The bytes of a record.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::CannotOpen;
use crate::entropy::Entropy;

const VERSION: u8 = 1;
const NONCE_LEN: usize = 24;
const WRAPPED_LEN: usize = 32 + 16;

/// What kind of secret a record holds; a record of one kind never opens as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A customer's provider key.
    ProviderKey,
    /// A webhook endpoint's signing secret.
    WebhookSecret,
    /// The private half of a key browsers seal to.
    SealingKey,
    /// Where and how a connect session has keys used. No secret, but whoever could write one would get keys sent there.
    SessionConfig,
    /// A known value that tells whether the master key is the right one.
    MasterKeyCheck,
}

impl Purpose {
    const fn label(self) -> &'static str {
        match self {
            Self::ProviderKey => "byo-key/v1",
            Self::WebhookSecret => "byo-webhook-secret/v1",
            Self::SealingKey => "byo-sealing-key/v1",
            Self::SessionConfig => "byo-session-config/v1",
            Self::MasterKeyCheck => "byo-master-key-check/v1",
        }
    }
}

/// What a record belongs to. All of it is authenticated.
#[derive(Clone, Copy, Debug)]
pub struct Binding<'a> {
    /// What it holds.
    pub purpose: Purpose,
    /// The row it stands in.
    pub id: &'a str,
    /// That row's version.
    pub version: i64,
    /// Everything beside it that must not be changed without it.
    pub context: &'a [&'a [u8]],
}

pub(super) fn seal(
    wrapping_key: &[u8; 32],
    key_id: [u8; 8],
    binding: &Binding<'_>,
    plaintext: &[u8],
    entropy: &dyn Entropy,
) -> Vec<u8> {
    let data_key = entropy.secret::<32>();
    let wrap_nonce = entropy.bytes::<NONCE_LEN>();
    let nonce = entropy.bytes::<NONCE_LEN>();
    let wrapped = encrypt(wrapping_key, wrap_nonce, &wrap_data(key_id, binding), data_key.as_slice());
    let ciphertext = encrypt(&data_key, nonce, &associated_data(binding), plaintext);
    [&[VERSION][..], &key_id, &wrap_nonce, &wrapped, &nonce, &ciphertext].concat()
}

pub(super) fn open(
    wrapping_key: &[u8; 32],
    key_id: [u8; 8],
    binding: &Binding<'_>,
    record: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    let (version, rest) = record.split_first().ok_or(CannotOpen)?;
    let (record_key_id, rest) = rest.split_first_chunk::<8>().ok_or(CannotOpen)?;
    let (wrap_nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
    let (wrapped, rest) = rest.split_first_chunk::<WRAPPED_LEN>().ok_or(CannotOpen)?;
    let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LEN>().ok_or(CannotOpen)?;
    if *version != VERSION || *record_key_id != key_id {
        return Err(CannotOpen);
    }
    let data_key = decrypt(wrapping_key, *wrap_nonce, &wrap_data(key_id, binding), wrapped)?;
    let data_key: Zeroizing<[u8; 32]> =
        Zeroizing::new(data_key.as_slice().try_into().map_err(|_| CannotOpen)?);
    decrypt(&data_key, *nonce, &associated_data(binding), ciphertext)
}

fn encrypt(key: &[u8; 32], nonce: [u8; NONCE_LEN], aad: &[u8], msg: &[u8]) -> Vec<u8> {
    XChaCha20Poly1305::new(key.into())
        .encrypt(&XNonce::from(nonce), Payload { msg, aad })
        .expect("far below the cipher's limit of 256 GiB")
}

fn decrypt(
    key: &[u8; 32],
    nonce: [u8; NONCE_LEN],
    aad: &[u8],
    msg: &[u8],
) -> Result<Zeroizing<Vec<u8>>, CannotOpen> {
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(nonce), Payload { msg, aad })
        .map(Zeroizing::new)
        .map_err(|_| CannotOpen)
}

fn associated_data(binding: &Binding<'_>) -> Vec<u8> {
    let mut data = Vec::with_capacity(128);
    push(&mut data, binding.purpose.label().as_bytes());
    push(&mut data, binding.id.as_bytes());
    data.extend(binding.version.to_be_bytes());
    for part in binding.context {
        push(&mut data, part);
    }
    data
}

fn wrap_data(key_id: [u8; 8], binding: &Binding<'_>) -> Vec<u8> {
    let mut data = Vec::with_capacity(64);
    push(&mut data, b"byo-wrap/v1");
    push(&mut data, &key_id);
    push(&mut data, binding.id.as_bytes());
    data.extend(binding.version.to_be_bytes());
    data
}

fn push(data: &mut Vec<u8>, part: &[u8]) {
    data.extend((part.len() as u64).to_be_bytes());
    data.extend(part);
}
