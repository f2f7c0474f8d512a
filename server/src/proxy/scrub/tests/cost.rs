//! Work grows with the text and no faster, on the worst texts there are.

use super::{OPENAI, cases, key};
use crate::proxy::scrub::{Scrubber, view::Marks};

/// Bytes read in all readings together, for each byte of the text.
fn work(text: &[u8]) -> usize {
    let scrubber = Scrubber::new(&key(&OPENAI.repeat(3)[..200]));
    let mut marks = Marks::all(text.len());
    scrubber.look(text, &mut marks);
    marks.work() / text.len()
}

#[test]
fn hostile_texts_are_read_so_many_times_and_no_more() {
    let hostile = [
        "a".to_owned(),
        "sk-proj-".to_owned(),
        OPENAI.to_owned(),
        "%2573%25%5Cu0073&#x25;73".to_owned(),
        "%41=41\\x41&#65;\0".to_owned(),
        "\\\\\\\\u0073".to_owned(),
        "41 42:0x43\\x44".to_owned(),
        "65,66,67,".to_owned(),
        "*sk-pr***...V-q9".to_owned(),
        "x".to_owned(),
        "Zm9vYmFy\n".to_owned(),
        "\n".to_owned(),
        "&#".to_owned(),
        "NDE0MjQzNDQ0NTQ2NDc0ODQ5NEE=\n%41=41\\x41&#65;\0".to_owned(),
        "\"\\".to_owned(),
        "[\"".to_owned(),
    ];
    // 256 KiB in the long tier.
    let size_of_long = cases(16) as usize * 1024;
    for piece in hostile {
        let [short, long] = [4 * 1024, size_of_long].map(|size| piece.repeat(size / piece.len()));
        let (short, long) = (work(short.as_bytes()), work(long.as_bytes()));
        assert!(long <= 160, "{piece:?}: each byte was read {long} times");
        assert!(
            long <= short + short / 4 + 1,
            "{piece:?}: {short} times in a short text, {long} in a long one"
        );
    }
}
