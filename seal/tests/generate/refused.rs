//! Envelopes that are well-formed and must not open.

use byo_seal::{AzureConfig, KeyId, ProviderConfig, ProviderId, PublicKey, Purpose, WireApi};

use super::{bytes_for, edit, raw, spoiled};
use crate::pinned::{Expect, Vector, VectorContext};

pub(super) fn all(base: &Vector, azure: &Vector) -> Vec<Vector> {
    [
        contexts(base),
        relabelled(base),
        configurations(base),
        configured(azure),
        tampered(base),
        low_order(base),
        contents(base),
    ]
    .concat()
}

pub(super) fn refused(
    base: &Vector,
    name_and_reason: (&str, &str),
    changed: &[&str],
    change: impl FnOnce(&mut Vector),
) -> Vector {
    spoiled(base, Expect::Refused, name_and_reason, changed, change)
}

/// The request says something else than the envelope was made for.
fn contexts(base: &Vector) -> Vec<Vector> {
    let other = |name: &str, member: &str, change: fn(&mut VectorContext)| {
        let reason = format!("another {member} than the envelope was made for");
        refused(base, (name, &reason), &[&format!("context.{member}")], |v| change(&mut v.context))
    };
    vec![
        other("audience-host", "audience", |c| c.audience = "https://evil.example".to_owned()),
        other("audience-scheme", "audience", |c| c.audience = "http://byo.example".to_owned()),
        other("audience-trailing-slash", "audience", |c| c.audience.push('/')),
        other("principal", "principal", |c| c.principal = byo_seal::principal_id("another token")),
        other("principal-empty", "principal", |c| c.principal.clear()),
        other("purpose-test", "purpose", |c| c.purpose = Purpose::Test),
        other("purpose-rotate", "purpose", |c| c.purpose = Purpose::Rotate),
        other("purpose-request", "purpose", |c| c.purpose = Purpose::Request),
        other("provider", "provider", |c| c.provider = ProviderId::Openrouter),
        other("ref-id", "refId", |c| c.ref_id = "cus_12346".to_owned()),
        other("ref-id-case", "refId", |c| c.ref_id = "CUS_12345".to_owned()),
        other("ref-id-prefix", "refId", |c| c.ref_id = "cus_1234".to_owned()),
        other("name", "name", |c| c.name = "second".to_owned()),
        other("page-origin", "pageOrigin", |c| c.page_origin = "https://evil.example".to_owned()),
        other("page-origin-empty", "pageOrigin", |c| c.page_origin.clear()),
        other("challenge-request-only", "challenge", |c| c.challenge[0] ^= 1),
        other("kid-request-only", "kid", |c| c.kid = other_kid()),
        refused(
            base,
            ("moved-boundary", "a character moved from one field to the next"),
            &["context.refId", "context.name"],
            |v| {
                let last = v.context.ref_id.pop().expect("not empty");
                v.context.name.insert(0, last);
            },
        ),
        refused(base, ("private-key", "another private key than it was sealed to"), &["privateKey"], |v| {
            let (private, public) = byo_seal::generate(
                v.context.suite,
                &mut crate::pinned::Fixed(Some(bytes_for("ikmR", "another server"))),
            );
            // EXPOSE: this one is published with the vectors.
            v.private_key = *private.expose();
            v.public_key = *public.as_bytes();
        }),
    ]
}

/// Request and envelope were changed alike, so that only the encryption can tell.
fn relabelled(base: &Vector) -> Vec<Vector> {
    vec![
        refused(base, ("kid", "another kid than it was made for"), &["context.kid", "sealedKey.kid"], |v| {
            v.context.kid = other_kid();
            edit(v, |sealed| sealed.kid = other_kid());
        }),
        refused(
            base,
            ("challenge", "another challenge than it was made for"),
            &["context.challenge", "sealedKey.challenge"],
            |v| {
                v.context.challenge[63] ^= 1;
                edit(v, |sealed| sealed.challenge[63] ^= 1);
            },
        ),
        refused(
            base,
            ("challenge-cut", "the challenge lacks its last byte"),
            &["context.challenge", "sealedKey.challenge"],
            |v| {
                v.context.challenge.pop();
                edit(v, |sealed| sealed.challenge.truncate(63));
            },
        ),
        refused(base, ("kid-envelope-only", "the envelope names another key"), &["sealedKey.kid"], |v| {
            edit(v, |sealed| sealed.kid = other_kid());
        }),
        refused(
            base,
            ("challenge-envelope-only", "the envelope names another challenge"),
            &["sealedKey.challenge"],
            |v| edit(v, |sealed| sealed.challenge[0] ^= 1),
        ),
    ]
}

fn configurations(base: &Vector) -> Vec<Vector> {
    let other = |name: &str, what: &str, change: fn(&mut VectorContext)| {
        let reason = format!("a providerConfig with {what}; the envelope was made for none");
        refused(base, (name, &reason), &["context.providerConfig"], |v| change(&mut v.context))
    };
    let azure = |deployment: Option<&str>| {
        Some(AzureConfig { api_version: "2024-10-21".to_owned(), deployment: deployment.map(str::to_owned) })
    };
    vec![
        other("config-base-url", "a base URL", |c| {
            c.provider_config.base_url = Some("https://evil.example/v1".to_owned());
        }),
        other("config-empty-base-url", "an empty base URL", |c| {
            c.provider_config.base_url = Some(String::new());
        }),
        other("config-wire-api", "a wire format", |c| c.provider_config.wire_api = Some(WireApi::Responses)),
        other("config-region", "a region", |c| c.provider_config.region = Some("eu".to_owned())),
        refused(
            base,
            ("config-azure", "a providerConfig with an API version; the envelope was made for none"),
            &["context.providerConfig"],
            |v| {
                v.context.provider_config.azure = azure(Some("gpt"));
            },
        ),
    ]
}

/// The envelope was made for a configuration, and the request has another.
fn configured(base: &Vector) -> Vec<Vector> {
    let other = |name: &str, reason: &str, change: fn(&mut ProviderConfig)| {
        refused(base, (name, reason), &["context.providerConfig"], |v| change(&mut v.context.provider_config))
    };
    let azure = |config: &mut ProviderConfig, change: fn(&mut AzureConfig)| {
        change(config.azure.as_mut().expect("the base is for Azure"));
    };
    vec![
        other("config-missing", "no providerConfig", |config| *config = ProviderConfig::default()),
        other("config-other-host", "another host in the base URL", |config| {
            config.base_url = Some("https://evil.openai.azure.com".to_owned());
        }),
        other("config-trailing-slash", "a slash more at the end of the base URL", |config| {
            config.base_url = Some("https://acme.openai.azure.com/".to_owned());
        }),
        other("config-other-wire-api", "another wire format", |config| {
            config.wire_api = Some(WireApi::Completions);
        }),
        other("config-other-region", "another region", |config| config.region = Some("westus".to_owned())),
        refused(
            base,
            ("config-other-api-version", "another API version"),
            &["context.providerConfig"],
            |v| {
                azure(&mut v.context.provider_config, |azure| azure.api_version = "2025-01-01".to_owned());
            },
        ),
        refused(base, ("config-no-deployment", "no deployment"), &["context.providerConfig"], |v| {
            azure(&mut v.context.provider_config, |azure| azure.deployment = None);
        }),
    ]
}

/// The envelope was damaged on its way.
fn tampered(base: &Vector) -> Vec<Vector> {
    let enc = |name: &str, reason: &str, change: fn(&mut Vec<u8>)| {
        refused(base, (name, reason), &["sealedKey.enc"], |v| edit(v, |sealed| change(&mut sealed.enc)))
    };
    let ciphertext = |name: &str, reason: &str, change: fn(&mut Vec<u8>)| {
        refused(base, (name, reason), &["sealedKey.ciphertext"], |v| {
            edit(v, |sealed| change(&mut sealed.ciphertext));
        })
    };
    vec![
        enc("enc-first-bit", "a bit of enc is flipped", |enc| enc[0] ^= 1),
        enc("enc-high-bit", "the bit of enc that X25519 ignores is flipped", |enc| enc[31] ^= 0x80),
        enc("enc-cut", "enc lacks its last byte", |enc| enc.truncate(31)),
        enc("enc-empty", "enc is empty", Vec::clear),
        ciphertext("ciphertext-first-bit", "a bit of the ciphertext is flipped", |bytes| bytes[0] ^= 1),
        ciphertext("ciphertext-last-bit", "a bit of the tag is flipped", |bytes| bytes[527] ^= 0x80),
        ciphertext("ciphertext-cut", "the ciphertext lacks its last byte", |bytes| bytes.truncate(527)),
        ciphertext("ciphertext-without-tag", "the tag is missing", |bytes| bytes.truncate(512)),
        ciphertext("ciphertext-longer", "a byte follows the tag", |bytes| bytes.push(0)),
        ciphertext("ciphertext-empty", "the ciphertext is empty", Vec::clear),
    ]
}

/// Each would open for a receiver that takes the shared secret of a point of low order (RFC 9180 §7.1.4).
fn low_order(base: &Vector) -> Vec<Vector> {
    let points = [
        ("zero", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("one", "0100000000000000000000000000000000000000000000000000000000000000"),
        ("order-eight", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    ];
    points
        .map(|(name, point)| {
            let reason = "enc is a point of low order";
            let changed = ["sealedKey.enc", "sealedKey.ciphertext"];
            refused(base, (&format!("enc-{name}"), reason), &changed, |v| {
                let mut enc = [0; 32];
                hex::decode_to_slice(point, &mut enc).expect("32 bytes");
                let plaintext = padded(b"sk", 512);
                let public = PublicKey::from_bytes(v.public_key);
                let ciphertext = raw::seal_to_zero(v.context.suite, &public, &enc, &v.info, &plaintext);
                edit(v, |sealed| (sealed.enc, sealed.ciphertext) = (enc.to_vec(), ciphertext));
            })
        })
        .to_vec()
}

/// The encryption is right and what is inside is not.
fn contents(base: &Vector) -> Vec<Vector> {
    let with = |mut bytes: Vec<u8>, at: usize, value: u8| {
        bytes[at] = value;
        bytes
    };
    let plaintexts = [
        ("content-empty", "nothing is inside", Vec::new()),
        ("content-half-a-length", "half a length is inside", vec![0]),
        ("content-length-overflow", "the length is larger than the rest", with(padded(b"sk", 512), 0, 2)),
        (
            "content-length-largest",
            "the length is as large as can be",
            with(with(padded(b"", 512), 0, 0xff), 1, 0xff),
        ),
        ("padding-first-byte", "the first byte of the padding is not zero", with(padded(b"sk", 512), 4, 1)),
        ("padding-last-byte", "the last byte of the padding is not zero", with(padded(b"sk", 512), 511, 1)),
        ("padding-none", "there is no padding", padded(b"sk", 4)),
        ("padding-odd-size", "the padded size is none of the four", padded(b"sk", 511)),
        ("padding-too-long", "the padded size is larger than the key needs", padded(b"sk", 1024)),
    ];
    let mut vectors: Vec<Vector> = plaintexts
        .into_iter()
        .map(|(name, reason, plaintext)| {
            refused(base, (name, reason), &["sealedKey.ciphertext"], |v| {
                seal_anew(v, b"", &plaintext);
                v.plaintext = Some(hex::encode(&plaintext));
            })
        })
        .collect();
    vectors.push(refused(base, ("aad", "sealed with an aad"), &["sealedKey.ciphertext"], |v| {
        seal_anew(v, b"byo", &padded(b"sk", 512));
    }));
    vectors
}

fn seal_anew(vector: &mut Vector, aad: &[u8], plaintext: &[u8]) {
    let public = PublicKey::from_bytes(vector.public_key);
    let (enc, ciphertext) =
        raw::seal(vector.context.suite, &public, vector.ikm_e, &vector.info, aad, plaintext);
    edit(vector, |sealed| (sealed.enc, sealed.ciphertext) = (enc, ciphertext));
}

pub(super) fn padded(key: &[u8], size: usize) -> Vec<u8> {
    let length = u16::try_from(key.len()).expect("keys here are short");
    let mut bytes = [&length.to_be_bytes(), key].concat();
    bytes.resize(size, 0);
    bytes
}

fn other_kid() -> KeyId {
    "0123456789abcdef".parse().expect("16 hexadecimal digits")
}
