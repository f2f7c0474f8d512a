//! Each form by itself, in words a provider might use.

use serde_json::json;

use super::{
    ALL, ANTHROPIC, AZURE, OPENAI, PLAIN, cases,
    checker::Checker,
    encode::{Dice, Encoding},
    scrubbed, scrubbed_text, scrubber,
};

#[test]
fn the_key_itself_goes_and_the_words_around_it_stay() {
    let said = format!("Incorrect API key provided: {OPENAI}. You can find your API key at https://x.test.");
    let left = "Incorrect API key provided: [redacted]. You can find your API key at https://x.test.";
    assert_eq!(scrubbed_text(OPENAI, &said), left);
}

#[test]
fn eight_characters_in_a_row_go_wherever_they_stand_and_seven_stay() {
    for key in ALL {
        for start in 0..=key.len() - 8 {
            let part = &key[start..start + 8];
            let left = scrubbed_text(key, &format!("id={part}!"));
            let is_public = left.contains(part);
            assert_eq!(is_public, left == format!("id={part}!"));
            assert!(!is_public || key.starts_with("sk-") && start < 6, "{part} of {key}");
            assert_eq!(scrubbed_text(key, &format!("id={}!", &part[1..])), format!("id={}!", &part[1..]));
        }
    }
}

#[test]
fn a_documented_beginning_alone_is_no_secret() {
    for (key, said) in [
        (OPENAI, "Keys begin with sk-proj-."),
        (ANTHROPIC, "Keys begin with sk-ant-api03-, sk-ant-api03-..."),
    ] {
        assert!(scrubber(key).scrub(said.as_bytes()).is_none(), "{said}");
    }
    assert_eq!(
        scrubbed_text(OPENAI, &format!("no {}", &OPENAI[..9])),
        "no [redacted]",
        "but with one more it is"
    );
    let documented = "sk-byo-test-rate-limited";
    assert_eq!(
        scrubbed_text(documented, "sk-byo-test-rate-limited is rate-limited"),
        "[redacted] is rate-limited"
    );
}

#[test]
fn a_key_shorter_than_a_fragment_goes_as_a_whole_only() {
    assert_eq!(
        scrubbed_text("ollama", "key ollama, not ollam nor OLLAMA"),
        "key [redacted], not ollam nor OLLAMA"
    );
    assert_eq!(scrubbed_text("x", "x"), "[redacted]");
}

#[test]
fn no_key_is_found_nowhere() {
    for text in
        ["", "x", "sk-...abcd", "****", "{\"error\": \"unauthorized\"}", "data: {\"error\": 1}\n\n", "%00%20"]
    {
        assert_eq!(scrubbed_text("", text), text);
    }
    assert_eq!(scrubbed("", &[0, 0xff, b'%', b'2']), [0, 0xff, b'%', b'2']);
}

#[test]
fn every_encoding_and_every_pair_of_encodings_is_seen_through() {
    for key in ALL {
        let checker = Checker::new(key);
        for outer in Encoding::ALL {
            for inner in Encoding::ALL.into_iter().filter(|inner| inner.can_be_under(outer)) {
                for seed in 0..u64::from(cases(1)) {
                    let mut dice = Dice(seed);
                    let once = outer.apply(key.as_bytes(), &mut dice);
                    let twice = inner.apply(key.as_bytes(), &mut dice);
                    let twice = outer.apply(&twice, &mut dice);
                    for encoded in [once, twice] {
                        let text = [b"{'m': '", encoded.as_slice(), b"'}"].concat();
                        let shown = String::from_utf8_lossy(&text);
                        let left = scrubbed(key, &text);
                        assert_ne!(left, text, "{outer:?} over {inner:?}, seed {seed}: {shown}");
                        let left_shown = String::from_utf8_lossy(&left);
                        assert!(!checker.finds(&left), "{outer:?} over {inner:?}, seed {seed}: {left_shown}");
                    }
                }
            }
        }
    }
}

#[test]
fn what_stands_around_an_encoded_key_stays_readable() {
    let percent: String = OPENAI.bytes().map(|byte| format!("%{byte:02X}")).collect();
    assert_eq!(
        scrubbed_text(OPENAI, &format!("/v1?key={percent}&a=1 refused")),
        "/v1?key=[redacted]&a=1 refused"
    );
    let hex = hex::encode(OPENAI);
    assert_eq!(scrubbed_text(OPENAI, &format!("<td>{hex}</td>")), "<td>[redacted]</td>");
    let entities: String = OPENAI.bytes().map(|byte| format!("&#{byte};")).collect();
    assert_eq!(scrubbed_text(OPENAI, &format!("<td>{entities}</td>")), "<td>[redacted]</td>");
}

#[test]
fn the_authorization_header_in_base64_goes_at_each_alignment() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    for before in ["Authorization: Bearer ", "Authorization: Bearer  ", "x-api-key: ", "api-key: ", "k", ""] {
        for junk in ["", "a", "ab", "abc", "t/", "token_"] {
            let text =
                format!("request {junk}{} refused", STANDARD.encode(format!("{before}{OPENAI}\r\nHost: x")));
            let left = scrubbed_text(OPENAI, &text);
            assert!(
                left.contains("[redacted]") && !Checker::new(OPENAI).finds(left.as_bytes()),
                "{text}\n{left}"
            );
        }
    }
}

#[test]
fn base64_is_read_in_both_alphabets_and_in_short_lines() {
    use base64::{Engine, engine::general_purpose as engines};
    let key = "ab?cd~ef?gh~ij?kl~";
    let (standard, url) = (engines::STANDARD.encode(key), engines::URL_SAFE_NO_PAD.encode(key));
    assert!(standard.contains('/') && standard.contains('+') && url.contains('_') && url.contains('-'));
    assert_eq!(scrubbed_text(key, &format!("({standard})({url})")), "([redacted])([redacted])");
    let lines: Vec<_> = engines::STANDARD.encode(OPENAI).as_bytes().chunks(8).map(<[u8]>::to_vec).collect();
    let twice = engines::STANDARD.encode(lines.join(&b"\r\n"[..]));
    let left = scrubbed_text(OPENAI, &format!("({twice})"));
    // What stood for the padding may stay.
    assert!(left.starts_with("([redacted]") && left.len() < 18, "{left}");
}

#[test]
fn lists_of_characters_and_of_numbers_go() {
    let characters = json!(OPENAI.chars().collect::<Vec<_>>()).to_string();
    let left = scrubbed_text(OPENAI, &characters);
    assert_eq!(serde_json::from_str::<Vec<String>>(&left).unwrap(), vec!["[redacted]"; OPENAI.len()]);
    let lines: Vec<_> = OPENAI.bytes().map(|byte| byte.to_string()).collect();
    assert_eq!(scrubbed_text(OPENAI, &format!("({})", lines.join("\n"))), "([redacted])", "one a line");
    let buffer = json!({"type": "Buffer", "data": OPENAI.as_bytes()}).to_string();
    let left: serde_json::Value = serde_json::from_str(&scrubbed_text(OPENAI, &buffer)).unwrap();
    assert_eq!(left, json!({"type": "Buffer", "data": vec!["[redacted]"; OPENAI.len()]}));
}

#[test]
fn a_key_broken_by_lines_events_or_quotes_goes() {
    let (head, tail) = OPENAI.split_at(12);
    for broken in ["\n", "\r\n    ", "\ndata: ", "\ndata:", "=\r\n", "\\n", " ", "\t", "', '", "\\", "\0"] {
        // Both parts are short enough to pass by themselves.
        let text = format!("data: {}{broken}{}.", &head[5..], &tail[..7]);
        assert_eq!(scrubbed_text(OPENAI, &text), "data: [redacted].", "{text:?}");
    }
}

#[test]
fn escapes_of_other_languages_and_of_some_characters_are_read() {
    let all = |write: fn(u8) -> String| AZURE.bytes().map(write).collect::<String>();
    for escaped in [
        all(|byte| format!("\\u{{{byte:x}}}")),
        all(|byte| format!("\\U{byte:08X}")),
        all(|byte| format!("\\{byte:03o}")),
        all(|byte| format!("%u{byte:04x}")),
        all(|byte| format!("&#x{byte:04X}")),
        // Only some of it.
        all(|byte| if byte.is_ascii_digit() { format!("={byte:02X}") } else { char::from(byte).into() }),
        all(|byte| if byte.is_ascii_digit() { format!("%{byte:02X}") } else { char::from(byte).into() }),
    ] {
        assert_eq!(scrubbed_text(AZURE, &format!("({escaped})")), "([redacted])", "{escaped}");
    }
    let slashes = PLAIN.replace('/', "\\/").replace('+', "&plus;").replace('=', "%3D");
    assert!(!scrubbed_text(PLAIN, &slashes).contains("6nYp2Kd"));
}
