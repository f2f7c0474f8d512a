//! Tokens: `byo_{pk|sk|cs|rt}_{live|test}_` + 43 base62 digits of 256 random bits + 6 of a CRC-32.
//!
//! The checksum lets a scanner recognise one and refuses a typo without a look-up. The server keeps
//! SHA-256 hashes only; on 256 random bits a slow password hash would add nothing but load.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::{entropy::Entropy, environment::Environment};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SECRET_DIGITS: usize = 43;
const CHECK_DIGITS: usize = 6;

/// Who may hold a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// Anyone's browser.
    Publishable,
    /// The product's backend.
    Secret,
    /// One customer's browser, for minutes.
    Session,
    /// A tool that can set no headers.
    Runtime,
}

impl TokenKind {
    const ALL: [Self; 4] = [Self::Publishable, Self::Secret, Self::Session, Self::Runtime];

    const fn tag(self) -> &'static str {
        match self {
            Self::Publishable => "pk",
            Self::Secret => "sk",
            Self::Session => "cs",
            Self::Runtime => "rt",
        }
    }

    /// Its name in the database.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publishable => "publishable",
            Self::Secret => "secret",
            Self::Session => "session",
            Self::Runtime => "runtime",
        }
    }
}

/// A token in the clear, well-formed. Shown once when made, and seen in requests.
pub struct Token {
    text: Zeroizing<String>,
    kind: TokenKind,
    environment: Environment,
}

/// SHA-256 of a whole token: what is stored and looked up.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenHash([u8; 32]);

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(..)")
    }
}

impl TokenHash {
    /// From the 32 bytes, as a sealed context names a token. Only a look-up proves that there is one.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, for the database.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl Token {
    /// A new one.
    pub fn generate(kind: TokenKind, environment: Environment, entropy: &dyn Entropy) -> Self {
        let secret = entropy.secret::<32>();
        let mut text = Zeroizing::new(String::with_capacity(64));
        text.push_str("byo_");
        text.push_str(kind.tag());
        text.push('_');
        text.push_str(environment.as_str());
        text.push('_');
        push_base62_256(&mut text, &secret);
        let check = checksum(&text);
        text.extend(check.map(char::from));
        Self { text, kind, environment }
    }

    /// Reads one; `None` when it is not well-formed, its checksum included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("byo_")?;
        let (tag, rest) = rest.split_once('_')?;
        let (environment, digits) = rest.split_once('_')?;
        let kind = TokenKind::ALL.into_iter().find(|kind| kind.tag() == tag)?;
        let environment = environment.parse().ok()?;
        let well_formed = digits.len() == SECRET_DIGITS + CHECK_DIGITS
            && digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !well_formed {
            return None;
        }
        let (body, check) = text.split_at(text.len() - CHECK_DIGITS);
        (checksum(body) == *check.as_bytes()).then(|| Self {
            text: Zeroizing::new(text.to_owned()),
            kind,
            environment,
        })
    }

    /// What kind it says it is. Only a look-up proves it.
    #[must_use]
    pub const fn kind(&self) -> TokenKind {
        self.kind
    }

    /// Which environment it says it is for. Only a look-up proves it.
    #[must_use]
    pub const fn environment(&self) -> Environment {
        self.environment
    }

    /// What to store and look up.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.text.as_bytes()).into())
    }

    /// Who seals with it, as the sealed context names it.
    #[must_use]
    pub fn principal_id(&self) -> String {
        byo_seal::principal_id(&self.text)
    }

    /// The token itself. Every caller says why in an `// EXPOSE:` comment.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }
}

/// Whether the text claims to be one of byo's tokens, well-formed or not.
#[must_use]
pub fn looks_like_token(text: &str) -> bool {
    text.starts_with("byo_")
}

fn checksum(text: &str) -> [u8; CHECK_DIGITS] {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECK_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(rest % 62) as usize];
        rest /= 62;
    }
    digits
}

/// Long division of a 256-bit number by 62, digit by digit, least significant first.
fn push_base62_256(text: &mut String, bytes: &[u8; 32]) {
    let mut number = Zeroizing::new(*bytes);
    let mut digits = Zeroizing::new([b'0'; SECRET_DIGITS]);
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0u32;
        for byte in number.iter_mut() {
            let value = (remainder << 8) | u32::from(*byte);
            *byte = u8::try_from(value / 62).expect("remainder < 62, so the quotient fits a byte");
            remainder = value % 62;
        }
        *digit = BASE62[remainder as usize];
    }
    text.extend(digits.iter().copied().map(char::from));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SystemEntropy;

    #[test]
    fn a_new_token_has_the_documented_form_and_parses_back() {
        for kind in TokenKind::ALL {
            let token = Token::generate(kind, Environment::Live, &SystemEntropy);
            assert_eq!(token.expose().len(), "byo_pk_live_".len() + 49);
            let parsed = Token::parse(token.expose()).unwrap();
            assert_eq!(parsed.kind(), kind);
            assert_eq!(parsed.environment(), Environment::Live);
            assert_eq!(parsed.hash(), token.hash());
        }
    }

    #[test]
    fn any_single_changed_character_is_refused_without_a_look_up() {
        let token = Token::generate(TokenKind::Secret, Environment::Test, &SystemEntropy);
        let text = token.expose();
        for position in 0..text.len() {
            let mut changed = text.as_bytes().to_vec();
            changed[position] = if changed[position] == b'A' { b'B' } else { b'A' };
            assert!(Token::parse(std::str::from_utf8(&changed).unwrap()).is_none(), "position {position}");
        }
    }

    #[test]
    fn strings_that_are_no_tokens_are_refused() {
        for text in ["", "byo_", "byo_sk_live_", "sk-live", "byo_zz_live_x", "byo_sk_prod_x"] {
            assert!(Token::parse(text).is_none(), "{text}");
        }
        let token = Token::generate(TokenKind::Secret, Environment::Live, &SystemEntropy);
        assert!(Token::parse(&format!("{}0", token.expose())).is_none());
        assert!(Token::parse(&format!(" {}", token.expose())).is_none());
    }

    #[test]
    fn base62_of_the_largest_number_fits_43_digits() {
        let mut text = String::new();
        push_base62_256(&mut text, &[0xff; 32]);
        assert_eq!(text.len(), 43);
        let mut zero = String::new();
        push_base62_256(&mut zero, &[0; 32]);
        assert_eq!(zero, "0".repeat(43));
    }
}
