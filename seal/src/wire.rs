//! The envelope as JSON. Everything here is chosen by whoever sends it, so every size has a limit that
//! is checked before anything is decoded.

use alloc::vec::Vec;
use core::{fmt, marker::PhantomData, str::FromStr};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

use crate::{KeyId, Suite, base_mode, base64url, padding};

/// The longest challenge an envelope may carry, in bytes.
pub const MAX_CHALLENGE_BYTES: usize = 128;

/// The longest text of a key that is sealed for requests: one header of a call.
pub const MAX_REQUEST_KEY_CHARS: usize = 8 * 1024;

pub(crate) const MAX_CIPHERTEXT_BYTES: usize =
    padding::SIZES[padding::SIZES.len() - 1] + base_mode::TAG_BYTES;

/// A sealed key on the wire: `{"v":1,"kid","suite","enc","ciphertext","challenge"}`.
///
/// Holds nothing secret. The lengths of `enc` and `ciphertext` are only bounded here;
/// [`open`](crate::open) demands the exact ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedKey {
    /// The format's version.
    pub v: Version,
    /// The key that it was sealed to.
    pub kid: KeyId,
    /// How it was sealed.
    pub suite: Suite,
    /// HPKE's encapsulated key.
    #[serde(serialize_with = "text", deserialize_with = "bytes::<{ base_mode::ENC_BYTES }, _>")]
    pub enc: Vec<u8>,
    /// The padded key, encrypted, with its tag.
    #[serde(serialize_with = "text", deserialize_with = "bytes::<MAX_CIPHERTEXT_BYTES, _>")]
    pub ciphertext: Vec<u8>,
    /// The server's challenge, as it was given out.
    #[serde(serialize_with = "text", deserialize_with = "bytes::<MAX_CHALLENGE_BYTES, _>")]
    pub challenge: Vec<u8>,
}

/// The format's version, always 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version;

impl Version {
    /// The number on the wire.
    pub const NUMBER: u8 = 1;
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(Self::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;
        impl Visitor<'_> for One {
            type Value = Version;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the number 1")
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Version, E> {
                if number == u64::from(Version::NUMBER) {
                    Ok(Version)
                } else {
                    Err(E::custom("this version of the format is not known; 1 is"))
                }
            }
        }
        deserializer.deserialize_u64(One)
    }
}

/// Reads at most `MAX` bytes from base64url.
pub(crate) fn bytes<'de, const MAX: usize, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<u8>, D::Error> {
    struct Bytes<const MAX: usize>;
    impl<const MAX: usize> Visitor<'_> for Bytes<MAX> {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "at most {MAX} bytes in base64url without padding")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Vec<u8>, E> {
            if text.len() > base64url::encoded_len(MAX) {
                return Err(E::custom(format_args!("longer than {MAX} bytes")));
            }
            base64url::decode(text).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Bytes::<MAX>)
}

/// Reads anything that has a spelling of its own.
pub(crate) fn parsed<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: FromStr<Err: fmt::Display>,
    D: Deserializer<'de>,
{
    struct Parsed<T>(PhantomData<T>);
    impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for Parsed<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Parsed(PhantomData))
}

/// Writes bytes as base64url.
pub(crate) fn text<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&base64url::encode(bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn example() -> Value {
        json!({
            "v": 1,
            "kid": "0123456789abcdef",
            "suite": "x25519-hkdf-sha256-chacha20poly1305",
            "enc": base64url::encode(&[1; 32]),
            "ciphertext": base64url::encode(&[2; 528]),
            "challenge": base64url::encode(&[3; 64]),
        })
    }

    fn error_with(member: &str, value: Value) -> String {
        let mut json = example();
        json[member] = value;
        serde_json::from_value::<SealedKey>(json).unwrap_err().to_string()
    }

    #[test]
    fn an_envelope_reads_and_writes_the_same_json() {
        let sealed: SealedKey = serde_json::from_value(example()).unwrap();
        assert_eq!(sealed.ciphertext, [2; 528]);
        assert_eq!(serde_json::to_value(sealed).unwrap(), example());
    }

    #[test]
    fn every_member_is_needed_and_no_other_is_taken() {
        for member in ["v", "kid", "suite", "enc", "ciphertext", "challenge"] {
            let mut json = example();
            json.as_object_mut().unwrap().remove(member);
            let error = serde_json::from_value::<SealedKey>(json).unwrap_err().to_string();
            assert_eq!(error, format!("missing field `{member}`"));
        }
        assert!(error_with("aad", json!("")).starts_with("unknown field `aad`"));
    }

    #[test]
    fn a_member_given_twice_is_refused() {
        let twice = example().to_string().replacen('{', r#"{"v":1,"#, 1);
        assert!(
            serde_json::from_str::<SealedKey>(&twice)
                .unwrap_err()
                .to_string()
                .contains("duplicate field `v`")
        );
    }

    #[test]
    fn the_version_is_the_number_one() {
        for other in [json!(0), json!(2), json!(257)] {
            assert_eq!(error_with("v", other), "this version of the format is not known; 1 is");
        }
        for other in [json!("1"), json!(1.0), json!(-1), json!(true), json!(null)] {
            assert!(error_with("v", other).ends_with("expected the number 1"));
        }
    }

    #[test]
    fn sizes_are_bounded() {
        let of = |bytes| json!(base64url::encode(&vec![0; bytes]));
        assert_eq!(error_with("enc", of(33)), "longer than 32 bytes");
        assert_eq!(error_with("ciphertext", of(4113)), "longer than 4112 bytes");
        assert_eq!(error_with("challenge", of(129)), "longer than 128 bytes");
    }

    #[test]
    fn names_are_exact() {
        assert_eq!(error_with("suite", json!("X25519")), "unknown cipher suite");
        for kid in ["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF", "0123456789abcdeg"] {
            assert_eq!(error_with("kid", json!(kid)), "a key id has 16 lower-case hexadecimal digits");
        }
    }
}
