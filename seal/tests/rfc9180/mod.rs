//! RFC 9180's own vectors for base mode, X25519, HKDF-SHA256 and ChaCha20-Poly1305.

use hpke::{
    Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _, aead::ChaCha20Poly1305,
    kdf::HkdfSha256, kem::X25519HkdfSha256, setup_receiver, setup_sender_with_rng,
};
use serde::Deserialize;

use crate::pinned::Fixed;

/// How much of the file held.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub(crate) encryptions: usize,
    pub(crate) exports: usize,
}

/// Derives, seals, opens and exports everything in the file.
pub(crate) fn check_all(json: &str) -> Result<Count, String> {
    let vectors: Vec<Vector> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut count = Count::default();
    for vector in &vectors {
        check(vector, &mut count)?;
    }
    Ok(count)
}

#[derive(Deserialize)]
struct Vector {
    mode: u8,
    kem_id: u16,
    kdf_id: u16,
    aead_id: u16,
    info: Hex,
    #[serde(rename = "ikmR")]
    ikm_r: Hex,
    #[serde(rename = "ikmE")]
    ikm_e: Hex,
    #[serde(rename = "skRm")]
    sk_r: Hex,
    #[serde(rename = "pkRm")]
    pk_r: Hex,
    enc: Hex,
    encryptions: Vec<Encryption>,
    exports: Vec<Export>,
}

#[derive(Deserialize)]
struct Encryption {
    aad: Hex,
    ct: Hex,
    pt: Hex,
}

#[derive(Deserialize)]
struct Export {
    exporter_context: Hex,
    #[serde(rename = "L")]
    length: usize,
    exported_value: Hex,
}

#[derive(Deserialize)]
struct Hex(#[serde(with = "hex")] Vec<u8>);

fn check(vector: &Vector, count: &mut Count) -> Result<(), String> {
    let ids = (vector.mode, vector.kem_id, vector.kdf_id, vector.aead_id);
    hold(ids == (0, 0x0020, 0x0001, 0x0003), "the suite")?;

    let (private, public) = X25519HkdfSha256::derive_keypair(&vector.ikm_r.0);
    // Read first: HPKE clamps private keys when reading and RFC 9180 prints them unclamped.
    let expected = <X25519HkdfSha256 as hpke::Kem>::PrivateKey::from_bytes(&vector.sk_r.0)
        .map_err(|error| error.to_string())?;
    hold(private.to_bytes() == expected.to_bytes(), "skRm")?;
    hold(*public.to_bytes() == *vector.pk_r.0, "pkRm")?;

    let ikm_e = vector.ikm_e.0.as_slice().try_into().map_err(|_| "ikmE has 32 bytes")?;
    let (enc, mut sender) = setup_sender_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        &vector.info.0,
        &mut Fixed(Some(ikm_e)),
    )
    .map_err(|error| error.to_string())?;
    hold(*enc.to_bytes() == *vector.enc.0, "enc")?;

    let enc = <X25519HkdfSha256 as hpke::Kem>::EncappedKey::from_bytes(&vector.enc.0)
        .map_err(|error| error.to_string())?;
    let mut receiver = setup_receiver::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &private,
        &enc,
        &vector.info.0,
    )
    .map_err(|error| error.to_string())?;
    for Encryption { aad, ct, pt } in &vector.encryptions {
        hold(sender.seal(&pt.0, &aad.0).as_ref() == Ok(&ct.0), "a sealed ciphertext")?;
        hold(receiver.open(&ct.0, &aad.0).as_ref() == Ok(&pt.0), "an opened plaintext")?;
        count.encryptions += 1;
    }
    for Export { exporter_context, length, exported_value } in &vector.exports {
        let mut exported = vec![0; *length];
        receiver.export(&exporter_context.0, &mut exported).map_err(|error| error.to_string())?;
        hold(exported == exported_value.0, "an exported value")?;
        count.exports += 1;
    }
    Ok(())
}

fn hold(does: bool, what: &str) -> Result<(), String> {
    if does { Ok(()) } else { Err(format!("{what} differs")) }
}
