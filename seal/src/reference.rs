//! The characters of a `refId` and of a key's `name`. Both are compared byte for byte, so neither white
//! space nor anything that has two spellings (case folding, Unicode normalisation) may stand in them.

use core::fmt;

/// The longest `refId`, in bytes.
pub const MAX_REF_ID_BYTES: usize = 255;

/// The longest key `name`, in bytes.
pub const MAX_NAME_BYTES: usize = 64;

/// The `name` of a key that was given none.
pub const DEFAULT_NAME: &str = "default";

/// Accepts `[A-Za-z0-9._~:@|+=,-]{1,255}`.
pub fn check_ref_id(text: &str) -> Result<(), InvalidRefId> {
    check(text, MAX_REF_ID_BYTES).map_err(InvalidRefId)
}

/// Accepts `[A-Za-z0-9._~:@|+=,-]{1,64}`.
pub fn check_name(text: &str) -> Result<(), InvalidName> {
    check(text, MAX_NAME_BYTES).map_err(InvalidName)
}

/// The text cannot be a `refId`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRefId(pub Flaw);

/// The text cannot be a key's `name`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidName(pub Flaw);

/// What is wrong with the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Nothing stands there.
    Empty,
    /// Longer than the limit.
    TooLong {
        /// The limit in bytes.
        max: usize,
    },
    /// A character outside the allowed ones.
    Character {
        /// Where it stands, in bytes from the start.
        at: usize,
    },
}

impl fmt::Display for InvalidRefId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe("refId", self.0, f)
    }
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        describe("name", self.0, f)
    }
}

impl core::error::Error for InvalidRefId {}
impl core::error::Error for InvalidName {}

fn check(text: &str, max: usize) -> Result<(), Flaw> {
    if text.is_empty() {
        return Err(Flaw::Empty);
    }
    if text.len() > max {
        return Err(Flaw::TooLong { max });
    }
    match text.bytes().position(|byte| !is_allowed(byte)) {
        Some(at) => Err(Flaw::Character { at }),
        None => Ok(()),
    }
}

const fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'.' | b'_' | b'~' | b':' | b'@' | b'|' | b'+' | b'=' | b',' | b'-')
}

// The offending text is not repeated: people paste keys into the wrong field.
fn describe(what: &str, flaw: Flaw, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match flaw {
        Flaw::Empty => write!(f, "{what} is empty"),
        Flaw::TooLong { max } => write!(f, "{what} is longer than {max} characters"),
        Flaw::Character { at } => {
            write!(
                f,
                "{what} may hold A-Z a-z 0-9 . _ ~ : @ | + = , - only; the character at {at} is another"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_customer_ids_are_accepted() {
        for text in ["c", "cus_123", "acme|user:42", "a.b~c@example.com", "x+y=z,w-1", &"r".repeat(255)] {
            assert_eq!(check_ref_id(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn exactly_the_listed_characters_are_accepted() {
        let accepted: String = (0..=char::MAX as u32)
            .filter_map(char::from_u32)
            .filter(|c| check_ref_id(&c.to_string()).is_ok())
            .collect();
        let listed = "+,-.0123456789:=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz|~";
        assert_eq!(accepted, listed);
    }

    #[test]
    fn limits_count_bytes() {
        assert_eq!(check_ref_id(""), Err(InvalidRefId(Flaw::Empty)));
        assert_eq!(check_ref_id(&"r".repeat(256)), Err(InvalidRefId(Flaw::TooLong { max: 255 })));
        assert_eq!(check_name(&"n".repeat(64)), Ok(()));
        assert_eq!(check_name(&"n".repeat(65)), Err(InvalidName(Flaw::TooLong { max: 64 })));
        assert_eq!(check_name(DEFAULT_NAME), Ok(()));
    }

    #[test]
    fn messages_name_the_place_and_never_the_text() {
        let message = check_ref_id("ab sk-secret").unwrap_err().to_string();
        assert_eq!(
            message,
            "refId may hold A-Z a-z 0-9 . _ ~ : @ | + = , - only; the character at 2 is another"
        );
        assert_eq!(check_name("").unwrap_err().to_string(), "name is empty");
    }
}
