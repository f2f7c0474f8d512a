//! Finds the few members that matter in JSON of any length, cut anywhere, and skips the rest.
//!
//! It follows strings and braces only, which is enough to know how deep a member lies, and goes from one to the next
//! with `memchr`. It is not checked that this is JSON: who sends something else tells nothing, or something untrue, as
//! he could in JSON.

use std::mem;

use memchr::{memchr2, memchr3};

use super::counts::{Single, Tally};

/// A longer value of a member that matters is skipped.
const MOST: usize = 4096;

/// The place in a stream of JSON values.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    at: At,
    /// Objects around this place. Arrays do not count, so what is in a list of answers is found as well.
    depth: u32,
    /// The object at depth 2 is the value of a member that can hold what matters.
    wrapped: bool,
    /// Counts are found outside of `usage` objects too.
    singles: bool,
    text: Text,
    value: Value,
}

#[derive(Clone, Copy, Debug, Default)]
enum At {
    #[default]
    Between,
    InText,
    /// After a backslash in a string.
    InEscape,
    /// After a string that is the name of a member that matters, if a colon follows.
    AfterName(Member),
    BeforeValue(Member),
    InValue(Member),
}

#[derive(Clone, Copy, Debug)]
enum Member {
    Counts,
    Single(Single),
    Model,
    /// Holds the answer within something that tells of it.
    Wrapper,
}

impl Scanner {
    /// `singles`: whether it can be Ollama's native API.
    pub(super) fn new(singles: bool) -> Self {
        Self { singles, ..Self::default() }
    }

    pub(super) fn see(&mut self, bytes: &[u8], tally: &mut Tally) {
        let mut read = 0;
        while let Some(&byte) = bytes.get(read) {
            let rest = &bytes[read..];
            read += match self.at {
                At::Between => match next_bound(rest) {
                    None => rest.len(),
                    Some(length) => {
                        self.bound(rest[length], tally);
                        length + 1
                    }
                },
                At::InText => self.text(rest),
                At::InEscape => {
                    self.at = At::InText;
                    1
                }
                At::AfterName(member) => match byte {
                    b':' => {
                        self.at = At::BeforeValue(member);
                        1
                    }
                    _ if byte.is_ascii_whitespace() => 1,
                    _ => {
                        self.at = At::Between;
                        0
                    }
                },
                At::BeforeValue(_) if byte.is_ascii_whitespace() => 1,
                At::BeforeValue(Member::Wrapper) => {
                    self.wrapped = byte == b'{';
                    self.at = At::Between;
                    0
                }
                At::BeforeValue(member) => {
                    self.at = At::InValue(member);
                    0
                }
                At::InValue(member) => {
                    let (length, ended) = self.value.take(rest);
                    if ended {
                        self.at = At::Between;
                        if let Some(json) = self.value.end(&rest[..length]) {
                            note(member, json, tally);
                        }
                        self.value.clear();
                    } else {
                        self.value.keep(rest);
                    }
                    length
                }
            };
        }
    }

    /// What follows is a value of its own, whatever was missing of the last.
    pub(super) fn restart(&mut self) {
        self.at = At::Between;
        self.depth = 0;
        self.wrapped = false;
        self.value.clear();
    }

    /// A quote or a brace outside of strings.
    fn bound(&mut self, byte: u8, tally: &mut Tally) {
        match byte {
            b'{' => self.depth = self.depth.saturating_add(1),
            b'}' => {
                self.depth = self.depth.saturating_sub(1);
                if self.depth == 0 {
                    tally.end_value();
                }
            }
            _ => {
                self.at = At::InText;
                self.text.begin(self.depth == 1 || (self.depth == 2 && self.wrapped));
            }
        }
    }

    /// Goes on in a string, to its end or the next backslash. Gives how far.
    fn text(&mut self, rest: &[u8]) -> usize {
        let Some(length) = next_in_text(rest) else {
            self.text.keep(rest);
            return rest.len();
        };
        if rest[length] == b'\\' {
            self.at = At::InEscape;
            self.text.spoil(); // no provider writes the names below with escapes
        } else {
            let singles = self.singles && self.depth == 1;
            let member = self.text.end(&rest[..length]).and_then(|name| member(name, self.depth, singles));
            self.at = member.map_or(At::Between, At::AfterName);
            if self.depth == 1 {
                self.wrapped = false;
            }
        }
        length + 1
    }
}

/// The next quote or brace.
fn next_bound(bytes: &[u8]) -> Option<usize> {
    next::<8>(bytes, |byte| matches!(byte, b'"' | b'{' | b'}'), |rest| memchr3(b'"', b'{', b'}', rest))
}

/// The next quote or backslash.
fn next_in_text(bytes: &[u8]) -> Option<usize> {
    next::<16>(bytes, |byte| matches!(byte, b'"' | b'\\'), |rest| memchr2(b'"', b'\\', rest))
}

/// Most are a few bytes away, and found before `memchr` would have got under way.
fn next<const NEAR: usize>(
    bytes: &[u8],
    is_it: impl Fn(u8) -> bool,
    further: impl Fn(&[u8]) -> Option<usize>,
) -> Option<usize> {
    let (near, rest) = bytes.split_at(bytes.len().min(NEAR));
    let place = near.iter().position(|byte| is_it(*byte));
    place.or_else(|| further(rest).map(|place| near.len() + place))
}

fn member(name: &[u8], depth: u32, singles: bool) -> Option<Member> {
    match name {
        b"usage" | b"usageMetadata" | b"meta" => Some(Member::Counts),
        b"model" | b"modelVersion" => Some(Member::Model),
        b"prompt_eval_count" if singles => Some(Member::Single(Single::Input)),
        b"eval_count" if singles => Some(Member::Single(Single::Output)),
        b"message" | b"response" | b"delta" | b"interaction" | b"x_groq" if depth == 1 => {
            Some(Member::Wrapper)
        }
        _ => None,
    }
}

fn note(member: Member, json: &[u8], tally: &mut Tally) {
    match member {
        Member::Counts => tally.counts(json),
        Member::Single(which) => tally.single(which, json),
        Member::Model => tally.model(json),
        Member::Wrapper => {}
    }
}

/// The beginning of a string, if it could be a name that matters.
#[derive(Debug, Default)]
struct Text {
    kept: [u8; Self::LONGEST],
    length: usize,
    spoilt: bool,
}

impl Text {
    const LONGEST: usize = "prompt_eval_count".len();

    fn begin(&mut self, can_matter: bool) {
        self.length = 0;
        self.spoilt = !can_matter;
    }

    fn spoil(&mut self) {
        self.spoilt = true;
    }

    fn keep(&mut self, piece: &[u8]) {
        match self.kept.get_mut(self.length..self.length + piece.len()) {
            Some(room) if !self.spoilt => {
                room.copy_from_slice(piece);
                self.length += piece.len();
            }
            _ => self.spoilt = true,
        }
    }

    fn end<'a>(&'a mut self, piece: &'a [u8]) -> Option<&'a [u8]> {
        if self.spoilt || self.length == 0 {
            return Some(piece).filter(|_| !self.spoilt);
        }
        self.keep(piece);
        (!self.spoilt).then_some(&self.kept[..self.length])
    }
}

/// The value of a member that matters, and the place in it.
#[derive(Debug, Default)]
struct Value {
    kept: Vec<u8>,
    too_long: bool,
    depth: u32,
    in_text: bool,
    escaped: bool,
}

impl Value {
    /// How many of these bytes belong to it, and whether it ends with them.
    fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        for (place, byte) in bytes.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if mem::take(&mut self.escaped) => {}
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_text = false;
                        if self.depth == 0 {
                            return (place + 1, true);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' if self.depth == 0 => return (place, true),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (place + 1, true);
                    }
                }
                b',' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return (place, true),
                _ => {}
            }
        }
        (bytes.len(), false)
    }

    fn keep(&mut self, piece: &[u8]) {
        if self.too_long || self.kept.len() + piece.len() > MOST {
            self.too_long = true;
            self.kept.clear();
        } else {
            self.kept.extend_from_slice(piece);
        }
    }

    /// The whole of it. Where it lay within one chunk nothing is copied.
    fn end<'a>(&'a mut self, piece: &'a [u8]) -> Option<&'a [u8]> {
        if self.too_long || self.kept.len() + piece.len() > MOST {
            return None;
        }
        if self.kept.is_empty() {
            return Some(piece);
        }
        self.kept.extend_from_slice(piece);
        Some(&self.kept)
    }

    fn clear(&mut self) {
        self.kept.clear();
        self.too_long = false;
        self.depth = 0;
        self.in_text = false;
        self.escaped = false;
    }
}
