//! Escapes: single characters written in another way, between others as they are.

use super::digits::nibble;
use crate::proxy::scrub::view::{GAP, View};

/// `%73`, and `%u0073` as old scripts write it.
pub(super) fn percent(text: &View, out: &mut View) -> bool {
    replace(text, out, b'%', |tail| match tail {
        [_, b'u' | b'U', digits @ ..] => Escape::code(digits, 4, 16)?.after(2),
        _ => Escape::byte(&tail[1..])?.after(1),
    })
}

/// JSON's and programming languages' escapes: `\u0073`, `\u{73}`, `\U00000073`, `\x73`, `\163`, `\/`.
pub(in super::super) fn backslash(text: &View, out: &mut View) -> bool {
    replace(text, out, b'\\', |tail| match &tail[1..] {
        [b'u' | b'U', b'{', digits @ ..] => Escape::code_until(digits, 16, b'}')?.after(3),
        [b'U', digits @ ..] if digits.starts_with(b"000") && Escape::code(digits, 8, 16).is_some() => {
            Escape::code(digits, 8, 16)?.after(2)
        }
        [b'u' | b'U', digits @ ..] => Escape::code(digits, 4, 16)?.after(2),
        [b'x' | b'X', digits @ ..] => Escape::byte(digits)?.after(2),
        [b'0'..=b'3', ..] => Escape::plain(number(tail.get(1..4)?, 8)? as u8, 4),
        [b'n', ..] => Escape::plain(b'\n', 2),
        [b'r', ..] => Escape::plain(b'\r', 2),
        [b't' | b'b' | b'f', ..] => Escape::plain(b'\t', 2),
        [byte, ..] if byte.is_ascii_punctuation() => Escape::plain(*byte, 2),
        _ => None,
    })
}

/// `&#115;`, `&#x73;`, and names for what stands in keys and in other encodings.
pub(super) fn entity(text: &View, out: &mut View) -> bool {
    replace(text, out, b'&', |tail| match &tail[1..] {
        [b'#', b'x' | b'X', digits @ ..] => Escape::code_until(digits, 16, b';')?.after(3),
        [b'#', digits @ ..] => Escape::code_until(digits, 10, b';')?.after(2),
        name => NAMES
            .iter()
            .find(|(known, _)| name.get(..known.len()).is_some_and(|name| name.eq_ignore_ascii_case(known)))
            .and_then(|(known, byte)| Escape::plain(*byte, 1 + known.len())),
    })
}

const NAMES: [(&[u8], u8); 18] = [
    (b"amp;", b'&'),
    (b"lt;", b'<'),
    (b"gt;", b'>'),
    (b"quot;", b'"'),
    (b"apos;", b'\''),
    (b"num;", b'#'),
    (b"percnt;", b'%'),
    (b"plus;", b'+'),
    (b"period;", b'.'),
    (b"sol;", b'/'),
    (b"bsol;", b'\\'),
    (b"colon;", b':'),
    (b"semi;", b';'),
    (b"equals;", b'='),
    (b"lowbar;", b'_'),
    (b"hyphen;", b'-'),
    (b"dash;", b'-'),
    (b"ast;", b'*'),
];

/// `=73`, and lines broken with `=` (RFC 2045).
pub(super) fn quoted_printable(text: &View, out: &mut View) -> bool {
    replace(text, out, b'=', |tail| match tail {
        [_, b'\r', b'\n', ..] => Escape::nothing(3),
        [_, b'\n', ..] => Escape::nothing(2),
        _ => Escape::byte(&tail[1..])?.after(1),
    })
}

/// What an escape stands for, and how long it is.
struct Escape {
    bytes: [u8; 4],
    len: usize,
    used: usize,
}

impl Escape {
    fn nothing(used: usize) -> Option<Self> {
        Some(Self { bytes: [0; 4], len: 0, used })
    }

    fn plain(byte: u8, used: usize) -> Option<Self> {
        Some(Self { bytes: [byte, 0, 0, 0], len: 1, used })
    }

    /// Two hexadecimal digits.
    fn byte(digits: &[u8]) -> Option<Self> {
        let [high, low, ..] = digits else { return None };
        Self::plain(nibble(*high)? << 4 | nibble(*low)?, 2)
    }

    /// A character's number in exactly so many digits.
    fn code(digits: &[u8], count: usize, radix: u32) -> Option<Self> {
        Some(Self::character(number(digits.get(..count)?, radix)?, count))
    }

    /// A character's number in up to eight digits, with or without `end`.
    fn code_until(digits: &[u8], radix: u32, end: u8) -> Option<Self> {
        let count = digits.iter().take(9).take_while(|digit| char::from(**digit).is_digit(radix)).count();
        if !(1..=8).contains(&count) {
            return None;
        }
        let ended = digits.get(count) == Some(&end);
        Some(Self::character(number(&digits[..count], radix)?, count + usize::from(ended)))
    }

    fn character(code: u32, used: usize) -> Self {
        let mut bytes = [GAP, 0, 0, 0];
        let len = char::from_u32(code).map_or(1, |character| character.encode_utf8(&mut bytes).len());
        Self { bytes, len, used }
    }

    /// With what introduces it.
    fn after(mut self, introduced: usize) -> Option<Self> {
        self.used += introduced;
        Some(self)
    }
}

/// At most eight digits, so within 32 bits.
fn number(digits: &[u8], radix: u32) -> Option<u32> {
    digits.iter().try_fold(0_u32, |number, digit| {
        Some(number.wrapping_mul(radix).wrapping_add(char::from(*digit).to_digit(radix)?))
    })
}

/// Decodes every escape that begins with `lead`; `decode` looks at no more than a few bytes.
fn replace(text: &View, out: &mut View, lead: u8, decode: impl Fn(&[u8]) -> Option<Escape>) -> bool {
    let bytes = text.bytes();
    if !bytes.contains(&lead) {
        return false;
    }
    let escape = |at: usize| if bytes[at] == lead { decode(&bytes[at..]) } else { None };
    let Some(first) = (0..bytes.len()).find(|at| escape(*at).is_some()) else { return false };
    out.copy(text, 0..first);
    let (mut at, mut copied) = (first, first);
    let mut gained = false;
    while at < bytes.len() {
        let Some(escape) = escape(at) else {
            at += 1;
            continue;
        };
        out.copy(text, copied..at);
        let decoded = &escape.bytes[..escape.len];
        // A space is nothing gained: it would be searched past either way.
        gained |= decoded != b" ";
        for byte in decoded {
            out.push(*byte, text, at..at + escape.used);
        }
        at += escape.used;
        copied = at;
    }
    out.copy(text, copied..bytes.len());
    gained
}
