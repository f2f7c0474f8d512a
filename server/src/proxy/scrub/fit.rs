//! Putting `[redacted]` in place without breaking what is around it.
//!
//! Valid JSON stays valid, as a whole text and in the `data:` lines of events: only the inside of strings is replaced,
//! whole escapes at a time, and numbers become strings. Elsewhere whole characters are replaced.

use std::ops::Range;

use super::needle::WINDOW;

/// What stands in place of a fragment; fits into JSON strings, HTML and headers.
const REDACTED: &[u8] = b"[redacted]";

/// The text with what is covered replaced; `covered` has an entry for every byte.
pub(super) fn replace(text: &[u8], covered: &[bool]) -> Vec<u8> {
    let mut writer = Writer { text, covered, out: Vec::with_capacity(text.len() + 64), replaced: false };
    match tokens(text, 0..text.len()) {
        Some(tokens) => writer.json(0..text.len(), &tokens),
        None => lines(text).for_each(|line| writer.line(line)),
    }
    writer.out
}

struct Writer<'a> {
    text: &'a [u8],
    covered: &'a [bool],
    out: Vec<u8>,
    /// The last thing written is a replacement, and goes on.
    replaced: bool,
}

impl Writer<'_> {
    /// A line of something that is no JSON as a whole.
    fn line(&mut self, line: Range<usize>) {
        let is_data =
            self.text[line.clone()].starts_with(b"data:") && !self.covered[line.start..][..5].contains(&true);
        let data = is_data.then_some(line.start + 5..line.end);
        match data.and_then(|data| Some((data.clone(), tokens(self.text, data)?))) {
            Some((data, tokens)) => {
                self.copy(line.start..data.start);
                self.json(data, &tokens);
            }
            None => self.units(line, character),
        }
    }

    /// Strings and numbers of it are replaced, and the rest stays.
    fn json(&mut self, json: Range<usize>, tokens: &[Token]) {
        if self.hides_in_structure(json.clone(), tokens) {
            // A key of braces and commas, or with `true` in it: nothing less than all of it can go.
            self.write(&quoted());
            return self.copy(end_of_content(self.text, &json)..json.end);
        }
        let mut at = json.start;
        for token in tokens {
            self.copy(at..token.range.start);
            if !token.is_number {
                self.units(token.range.clone(), json_unit);
            } else if self.covered[token.range.clone()].contains(&true) {
                self.write(&quoted());
            } else {
                self.copy(token.range.clone());
            }
            at = token.range.end;
        }
        self.copy(at..json.end);
    }

    /// Whether a fragment touches no token. A short key may well be in `null`, and stays there.
    fn hides_in_structure(&self, json: Range<usize>, tokens: &[Token]) -> bool {
        let mut tokens = tokens.iter().peekable();
        let mut at = json.start;
        while at < json.end {
            let len = self.covered[at..json.end].iter().take_while(|covered| **covered).count();
            while tokens.next_if(|token| token.range.end <= at || token.range.is_empty()).is_some() {}
            if len >= WINDOW && tokens.peek().is_none_or(|token| token.range.start >= at + len) {
                return true;
            }
            at += len.max(1);
        }
        false
    }

    /// Unit by unit: one that is covered in part goes as a whole.
    fn units(&mut self, range: Range<usize>, unit: fn(&[u8]) -> usize) {
        let mut at = range.start;
        while at < range.end {
            let next = at + unit(&self.text[at..range.end]);
            if !self.covered[at..next].contains(&true) {
                self.copy(at..next);
            } else if !self.replaced {
                self.write(REDACTED);
                self.replaced = true;
            }
            at = next;
        }
    }

    fn copy(&mut self, range: Range<usize>) {
        if !range.is_empty() {
            self.write(&self.text[range]);
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
        self.replaced = false;
    }
}

fn quoted() -> Vec<u8> {
    [b"\"", REDACTED, b"\""].concat()
}

/// Where the white space at its end begins.
fn end_of_content(text: &[u8], range: &Range<usize>) -> usize {
    range.start + text[range.clone()].trim_ascii_end().len()
}

/// With their line ends.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    text.split_inclusive(|byte| *byte == b'\n').scan(0, |start, line| {
        let range = *start..*start + line.len();
        *start = range.end;
        Some(range)
    })
}

/// The length of the character at the start (UTF-8); of what is no character, one byte.
fn character(text: &[u8]) -> usize {
    if text[0] < 0xc0 {
        return 1;
    }
    1 + text[1..].iter().take(3).take_while(|byte| **byte & 0xc0 == 0x80).count()
}

/// The length of what a JSON string has at the start: an escape, two that are one character, or a character.
fn json_unit(text: &[u8]) -> usize {
    match text {
        [b'\\', b'u', b'd' | b'D', b'8' | b'9' | b'a' | b'b' | b'A' | b'B', _, _, b'\\', b'u', ..] => {
            12.min(text.len())
        }
        [b'\\', b'u', ..] => 6.min(text.len()),
        [b'\\', _, ..] => 2,
        _ => character(text),
    }
}

/// What of a JSON text can be replaced: the inside of a string, or a number.
struct Token {
    range: Range<usize>,
    is_number: bool,
}

/// The tokens of a text that is JSON, several texts in a row included. Takes more than JSON, but all JSON of any
/// depth: outside of strings only the signs, numbers and words that JSON has.
fn tokens(text: &[u8], range: Range<usize>) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut at = range.start;
    while at < range.end {
        let rest = &text[at..range.end];
        at += match rest[0] {
            b' ' | b'\t' | b'\r' | b'\n' | b'{' | b'}' | b'[' | b']' | b':' | b',' => 1,
            b'"' => {
                let len = string(&rest[1..])?;
                tokens.push(Token { range: at + 1..at + 1 + len, is_number: false });
                len + 2
            }
            b'-' | b'0'..=b'9' => {
                let len = rest.iter().take_while(|byte| is_of_number(**byte)).count();
                tokens.push(Token { range: at..at + len, is_number: true });
                len
            }
            _ => ["true", "false", "null"].iter().find(|word| rest.starts_with(word.as_bytes()))?.len(),
        };
    }
    let first = text[range.clone()].trim_ascii_start().first()?;
    // A row of numbers is no JSON; one is, and so is a word.
    (matches!(first, b'{' | b'[' | b'"') || tokens.len() <= 1).then_some(tokens)
}

/// The length of a string's inside, when it ends.
fn string(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}
