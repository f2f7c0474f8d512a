//! Whatever a provider, or somebody in its place, sends: an answer or a refusal, and never a panic.

use proptest::{prelude::*, test_runner::RngSeed};

use super::{answers::served, *};

const WIRES: [Wire; 5] = [Wire::Chat, Wire::Responses, Wire::Messages, Wire::Google, Wire::Cohere];

/// The names that the wires look at, with anything behind them.
fn json() -> impl Strategy<Value = Value> {
    let name = prop::sample::select(vec![
        "choices",
        "message",
        "delta",
        "content",
        "text",
        "type",
        "error",
        "finish_reason",
        "usage",
        "index",
        "prompt_tokens",
        "completion_tokens",
        "model",
        "refusal",
        "output",
        "status",
        "incomplete_details",
        "reason",
        "response",
        "candidates",
        "parts",
        "thought",
        "finishReason",
        "usageMetadata",
        "promptTokenCount",
        "promptFeedback",
        "blockReason",
        "stop_reason",
        "content_block",
        "tokens",
        "input_tokens",
        "x_groq",
    ]);
    let word = prop::sample::select(vec![
        "text",
        "message",
        "output_text",
        "stop",
        "STOP",
        "completed",
        "error",
        "message_stop",
        "message-end",
        "content-delta",
        "content_block_delta",
        "response.completed",
        "response.output_text.delta",
        "[DONE]",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name.clone(), inner), 0..6).prop_map(|members| members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect()),
        ]
    })
}

/// The same cases every time; more of them where there is time.
fn drawn() -> ProptestConfig {
    #[expect(clippy::disallowed_methods, reason = "which tier runs is said by `cargo xtask test --long`")]
    let is_long = std::env::var_os("BYO_TEST_LONG").is_some();
    let (seed, cases) = (20_261_121, if is_long { 20_000 } else { 512 });
    println!("seed {seed}, {cases} cases");
    let rng_seed = RngSeed::Fixed(seed);
    ProptestConfig { failure_persistence: None, rng_seed, ..ProptestConfig::with_cases(cases) }
}

type Writer<'a> = &'a dyn Fn(&String) -> Value;

proptest! {
    #![proptest_config(drawn())]

    #[test]
    fn any_json_is_an_answer_or_none(json in json()) {
        for wire in WIRES {
            let _ = answer(served(wire), json.to_string().as_bytes());
            let mut reader = StreamReader::new(served(wire));
            for event in reader.event(format!("data: {json}\n\n").as_bytes()) {
                let written = event.encode();
                prop_assert_eq!(split(&written).0.len(), 1);
            }
            let _ = reader.finish();
        }
    }

    #[test]
    fn any_bytes_are_an_answer_or_none(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for wire in WIRES {
            prop_assert!(answer(served(wire), &bytes).is_err() || serde_json::from_slice::<Value>(&bytes).is_ok());
            let mut reader = StreamReader::new(served(wire));
            reader.event(&bytes);
            reader.event(&[b"data: ".as_slice(), &bytes, b"\n\n"].concat());
            let _ = reader.finish();
        }
    }

    /// What a model writes arrives as it wrote it, however it is cut into pieces.
    #[test]
    fn the_deltas_of_any_text_are_the_text(pieces in prop::collection::vec(any::<String>(), 0..12)) {
        let chat = |text: &String| json!({"choices": [{"index": 0, "delta": {"content": text}}]});
        let responses = |text: &String| json!({"type": "response.output_text.delta", "delta": text});
        let messages =
            |text: &String| json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}});
        let google = |text: &String| json!({"candidates": [{"content": {"parts": [{"text": text}]}}]});
        let cohere =
            |text: &String| json!({"type": "content-delta", "delta": {"message": {"content": {"text": text}}}});
        let writers: [(Wire, Writer); 5] = [
            (Wire::Chat, &chat),
            (Wire::Responses, &responses),
            (Wire::Messages, &messages),
            (Wire::Google, &google),
            (Wire::Cohere, &cohere),
        ];
        for (wire, write) in writers {
            let events: Vec<_> = pieces.iter().map(|piece| format!("data: {}\n\n", write(piece))).collect();
            let events: Vec<_> = events.iter().map(String::as_bytes).collect();
            let (given, end) = read(served(wire), &events);
            prop_assert_eq!(text_of(&given), pieces.concat());
            prop_assert!(end.is_err());
            // And so it does over byo's own stream.
            let ours: Vec<u8> = given.iter().flat_map(UnifiedEvent::encode).collect();
            let read_back = split(&ours).0.into_iter().map(|event| {
                let data = std::str::from_utf8(event).unwrap().trim_end().split_once("data: ").unwrap().1;
                serde_json::from_str::<Value>(data).unwrap()["content"].as_str().unwrap().to_owned()
            });
            prop_assert_eq!(read_back.collect::<String>(), pieces.concat());
        }
    }

    /// Bytes are changed here and there in streams that are in order.
    #[test]
    fn a_damaged_stream_does_no_harm(
        case in 0..cases().len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let case = &cases()[case];
        let mut stream = case.stream.as_bytes().to_vec();
        for (at, byte) in damage {
            let at = at.index(stream.len());
            stream[at] = byte;
        }
        let (given, end) = case.read(&stream);
        let errors = given.iter().filter(|event| matches!(event, UnifiedEvent::Error { .. })).count();
        prop_assert!(errors <= 1);
        let told = Cut { event: None };
        prop_assert!(errors == 0 || end == Err(told));
    }
}

#[test]
fn json_that_is_nested_too_deep_is_refused() {
    let deep = "[".repeat(100_000);
    for wire in WIRES {
        assert_eq!(answer(served(wire), deep.as_bytes()), Err(NotUnderstood));
        let (given, _) = read(served(wire), &[format!("data: {deep}\n\n").as_bytes()]);
        assert!(matches!(given.as_slice(), [UnifiedEvent::Error { .. }]));
    }
}

#[test]
fn counts_that_cannot_be_counts_are_none() {
    for count in [json!(-1), json!(1.5), json!("7"), json!(1e300), json!(null), json!([])] {
        let usage = json!({"prompt_tokens": count, "completion_tokens": 1});
        let body = json!({"choices": [{"message": {"content": "x"}}], "usage": usage});
        assert_eq!(answer(served(Wire::Chat), body.to_string().as_bytes()).unwrap().usage, None, "{count}");
    }
    let most = json!({"input_tokens": u64::MAX, "cache_read_input_tokens": u64::MAX, "output_tokens": 1});
    let body = json!({"type": "message", "content": [], "usage": most});
    let usage = answer(served(Wire::Messages), body.to_string().as_bytes()).unwrap().usage;
    assert_eq!(usage, Some(UnifiedUsage { input_tokens: u64::MAX, output_tokens: 1 }));
}
