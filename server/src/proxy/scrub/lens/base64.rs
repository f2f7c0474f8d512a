//! Base64 in both alphabets, padded or not, in lines or not (RFC 4648, RFC 2045).

use crate::proxy::scrub::view::View;

/// Not a character of base64.
pub(in crate::proxy::scrub) const NONE: u8 = 0xff;

/// The value of every character.
static VALUES: [u8; 256] = {
    let mut values = [NONE; 256];
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut at = 0;
    while at < alphabet.len() {
        values[alphabet[at] as usize] = at as u8;
        at += 1;
    }
    values[b'-' as usize] = 62;
    values[b'_' as usize] = 63;
    values
};

/// What a character of either alphabet stands for.
pub(in crate::proxy::scrub) const fn value(byte: u8) -> u8 {
    VALUES[byte as usize]
}

/// Every stretch of the alphabet read from `skip` bits in: what stands before an encoded text may be of the alphabet
/// too, and a part of an encoded text may begin anywhere. Bytes begin 0, 2, 4 or 6 bits in.
pub(super) fn base64(text: &View, out: &mut View, skip: i32) -> bool {
    let bytes = text.bytes();
    let mut at = 0;
    while at < bytes.len() {
        if VALUES[usize::from(bytes[at])] == NONE {
            at += 1;
            continue;
        }
        let start = at;
        // Mostly these are words, and too short.
        let row = bytes[start..].iter().take_while(|byte| VALUES[usize::from(**byte)] != NONE).count();
        if row < 11 && !bytes.get(start + row).is_some_and(|byte| matches!(byte, b'\r' | b'\n')) {
            at += row;
            continue;
        }
        at = stretch(text, start, skip, out);
    }
    !out.is_empty()
}

/// One stretch; returns where it ends.
fn stretch(text: &View, start: usize, skip: i32, out: &mut View) -> usize {
    let bytes = text.bytes();
    let begin = out.bytes().len();
    let (mut at, mut previous) = (start, start);
    let (mut held, mut bits) = (0_u32, -skip);
    while at < bytes.len() {
        let value = VALUES[usize::from(bytes[at])];
        if value == NONE {
            let Some(next) = after_break(bytes, at) else { break };
            at = next;
            continue;
        }
        held = held << 6 | u32::from(value);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            // A byte begins in the character before and ends in this one.
            out.push((held >> bits) as u8, text, previous..at + 1);
        }
        previous = at;
        at += 1;
    }
    out.end_stretch(begin, text, at);
    at
}

/// Past a line break and the next line's indentation.
fn after_break(bytes: &[u8], at: usize) -> Option<usize> {
    let breaks = bytes[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    if breaks == 0 {
        return None;
    }
    let indent = bytes[at + breaks..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    Some(at + breaks + indent)
}
