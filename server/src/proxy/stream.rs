//! Good answers that come piece by piece. What of them tells of an error is rid of the key, and all else passes at once
//! and byte for byte.

use std::collections::VecDeque;

use byo_seal::ProviderId;
use bytes::Bytes;
use http::HeaderMap;
use memchr::memmem;

use super::{
    events, headers,
    scrub::Scrubber,
    shape::{self, Words},
    values::{self, Layout},
};
use crate::secret::ProviderKey;

/// How such an answer is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `text/event-stream`.
    Events,
    /// A JSON value a line.
    Lines,
    /// One JSON array that grows.
    Array,
}

/// Events and values longer than this pass in pieces. Those that carry pictures are; others are far shorter, errors
/// shorter still.
const LONGEST: usize = 64 * 1024;

impl Form {
    /// Of an answer with these headers to a call of this path; `None` when it is no stream, or cannot be looked into.
    #[must_use]
    pub fn of(headers: &HeaderMap, provider: ProviderId, path: &str) -> Option<Self> {
        if headers::is_encoded(headers) {
            return None;
        }
        if headers::is_event_stream(headers) {
            Some(Self::Events)
        } else if headers::is_lines(headers) {
            Some(Self::Lines)
        } else {
            let is_array = shape::streams_array(provider, path) && headers::is_json(headers);
            is_array.then_some(Self::Array)
        }
    }

    /// The last words of a stream that byo breaks off; empty where clients would make nothing of them.
    ///
    /// Ollama's clients raise a line with `error`. Of an array Google's take every element for a piece of the answer: some
    /// make an empty one of an error, others fail to read it. All of them raise that the connection broke.
    pub(super) fn farewell(self, provider: ProviderId, path: &str, words: &Words<'_>) -> Bytes {
        match self {
            Self::Events => shape::event(provider, path, words).into(),
            Self::Lines => shape::line(provider, path, words).into(),
            Self::Array => Bytes::new(),
        }
    }
}

/// Such an answer under way.
pub struct Stream {
    splitter: Splitter,
    farewell: Bytes,
    cleaner: Cleaner,
}

enum Splitter {
    Events(events::Splitter),
    Values(values::Splitter),
}

impl Stream {
    /// `farewell` is what tells of the key's end.
    #[must_use]
    pub fn new(form: Form, farewell: Bytes, key: ProviderKey) -> Self {
        let splitter = match form {
            Form::Events => Splitter::Events(events::Splitter::new(LONGEST)),
            Form::Lines => Splitter::Values(values::Splitter::new(Layout::Lines, LONGEST)),
            Form::Array => Splitter::Values(values::Splitter::new(Layout::Array, LONGEST)),
        };
        Self { splitter, farewell, cleaner: Cleaner { key, scrubber: None } }
    }

    /// Takes the next bytes and puts those that may go on to what is ready.
    pub fn push(&mut self, chunk: Bytes, ready: &mut VecDeque<Bytes>) {
        let cleaner = &mut self.cleaner;
        match &mut self.splitter {
            Splitter::Events(events) => events.push(chunk, &mut |part| {
                ready.push_back(match part {
                    events::Part::Event(event) => cleaner.harmless(event),
                    events::Part::Oversized(piece) => cleaner.oversized(piece),
                });
            }),
            Splitter::Values(values) => values.push(&chunk, &mut |part| {
                ready.push_back(match part {
                    values::Part::Plain(values) => values,
                    values::Part::Told(value) => cleaner.clean(value),
                    values::Part::Oversized(piece) => cleaner.oversized(piece),
                });
            }),
        }
    }

    /// What is left once it has come to its end.
    pub fn finish(&mut self) -> Option<Bytes> {
        match &mut self.splitter {
            Splitter::Events(events) => events.finish().map(|rest| self.cleaner.harmless(rest)),
            Splitter::Values(values) => values.finish().map(|rest| self.cleaner.clean(rest)),
        }
    }

    /// The last words, where they can be told from what has gone before.
    #[must_use]
    pub fn farewell(&self) -> Option<Bytes> {
        let (is_within, is_at_line) = match &self.splitter {
            Splitter::Events(events) => (events.is_within(), true),
            Splitter::Values(values) => (values.is_within(), values.is_at_line()),
        };
        if is_within || self.farewell.is_empty() {
            None
        } else if is_at_line {
            Some(self.farewell.clone())
        } else {
            Some([b"\n", &self.farewell[..]].concat().into())
        }
    }
}

/// Takes the key out of what tells of an error.
struct Cleaner {
    key: ProviderKey,
    /// Most answers need none.
    scrubber: Option<Scrubber>,
}

impl Cleaner {
    /// An event, without what it tells of the key if it tells of an error.
    fn harmless(&mut self, event: Bytes) -> Bytes {
        if events::tells_error(&event) { self.clean(event) } else { event }
    }

    /// Pictures come so. What cannot be read as a whole is cleaned piece by piece where it may tell of an error; only a
    /// key cut in two by a border of pieces would be left, in pieces.
    fn oversized(&mut self, piece: Bytes) -> Bytes {
        if memmem::find(&piece, b"error").is_some() { self.clean(piece) } else { piece }
    }

    fn clean(&mut self, bytes: Bytes) -> Bytes {
        let scrubber = self.scrubber.get_or_insert_with(|| Scrubber::new(&self.key));
        scrubber.scrub(&bytes).map_or(bytes, Bytes::from)
    }
}

#[cfg(test)]
mod tests;
