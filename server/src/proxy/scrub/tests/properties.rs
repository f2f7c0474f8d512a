//! Random keys, fragments, surroundings and encodings.

use proptest::{prelude::*, test_runner::RngSeed};

use super::{
    cases,
    checker::Checker,
    encode::{Dice, Encoding},
    key, scrubbed,
};
use crate::proxy::scrub::{Glimpse, Scrubber};

/// As providers issue them, and with any visible character.
fn keys() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[A-Za-z0-9_-]{16,200}",
        2 => "sk-(proj-|ant-api03-)?[A-Za-z0-9_-]{16,160}",
        1 => "[0-9a-f]{32}",
        1 => "[A-Za-z0-9+/]{40,120}={0,2}",
        1 => "[!-~]{16,60}",
    ]
}

fn stacks() -> impl Strategy<Value = Vec<Encoding>> {
    let one = || prop::sample::select(&Encoding::ALL[..]);
    prop_oneof![
        one().prop_map(|one| vec![one]),
        (one(), one())
            .prop_filter("can be undone", |(inner, outer)| inner.can_be_under(*outer))
            .prop_map(|(inner, outer)| vec![inner, outer]),
    ]
}

/// The same cases in every run; a failure prints its own.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: cases(64),
        rng_seed: RngSeed::Fixed(0x5eed),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn nothing_is_left_of_a_fragment_in_any_encodings(
        key in keys(),
        place in any::<(prop::sample::Index, prop::sample::Index)>(),
        stack in stacks(),
        around in ("[ -~\n]{0,40}", "[ -~\n]{0,40}"),
        between in prop::sample::select(&[" ", "\"", "|", "<", "\n", "("][..]),
        seed in any::<u64>(),
    ) {
        let start = place.0.index(key.len() - 7);
        let end = start + 8 + place.1.index(key.len() - start - 7);
        let checker = Checker::new(&key);
        let mut dice = Dice(seed);
        let mut part = key.as_bytes()[start..end].to_vec();
        for encoding in stack {
            part = encoding.apply(&part, &mut dice);
        }
        let text = [around.0.as_bytes(), between.as_bytes(), &part, between.as_bytes(), around.1.as_bytes()].concat();
        let left = scrubbed(&key, &text);
        prop_assert!(!checker.finds(&left), "{} became {}", text.escape_ascii(), left.escape_ascii());
        // In a JSON string too, whatever has to be escaped for that.
        let text = serde_json::to_vec(&String::from_utf8_lossy(&text)).unwrap();
        let left = scrubbed(&key, &text);
        let inside: String = serde_json::from_slice(&left).unwrap();
        prop_assert!(!checker.finds(inside.as_bytes()), "{} became {}", text.escape_ascii(), left.escape_ascii());
    }

    #[test]
    fn text_without_a_fragment_stays_as_it_is(key in keys(), text in "([ -~]|[a-z]{1,9} |\\PC|\n){0,200}") {
        // Two characters of a key beside a mask may come about by chance, and may go.
        let text = text.replace(['*', '…', '•', '●', '█', '·'], "").replace("..", "");
        prop_assume!(!Checker::new(&key).finds(text.as_bytes()));
        prop_assert_eq!(Scrubber::new(&super::key(&key)).scrub(text.as_bytes()), None);
    }

    #[test]
    fn any_bytes_with_parts_of_the_key_among_them_are_survived(
        text in prop::collection::vec(any::<u8>(), 0..300),
        (key, inside) in keys().prop_flat_map(|key| {
            let len = key.len();
            (Just(key), prop::collection::vec((0..len, 0..len), 0..4))
        }),
    ) {
        let mut text = text;
        for (one, other) in inside {
            let at = one.min(text.len());
            text.splice(at..at, key.bytes().skip(one.min(other)).take(one.abs_diff(other)));
        }
        let left = scrubbed(&key, &text);
        prop_assert!(!Checker::new(&key).finds(&left), "{} became {}", text.escape_ascii(), left.escape_ascii());
    }

    #[test]
    fn valid_json_stays_valid(json in json(), key in "[!-~]{8,40}", cut in any::<(prop::sample::Index, prop::sample::Index)>()) {
        // The key is whatever stands somewhere in the text, signs included.
        let bytes = json.as_bytes();
        let visible: Vec<u8> = bytes.iter().copied().filter(u8::is_ascii_graphic).collect();
        let start = cut.0.index(visible.len());
        let end = (start + 1 + cut.1.index(40)).min(visible.len());
        for key in [key.as_bytes(), &visible[start..end]] {
            let key = std::str::from_utf8(key).unwrap();
            let left = scrubbed(key, bytes);
            let parsed = serde_json::from_slice::<serde_json::Value>(&left);
            prop_assert!(parsed.is_ok(), "{json} without {key} became {}", left.escape_ascii());
        }
    }

    #[test]
    fn a_glimpse_sees_what_there_is(key_text in keys(), place in any::<prop::sample::Index>(), before in "[ -~]{0,20}") {
        let key = key(&key_text);
        let start = place.index(key_text.len() - 7);
        let value = format!("{before}{}", &key_text[start..start + 8]);
        prop_assert!(Glimpse::new(&key).sees(value.as_bytes()));
    }
}

/// Any JSON, with escapes and white space.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f32>()
            .prop_filter("is JSON", |number| number.is_finite())
            .prop_map(|number| format!("{number:e}")),
        r#""([ !#-\[\]-~]|\\["\\/bfnrt]|\\u00[2-7][0-9a-f]|\\ud83d\\ude00|é|鍵|😀){0,24}""#,
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..6), "[ \n]?")
                .prop_map(|(all, gap)| format!("[{gap}{}]", all.join(&format!(",{gap}")))),
            prop::collection::vec(("[a-z]{0,9}", inner), 0..6).prop_map(|all| {
                let members: Vec<_> =
                    all.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
        ]
    })
}
