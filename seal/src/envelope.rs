//! Sealing and opening.

use alloc::vec::Vec;
use core::fmt;

use hpke::HpkeError;
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{
    Context, Head, KeyId, MAX_CHALLENGE_BYTES, MAX_KEY_BYTES, PrivateKey, PublicKey, SealedKey, Suite,
    Version,
    base_mode::{self, ENC_BYTES, TAG_BYTES},
    padding,
};

/// Seals a provider key to the server's public key, bound to the context.
pub fn seal(
    public: &PublicKey,
    context: &Context<'_>,
    key: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<SealedKey, SealError> {
    if *context.kid != KeyId::of(context.suite, public) {
        return Err(SealError::KeyIdMismatch);
    }
    if context.challenge.len() > MAX_CHALLENGE_BYTES {
        return Err(SealError::ChallengeTooLong);
    }
    let (enc, ciphertext) = encrypt(context.suite, public, &context.info(), key, rng)?;
    Ok(SealedKey {
        v: Version,
        kid: context.kid.clone(),
        suite: context.suite,
        enc: enc.to_vec(),
        ciphertext,
        challenge: context.challenge.to_vec(),
    })
}

/// What is new in a sealed key; the rest is known to whoever had it made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The id of the public key under the suite.
    pub kid: KeyId,
    /// HPKE's encapsulated key.
    pub enc: [u8; ENC_BYTES],
    /// The padded key, encrypted, with its tag.
    pub ciphertext: Vec<u8>,
}

/// Like [`seal`], for whoever has the context as bytes. The key id is made from the public key, so it cannot be
/// another's.
pub fn seal_head(
    suite: Suite,
    public: &PublicKey,
    head: &Head<'_>,
    key: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Sealed, SealError> {
    let kid = KeyId::of(suite, public);
    let (enc, ciphertext) = encrypt(suite, public, &head.info(suite, &kid), key, rng)?;
    Ok(Sealed { kid, enc, ciphertext })
}

fn encrypt(
    suite: Suite,
    public: &PublicKey,
    info: &[u8],
    key: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<([u8; ENC_BYTES], Vec<u8>), SealError> {
    let mut buffer = padding::pad(key, TAG_BYTES).ok_or(SealError::KeyTooLong)?;
    let (enc, tag) = base_mode::encrypt(suite, public, info, &mut buffer, rng)
        .map_err(|_: HpkeError| SealError::UnusablePublicKey)?;
    buffer.extend_from_slice(&tag);
    Ok((enc, core::mem::take(&mut *buffer)))
}

/// Opens a sealed key, if it was made for exactly this context.
///
/// The caller rebuilds the context from the clear request and its own state; that the envelope names the
/// same key, suite and challenge is checked here besides.
pub fn open(
    private: &PrivateKey,
    context: &Context<'_>,
    sealed: &SealedKey,
) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let is_same = sealed.kid == *context.kid
        && sealed.suite == context.suite
        && sealed.challenge.as_slice() == context.challenge;
    if !is_same {
        return Err(OpenError);
    }
    let (body, tag) = sealed.ciphertext.split_last_chunk::<TAG_BYTES>().ok_or(OpenError)?;
    let mut buffer = Zeroizing::new(body.to_vec());
    base_mode::decrypt(context.suite, private, &context.info(), &sealed.enc, &mut buffer, tag)
        .map_err(|_: HpkeError| OpenError)?;
    let key = padding::unpad(&buffer).ok_or(OpenError)?;
    Ok(Zeroizing::new(key.to_vec()))
}

/// Why a key could not be sealed. Whose fault it is: the first is the user's, the others are the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealError {
    /// The key is longer than [`MAX_KEY_BYTES`].
    KeyTooLong,
    /// The key id does not belong to the public key and suite: one of them was altered.
    KeyIdMismatch,
    /// The public key is a point that leads to no secret.
    UnusablePublicKey,
    /// The challenge is longer than [`MAX_CHALLENGE_BYTES`].
    ChallengeTooLong,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyTooLong => write!(f, "the key is longer than {MAX_KEY_BYTES} bytes"),
            Self::KeyIdMismatch => f.write_str("the key id does not belong to the public key"),
            Self::UnusablePublicKey => f.write_str("the public key cannot be sealed to"),
            Self::ChallengeTooLong => write!(f, "the challenge is longer than {MAX_CHALLENGE_BYTES} bytes"),
        }
    }
}

impl core::error::Error for SealError {}

/// The envelope does not open for this request. There is deliberately no reason: whoever tampers with an
/// envelope must not learn how far it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenError;

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the envelope does not open for this request")
    }
}

impl core::error::Error for OpenError {}

#[cfg(test)]
mod tests;
