//! Streamed answers.

use super::{answers::served, *};

#[test]
fn a_stream_of_every_provider_becomes_the_same() {
    for case in cases() {
        let (given, end) = case.read(case.stream.as_bytes());
        assert_eq!(text_of(&given), CONTENT, "{}", case.name());
        let done = UnifiedEvent::Done {
            provider: case.provider,
            model: case.model.to_owned(),
            mode: "byok",
            usage: Some(USAGE),
            finish_reason: FinishReason::Stop,
        };
        assert_eq!(end, Ok(done), "{}", case.name());
    }
}

#[test]
fn a_stream_comes_in_pieces_and_none_is_empty() {
    for case in cases() {
        let (given, _) = case.read(case.stream.as_bytes());
        assert!(given.len() >= 4, "{}: {given:?}", case.name());
        assert!(!given.contains(&UnifiedEvent::Delta { content: String::new() }), "{}", case.name());
    }
}

#[test]
fn a_stream_that_is_cut_anywhere_is_never_done() {
    for case in cases() {
        let mut reader = StreamReader::new(case.served());
        let mut text = String::new();
        let mut start = 0;
        for event in split(case.stream.as_bytes()).0 {
            for cut in 0..event.len() {
                let name = format!("{}, cut at byte {}", case.name(), start + cut);
                let told = UnifiedEvent::broken_off(case.provider);
                assert_eq!(reader.clone().finish(), Err(Cut { event: Some(told) }), "{name}");
                // Nor when what is left over is handed in as if it were whole, until the end marker is all there.
                let mut careless = reader.clone();
                careless.event(&event[..cut]);
                let is_marker = start + event.len() == case.stream.len();
                let is_there = event[cut..].iter().all(|byte| b"\r\n".contains(byte));
                assert_eq!(
                    careless.finish().is_ok(),
                    is_marker && is_there,
                    "{name}, with what is left over"
                );
            }
            text.push_str(&text_of(&reader.event(event)));
            assert!(CONTENT.starts_with(&text), "{}: {text}", case.name());
            start += event.len();
        }
        assert_eq!(start, case.stream.len(), "{}", case.name());
        assert!(reader.finish().is_ok(), "{}", case.name());
    }
}

#[test]
fn members_and_events_that_are_not_known_are_ignored() {
    for case in cases() {
        let mut reader = StreamReader::new(case.served());
        let mut given = Vec::new();
        for event in split(case.stream.as_bytes()).0 {
            let event = std::str::from_utf8(event).unwrap();
            given
                .extend(reader.event(b"event: new.in.2030\ndata: {\"type\":\"new.in.2030\",\"x\":[{}]}\n\n"));
            given.extend(reader.event(b": a comment\n\n"));
            given.extend(reader.event(b"id: 7\nretry: 100\n\n"));
            given.extend(reader.event(strewn(event).as_bytes()));
        }
        assert_eq!(text_of(&given), CONTENT, "{}", case.name());
        assert_eq!(reader.finish(), case.read(case.stream.as_bytes()).1, "{}", case.name());
    }
}

fn strewn(event: &str) -> String {
    let lines = event.lines().map(|line| match line.strip_prefix("data: {") {
        Some(rest) => {
            let mut json = serde_json::from_str(&format!("{{{rest}")).unwrap();
            super::answers::strew(&mut json);
            format!("data: {json}\n")
        }
        None => format!("{line}\n"),
    });
    lines.collect()
}

#[test]
fn the_ends_of_lines_make_no_difference() {
    for case in cases() {
        let unix = case.stream.replace("\r\n", "\n");
        for end in ["\n", "\r\n", "\r"] {
            let events: Vec<_> = unix.split_inclusive("\n\n").map(|event| event.replace('\n', end)).collect();
            let events: Vec<_> = events.iter().map(String::as_bytes).collect();
            let (given, done) = read(case.served(), &events);
            assert_eq!(text_of(&given), CONTENT, "{} {end:?}", case.name());
            assert!(done.is_ok(), "{} {end:?}", case.name());
        }
    }
}

#[test]
fn several_events_at_once_are_read_like_one_after_the_other() {
    for case in cases() {
        let (given, done) = read(case.served(), &[case.stream.as_bytes()]);
        assert_eq!((text_of(&given).as_str(), done.is_ok()), (CONTENT, true), "{}", case.name());
    }
}

/// Each as documented, or as seen: OpenRouter's beside the choices and in one, Groq's in its own member.
const FAILURES: &[(Wire, &str)] = &[
    (Wire::Chat, r#"data: {"error":{"message":"Incorrect API key provided: sk-abc","code":"x"}}"#),
    (Wire::Chat, r#"data: {"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}"#),
    (Wire::Chat, r#"data: {"choices":[],"x_groq":{"id":"req_1","error":"over capacity"}}"#),
    (Wire::Chat, "event: error\ndata: sk-abc"),
    (Wire::Responses, "event: error\ndata: {\"type\":\"error\",\"message\":\"sk-abc\"}"),
    (Wire::Responses, r#"data: {"type":"error","code":"server_error","message":"sk-abc"}"#),
    (Wire::Responses, r#"data: {"type":"response.failed","response":{"status":"failed","error":{}}}"#),
    (Wire::Messages, r#"data: {"type":"error","error":{"type":"overloaded_error","message":"sk-abc"}}"#),
    (Wire::Google, r#"data: {"error":{"code":503,"message":"sk-abc","status":"UNAVAILABLE"}}"#),
    (Wire::Cohere, r#"data: {"type":"message-end","delta":{"finish_reason":"COMPLETE","error":"sk-abc"}}"#),
    (Wire::Cohere, r#"data: {"type":"message-end","delta":{"finish_reason":"ERROR"}}"#),
    (Wire::Chat, "data: <html>sk-abc</html>"),
    (Wire::Google, "data: [1,2]"),
    (Wire::Messages, "data: {\"type\": \"mess"),
];

#[test]
fn a_failure_in_a_stream_is_one_error_in_byos_own_words_and_never_done() {
    for (wire, failure) in FAILURES {
        let failure = format!("{failure}\n\n");
        let delta = match wire {
            Wire::Chat => "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n",
            _ => "data: {}\n\n",
        };
        let done = "data: {\"type\":\"message_stop\"}\n\ndata: [DONE]\n\n";
        let events = [failure.as_bytes(), failure.as_bytes(), delta.as_bytes(), done.as_bytes()];
        let (given, end) = read(served(*wire), &events);
        let [UnifiedEvent::Error { code, message }] = given.as_slice() else {
            panic!("{wire:?} {failure}: {given:?}");
        };
        assert_eq!(*code, "provider_unreachable");
        assert!(!message.contains("sk-") && message.starts_with("OpenAI "), "{message}");
        assert_eq!(end, Err(Cut { event: None }), "{wire:?} {failure}");
    }
}

#[test]
fn bytes_that_are_no_text_are_a_failure() {
    let (given, end) = read(served(Wire::Chat), &[b"data: {\"a\": \"\xff\"}\n\n"]);
    assert!(matches!(given.as_slice(), [UnifiedEvent::Error { .. }]));
    assert_eq!(end, Err(Cut { event: None }));
}

#[test]
fn a_done_that_means_nothing_on_a_wire_ends_nothing() {
    for wire in [Wire::Responses, Wire::Messages, Wire::Google, Wire::Cohere] {
        let (given, end) = read(served(wire), &[b"data: [DONE]\n\n"]);
        assert!(given.is_empty() && end.is_err(), "{wire:?}");
    }
}

#[test]
fn a_reason_to_finish_is_no_end_where_a_marker_follows() {
    let last = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    assert!(read(served(Wire::Chat), &[last.as_bytes()]).1.is_err());
    let last =
        r#"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}"#;
    assert!(read(served(Wire::Messages), &[last.as_bytes()]).1.is_err());
}

#[test]
fn nothing_follows_the_end() {
    let delta = "data: {\"choices\":[{\"delta\":{\"content\":\"more\"}}]}\n\n";
    let (given, end) = read(served(Wire::Chat), &[b"data: [DONE]\n\n", delta.as_bytes()]);
    assert!(given.is_empty() && end.is_ok());
}

#[test]
fn a_refusal_in_a_stream_stays_one() {
    let chat = [
        "data: {\"choices\":[{\"delta\":{\"refusal\":\"No.\"}}]}",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}",
        "data: [DONE]",
    ];
    let responses = [
        r#"data: {"type":"response.refusal.delta","delta":"No."}"#,
        r#"data: {"type":"response.completed","response":{"status":"completed","output":[]}}"#,
        ": nothing",
    ];
    for (wire, events) in [(Wire::Chat, chat), (Wire::Responses, responses)] {
        let (given, end) = read(served(wire), &events.map(str::as_bytes));
        assert_eq!(text_of(&given), "No.");
        let Ok(UnifiedEvent::Done { finish_reason, .. }) = end else { panic!("{end:?}") };
        assert_eq!(finish_reason, FinishReason::ContentFilter);
    }
}

#[test]
fn events_are_written_as_documented() {
    let delta = UnifiedEvent::Delta { content: "a\nb \u{2028}\"".to_owned() };
    assert_eq!(delta.encode(), "event: delta\ndata: {\"content\":\"a\\nb \u{2028}\\\"\"}\n\n".as_bytes());
    let done = UnifiedEvent::Done {
        provider: ProviderId::Xai,
        model: "grok-4".to_owned(),
        mode: "server",
        usage: None,
        finish_reason: FinishReason::ToolCalls,
    };
    let written = String::from_utf8(done.encode()).unwrap();
    let data = written.strip_prefix("event: done\ndata: ").unwrap().strip_suffix("\n\n").unwrap();
    let expected = json!({
        "provider": "xai", "model": "grok-4", "mode": "server", "usage": null, "finishReason": "tool_calls",
    });
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), expected);
    let error = UnifiedEvent::broken_off(ProviderId::Google).encode();
    let expected = "event: error\ndata: {\"code\":\"provider_unreachable\",\"message\":\"Google Gemini ended its answer \
                    before it was complete.\"}\n\n";
    assert_eq!(String::from_utf8(error).unwrap(), expected);
}
