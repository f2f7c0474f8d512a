//! Signing secrets: `whsec_` + base64, as Standard Webhooks has them.

use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::entropy::Entropy;

const PREFIX: &str = "whsec_";
const GENERATED: usize = 32;
const SHORTEST: usize = 24;
const LONGEST: usize = 64;

/// The secret of one webhook endpoint. Wiped on drop.
pub struct WebhookSecret {
    text: Zeroizing<String>,
    key: Zeroizing<Vec<u8>>,
}

/// The text is no webhook secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is whsec_ and the base64 of {SHORTEST} to {LONGEST} bytes")]
pub struct InvalidSecret;

impl WebhookSecret {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let key = Zeroizing::new(entropy.secret::<GENERATED>().to_vec());
        let text = Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(&*key)));
        Self { text, key }
    }

    /// Reads one. A short one is refused: an empty secret would verify anybody's signature.
    pub fn parse(text: &str) -> Result<Self, InvalidSecret> {
        let encoded = text.strip_prefix(PREFIX).ok_or(InvalidSecret)?;
        let key = STANDARD.decode(encoded).map(Zeroizing::new).map_err(|_| InvalidSecret)?;
        if !(SHORTEST..=LONGEST).contains(&key.len()) {
            return Err(InvalidSecret);
        }
        Ok(Self { text: Zeroizing::new(text.to_owned()), key })
    }

    /// As shown to the user; the HMAC key of `X-BYO-Signature`. Every caller says why in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// The decoded bytes; the HMAC key of Standard Webhooks.
    pub(super) fn key(&self) -> &[u8] {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_generated_secret_reads_back() {
        let secret = WebhookSecret::generate(&SystemEntropy);
        assert_eq!(WebhookSecret::parse(secret.expose()).unwrap().key(), secret.key());
    }

    #[test]
    fn short_and_malformed_secrets_are_refused() {
        let short = format!("{PREFIX}{}", STANDARD.encode([7; 23]));
        let long = format!("{PREFIX}{}", STANDARD.encode([7; 65]));
        for text in ["", "whsec_", "whsec_!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", &short, &long] {
            assert!(WebhookSecret::parse(text).is_err(), "{text}");
        }
        assert!(WebhookSecret::parse(&format!("{PREFIX}{}", STANDARD.encode([7; 24]))).is_ok());
    }
}
