//! Bytes as numbers: `736b2d`, `73:6b:2d`, `0x73, 0x6b`, `\x73\x6b`, `[115, 107, 45]`.

use crate::proxy::scrub::{needle::WINDOW, view::View};

/// Every stretch of hexadecimal digits in pairs, from the first or (`skip` = 1) the second digit on.
pub(super) fn hex(text: &View, out: &mut View, skip: usize) -> bool {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(before) = bytes[at..].iter().position(|byte| nibble(*byte).is_some()) {
        let start = at + before;
        let mut digits = 0;
        at = hex_stretch(bytes, start, |_, _| digits += 1);
        // Mostly these are parts of words.
        if digits < 2 * WINDOW {
            continue;
        }
        let begin = out.bytes().len();
        let (mut seen, mut high) = (0, None);
        hex_stretch(bytes, start, |value, place| {
            seen += 1;
            match high.take() {
                _ if seen <= skip => {}
                None => high = Some((value, place)),
                Some((first, from)) => out.push(first << 4 | value, text, from..place + 1),
            }
        });
        out.end_stretch(begin, text, at);
    }
    !out.is_empty()
}

/// Hands over each digit and its place; returns where the stretch ends.
fn hex_stretch(bytes: &[u8], start: usize, mut digit: impl FnMut(u8, usize)) -> usize {
    let mut at = start;
    while at < bytes.len() {
        let byte = bytes[at];
        if matches!(byte, b'0' | b'\\') && bytes.get(at + 1).is_some_and(|next| matches!(next, b'x' | b'X')) {
            at += 1;
        } else if let Some(value) = nibble(byte) {
            digit(value, at);
        } else if !is_separator(byte) {
            break;
        }
        at += 1;
    }
    at
}

/// Every stretch of decimal numbers up to 255.
pub(super) fn decimal(text: &View, out: &mut View) -> bool {
    let bytes = text.bytes();
    let mut at = 0;
    while let Some(before) = bytes[at..].iter().position(u8::is_ascii_digit) {
        at += before;
        let begin = out.bytes().len();
        while at < bytes.len() {
            let digits = bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            match small_number(&bytes[at..at + digits]) {
                Some(value) => out.push(value, text, at..at + digits),
                None if digits == 0 && is_separator(bytes[at]) => {}
                None => break,
            }
            at += digits.max(1);
        }
        out.end_stretch(begin, text, at);
        // Past a number that was too large.
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    }
    !out.is_empty()
}

fn small_number(digits: &[u8]) -> Option<u8> {
    if !(1..=3).contains(&digits.len()) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The value of a hexadecimal digit.
pub(in crate::proxy::scrub) const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn is_separator(byte: u8) -> bool {
    byte.is_ascii_whitespace()
        || matches!(byte, b':' | b',' | b';' | b'-' | b'.' | b'%' | b'\\' | b'"' | b'\'' | b'=' | b'|' | b'/')
}
