//! The quick test sees what it has to.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{ALL, key};
use crate::proxy::scrub::{Glimpse, disguise::Disguise};

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

/// Between bytes of every kind, since only the eight are known to be ASCII.
#[test]
fn eight_characters_are_seen_through_one_encoding_at_any_place() {
    let hex = |text: &[u8], format: fn(&u8) -> String| text.iter().map(format).collect::<String>();
    for text in ALL {
        let key = key(text);
        let glimpse = Glimpse::new(&key);
        for start in 0..=text.len() - 8 {
            let eight = &text.as_bytes()[start..start + 8];
            let reversed: Vec<u8> = eight.iter().rev().copied().collect();
            for (before, around) in (0..4).flat_map(|before| [b"\xff", b"~"].map(|around| (before, around))) {
                let told = [&around.repeat(before)[..], eight, around].concat();
                let url = STANDARD.encode(&told).replace('+', "-").replace('/', "_");
                for value in [
                    STANDARD.encode(&told),
                    url.trim_end_matches('=').to_owned(),
                    format!("id:{}!", STANDARD.encode(&told)),
                    STANDARD.encode([&around.repeat(before)[..], eight].concat()),
                    STANDARD.encode([&around.repeat(before)[..], &reversed].concat()),
                    format!("{}{}", "g".repeat(before), hex(&told, |byte| format!("{byte:02x}"))),
                    format!("{}{}f", "0".repeat(before), hex(&told, |byte| format!("{byte:02X}"))),
                ] {
                    assert!(glimpse.sees(value.as_bytes()), "{value}");
                }
            }
            for value in [
                String::from_utf8(reversed).unwrap(),
                hex(eight, |byte| format!("%{byte:02X}")),
                hex(eight, |byte| format!("\\u{byte:04x}")),
                hex(eight, |byte| format!("&#{byte};")),
                format!("{}%{:02x}", &text[start..start + 7], eight[7]),
                format!("\\{}", &text[start..start + 8]),
            ] {
                assert!(glimpse.sees(value.as_bytes()), "{value}");
            }
        }
    }
}

/// Or every call would have its headers looked through wholly.
#[test]
fn headers_that_providers_send_are_not_taken_for_anything() {
    let is_none = |value: &&str| Disguise::of(value.as_bytes()) == Disguise::None;
    for value in [
        "application/json; charset=utf-8",
        "text/event-stream; charset=utf-8",
        "2026-11-21T15:36:24Z",
        "req_8f3a1c5e7b9d24680ace13579bdf2468",
        "f9a1c2d3-1111-2222-3333-444455556666",
        "private, max-age=31536000",
        "199968",
        "6ms",
        "org-1",
        "0123456789012345678901234567890123456789",
    ] {
        assert!(is_none(&value), "{value}");
    }
    // What looks encoded is read as that; it is not the key.
    let id = "cmVxX3Rlc3RfaWQtMTIz";
    assert!(matches!(Disguise::of(id.as_bytes()), Disguise::Some(_)));
    ALL.map(key).iter().for_each(|key| assert!(!Glimpse::new(key).sees(id.as_bytes())));
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
