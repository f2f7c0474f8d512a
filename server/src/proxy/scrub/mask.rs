//! What is left of a masked key: `sk-ab***wxyz`, `sk-…wxyz`, `****wxyz`, `sk-ab[...]wxyz`.
//!
//! A mask is a run of one sign. How much of the key's start stands before it and of the key's end behind it is told
//! by two Knuth–Morris–Pratt automata, one running forwards and one backwards, so in linear time.

use std::ops::Range;

use zeroize::Zeroizing;

use super::{
    public,
    view::{Marks, View},
};
use crate::secret::ProviderKey;

/// A key to find the two ends of.
pub(super) struct Masks {
    start: Automaton,
    end: Automaton,
    public: usize,
}

impl Masks {
    pub(super) fn new(key: &ProviderKey) -> Self {
        // EXPOSE: to find its ends in what a provider answers.
        let key = key.expose();
        Self {
            start: Automaton::new(key.bytes()),
            end: Automaton::new(key.bytes().rev()),
            public: public::prefix(key),
        }
    }

    pub(super) fn search(&self, text: &View, marks: &mut Marks) {
        let bytes = text.bytes();
        let masks = masks(bytes);
        if masks.is_empty() {
            return;
        }
        let before = self.start.matched(bytes.iter(), masks.iter().map(|mask| mask.range.start));
        let back = masks.iter().rev().map(|mask| bytes.len() - mask.range.end);
        let mut behind = self.end.matched(bytes.iter().rev(), back);
        behind.reverse();
        for ((mask, before), behind) in masks.iter().zip(before).zip(behind) {
            let start = mask.range.start - before;
            let end = mask.range.end + behind;
            let before = if starts_word(bytes, start) { before } else { long(before) };
            let behind = if ends_word(bytes, end) { behind } else { long(behind) };
            if self.shows(mask, before, behind) {
                let end = mask.range.end + behind;
                // Some put another mask behind the end.
                let next = masks.partition_point(|mask| mask.range.start < end);
                let end =
                    masks.get(next).filter(|mask| mask.range.start == end).map_or(end, |mask| mask.range.end);
                marks.mark(text, mask.range.start - before..end);
            }
        }
    }

    /// Whether so much of both ends beside this mask is the key's and not chance.
    fn shows(&self, mask: &Mask, before: usize, behind: usize) -> bool {
        let least = if mask.short { 3 } else { 2 };
        let both = before >= least && behind >= least;
        let alone = if mask.certain { 2 } else { 4 };
        // The documented start of all keys says nothing about this one.
        let start = before > self.public && before >= alone;
        both || !mask.short && (start || behind >= alone)
    }
}

/// Within a word fewer than four characters are chance.
fn long(matched: usize) -> usize {
    if matched < 4 { 0 } else { matched }
}

fn starts_word(bytes: &[u8], at: usize) -> bool {
    at == 0 || !bytes[at - 1].is_ascii_alphanumeric()
}

fn ends_word(bytes: &[u8], at: usize) -> bool {
    !bytes.get(at).is_some_and(u8::is_ascii_alphanumeric)
}

/// A run of signs that stand for what is not shown, with the brackets around it.
struct Mask {
    range: Range<usize>,
    /// Nothing but a mask looks so.
    certain: bool,
    /// Just two of a sign.
    short: bool,
}

fn masks(bytes: &[u8]) -> Vec<Mask> {
    let mut masks: Vec<Mask> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let Some((sign, least, certain)) = sign(&bytes[at..]) else {
            at += 1;
            continue;
        };
        let count =
            bytes[at..].chunks_exact(sign.len()).take_while(|chunk| chunk.eq_ignore_ascii_case(sign)).count();
        let range = at..at + count * sign.len();
        at = range.end;
        if count < least {
            continue;
        }
        let (certain, short) = (certain && (count > 2 || sign.len() > 1), count == 2 && sign.len() == 1);
        match masks.last_mut() {
            // Two signs in turn are one mask.
            Some(last) if last.range.end == range.start => {
                *last = Mask {
                    range: last.range.start..range.end,
                    certain: last.certain || certain,
                    short: false,
                };
            }
            _ => masks.push(Mask { range, certain, short }),
        }
    }
    for mask in &mut masks {
        let Range { start, end } = mask.range.clone();
        let open = start > 0 && matches!(bytes[start - 1], b'[' | b'<' | b'(' | b'{');
        let close = matches!(bytes.get(end), Some(b']' | b'>' | b')' | b'}'));
        if open && close {
            mask.range = start - 1..end + 1;
        }
    }
    masks
}

/// The sign that stands here, how many of it are a mask, and whether they are hardly anything else.
fn sign(tail: &[u8]) -> Option<(&'static [u8], usize, bool)> {
    Some(match tail {
        [b'*', ..] => (b"*", 2, true),
        [b'.', ..] => (b".", 2, false),
        [b'#', ..] => (b"#", 3, false),
        [b'x' | b'X', ..] => (b"x", 3, false),
        [b'-', ..] => (b"-", 3, false),
        [b'_', ..] => (b"_", 3, false),
        [0xe2, 0x80, 0xa6, ..] => ("…".as_bytes(), 1, true),
        [0xe2, 0x80, 0xa2, ..] => ("•".as_bytes(), 1, true),
        [0xe2, 0x97, 0x8f, ..] => ("●".as_bytes(), 1, true),
        [0xe2, 0x96, 0x88, ..] => ("█".as_bytes(), 1, true),
        [0xc2, 0xb7, ..] => ("·".as_bytes(), 2, true),
        _ => return None,
    })
}

/// Knuth, Morris and Pratt's, over the key without regard to case.
struct Automaton {
    key: Zeroizing<Vec<u8>>,
    /// To how many matched characters to fall back from each number of them.
    fallback: Vec<usize>,
}

impl Automaton {
    fn new(key: impl ExactSizeIterator<Item = u8>) -> Self {
        let mut folded = Zeroizing::new(Vec::with_capacity(key.len()));
        folded.extend(key.map(|byte| byte.to_ascii_lowercase()));
        let mut automaton = Self { fallback: vec![0; folded.len() + 1], key: folded };
        let mut matched = 0;
        for at in 1..automaton.key.len() {
            matched = automaton.step(matched, automaton.key[at]);
            automaton.fallback[at + 1] = matched;
        }
        automaton
    }

    fn step(&self, mut matched: usize, byte: u8) -> usize {
        while matched > 0 && self.key.get(matched) != Some(&byte) {
            matched = self.fallback[matched];
        }
        if self.key.get(matched) == Some(&byte) { matched + 1 } else { matched }
    }

    /// How many characters of the key's start stand right before each of these places, given in ascending order.
    fn matched<'a>(
        &self,
        bytes: impl Iterator<Item = &'a u8>,
        mut places: impl Iterator<Item = usize>,
    ) -> Vec<usize> {
        let mut found = Vec::new();
        let mut next = places.next();
        let mut matched = 0;
        for (at, byte) in bytes.enumerate() {
            if next == Some(at) {
                found.push(matched);
                next = places.next();
            }
            matched = self.step(matched, byte.to_ascii_lowercase());
        }
        // One at the very end.
        found.extend(next.map(|_| matched));
        found
    }
}
