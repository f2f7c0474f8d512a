//! The pretend product's customers: nothing but a name each.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::entropy::Entropy;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const MAX_LEN: usize = 64;

/// The product's own name for a customer, which byo knows as `refId`.
///
/// A real product takes it from who is signed in. The demo has no accounts: a visitor is given a name of 60 random
/// bits, and whoever knows it is that customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RefId(String);

impl RefId {
    /// A new customer.
    pub(super) fn new(entropy: &dyn Entropy) -> Self {
        let digits = entropy.bytes::<12>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        Self(format!("customer_{}", String::from_iter(digits)))
    }

    /// Reads one; it came from the page's address, so anyone may have written it.
    fn parse(text: String) -> Option<Self> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._~:@|+=,-".contains(&byte);
        ((1..=MAX_LEN).contains(&text.len()) && text.bytes().all(allowed)).then_some(Self(text))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for RefId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(String::deserialize(deserializer)?)
            .ok_or_else(|| D::Error::custom("must be 1 to 64 letters, digits or ._~:@|+=,-"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_new_customer_has_a_name_that_reads_back() {
        let name = RefId::new(&SystemEntropy);
        assert_eq!(name.as_str().len(), "customer_".len() + 12);
        assert_eq!(RefId::parse(name.as_str().to_owned()), Some(name));
    }

    #[test]
    fn names_with_other_characters_or_lengths_are_refused() {
        for text in ["", "a b", "a/b", "a\n", "ü", &"a".repeat(65)] {
            assert_eq!(RefId::parse(text.to_owned()), None, "{text:?}");
        }
    }
}
