use proptest::{prelude::*, test_runner::RngSeed};

use super::{EVENTS, JSON, NDJSON, Usage, counted, usage};

struct Shape {
    name: &'static str,
    content_type: &'static str,
    answer: String,
    usage: Option<Usage>,
}

/// Every fixture of this folder, with what it tells.
fn shapes() -> Vec<Shape> {
    macro_rules! shape {
        ($name:literal, $content_type:expr, $counts:expr, $model:literal) => {
            Shape {
                name: $name,
                content_type: $content_type,
                answer: include_str!(concat!("fixtures/", $name)).to_owned(),
                usage: counted($counts, $model),
            }
        };
    }
    vec![
        shape!("openai-chat.json", JSON, [19, 310, 12, 256], "gpt-5-mini-2025-08-07"),
        shape!("openai-chat.sse", EVENTS, [19, 10, 0, 0], "gpt-4.1-2025-04-14"),
        shape!("openai-embeddings.json", JSON, [8, 0, 0, 0], "text-embedding-3-small"),
        shape!("openai-responses.json", JSON, [328, 52, 64, 20], "gpt-5-2025-08-07"),
        shape!("openai-responses.sse", EVENTS, [37, 11, 5, 3], "gpt-5-2025-08-07"),
        shape!("openai-transcription.json", JSON, [17, 45, 0, 0], ""),
        shape!("anthropic.json", JSON, [2011 + 187_000 + 41, 611, 187_000, 0], "claude-sonnet-4-5-20250929"),
        shape!("anthropic.sse", EVENTS, [351 + 100 + 7, 93, 100, 0], "claude-sonnet-4-5-20250929"),
        shape!("gemini.json", JSON, [9 + 4, 12 + 34, 3, 34], "gemini-2.5-flash"),
        shape!("gemini.sse", EVENTS, [11, 28 + 73, 0, 73], "gemini-2.5-flash"),
        shape!("gemini-stream.json", JSON, [4, 14, 0, 0], "gemini-2.0-flash"),
        shape!("gemini-interaction.json", JSON, [8 + 2, 31 + 40, 3, 40], "gemini-2.5-flash"),
        shape!("gemini-interaction.sse", EVENTS, [8, 31 + 40, 0, 40], "gemini-2.5-flash"),
        shape!("cohere-v2.json", JSON, [68, 377, 16, 0], ""),
        shape!("cohere-v2.sse", EVENTS, [68, 6, 0, 0], ""),
        shape!("cohere-v1.ndjson", "application/stream+json", [75, 6, 0, 0], ""),
        shape!("cohere-embed.json", JSON, [6, 0, 0, 0], ""),
        shape!("ollama-chat.json", JSON, [27, 301, 0, 0], "llama3.2"),
        shape!("ollama-chat.ndjson", NDJSON, [27, 291, 0, 0], "llama3.2"),
        shape!("deepseek.json", JSON, [16, 94, 14, 80], "deepseek-reasoner"),
        shape!("groq.sse", EVENTS, [31, 7, 0, 0], "llama-3.3-70b-versatile"),
        shape!("xai.json", JSON, [40, 11 + 90, 6, 90], "grok-4-0709"),
        shape!("openrouter.sse", EVENTS, [14, 163, 3, 60], "openai/gpt-5-nano"),
        shape!("together.json", JSON, [22, 9, 16, 0], "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
    ]
}

#[test]
fn each_documented_shape_is_read_whole_and_byte_by_byte() {
    for Shape { name, content_type, answer, usage: expected } in shapes() {
        assert_eq!(usage(content_type, &[answer.as_bytes()]), expected, "{name}");
        let bytes: Vec<&[u8]> = answer.as_bytes().chunks(1).collect();
        assert_eq!(usage(content_type, &bytes), expected, "{name}, byte by byte");
    }
}

#[test]
fn streams_are_read_with_any_line_ends_and_after_a_byte_order_mark() {
    for Shape { name, content_type, answer, usage: expected } in shapes() {
        if content_type != EVENTS {
            continue;
        }
        for end in ["\r\n", "\r"] {
            let answer = format!("\u{feff}{}", answer.replace('\n', end));
            assert_eq!(usage(content_type, &[answer.as_bytes()]), expected, "{name}, {end:?}");
            let bytes: Vec<&[u8]> = answer.as_bytes().chunks(1).collect();
            assert_eq!(usage(content_type, &bytes), expected, "{name}, {end:?}, byte by byte");
        }
    }
}

#[test]
fn indented_answers_are_read_as_well() {
    for Shape { name, content_type, answer, usage: expected } in shapes() {
        if content_type != JSON {
            continue;
        }
        let json: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let indented = serde_json::to_string_pretty(&json).unwrap();
        assert_eq!(usage(JSON, &[indented.as_bytes()]), expected, "{name}, indented");
        // The members come in another order here.
        assert_eq!(usage(JSON, &[json.to_string().as_bytes()]), expected, "{name}, without spaces");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 500, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn where_the_chunks_end_does_not_matter(lengths in prop::collection::vec(1..400_usize, 1..8)) {
        for Shape { name, content_type, answer, usage: expected } in shapes() {
            let mut rest = answer.as_bytes();
            let mut chunks = Vec::new();
            for length in lengths.iter().cycle() {
                let (chunk, after) = rest.split_at(rest.len().min(*length));
                chunks.push(chunk);
                rest = after;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(usage(content_type, &chunks), expected, "{}", name);
        }
    }
}
