use bytes::Bytes;
use proptest::{prelude::*, test_runner::RngSeed};

use super::{Layout, Part, Splitter};

const MOST: usize = 64;

/// Everything that is given out for each of these chunks, and the tail.
fn split(layout: Layout, chunks: &[&[u8]], most: usize) -> (Vec<Vec<Part>>, Option<Bytes>) {
    let mut splitter = Splitter::new(layout, most);
    let mut all = Vec::new();
    for chunk in chunks {
        let mut parts = Vec::new();
        splitter.push(&Bytes::copy_from_slice(chunk), &mut |part| parts.push(part));
        assert!(splitter.held.len() <= most, "{} bytes are held", splitter.held.len());
        all.push(parts);
    }
    (all, splitter.finish())
}

fn plain(text: &str) -> Part {
    Part::Plain(Bytes::copy_from_slice(text.as_bytes()))
}

fn told(text: &str) -> Part {
    Part::Told(Bytes::copy_from_slice(text.as_bytes()))
}

fn oversized(text: &str) -> Part {
    Part::Oversized(Bytes::copy_from_slice(text.as_bytes()))
}

#[test]
fn lines_without_an_error_pass_as_they_came() {
    let chunks: [&[u8]; 6] = [
        b"{\"a\":1}\n{\"b\":\"}\\\"{\"}\r\n\n",
        b"{\"c\":[{}]}",
        b"\n",
        b"{\"content\":\"error\"}\n{\"d",
        b"\":1",
        b"}\n",
    ];
    let (parts, tail) = split(Layout::Lines, &chunks, MOST);
    let expected = [
        vec![plain("{\"a\":1}\n{\"b\":\"}\\\"{\"}\r\n\n")],
        vec![plain("{\"c\":[{}]}")],
        vec![plain("\n")],
        vec![plain("{\"content\":\"error\"}\n")],
        vec![],
        vec![plain("{\"d\":1}"), plain("\n")],
    ];
    assert_eq!((parts.as_slice(), tail), (&expected[..], None));
}

#[test]
fn a_line_that_tells_of_an_error_stands_alone() {
    let (parts, tail) = split(
        Layout::Lines,
        &[b"{\"a\":1}\n{\"error\":\"x\"}\n{\"b\":2}\n{\"err", b"or\":\"y\"}", b"\n"],
        MOST,
    );
    let expected = [
        vec![plain("{\"a\":1}\n"), told("{\"error\":\"x\"}"), plain("\n{\"b\":2}\n")],
        vec![told("{\"error\":\"y\"}")],
        vec![plain("\n")],
    ];
    assert_eq!((parts.as_slice(), tail), (&expected[..], None));
}

#[test]
fn a_line_that_cannot_be_read_is_told_and_the_next_one_is_read() {
    for bad in ["Unauthorized: x", "{\"error\":\"x", "{\"a\":\"x\\", "}{", "\"text\"", "[1,{\"a\":", "]", ","]
    {
        let stream = format!("{{\"a\":1}}\n{bad}\n{{\"b\":2}}\n");
        let (parts, tail) = split(Layout::Lines, &[stream.as_bytes()], MOST);
        assert_eq!(parts[0], [plain("{\"a\":1}\n"), told(bad), plain("\n{\"b\":2}\n")], "{bad}");
        assert_eq!(tail, None, "{bad}");
    }
    let (parts, tail) = split(Layout::Lines, &[b"{\"a\":1} and more\n{\"b\":"], MOST);
    assert_eq!(parts[0], [plain("{\"a\":1} "), told("and more"), plain("\n")]);
    assert_eq!(tail.as_deref(), Some(&b"{\"b\":"[..]));
}

#[test]
fn elements_pass_as_they_came_and_those_with_an_error_stand_alone() {
    let chunks: [&[u8]; 7] = [
        b"[",
        b"{\n  \"a\": \"]},{\"\n}",
        b"\n,\r\n{\"b\":[1,{}],",
        b"\"c\":2},{\"error\":{\"code\":429}},{\"d\":\"err",
        b"or\"}",
        b",{\"error\"",
        b":{}}]\n",
    ];
    let (parts, tail) = split(Layout::Array, &chunks, MOST);
    let expected = [
        vec![plain("[")],
        vec![plain("{\n  \"a\": \"]},{\"\n}")],
        vec![plain("\n,\r\n")],
        vec![plain("{\"b\":[1,{}],\"c\":2}"), plain(","), told("{\"error\":{\"code\":429}}"), plain(",")],
        vec![plain("{\"d\":\"error\"}")],
        vec![plain(",")],
        vec![told("{\"error\":{}}"), plain("]\n")],
    ];
    assert_eq!((parts.as_slice(), tail), (&expected[..], None));
}

#[test]
fn what_should_have_been_an_array_is_read_as_well_as_can_be() {
    let one = |text: &str| split(Layout::Array, &[text.as_bytes()], MOST);
    assert_eq!(one("{\"error\":{}}").0[0], [told("{\"error\":{}}")]);
    assert_eq!(one("{\"a\":\"error\"} \n").0[0], [plain("{\"a\":\"error\"} \n")]);
    assert_eq!(one("[[{\"error\":1}],[2]]").0[0], [plain("["), told("[{\"error\":1}]"), plain(",[2]]")]);
    let (parts, tail) = one("[{\"a\":1}, bad key\n,{\"error\":1}]] x");
    assert_eq!(
        parts[0],
        [plain("[{\"a\":1}, "), told("bad key"), plain("\n,"), told("{\"error\":1}"), plain("]")]
    );
    assert_eq!(tail.as_deref(), Some(&b"] x"[..]));
}

#[test]
fn something_long_is_given_out_raw_and_the_next_value_whole() {
    let long = format!("{{\"a\":\"{}", "x".repeat(MOST));
    let stream = format!("{long}\"}}\n");
    for layout in [Layout::Lines, Layout::Array] {
        let (parts, tail) =
            split(layout, &[b"{\"b\":1}\n", long.as_bytes(), b"y", b"\"}\n{\"error\":1}\n"], MOST);
        let expected = [
            vec![plain("{\"b\":1}\n")],
            vec![oversized(&long)],
            vec![oversized("y")],
            vec![oversized("\"}"), plain("\n"), told("{\"error\":1}"), plain("\n")],
        ];
        assert_eq!((parts.as_slice(), tail), (&expected[..], None));
        // What is there as a whole can be judged.
        assert_eq!(split(layout, &[stream.as_bytes()], MOST).0[0], [plain(&stream)]);
        let error = format!("{{\"error\":\"{}\"}}", "x".repeat(MOST));
        assert_eq!(split(layout, &[error.as_bytes()], MOST).0[0], [oversized(&error)]);
        let (first, last) = error.split_at(MOST - 1);
        let (parts, _) = split(layout, &[first.as_bytes(), last.as_bytes()], MOST);
        assert_eq!(parts, [vec![], vec![oversized(first), oversized(last)]]);
    }
}

#[test]
fn what_has_no_error_is_not_copied() {
    let chunk = Bytes::from_static(b"{\"a\":1}\n{\"b\":\"an error\"}\n");
    let mut places = Vec::new();
    Splitter::new(Layout::Lines, MOST).push(&chunk, &mut |part| match part {
        Part::Plain(bytes) => places.push((bytes.as_ptr(), bytes.len())),
        other => panic!("{other:?}"),
    });
    assert_eq!(places, [(chunk.as_ptr(), chunk.len())]);
}

/// The bytes that matter, in all orders, with whole values.
fn streams() -> impl Strategy<Value = Vec<u8>> {
    const PIECES: [&str; 17] = [
        "\n",
        "\r\n",
        ",",
        "[",
        "]",
        "{",
        "}",
        "\"",
        "\\",
        "{\"a\":1}",
        "{\"error\":\"x\"}\n",
        "{\"a\":\"error\"}",
        ",\r\n",
        "error",
        "x",
        " ",
        "\u{feff}",
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

fn layouts() -> impl Strategy<Value = Layout> {
    prop_oneof![Just(Layout::Lines), Just(Layout::Array)]
}

/// What is told, and where it begins.
fn judged(layout: Layout, chunks: &[&[u8]]) -> (Vec<(usize, Bytes)>, Option<Bytes>) {
    let (parts, tail) = split(layout, chunks, usize::MAX);
    let mut at = 0;
    let mut found = Vec::new();
    for part in parts.into_iter().flatten() {
        match part {
            Part::Plain(bytes) => at += bytes.len(),
            Part::Told(bytes) => {
                found.push((at, bytes.clone()));
                at += bytes.len();
            }
            Part::Oversized(_) => panic!("nothing is too long"),
        }
    }
    (found, tail)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000, rng_seed: RngSeed::Fixed(5), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn all_that_is_put_in_comes_out(
        layout in layouts(), stream in streams(), places in prop::collection::vec(any::<usize>(), 0..12),
        most in 1..80_usize,
    ) {
        let (parts, tail) = split(layout, &cut(&stream, &places), most);
        let mut all = Vec::new();
        for part in parts.iter().flatten() {
            let (Part::Plain(bytes) | Part::Told(bytes) | Part::Oversized(bytes)) = part;
            prop_assert!(!bytes.is_empty());
            all.extend_from_slice(bytes);
            if let Part::Told(value) = part {
                prop_assert!(value.len() <= most);
            }
        }
        all.extend_from_slice(&tail.unwrap_or_default());
        prop_assert_eq!(all, stream);
    }

    #[test]
    fn where_the_chunks_end_does_not_matter(
        layout in layouts(), stream in streams(), places in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let whole = judged(layout, &[&stream]);
        prop_assert_eq!(&judged(layout, &cut(&stream, &places)), &whole);
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(&judged(layout, &bytes), &whole);
    }

    /// The judge is what clients do: a line is parsed by itself.
    #[test]
    fn every_line_that_is_an_error_is_told(
        stream in streams(), places in prop::collection::vec(any::<usize>(), 0..12),
    ) {
        let (found, _) = judged(Layout::Lines, &cut(&stream, &places));
        let mut at = 0;
        for line in stream.split_inclusive(|byte| *byte == b'\n') {
            let tells = serde_json::from_slice::<serde_json::Value>(line).is_ok_and(|value| value.get("error").is_some());
            let is_found = found.iter().any(|(place, _)| (at..at + line.len()).contains(place));
            prop_assert!(!tells || is_found, "{:?} of {:?}", line.escape_ascii().to_string(), found);
            at += line.len();
        }
    }
}
