//! Streams of JSON values that are no events, cut so that those which tell of an error stand alone, without changing a
//! byte: a value a line (Ollama's, and Cohere's first API), and one array that grows (Google's without `alt=sse`).
//!
//! Only quotes and brackets are followed, which is enough to know where a value ends. So one is judged as soon as its
//! last bracket has come, whatever stands between it and the next, and what stands there goes on at once. What is no
//! value cannot be judged, and is cleaned as if it told of an error.

use std::mem;

use bytes::{Bytes, BytesMut};
use memchr::{memchr, memchr3};

use super::events;

/// How the values stand one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One a line. A line's end ends a value too, whatever is missing of it.
    Lines,
    /// In an array.
    Array,
}

/// Cuts a stream. What it gives out, put together, is what was put in.
///
/// Nothing waits longer than its value. Of bytes without an error it makes as few parts as it can: some of Google's
/// clients trip over a last bracket and a line's end that come one after the other.
#[derive(Debug)]
pub struct Splitter {
    layout: Layout,
    place: Place,
    /// The beginning of a value that has not ended.
    held: BytesMut,
    most: usize,
    /// The value at hand is longer than `most`, and its beginning has been given out.
    oversized: bool,
    /// The last byte given out.
    last: u8,
    is_in_array: bool,
}

/// A piece of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Values that tell of no error, and what stands between.
    Plain(Bytes),
    /// A value that tells of an error, or something that cannot be read.
    Told(Bytes),
    /// A piece of something that is too long to be held.
    Oversized(Bytes),
}

#[derive(Clone, Copy, Debug)]
enum Place {
    Between,
    Value {
        depth: usize,
        in_text: bool,
        escaped: bool,
    },
    /// In what begins like no value. It ends with its line.
    Other,
}

/// Where something ended, and whether it can be read.
struct End {
    length: usize,
    is_value: bool,
}

impl Splitter {
    /// Something longer than `most` bytes is given out piece by piece. Never more than twice that is allocated.
    #[must_use]
    pub fn new(layout: Layout, most: usize) -> Self {
        Self {
            layout,
            place: Place::Between,
            held: BytesMut::new(),
            most,
            oversized: false,
            last: b'\n',
            is_in_array: false,
        }
    }

    /// Takes the next bytes and gives out all but a value that has not ended.
    pub fn push(&mut self, chunk: &Bytes, out: &mut impl FnMut(Part)) {
        // One search for all values that lie within the chunk.
        let may_tell = events::has_trace(chunk);
        let (mut given, mut start, mut read) = (0, 0, 0);
        while read < chunk.len() {
            if let Place::Between = self.place {
                read += self.between(&chunk[read..]);
                start = read;
                let Some(first) = chunk.get(read) else { break };
                self.place = self.begin(*first);
            }
            let Some(End { length, is_value }) = self.end(&chunk[read..]) else { break };
            self.place = Place::Between;
            read += length;
            if self.oversized || !self.held.is_empty() {
                self.give_held(chunk.slice(..read), is_value, out);
                given = read;
            } else if !is_value || (may_tell && tells_error(&chunk[start..read])) {
                self.give(Part::Plain(chunk.slice(given..start)), out);
                self.give_whole(chunk.slice(start..read), out);
                given = read;
            }
        }
        if let Place::Between = self.place {
            self.give(Part::Plain(chunk.slice(given..)), out);
        } else {
            // Of one that began in an earlier chunk all of this belongs to it, and `start` is 0.
            self.give(Part::Plain(chunk.slice(given..start)), out);
            self.hold(chunk.slice(start..), out);
        }
    }

    /// What came of a value that never ended, once the stream has.
    pub fn finish(&mut self) -> Option<Bytes> {
        Some(self.held.split().freeze()).filter(|rest| !rest.is_empty())
    }

    /// Whether what has been given out ends within something.
    #[must_use]
    pub const fn is_within(&self) -> bool {
        self.oversized
    }

    /// Whether what has been given out ends with a whole line.
    #[must_use]
    pub const fn is_at_line(&self) -> bool {
        self.last == b'\n'
    }

    /// How much of these bytes stands between values.
    fn between(&mut self, bytes: &[u8]) -> usize {
        let mut is_between = |byte: &u8| match (byte, self.layout) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => true,
            (b',', Layout::Array) => true,
            (b'[', Layout::Array) if !self.is_in_array => {
                self.is_in_array = true;
                true
            }
            (b']', Layout::Array) if self.is_in_array => {
                self.is_in_array = false;
                true
            }
            _ => false,
        };
        bytes.iter().take_while(|byte| is_between(byte)).count()
    }

    fn begin(&self, first: u8) -> Place {
        match first {
            b'{' | b'[' => Place::Value { depth: 0, in_text: false, escaped: false },
            _ => Place::Other,
        }
    }

    /// Looks for the end of what is at hand.
    fn end(&mut self, bytes: &[u8]) -> Option<End> {
        let Place::Value { depth, in_text, escaped } = &mut self.place else {
            return memchr(b'\n', bytes).map(|length| End { length, is_value: false });
        };
        let by_line = self.layout == Layout::Lines;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if byte == b'\n' && by_line {
                return Some(End { length: at, is_value: false });
            }
            at += 1;
            if mem::take(escaped) {
                continue;
            }
            match byte {
                b'"' => *in_text = !*in_text,
                b'\\' => *escaped = *in_text,
                b'{' | b'[' if !*in_text => *depth += 1,
                b'}' | b']' if !*in_text => {
                    *depth -= 1;
                    if *depth == 0 {
                        return Some(End { length: at, is_value: true });
                    }
                }
                _ => {}
            }
            if *in_text && !*escaped {
                at += memchr3(b'"', b'\\', b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
            }
        }
        None
    }

    /// `end` is the end of what is held.
    fn give_held(&mut self, end: Bytes, is_value: bool, out: &mut impl FnMut(Part)) {
        if mem::take(&mut self.oversized) {
            return self.give(Part::Oversized(end), out);
        }
        if self.held.len() + end.len() > self.most {
            let held = self.held.split().freeze();
            self.give(Part::Oversized(held), out);
            return self.give(Part::Oversized(end), out);
        }
        self.held.extend_from_slice(&end);
        let all = self.held.split().freeze();
        let tells = !is_value || tells_error(&all);
        self.give(if tells { Part::Told(all) } else { Part::Plain(all) }, out);
    }

    /// Something that tells of an error and lies within a chunk.
    fn give_whole(&mut self, whole: Bytes, out: &mut impl FnMut(Part)) {
        let fits = whole.len() <= self.most;
        self.give(if fits { Part::Told(whole) } else { Part::Oversized(whole) }, out);
    }

    fn hold(&mut self, piece: Bytes, out: &mut impl FnMut(Part)) {
        if !self.oversized && self.held.len() + piece.len() <= self.most {
            self.held.extend_from_slice(&piece);
            return;
        }
        self.oversized = true;
        let held = self.held.split().freeze();
        self.give(Part::Oversized(held), out);
        self.give(Part::Oversized(piece), out);
    }

    fn give(&mut self, part: Part, out: &mut impl FnMut(Part)) {
        let (Part::Plain(bytes) | Part::Told(bytes) | Part::Oversized(bytes)) = &part;
        if let Some(last) = bytes.last() {
            self.last = *last;
            out(part);
        }
    }
}

/// Most values have no trace of it, and need no reading.
fn tells_error(value: &[u8]) -> bool {
    events::has_trace(value) && events::value_tells_error(value)
}

#[cfg(test)]
mod tests;
