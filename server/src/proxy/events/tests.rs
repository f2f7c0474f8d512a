use std::borrow::Cow;

use bytes::Bytes;
use proptest::{prelude::*, test_runner::RngSeed};

use super::{Event, Part, Splitter, read, tells_error};

const MOST: usize = 64;

/// Everything that is given out for these chunks, the tail last.
fn split(chunks: &[&[u8]], most: usize) -> (Vec<Part>, Option<Bytes>) {
    let mut splitter = Splitter::new(most);
    let mut parts = Vec::new();
    for chunk in chunks {
        splitter.push(Bytes::copy_from_slice(chunk), &mut |part| parts.push(part));
        assert!(splitter.held.len() <= most, "{} bytes are held", splitter.held.len());
    }
    (parts, splitter.finish())
}

/// What its reader makes of a stream: all events that say something, and the tail.
fn told(chunks: &[&[u8]], most: usize) -> Vec<(Option<Vec<u8>>, Vec<u8>)> {
    let (parts, tail) = split(chunks, most);
    let parts = parts.into_iter().filter_map(|part| match part {
        Part::Event(event) => Some(event),
        Part::Oversized(_) => None,
    });
    let said = parts.chain(tail).map(|event| {
        let Event { name, data } = read(&event);
        (name.map(<[u8]>::to_vec), data.into_owned())
    });
    said.filter(|(name, data)| name.is_some() || !data.is_empty()).collect()
}

fn event(text: &'static str) -> Part {
    Part::Event(Bytes::from_static(text.as_bytes()))
}

#[test]
fn events_are_cut_after_their_blank_line() {
    let stream =
        b"data: 1\n\nevent: two\r\ndata: 2\r\n\r\ndata: 3\r\rdata: 4\n\r\n: keep-alive\n\n\ndata: tail\n";
    let (parts, tail) = split(&[stream], MOST);
    let expected = [
        event("data: 1\n\n"),
        event("event: two\r\ndata: 2\r\n\r\n"),
        event("data: 3\r\r"),
        event("data: 4\n\r\n"),
        event(": keep-alive\n\n"),
        event("\n"),
    ];
    assert_eq!(parts, expected);
    assert_eq!(tail.as_deref(), Some(&b"data: tail\n"[..]));
}

#[test]
fn an_event_within_a_chunk_is_a_slice_of_it() {
    let chunk = Bytes::from_static(b"data: 1\n\ndata: 2\n\n");
    let mut places = Vec::new();
    Splitter::new(MOST).push(chunk.clone(), &mut |part| match part {
        Part::Event(event) => places.push(event.as_ptr()),
        Part::Oversized(_) => panic!("too long"),
    });
    assert_eq!(places, [chunk.as_ptr(), chunk[9..].as_ptr()]);
}

#[test]
fn an_event_that_ends_with_a_cr_waits_for_nothing_and_the_lf_after_it_neither() {
    let (parts, tail) =
        split(&[b"data: 1\r\n\r", b"\n", b"", b"data: 2\r\r", b"", b"\ndata: 3\r", b"\n\r", b"\n"], MOST);
    let expected = [
        event("data: 1\r\n\r"),
        event("\n"),
        event("data: 2\r\r"),
        event("\n"),
        event("data: 3\r\n\r"),
        event("\n"),
    ];
    assert_eq!(parts, expected);
    assert_eq!(tail, None);
}

#[test]
fn a_long_event_is_given_out_raw_and_the_next_one_whole() {
    let long = format!("data: {}", "x".repeat(MOST));
    let (parts, tail) =
        split(&[b"data: 1\n\ndata: ", long.as_bytes(), b"y\n", b"data: y\n\ndata: 2\n\n"], MOST);
    let raw = |text: &str| Part::Oversized(Bytes::copy_from_slice(text.as_bytes()));
    let expected = [
        event("data: 1\n\n"),
        raw("data: "),
        raw(&long),
        raw("y\n"),
        raw("data: y\n\n"),
        event("data: 2\n\n"),
    ];
    assert_eq!(parts, expected);
    assert_eq!(tail, None);

    let whole = format!("{long}\n\n");
    assert_eq!(split(&[whole.as_bytes()], MOST).0, [raw(&whole)]);
    let fits = format!("data: {}\n\n", "x".repeat(MOST - 8));
    assert_eq!(split(&[fits.as_bytes()], MOST).0, [Part::Event(Bytes::from(fits.clone()))]);
}

#[test]
fn fields_are_read_as_the_standard_has_it() {
    let said = |text: &'static str| {
        let Event { name, data } = read(text.as_bytes());
        (name.map(|name| std::str::from_utf8(name).unwrap()), String::from_utf8(data.into_owned()).unwrap())
    };
    for (text, name, data) in [
        ("data: YHOO\ndata: +2\ndata: 10\n\n", None, "YHOO\n+2\n10"),
        ("data\n\n", None, ""),
        ("data\ndata\n\n", None, "\n"),
        ("data:test\n\n", None, "test"),
        ("data:  test\n\n", None, " test"),
        ("\u{feff}data: marked\n\n", None, "marked"),
        (": a comment\nevent: add\ndata: 1\n\n", Some("add"), "1"),
        ("event: first\nevent: last\ndata: 1\n\n", Some("last"), "1"),
        ("event: first\nevent:\ndata: 1\n\n", None, "1"),
        ("id: 7\nretry: 10\nDATA: 1\ndatax: 2\n data: 3\nevent : no\n\n", None, ""),
        ("event: a\r\ndata: 1\r\ndata: 2\r\n\r\n", Some("a"), "1\n2"),
        ("event: a\rdata: 1\rdata: 2\r\r", Some("a"), "1\n2"),
        ("\ndata: after a blank line", None, "after a blank line"),
        ("", None, ""),
    ] {
        assert_eq!(said(text), (name, data.to_owned()), "{text:?}");
    }
}

#[test]
fn data_of_one_line_is_not_copied() {
    assert!(matches!(read(b"event: a\ndata: {}\n\n").data, Cow::Borrowed(b"{}")));
}

#[test]
fn every_providers_way_to_tell_of_an_error_is_known() {
    for event in [
        "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
        "data: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"…\"}\n\n",
        "data: {\"error\":{\"message\":\"Incorrect API key provided\",\"type\":\"invalid_request_error\"}}\n\n",
        "data: {\"error\":\"an error was encountered while running the model\"}\n\n",
        "data: [{\"error\":{\"code\":429,\"status\":\"RESOURCE_EXHAUSTED\"}}]\n\n",
        "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"…\"}}}\n\n",
        "data: {\"type\":\"response.incomplete\",\"response\":{\"error\":{\"code\":\"x\"},\"usage\":null}}\n\n",
        "data: {\"type\":\"message-end\",\"delta\":{\"error\":\"…\",\"finish_reason\":\"ERROR\"}}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"error\":{\"code\":502,\"message\":\"…\"}}]}\n\n",
        "data: {\"object\":\"error\",\"message\":\"…\",\"code\":400}\n\n",
        "data: {\"type\":\"invalid_request_error\",\"message\":\"…\"}\n\n",
        "data: {\"object\":\"thread.run\",\"last_error\":{\"code\":\"server_error\"}}\n\n",
        "data: {\"errors\":[{\"message\":\"…\"}]}\n\n",
        "data: {\ndata: \"error\": {\"message\": \"over several lines\"}\ndata: }\n\n",
        "event: error\n\n",
        "data: Error: not even JSON\n\n",
        "data: {\"error\": cut",
    ] {
        assert!(tells_error(event.as_bytes()), "{event}");
    }
}

#[test]
fn text_about_errors_is_none() {
    let deep = format!("data: {{\"content\":{}\"error\"{}}}\n\n", "[".repeat(100), "]".repeat(100));
    for event in [
        "data: {\"choices\":[{\"delta\":{\"content\":\"error\"}}]}\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"{\\\"error\\\":1}\"}}],\"error\":null}\n\n",
        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"error\":null}}\n\n",
        "data: {\"type\":\"response.incomplete\",\"response\":{\"error\":null,\"status\":\"incomplete\"}}\n\n",
        "data: {\"type\":\"response.output_text.delta\",\"delta\":\"error\"}\n\n",
        "data: {\"type\":\"content_block_start\",\"content_block\":{\"input\":{\"error\":\"told by a tool\"}}}\n\n",
        "data: {\"error\":null}\n\n",
        "data: [DONE]\n\n",
        ": error\n\n",
        "\n",
        "",
        &deep,
    ] {
        assert!(!tells_error(event.as_bytes()), "{event}");
    }
}

/// The bytes that matter, in all orders, with some that look like fields.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&str; 11] = [
        "\n",
        "\r",
        "\r\n",
        "\n\n",
        "data: {\"a\":1}",
        "data",
        "event: x",
        ": comment",
        "\u{feff}",
        "error",
        "x",
    ];
    let pieces = prop::collection::vec(0..PIECES.len(), 0..60);
    pieces.prop_map(|pieces| pieces.into_iter().map(|piece| PIECES[piece]).collect::<String>().into_bytes())
}

/// The same bytes, cut at these places.
fn cut<'a>(bytes: &'a [u8], places: &[usize]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = places.iter().map(|place| place % (bytes.len() + 1)).collect();
    places.sort_unstable();
    let ends = places.iter().copied().chain([bytes.len()]);
    let starts = [0].into_iter().chain(places.iter().copied());
    starts.zip(ends).map(|(start, end)| &bytes[start..end]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_000, rng_seed: RngSeed::Fixed(4), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn all_that_is_put_in_comes_out(
        stream in streams(), places in prop::collection::vec(any::<usize>(), 0..12), most in 1..80_usize,
    ) {
        let (parts, tail) = split(&cut(&stream, &places), most);
        let mut all = Vec::new();
        for part in &parts {
            let (Part::Event(bytes) | Part::Oversized(bytes)) = part;
            prop_assert!(!bytes.is_empty());
            all.extend_from_slice(bytes);
            if let Part::Event(event) = part {
                prop_assert!(event.len() <= most);
            }
        }
        all.extend_from_slice(&tail.unwrap_or_default());
        prop_assert_eq!(all, stream);
    }

    #[test]
    fn where_the_chunks_end_does_not_matter(
        stream in streams(), places in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let whole = told(&[&stream], usize::MAX);
        prop_assert_eq!(&told(&cut(&stream, &places), usize::MAX), &whole);
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(&told(&bytes, usize::MAX), &whole);
    }

    #[test]
    fn nothing_makes_it_panic(event in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = tells_error(&event);
        let _ = tells_error(&[b"data: {\"error\":", &event[..]].concat());
    }
}
