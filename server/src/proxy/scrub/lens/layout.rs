//! How text is laid out: in lines, in wide characters, from right to left.

use crate::proxy::scrub::view::View;

/// Without line breaks, the indentation after them, `=` before them, and `data:` after them: what was broken into
/// lines in MIME's ways or by being an event of several `data:` lines.
pub(in super::super) fn join(text: &View, out: &mut View) -> bool {
    let bytes = text.bytes();
    if !bytes.contains(&b'\n') && !bytes.contains(&b'\r') {
        return false;
    }
    let mut at = 0;
    while at < bytes.len() {
        // What follows `=` and a line break is text from its first character on.
        let is_soft = bytes[at] == b'=' && matches!(bytes.get(at + 1), Some(b'\r' | b'\n'));
        let rest = &bytes[at + usize::from(is_soft)..];
        let breaks = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => {
                out.copy(text, at..at + 1);
                at += 1;
                continue;
            }
        };
        at += usize::from(is_soft) + breaks;
        if !is_soft {
            at += bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        }
        if bytes[at..].starts_with(b"data:") {
            at += 5;
            at += usize::from(bytes.get(at) == Some(&b' '));
        }
    }
    true
}

/// Without NULs: ASCII in UTF-16 and UTF-32.
pub(super) fn without_nul(text: &View, out: &mut View) -> bool {
    let bytes = text.bytes();
    if !bytes.contains(&0) {
        return false;
    }
    for at in (0..bytes.len()).filter(|at| bytes[*at] != 0) {
        out.copy(text, at..at + 1);
    }
    true
}

/// From right to left.
pub(in super::super) fn reverse(text: &View, out: &mut View) {
    for at in (0..text.bytes().len()).rev() {
        out.copy(text, at..at + 1);
    }
}
