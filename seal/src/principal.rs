//! Naming a token without telling it.

use alloc::string::String;

use crate::{base64url, sha256};

/// The id under which a token stands in a sealed context: base64url of the SHA-256 of its text.
#[must_use]
pub fn principal_id(token: &str) -> String {
    base64url::encode(&sha256(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_the_hash_of_the_text() {
        assert_eq!(principal_id("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }
}
