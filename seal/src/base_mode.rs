//! HPKE base mode (RFC 9180 §5.1.1), single shot, with an empty `aad`. The only calls into the cipher:
//! a further suite is one more arm in each `match`.

use hpke::{
    Deserializable as _, HpkeError, OpModeR, OpModeS, Serializable as _,
    aead::{Aead, AeadTag, ChaCha20Poly1305},
    inout::InOutBuf,
    kdf::HkdfSha256,
    kem::X25519HkdfSha256,
    single_shot_open_inout_detached, single_shot_seal_inout_detached_with_rng,
};
use rand_core::CryptoRng;

use crate::{PrivateKey, PublicKey, Suite, sender::Sender};

/// The KEM that all suites share.
pub(crate) type Kem = X25519HkdfSha256;

/// The length of an encapsulated key.
pub(crate) const ENC_BYTES: usize = 32;

/// The length of an authentication tag.
pub(crate) const TAG_BYTES: usize = 16;

/// Encrypts the buffer in place and gives back the encapsulated key and the tag.
pub(crate) fn encrypt(
    suite: Suite,
    public: &PublicKey,
    info: &[u8],
    buffer: &mut [u8],
    rng: &mut impl CryptoRng,
) -> Result<([u8; ENC_BYTES], [u8; TAG_BYTES]), HpkeError> {
    match suite {
        Suite::X25519ChaCha20Poly1305 => encrypt_with::<ChaCha20Poly1305>(public, info, buffer, rng),
        #[cfg(feature = "aes")]
        Suite::X25519Aes256Gcm => encrypt_with::<hpke::aead::AesGcm256>(public, info, buffer, rng),
    }
}

/// Decrypts the buffer in place. Without success the buffer's content is meaningless.
pub(crate) fn decrypt(
    suite: Suite,
    private: &PrivateKey,
    info: &[u8],
    enc: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), HpkeError> {
    match suite {
        Suite::X25519ChaCha20Poly1305 => decrypt_with::<ChaCha20Poly1305>(private, info, enc, buffer, tag),
        #[cfg(feature = "aes")]
        Suite::X25519Aes256Gcm => decrypt_with::<hpke::aead::AesGcm256>(private, info, enc, buffer, tag),
    }
}

fn encrypt_with<A: Aead>(
    public: &PublicKey,
    info: &[u8],
    buffer: &mut [u8],
    rng: &mut impl CryptoRng,
) -> Result<([u8; ENC_BYTES], [u8; TAG_BYTES]), HpkeError> {
    let (enc, tag) = single_shot_seal_inout_detached_with_rng::<A, HkdfSha256, Sender>(
        &OpModeS::Base,
        &public.to_hpke(),
        info,
        InOutBuf::from(buffer),
        b"",
        rng,
    )?;
    let mut tag_bytes = [0; TAG_BYTES];
    tag.write_exact(&mut tag_bytes);
    Ok((enc.to_bytes().into(), tag_bytes))
}

fn decrypt_with<A: Aead>(
    private: &PrivateKey,
    info: &[u8],
    enc: &[u8],
    buffer: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> Result<(), HpkeError> {
    single_shot_open_inout_detached::<A, HkdfSha256, Kem>(
        &OpModeR::Base,
        &private.to_hpke(),
        &<Kem as hpke::Kem>::EncappedKey::from_bytes(enc)?,
        info,
        InOutBuf::from(buffer),
        b"",
        &AeadTag::from_bytes(tag)?,
    )
}
