use http::{HeaderValue, StatusCode, header};

use super::*;

const KEY: &str = "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789";

fn of(content_type: &'static str, provider: ProviderId, path: &str) -> Option<Form> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let form = Form::of(&headers, provider, path);
    headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    assert_eq!(Form::of(&headers, provider, path), None, "what is encoded cannot be looked into");
    form
}

fn stream(form: Form) -> Stream {
    let words = Words {
        status: StatusCode::FORBIDDEN,
        code: "no_key_connected",
        message: "Over.",
        request_id: "req_1",
    };
    let farewell = form.farewell(ProviderId::Ollama, "/api/chat", &words);
    Stream::new(form, farewell, ProviderKey::new(KEY.as_bytes().to_vec().into()).unwrap())
}

fn push(stream: &mut Stream, text: &str) -> String {
    let mut ready = VecDeque::new();
    stream.push(Bytes::copy_from_slice(text.as_bytes()), &mut ready);
    ready.iter().map(|bytes| std::str::from_utf8(bytes).unwrap()).collect()
}

#[test]
fn streams_are_known_by_their_media_type_and_googles_by_their_path() {
    let (chat, google) = ("/api/chat", "/v1beta/models/m:streamGenerateContent");
    assert_eq!(of("text/event-stream; charset=utf-8", ProviderId::Google, google), Some(Form::Events));
    for lines in [
        "application/x-ndjson",
        "Application/X-NDJSON; charset=utf-8",
        "application/jsonl",
        "application/stream+json",
    ] {
        assert_eq!(of(lines, ProviderId::Ollama, chat), Some(Form::Lines), "{lines}");
    }
    for path in [google, "/v1beta/models/m%3AstreamGenerateContent", "/v1/models/m:StreamGenerateContent"] {
        assert_eq!(
            of("application/json; charset=UTF-8", ProviderId::Google, path),
            Some(Form::Array),
            "{path}"
        );
    }
    for (content_type, provider, path) in [
        ("application/json", ProviderId::Google, "/v1beta/models/streaming:generateContent"),
        ("application/json", ProviderId::Google, "/v1beta/openai/chat/completions"),
        ("application/json", ProviderId::Openai, google),
        ("application/json", ProviderId::Ollama, chat),
        ("audio/mpeg", ProviderId::Google, google),
    ] {
        assert_eq!(of(content_type, provider, path), None, "{content_type} {path}");
    }
}

#[test]
fn errors_are_cleaned_and_other_values_not() {
    for form in [Form::Lines, Form::Array] {
        let mut stream = stream(form);
        let plain = format!("{{\"content\":\"{KEY}, an error\"}}\n");
        assert_eq!(push(&mut stream, &plain), plain);
        let error = format!("{{\"error\":\"no {KEY}.\"}}\n");
        assert_eq!(push(&mut stream, &error), "{\"error\":\"no [redacted].\"}\n");
        let (first, last) = error.split_at(20);
        assert_eq!(push(&mut stream, first), "");
        assert_eq!(push(&mut stream, last), "{\"error\":\"no [redacted].\"}\n");
        assert_eq!(push(&mut stream, &format!("Unauthorized: {KEY}\n")), "Unauthorized: [redacted]\n");
        assert_eq!(push(&mut stream, &error[..error.len() - 3]), "");
        assert_eq!(stream.finish().as_deref(), Some(&b"{\"error\":\"no [redacted]."[..]));
    }
}

#[test]
fn last_words_stand_on_a_line_of_their_own_or_are_left_unsaid() {
    let mut lines = stream(Form::Lines);
    let farewell = "{\"error\":\"Over.\"}\n";
    assert_eq!(lines.farewell().as_deref(), Some(farewell.as_bytes()));
    push(&mut lines, "{\"a\":1}\n{\"b\":");
    assert_eq!(lines.farewell().as_deref(), Some(farewell.as_bytes()), "a beginning is not given out");
    push(&mut lines, "1}");
    assert_eq!(lines.farewell().as_deref(), Some(format!("\n{farewell}").as_bytes()));
    let long = format!("\n{{\"a\":\"{}", "x".repeat(LONGEST));
    push(&mut lines, &long);
    assert_eq!(lines.farewell(), None, "it would be read as part of what has begun");
    push(&mut lines, "\"}\n");
    assert_eq!(lines.farewell().as_deref(), Some(farewell.as_bytes()));
    let mut events = stream(Form::Events);
    push(&mut events, &format!("data: {long}"));
    assert_eq!(events.farewell(), None);
    push(&mut events, "\n\n");
    assert_eq!(events.farewell().as_deref(), Some(format!("data: {farewell}\n").as_bytes()));
    let mut array = stream(Form::Array);
    push(&mut array, "[{\"a\":1}");
    assert_eq!(array.farewell(), None);
}
