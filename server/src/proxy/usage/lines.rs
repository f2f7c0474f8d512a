//! Streams of JSON in lines: server-sent events, and a value a line. Most chunks tell no count and are passed over.

use std::{mem, sync::LazyLock};

use memchr::{memchr2, memmem, memmem::Finder, memrchr};

use super::{
    counts::{Tally, find_tokens},
    scan::Scanner,
};

/// What the lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `text/event-stream`: the JSON is in the `data` fields, a blank line ends it. See [`crate::proxy::events`], which
    /// holds events back; this does not, since one with counts can be as long as the whole answer.
    Events,
    /// A JSON value a line.
    Json,
}

/// The place in such a stream.
#[derive(Debug)]
pub(super) struct Lines {
    dialect: Dialect,
    scanner: Scanner,
    line: Line,
    /// Nothing of the event at hand has been seen.
    fresh: bool,
    /// The last byte was CR. An LF that follows belongs to it.
    after_cr: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// At the start of the stream, after so many bytes of a byte order mark.
    Mark(usize),
    /// After so many bytes of the field's name.
    Name(usize),
    Data,
    Other,
}

const MARK: &[u8] = b"\xef\xbb\xbf";
const NAME: &[u8] = b"data:";

impl Lines {
    pub(super) fn new(dialect: Dialect) -> Self {
        let scanner = Scanner::new(dialect == Dialect::Json);
        Self { dialect, scanner, line: Line::Mark(0), fresh: true, after_cr: false }
    }

    pub(super) fn see(&mut self, mut bytes: &[u8], tally: &mut Tally) {
        while !bytes.is_empty() {
            if self.fresh {
                let length = self.without_counts(bytes);
                if length > 0 {
                    self.line = Line::Name(0);
                    self.after_cr = false;
                    bytes = &bytes[length..];
                    continue;
                }
            }
            // To the end of the event, and then there may be something to pass over again.
            bytes = self.line(bytes, tally);
        }
    }

    /// How much of these bytes is whole events that tell no count, if they begin with one.
    fn without_counts(&self, bytes: &[u8]) -> usize {
        // In the names of Ollama's native API, which has no events.
        static EVAL: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("eval_count"));

        // Not all at once: a sender whose every event has one of these words would have the rest searched for each.
        const AT_ONCE: usize = 2048;

        let bytes = &bytes[..bytes.len().min(AT_ONCE)];
        let bytes = &bytes[..find_tokens(bytes).unwrap_or(bytes.len())];
        match self.dialect {
            Dialect::Events => after_blank_line(bytes),
            Dialect::Json => {
                let bytes = &bytes[..EVAL.find(bytes).unwrap_or(bytes.len())];
                memrchr(b'\n', bytes).map_or(0, |end| end + 1)
            }
        }
    }

    /// Reads to the end of the line at hand, and gives what comes after it.
    fn line<'a>(&mut self, bytes: &'a [u8], tally: &mut Tally) -> &'a [u8] {
        let after_cr = mem::take(&mut self.after_cr);
        if after_cr && bytes[0] == b'\n' {
            return &bytes[1..];
        }
        let end = memchr2(b'\n', b'\r', bytes);
        let piece = &bytes[..end.unwrap_or(bytes.len())];
        self.piece(piece, tally);
        let Some(end) = end else { return &[] };
        self.after_cr = bytes[end] == b'\r';
        self.end_line(tally);
        &bytes[end + 1..]
    }

    /// A piece of one line.
    fn piece(&mut self, mut piece: &[u8], tally: &mut Tally) {
        if piece.is_empty() {
            return;
        }
        self.fresh = false;
        loop {
            let (expected, seen) = match self.line {
                Line::Data => return self.scanner.see(piece, tally),
                Line::Other => return,
                Line::Mark(seen) => (MARK, seen),
                Line::Name(_) if self.dialect == Dialect::Json => {
                    self.line = Line::Data;
                    continue;
                }
                Line::Name(seen) => (NAME, seen),
            };
            let Some((byte, rest)) = piece.split_first() else { return };
            let is_mark = matches!(self.line, Line::Mark(_));
            self.line = match (*byte == expected[seen], seen + 1 == expected.len()) {
                (true, false) if is_mark => Line::Mark(seen + 1),
                (true, false) => Line::Name(seen + 1),
                (true, true) if is_mark => Line::Name(0),
                (true, true) => Line::Data,
                (false, _) if is_mark && seen == 0 => {
                    self.line = Line::Name(0); // no mark: the byte is the first of the line
                    continue;
                }
                (false, _) => Line::Other,
            };
            piece = rest;
        }
    }

    fn end_line(&mut self, tally: &mut Tally) {
        let was_blank = matches!(self.line, Line::Mark(0) | Line::Name(0));
        if self.line == Line::Data && self.dialect == Dialect::Events {
            self.scanner.see(b"\n", tally); // what joins `data` fields
        }
        self.line = Line::Name(0);
        if was_blank || self.dialect == Dialect::Json {
            self.scanner.restart();
            tally.end_value();
            self.fresh = true;
        }
    }
}

/// How much of these bytes ends with a blank line, as far as that is seen at a glance.
fn after_blank_line(bytes: &[u8]) -> usize {
    if bytes.ends_with(b"\n\n") || bytes.ends_with(b"\n\r\n") {
        return bytes.len();
    }
    let end = |blank: &[u8]| memmem::rfind(bytes, blank).map_or(0, |place| place + blank.len());
    match end(b"\n\n") {
        0 => end(b"\n\r\n"),
        length => length,
    }
}
