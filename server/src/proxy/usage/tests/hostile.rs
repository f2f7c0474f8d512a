use proptest::{prelude::*, test_runner::RngSeed};

use super::{super::Reader, EVENTS, JSON, NDJSON, Usage, counted, usage};

fn json(text: &str) -> Option<Usage> {
    usage(JSON, &[text.as_bytes()])
}

#[test]
fn what_is_no_count_is_ignored_and_the_rest_is_read() {
    for value in [
        "-5",
        "1.5",
        "\"7\"",
        "null",
        "true",
        "[7]",
        "{\"a\":7}",
        "18446744073709551615",
        "9007199254740993",
        "123456789012345678901234567890",
        "1e300",
    ] {
        let answer = format!(r#"{{"usage":{{"prompt_tokens":{value},"completion_tokens":3}}}}"#);
        assert_eq!(json(&answer), counted([0, 3, 0, 0], ""), "{value}");
    }
    assert_eq!(json(r#"{"usage":{"prompt_tokens":12.0}}"#), counted([12, 0, 0, 0], ""));
    assert_eq!(json(r#"{"usage":{"prompt_tokens":9007199254740992}}"#), counted([1 << 53, 0, 0, 0], ""));
}

#[test]
fn no_sum_overflows() {
    let most = 1_u64 << 53;
    let names = [
        "prompt_tokens",
        "completion_tokens",
        "cache_read_input_tokens",
        "cache_creation_input_tokens",
        "toolUsePromptTokenCount",
        "thoughtsTokenCount",
        "reasoning_tokens",
        "total_tokens",
        "cached_tokens",
    ];
    let members: Vec<String> = names.iter().map(|name| format!("\"{name}\":{most}")).collect();
    let answer = format!("{{\"usage\":{{{}}}}}", members.join(","));
    assert_eq!(json(&answer), counted([4 * most, 2 * most, most, most], ""));
}

#[test]
fn an_answer_without_counts_has_no_usage() {
    for answer in [
        "",
        "null",
        "{}",
        r#"{"usage":null}"#,
        r#"{"usage":{}}"#,
        r#"{"usage":{"type":"duration","seconds":9}}"#,
        r#"{"usage":[{"prompt_tokens":1}]}"#,
        r#"{"usage":{"prompt_tokens":1"#,
        r#"{"usage":{"prompt_tokens":1e999}}"#,
        r#"{"choices":[{"usage":{"prompt_tokens":1}}]}"#,
        r#"{"choices":{"usage":{"prompt_tokens":1}}}"#,
        r#"{"message":{"content":{"usage":{"prompt_tokens":1}}}}"#,
        r#"{"message":"x","choices":{"usage":{"prompt_tokens":1}}}"#,
        r#"{"response":[{"usage":{"prompt_tokens":1}}]}"#,
        r#"{"message":{},"choices":{"usage":{"prompt_tokens":1}}}"#,
        r#"{"content":"\"usage\":{\"prompt_tokens\":1}"}"#,
        r#"{"content":"usage","x":{"prompt_tokens":1}}"#,
        r#"["usage",{"prompt_tokens":1}]"#,
        r#"{"usage":"{\"prompt_tokens\":1}"}"#,
        r#"}}}}"usage":{"prompt_tokens":1}"#,
    ] {
        assert_eq!(json(answer), None, "{answer}");
        let bytes: Vec<&[u8]> = answer.as_bytes().chunks(1).collect();
        assert_eq!(usage(JSON, &bytes), None, "{answer}, byte by byte");
    }
}

#[test]
fn only_a_plain_name_of_a_model_is_kept() {
    let longest = "m".repeat(200);
    for (told, kept) in [
        ("\"gpt-4.1\"", "gpt-4.1"),
        (r#""models\/gemini""#, "models/gemini"),
        (&*format!("\"{longest}\""), &*longest),
        (&*format!("\"{longest}m\""), ""),
        ("\"\"", ""),
        ("\"a b\"", ""),
        ("\"mod\u{e9}le\"", ""),
        (r#""a\nb""#, ""),
        ("\"<script>\"", ""),
        ("\"'; DROP TABLE usage\"", ""),
        ("\"ft:gpt-4o-mini-2024-07-18:org::AbC=1,x~y\"", "ft:gpt-4o-mini-2024-07-18:org::AbC=1,x~y"),
        ("\"hf.co/a_b/c-GGUF:Q4_K_M@latest+1(2)[3]\"", "hf.co/a_b/c-GGUF:Q4_K_M@latest+1(2)[3]"),
        ("7", ""),
        ("null", ""),
        (r#"{"name":"gpt"}"#, ""),
    ] {
        let answer = format!(r#"{{"model":{told},"usage":{{"prompt_tokens":1}}}}"#);
        assert_eq!(json(&answer), counted([1, 0, 0, 0], kept), "{told}");
    }
}

#[test]
fn what_was_told_before_an_answer_was_cut_off_is_kept() {
    let begun = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\"claude\",\
                 \"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\nevent: content_blo";
    assert_eq!(usage(EVENTS, &[begun.as_bytes()]), counted([25, 1, 0, 0], "claude"));
    assert_eq!(json(r#"{"model":"gpt","usage":{"prompt_tokens":1},"choi"#), counted([1, 0, 0, 0], "gpt"));
}

#[test]
fn what_is_neither_json_nor_a_stream_is_not_looked_into() {
    let answer = br#"{"usage":{"prompt_tokens":1}}"#;
    for content_type in ["audio/mpeg", "image/png", "text/plain", "application/octet-stream", ""] {
        assert_eq!(usage(content_type, &[answer]), None, "{content_type}");
    }
    for content_type in ["application/json; charset=UTF-8", "Application/JSON", "application/problem+json"] {
        assert_eq!(usage(content_type, &[answer]), counted([1, 0, 0, 0], ""), "{content_type}");
    }
    let mut reader = Reader::new(None);
    reader.see(answer);
    assert_eq!(reader.finish(), counted([1, 0, 0, 0], ""));
}

#[test]
fn one_bad_event_does_not_spoil_the_next() {
    for bad in [
        "data: {\"a\":\"",
        "data: {{{{[\"\\",
        "data: \"",
        "{\"",
        ": \"{",
        "event: \"",
        "data: {\"usage\":{\"a\":\"",
    ] {
        let stream = format!("{bad}\n\ndata: {{\"usage\":{{\"prompt_tokens\":1}}}}\n\n");
        assert_eq!(usage(EVENTS, &[stream.as_bytes()]), counted([1, 0, 0, 0], ""), "{bad}");
    }
    let lines = "{\"a\":\"\n{\"prompt_eval_count\":2,\"eval_count\":3}\n";
    assert_eq!(usage(NDJSON, &[lines.as_bytes()]), counted([2, 3, 0, 0], ""));
}

#[test]
fn an_event_over_several_lines_is_one() {
    let stream = "data: {\ndata: \"choices\": [],\ndata: \"usage\": {\ndata: \"prompt_tokens\": 4\ndata: }\ndata: }\n\n";
    for end in ["\n", "\r\n", "\r"] {
        let stream = stream.replace('\n', end);
        assert_eq!(usage(EVENTS, &[stream.as_bytes()]), counted([4, 0, 0, 0], ""), "{end:?}");
        let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(usage(EVENTS, &bytes), counted([4, 0, 0, 0], ""), "{end:?}, byte by byte");
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    let event = "data: {\"usage\":{\"prompt_tokens\":1}}\n\n";
    for (stream, expected) in [
        (format!("\u{feff}{event}"), counted([1, 0, 0, 0], "")),
        (format!("\u{feff}\n{event}"), counted([1, 0, 0, 0], "")),
        (format!("\u{feff}\u{feff}{event}"), None),
        (format!("\n\u{feff}{event}"), None),
    ] {
        assert_eq!(usage(EVENTS, &[stream.as_bytes()]), expected, "{stream:?}");
        let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(usage(EVENTS, &bytes), expected, "{stream:?}, byte by byte");
    }
}

#[test]
fn what_could_be_passed_over_counts_nowhere() {
    for stream in [
        "data: {\"prompt_eval_count\":1,\"eval_count\":1}\n\n",
        "data: {\"usage\":{\"prompt_t\\u006fkens\":1}}\n\n",
        "data: {\"us\\u0061ge\":{\"prompt_tokens\":1}}\n\n",
        "data: {\"usage\":{\"prompt_tok\ndata: ens\":1}}\n\n",
        "data: {\"usa\ndata: ge\":{\"prompt_tokens\":1}}\n\n",
    ] {
        assert_eq!(usage(EVENTS, &[stream.as_bytes()]), None, "{stream}");
        let bytes: Vec<&[u8]> = stream.as_bytes().chunks(1).collect();
        assert_eq!(usage(EVENTS, &bytes), None, "{stream}, byte by byte");
    }
}

#[test]
fn quotes_and_braces_within_a_string_end_nothing() {
    let answer = r#"{"usage":{"note":"\"}}\\","prompt_tokens":1},"other":"a\\\"}","model":"a\/[b]"}"#;
    assert_eq!(json(answer), counted([1, 0, 0, 0], "a/[b]"));
}

#[test]
fn an_event_as_long_as_the_whole_answer_is_read() {
    let text = "So \\\"long\\\" ".repeat(100_000);
    let stream = format!(
        "data: {{\"type\":\"response.completed\",\"response\":{{\"output\":[{{\"text\":\"{text}\"}}],\
         \"usage\":{{\"input_tokens\":5,\"output_tokens\":6}}}}}}\n\n"
    );
    let chunks: Vec<&[u8]> = stream.as_bytes().chunks(1400).collect();
    assert_eq!(usage(EVENTS, &chunks), counted([5, 6, 0, 0], ""));
}

#[test]
fn little_is_held_whatever_passes() {
    let mut reader = Reader::new(Some(JSON));
    reader.see(b"{\"usage\":{\"x\":\"");
    for _ in 0..1000 {
        reader.see(&[b'x'; 1000]);
    }
    assert!(format!("{reader:?}").len() < 8 * 4096, "more than 4 KiB are held");
    reader.see(b"\",\"prompt_tokens\":1}}");
    assert_eq!(reader.finish(), None);
}

const PIECES: [&str; 28] = [
    "token",
    "tok",
    "en",
    "\\u006f",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ":",
    ",",
    "\n",
    "\n\n",
    "\r",
    " ",
    "data: ",
    "7",
    "-",
    "e9",
    "\"usage\":",
    "\"prompt_tokens\":",
    "\"eval_count\":",
    "\"message\":",
    "\"model\":\"m\"",
    "{\"usage\":{\"prompt_tokens\":3}}",
    "\u{feff}",
    "\u{e9}",
];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn nothing_makes_it_panic_and_cuts_do_not_matter(
        pieces in prop::collection::vec(0..PIECES.len(), 0..80), length in 1..40_usize,
    ) {
        let bytes = pieces.iter().map(|piece| PIECES[*piece]).collect::<String>().into_bytes();
        for content_type in [JSON, EVENTS, NDJSON] {
            let whole = usage(content_type, &[&bytes]);
            let chunks: Vec<&[u8]> = bytes.chunks(length).collect();
            prop_assert_eq!(usage(content_type, &chunks), whole, "{}", content_type);
        }
    }
}
