//! `text/event-stream` bytes, cut into events without changing one of them.
//!
//! The rules are those of the [HTML standard, server-sent events][spec]: a line ends with LF, CR or CRLF, a blank line
//! ends an event. Whoever sends the stream may cut it anywhere, so an event is put together over any number of chunks,
//! up to a bound; one that lies within a chunk is given out as a slice of it.
//!
//! [spec]: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream

use std::{borrow::Cow, mem, sync::LazyLock};

use bytes::{Bytes, BytesMut};
use memchr::{memchr2, memmem::Finder};
use serde_json::Value;

/// Cuts a stream. What it gives out, put together, is what was put in.
///
/// Nothing waits longer than its event: all bytes up to the last blank line of a chunk are given out with that chunk.
#[derive(Debug)]
pub struct Splitter {
    /// The beginning of an event that has not ended.
    held: BytesMut,
    most: usize,
    /// The event at hand is longer than `most`, and its beginning has been given out.
    oversized: bool,
    /// The line at hand has no bytes so far, so that its end would be the end of the event.
    line_is_empty: bool,
    /// The last chunk ended with CR. An LF that follows belongs to it.
    after_cr: bool,
}

/// A piece of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A whole event with the blank line that ends it. It may consist of comments, or of that line alone.
    Event(Bytes),
    /// A piece of an event that is too long to be held.
    Oversized(Bytes),
}

impl Splitter {
    /// An event longer than `most` bytes is given out piece by piece. Never more than twice that is allocated.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { held: BytesMut::new(), most, oversized: false, line_is_empty: true, after_cr: false }
    }

    /// Takes the next bytes and gives out what is complete.
    pub fn push(&mut self, mut chunk: Bytes, out: &mut impl FnMut(Part)) {
        if chunk.is_empty() {
            return;
        }
        let mut read = 0;
        if mem::take(&mut self.after_cr) && chunk[0] == b'\n' {
            if self.held.is_empty() && !self.oversized {
                // The CR has ended an event, which was given out. The LF must follow it: some clients wait for that.
                out(Part::Event(chunk.split_to(1)));
            } else {
                read = 1;
            }
        }
        while let Some(length) = memchr2(b'\n', b'\r', &chunk[read..]) {
            let ends_event = self.line_is_empty && length == 0;
            let cr = chunk[read + length] == b'\r';
            read += length + 1;
            if cr && chunk.get(read) == Some(&b'\n') {
                read += 1;
            } else if cr && read == chunk.len() {
                self.after_cr = true;
            }
            self.line_is_empty = true;
            if ends_event {
                self.give(chunk.split_to(read), out);
                read = 0;
            }
        }
        if read < chunk.len() {
            self.line_is_empty = false;
        }
        if !chunk.is_empty() {
            self.hold(chunk, out);
        }
    }

    /// What came after the last event, once the stream has ended.
    pub fn finish(&mut self) -> Option<Bytes> {
        Some(self.held.split().freeze()).filter(|rest| !rest.is_empty())
    }

    /// Whether what has been given out ends within an event.
    #[must_use]
    pub const fn is_within(&self) -> bool {
        self.oversized
    }

    /// `end` is the end of an event.
    fn give(&mut self, end: Bytes, out: &mut impl FnMut(Part)) {
        if mem::take(&mut self.oversized) {
            out(Part::Oversized(end));
        } else if self.held.len() + end.len() > self.most {
            self.give_held(out);
            out(Part::Oversized(end));
        } else if self.held.is_empty() {
            out(Part::Event(end));
        } else {
            self.held.extend_from_slice(&end);
            out(Part::Event(self.held.split().freeze()));
        }
    }

    fn hold(&mut self, piece: Bytes, out: &mut impl FnMut(Part)) {
        if !self.oversized && self.held.len() + piece.len() <= self.most {
            self.held.extend_from_slice(&piece);
            return;
        }
        self.oversized = true;
        self.give_held(out);
        out(Part::Oversized(piece));
    }

    fn give_held(&mut self, out: &mut impl FnMut(Part)) {
        if !self.held.is_empty() {
            out(Part::Oversized(self.held.split().freeze()));
        }
    }
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Its `event` field, unless that is missing or empty.
    pub name: Option<&'a [u8]>,
    /// Its `data` fields, joined by LF; empty when there is none.
    pub data: Cow<'a, [u8]>,
}

/// Reads one event. A byte order mark before it is skipped: it can be the first of its stream.
#[must_use]
pub fn read(event: &[u8]) -> Event<'_> {
    let mut name = None;
    let mut data: Option<Cow<'_, [u8]>> = None;
    let mut rest = event.strip_prefix(b"\xef\xbb\xbf").unwrap_or(event);
    while !rest.is_empty() {
        let end = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let line = &rest[..end];
        // Between CR and LF this sees a blank line, which says nothing.
        rest = rest.get(end + 1..).unwrap_or_default();
        if let Some(value) = value_of(line, b"data") {
            match &mut data {
                None => data = Some(Cow::Borrowed(value)),
                Some(data) => {
                    let data = data.to_mut();
                    data.push(b'\n');
                    data.extend_from_slice(value);
                }
            }
        } else if let Some(value) = value_of(line, b"event") {
            name = Some(value).filter(|name| !name.is_empty());
        }
    }
    Event { name, data: data.unwrap_or_default() }
}

/// The value of the field `name`, if that is what the line holds. A line without a colon is a field without a value.
fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    match line.strip_prefix(name)? {
        [] => Some(&[]),
        [b':', b' ', value @ ..] | [b':', value @ ..] => Some(value),
        _ => None,
    }
}

/// Whether this event tells of an error, in any provider's way of doing so. Where it cannot be read it does.
///
/// | | |
/// |---|---|
/// | Anthropic, OpenAI Responses | `event: error`, `{"type":"error",…}` |
/// | OpenAI, Google, Ollama, OpenRouter, … | `{"error":…}`, also within an array |
/// | OpenAI Responses | `{"type":"response.failed","response":{"error":{…}}}` |
/// | OpenAI Assistants | `{"object":"thread.run","last_error":{…}}` |
/// | Cohere | `{"type":"message-end","delta":{"error":"…"}}` |
/// | OpenRouter | `{"choices":[{"error":{…}}]}` |
/// | vLLM, Mistral | `{"object":"error","message":"…"}` |
/// | Cohere's first API | `{"event_type":"stream-error",…}`, in lines |
#[must_use]
pub fn tells_error(event: &[u8]) -> bool {
    if !has_trace(event) {
        return false;
    }
    let event = read(event);
    event.name.is_some_and(|name| name.ends_with(b"error"))
        || (!event.data.is_empty() && value_tells_error(&event.data))
}

/// Whether there may be an error in these bytes. All of the above have this word. Most events have not, and are done
/// with here.
pub(super) fn has_trace(bytes: &[u8]) -> bool {
    static TRACE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("rror"));

    TRACE.find(bytes).is_some()
}

/// The same of a JSON value that stands by itself.
pub(super) fn value_tells_error(json: &[u8]) -> bool {
    serde_json::from_slice(json).map_or(true, |value| is_error(&value))
}

fn is_error(data: &Value) -> bool {
    const MEMBERS: [&str; 3] = ["error", "errors", "last_error"];
    const WITHIN: [&str; 3] = ["choices", "delta", "response"];

    if let Value::Array(items) = data {
        return items.iter().any(is_error);
    }
    let says_so =
        |member| data.get(member).and_then(Value::as_str).is_some_and(|kind| kind.ends_with("error"));
    MEMBERS.iter().any(|member| data.get(member).is_some_and(|error| !error.is_null()))
        || says_so("type")
        || says_so("object")
        || says_so("event_type")
        || WITHIN.iter().any(|member| data.get(member).is_some_and(is_error))
}

#[cfg(test)]
mod tests;
