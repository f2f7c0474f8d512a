//! Masked keys as providers print them.

use super::{ANTHROPIC, AZURE, GOOGLE, OPENAI, scrubbed_text, scrubber};

#[test]
fn both_ends_beside_a_mask_go_with_it() {
    let end = &OPENAI[OPENAI.len() - 4..];
    for mask in [
        "***",
        "**",
        "...",
        "..",
        "…",
        "•••",
        "●●●",
        "xxxx",
        "XXXX",
        "####",
        "----",
        "[…]",
        "[...]",
        "<***>",
        "****…",
    ] {
        for start in ["sk-", "sk-pr", "sk-proj-", "sk-proj-Zr"] {
            let said = format!("Incorrect API key provided: {start}{mask}{end}. Next");
            let left = scrubbed_text(OPENAI, &said);
            // A mask of dots takes the full stop in.
            assert!(left.starts_with("Incorrect API key provided: [redacted]"), "{said}: {left}");
            assert!(left.ends_with("Next") && !left.contains(end), "{said}: {left}");
        }
    }
}

#[test]
fn the_masks_of_known_providers_go() {
    for (key, masked) in [
        (OPENAI, format!("sk-proj-{}V-q9", "*".repeat(70))),
        (OPENAI, "sk-pr***V-q9".to_owned()),
        (OPENAI, "****V-q9".to_owned()),
        (OPENAI, "…V-q9".to_owned()),
        (OPENAI, "...V-q9".to_owned()),
        (OPENAI, "sk-proj-Zr8***".to_owned()),
        (ANTHROPIC, "sk-ant-api03-Qm7...Q_AA".to_owned()),
        (ANTHROPIC, "sk-ant-...Q_AA".to_owned()),
        (GOOGLE, "AI***Ao".to_owned()),
        (GOOGLE, "AI***Ao…".to_owned()),
        (GOOGLE, "AIzaSy...".to_owned()),
        (GOOGLE, "AIza•••••••••••4Ao".to_owned()),
        (AZURE, "9f3c7a****".to_owned()),
        (AZURE, "9f****************************9c".to_owned()),
        (AZURE, "***********f49c".to_owned()),
    ] {
        for (before, after) in [("", ""), ("key: ", " is invalid"), ("'", "'"), ("{\"label\":\"", "\"}")] {
            let left = scrubbed_text(key, &format!("{before}{masked}{after}"));
            assert_eq!(left, format!("{before}[redacted]{after}"), "{masked}");
        }
    }
}

#[test]
fn a_masked_key_in_json_or_html_escapes_goes() {
    let said = r#"{"error":"Incorrect API key provided: sk-pr\u2026V-q9 \u002a\u002a\u002a\u002aV-q9"}"#;
    assert_eq!(
        scrubbed_text(OPENAI, said),
        r#"{"error":"Incorrect API key provided: [redacted] [redacted]"}"#
    );
    assert_eq!(scrubbed_text(OPENAI, "<b>sk-pr&#8230;V-q9</b>"), "<b>[redacted]</b>");
}

#[test]
fn a_longer_end_beside_a_mask_takes_the_mask_along() {
    let said = format!("sk-pr***{}", &OPENAI[OPENAI.len() - 20..]);
    assert_eq!(scrubbed_text(OPENAI, &said), "[redacted]");
}

#[test]
fn masks_of_something_else_stay() {
    for said in [
        "sk-****wxyz",
        "Your key should look like sk-proj-... or sk-...",
        "task...done",
        "**bold** and *** and ..., see #### or ----",
        "request_id: req_011CUxxxxxxxxxxxxxxxxxxx",
        "Loading... 4Ao",
        "card ending in ****4242",
        "xxxxxxxxxx",
        "hash a19f*** or ***9ca1",
    ] {
        for key in [OPENAI, ANTHROPIC, GOOGLE, AZURE] {
            assert!(scrubber(key).scrub(said.as_bytes()).is_none(), "{said} with {key}");
        }
    }
}
