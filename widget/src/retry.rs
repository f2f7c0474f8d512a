//! When an attempt is made once more: only where the server asks for a fresh envelope.

/// True when sealing again to fresh parameters is likely to succeed.
#[must_use]
pub fn wants_fresh_envelope(status: u16, code: &str, attempt: u32) -> bool {
    attempt == 0 && status == 409 && matches!(code, "key_rotated" | "challenge_stale")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_envelope_is_made_anew_once() {
        for code in ["key_rotated", "challenge_stale"] {
            assert!(wants_fresh_envelope(409, code, 0));
            assert!(!wants_fresh_envelope(409, code, 1));
            assert!(!wants_fresh_envelope(422, code, 0));
        }
    }

    #[test]
    fn nothing_else_is_sent_twice() {
        for code in ["sealed_key_replayed", "session_spent", "key_disabled", "connect_session_required", ""] {
            assert!(!wants_fresh_envelope(409, code, 0));
        }
        assert!(!wants_fresh_envelope(503, "unavailable", 0));
    }
}
