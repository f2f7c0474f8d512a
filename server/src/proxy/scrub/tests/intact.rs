//! What has no fragment passes untouched, and what had one is still what it was.

use serde_json::{Value, json};

use super::{ALL, ANTHROPIC, AZURE, OPENAI, scrubbed_text, scrubber};

const FIXTURES: [&str; 13] = [
    include_str!("../../../providers/fixtures/anthropic.json"),
    include_str!("../../../providers/fixtures/azure.json"),
    include_str!("../../../providers/fixtures/cohere.json"),
    include_str!("../../../providers/fixtures/compatible.json"),
    include_str!("../../../providers/fixtures/deepseek.json"),
    include_str!("../../../providers/fixtures/google.json"),
    include_str!("../../../providers/fixtures/groq.json"),
    include_str!("../../../providers/fixtures/mistral.json"),
    include_str!("../../../providers/fixtures/ollama.json"),
    include_str!("../../../providers/fixtures/openai.json"),
    include_str!("../../../providers/fixtures/openrouter.json"),
    include_str!("../../../providers/fixtures/together.json"),
    include_str!("../../../providers/fixtures/xai.json"),
];

#[test]
fn providers_answers_without_the_key_are_not_touched() {
    for key in ALL {
        let scrubber = scrubber(key);
        for fixture in FIXTURES {
            assert!(scrubber.scrub(fixture.as_bytes()).is_none(), "{key} in {fixture}");
        }
        for text in
            ["", " ", "null", "<html><body><h1>502 Bad Gateway</h1></body></html>", "data: [DONE]\n\n"]
        {
            assert!(scrubber.scrub(text.as_bytes()).is_none(), "{key} in {text}");
        }
    }
}

#[test]
fn json_stays_json_with_the_rest_as_it_was() {
    let error = |shown: &str| json!({"error": {"message": format!("Incorrect: {shown}."), "code": [1, null, true, {shown: 2.5}]}});
    for pretty in [false, true] {
        let write = |value: &Value| if pretty { format!("{value:#}") } else { value.to_string() };
        assert_eq!(scrubbed_text(OPENAI, &write(&error(OPENAI))), write(&error("[redacted]")));
    }
}

#[test]
fn escapes_in_json_go_whole() {
    let key = "0073abcd\\u12-long-enough";
    for (text, left) in [
        (r#""a\u0073abcd!""#, r#""a[redacted]""#),
        (r#""\ud83d\ude00abcdefgh\ud83d\ude00""#, r#""\ud83d\ude00[redacted]\ud83d\ude00""#),
    ] {
        let key = if text.contains("abcdefgh") { "abcdefgh" } else { key };
        let left = if text.contains("abcdefgh") { left.to_owned() } else { left.replace("ed]\"", "ed]!\"") };
        assert_eq!(scrubbed_text(key, text), left);
    }
    assert_eq!(scrubbed_text("de00abcdefgh", r#""\ud83d\ude00abcdefgh""#), r#""[redacted]""#);
}

#[test]
fn numbers_become_strings_and_structure_stays() {
    assert_eq!(scrubbed_text("1234567890", r#"{"a":91234567890.5,"b":1}"#), r#"{"a":"[redacted]","b":1}"#);
    assert_eq!(scrubbed_text("1234567890", " 1234567890\n"), " \"[redacted]\"\n");
    assert_eq!(
        scrubbed_text(r#"error":{"code"#, r#"{"error":{"code":1}}"#),
        r#"{"[redacted]":{"[redacted]":1}}"#
    );
}

#[test]
fn of_a_key_made_of_structure_nothing_is_left() {
    assert_eq!(scrubbed_text("[[[[[[[[[[", "\n[[[[[[[[[[1]]]]]]]]]]\n"), "\"[redacted]\"\n");
    assert_eq!(scrubbed_text("true,true,", "[true,true,true]"), "\"[redacted]\"");
    assert_eq!(scrubbed_text(r#""","","",""#, r#"["","","",""]"#), "\"[redacted]\"");
    assert_eq!(scrubbed_text("data:[[[[", "data:[[[[1]]]]\n\n"), "[redacted]1]]]]\n\n");
}

#[test]
fn an_event_stays_an_event_and_its_data_json() {
    let data =
        |shown: &str| json!({"type": "error", "error": {"message": format!("bad {shown}")}}).to_string();
    let event = |shown: &str| format!("event: error\nid: 7\ndata: {}\n\n", data(shown));
    assert_eq!(scrubbed_text(ANTHROPIC, &event(ANTHROPIC)), event("[redacted]"));
    let lines = |shown: &str| format!("event: error\r\ndata: {{\"m\":\r\ndata: \"{shown}\"}}\r\n\r\n");
    assert_eq!(scrubbed_text(ANTHROPIC, &lines(ANTHROPIC)), lines("[redacted]"));
    // The value of a `data` member is the whole string, whatever breaks the key up.
    let (head, tail) = AZURE.split_at(7);
    let text = format!("data: [\"{head}\",\"{tail}\"]\n\n");
    assert_eq!(scrubbed_text(AZURE, &text), "data: [\"[redacted]\",\"[redacted]\"]\n\n");
}

#[test]
fn characters_are_not_cut() {
    assert_eq!(scrubbed_text(AZURE, &format!("ключ «{AZURE}» – 鍵")), "ключ «[redacted]» – 鍵");
    assert_eq!(
        scrubbed_text(AZURE, &format!("鍵{}鍵", "é9f3c7a1e".replace("9f", "\09\0f"))),
        "鍵é\0[redacted]鍵"
    );
}
