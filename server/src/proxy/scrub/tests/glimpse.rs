//! The quick test sees what it has to.

use super::{ALL, key};
use crate::proxy::scrub::Glimpse;

#[test]
fn eight_characters_in_a_row_are_seen_at_any_place_and_seven_are_not() {
    for text in ALL {
        let key = key(text);
        let glimpse = Glimpse::new(&key);
        for start in 0..=text.len() - 8 {
            for before in 0..6 {
                let value = format!("{}{}", "~".repeat(before), &text[start..start + 8]);
                assert!(glimpse.sees(value.as_bytes()), "{value}");
                assert!(glimpse.sees(format!("{value}~~").as_bytes()), "{value}~~");
                assert!(!glimpse.sees(&value.as_bytes()[..value.len() - 1]), "one less than {value}");
            }
        }
    }
}

#[test]
fn a_short_key_is_seen_as_a_whole_and_ordinary_headers_are_not() {
    let short = key("ollama");
    assert!(Glimpse::new(&short).sees(b"an ollama") && !Glimpse::new(&short).sees(b"an ollam"));
    for text in ALL {
        let key = key(text);
        let glimpse = Glimpse::new(&key);
        for value in
            ["", "a", "application/json", "req_011CUxxxxxxxxxxxxxxxxxxx", "Sat, 21 Nov 2026 15:36:24 GMT"]
        {
            assert!(!glimpse.sees(value.as_bytes()), "{value}");
        }
    }
}

#[test]
fn no_key_is_seen_nowhere() {
    let none = key("");
    let glimpse = Glimpse::new(&none);
    for value in ["", "a", "application/json", "req_011CUxxxxxxxxxxxxxxxxxxx"] {
        assert!(!glimpse.sees(value.as_bytes()), "{value}");
    }
}
