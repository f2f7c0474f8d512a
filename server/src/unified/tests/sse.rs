//! The fields of events.

use super::super::sse::{Event, events};

fn event(name: &str, data: &str) -> Event {
    Event { name: name.to_owned(), data: data.to_owned() }
}

#[test]
fn fields_are_read_as_the_standard_has_them() {
    for (bytes, name, data) in [
        ("data: x\n\n", "", "x"),
        ("data:x\n\n", "", "x"),
        ("data:  x \n\n", "", " x "),
        ("data: a: b\n\n", "", "a: b"),
        ("data\n\n", "", ""),
        ("data: one\ndata: two\n\n", "", "one\ntwo"),
        ("data\ndata\n\n", "", "\n"),
        ("event: delta\ndata: x\n\n", "delta", "x"),
        ("data: x\nevent: delta\n\n", "delta", "x"),
        ("event: one\nevent: two\ndata: x\n\n", "two", "x"),
        ("id: 7\n: a comment\nretry: 5\nfuture: y\ndata: x\n\n", "", "x"),
        ("\u{feff}data: x\n\n", "", "x"),
        ("data: x", "", "x"),
    ] {
        for end in ["\n", "\r\n", "\r"] {
            let bytes = bytes.replace('\n', end);
            assert_eq!(events(bytes.as_bytes()), Some(vec![event(name, data)]), "{bytes:?}");
        }
    }
}

#[test]
fn what_has_no_data_is_no_event() {
    for bytes in ["", "\n\n", ": keep-alive\n\n", "event: ping\n\n", "id: 1\n\n", "\u{feff}"] {
        assert_eq!(events(bytes.as_bytes()), Some(vec![]), "{bytes:?}");
    }
}

#[test]
fn a_name_belongs_to_its_own_event() {
    let bytes = "event: one\n\ndata: x\n\nevent: two\ndata: y\n\n";
    assert_eq!(events(bytes.as_bytes()), Some(vec![event("", "x"), event("two", "y")]));
}

#[test]
fn what_is_no_text_is_no_event() {
    assert_eq!(events(b"data: \xc3\x28\n\n"), None);
}
