//! A reading of the text, and the places found through readings.

use std::ops::Range;

use zeroize::Zeroizing;

/// Stands between what does not belong together; in no key, as keys are ASCII.
pub(super) const GAP: u8 = 0xff;

/// Where in the text a byte came from. Texts are far below 4 GiB; a longer one would be redacted in wrong places.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
}

/// The text in one reading: decoded bytes, each with its place in the text. Wiped on drop.
pub(super) struct View {
    bytes: Zeroizing<Vec<u8>>,
    spans: Vec<Span>,
}

impl View {
    /// The text as it stands.
    pub(super) fn of(text: &[u8]) -> Self {
        let spans = (0..).take(text.len()).map(|start: u32| Span { start, end: start + 1 }).collect();
        Self { bytes: Zeroizing::new(text.to_vec()), spans }
    }

    /// Empty, with room for any reading of a text of this length: no lens makes text longer. So nothing has to grow,
    /// which would leave copies behind, and one is used for many readings in turn.
    pub(super) fn room(len: usize) -> Self {
        Self { bytes: Zeroizing::new(Vec::with_capacity(len)), spans: Vec::with_capacity(len) }
    }

    /// Makes room for another reading.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.spans.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Adds a byte that stands for `range` of `source`.
    pub(super) fn push(&mut self, byte: u8, source: &Self, range: Range<usize>) {
        self.bytes.push(byte);
        self.spans.push(source.span(range));
    }

    /// Adds `range` of `source` as it is.
    pub(super) fn copy(&mut self, source: &Self, range: Range<usize>) {
        self.bytes.extend_from_slice(&source.bytes[range.clone()]);
        self.spans.extend_from_slice(&source.spans[range]);
    }

    /// Ends a stretch that began at `start`: one too short to hold anything is dropped, any other set apart.
    pub(super) fn end_stretch(&mut self, start: usize, source: &Self, at: usize) {
        if self.bytes.len() - start < super::needle::WINDOW {
            self.bytes.truncate(start);
            self.spans.truncate(start);
        } else if at < source.bytes.len() {
            self.push(GAP, source, at..at + 1);
        }
    }

    /// From the first to the last of these, whatever was left out between; a reading may run backwards.
    fn span(&self, range: Range<usize>) -> Span {
        let (first, last) = (self.spans[range.start], self.spans[range.end - 1]);
        Span { start: first.start.min(last.start), end: first.end.max(last.end) }
    }
}

/// What was found.
pub(super) struct Marks {
    /// +1 where a found place starts, −1 where it ends; empty when only the first is wanted.
    edges: Vec<i32>,
    found: bool,
    work: usize,
}

impl Marks {
    /// For all places in a text of this length.
    pub(super) fn all(len: usize) -> Self {
        Self { edges: vec![0; len + 1], found: false, work: 0 }
    }

    /// For whether there is any.
    pub(super) fn first() -> Self {
        Self { edges: Vec::new(), found: false, work: 0 }
    }

    /// Takes the place of `range` of the reading.
    pub(super) fn mark(&mut self, text: &View, range: Range<usize>) {
        let span = text.span(range);
        self.mark_text(span.start as usize..span.end as usize);
    }

    /// Takes this place of the text itself.
    pub(super) fn mark_text(&mut self, range: Range<usize>) {
        self.found = true;
        if !self.edges.is_empty() {
            self.edges[range.start] += 1;
            self.edges[range.end] -= 1;
        }
    }

    pub(super) fn found(&self) -> bool {
        self.found
    }

    /// Nothing more can change the answer.
    pub(super) fn is_enough(&self) -> bool {
        self.found && self.edges.is_empty()
    }

    /// Notes how many bytes were read.
    pub(super) fn count(&mut self, bytes: usize) {
        self.work += bytes;
    }

    /// How many bytes were read in all readings together.
    #[cfg(test)]
    pub(super) fn work(&self) -> usize {
        self.work
    }

    /// For every byte of the text whether it has to go.
    pub(super) fn covered(&self) -> Vec<bool> {
        let mut depth = 0;
        let all = self.edges.iter().map(|edge| {
            depth += edge;
            depth > 0
        });
        all.collect()
    }
}
