//! Cleaning what was pasted, where it lies.

use zeroize::Zeroize as _;

/// Removes what people copy along with a key: surrounding white space and invisible characters, quotes,
/// a leading `Bearer`. Moves the rest to the front of the buffer, zeroes everything behind it and gives
/// back its length. The inside of the key is left as it is.
pub fn clean(buffer: &mut [u8], written: usize) -> usize {
    let written = written.min(buffer.len());
    let kept = match core::str::from_utf8(&buffer[..written]) {
        Ok(text) => {
            let key = strip(text);
            let start = key.as_ptr().addr() - text.as_ptr().addr();
            start..start + key.len()
        }
        // Browsers write UTF-8 only; whatever else it is, it is not for us to cut up.
        Err(_) => 0..written,
    };
    let length = kept.len();
    buffer.copy_within(kept, 0);
    buffer[length..].zeroize();
    length
}

fn strip(mut text: &str) -> &str {
    loop {
        let trimmed = text.trim_matches(is_wrapping);
        let shorter = without_scheme(trimmed).unwrap_or(trimmed);
        if shorter.len() == text.len() {
            return shorter;
        }
        text = shorter;
    }
}

fn is_wrapping(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '"' | '\'' | '`' | '«' | '»')
        || matches!(c, '\u{2018}'..='\u{201f}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// The text behind `Bearer` and white space.
fn without_scheme(text: &str) -> Option<&str> {
    const SCHEME: &str = "bearer";
    let (scheme, rest) = text.split_at_checked(SCHEME.len())?;
    (scheme.eq_ignore_ascii_case(SCHEME) && rest.starts_with(char::is_whitespace)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        let mut buffer = [0xaa; 128];
        buffer[..text.len()].copy_from_slice(text.as_bytes());
        let length = clean(&mut buffer, text.len());
        assert!(buffer[length..].iter().all(|byte| *byte == 0), "{text:?} left something behind");
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    #[test]
    fn what_surrounds_a_key_is_removed() {
        for pasted in [
            "sk-1",
            "  sk-1\r\n",
            "\"sk-1\"",
            "'sk-1'",
            "`sk-1`",
            "\u{201c}sk-1\u{201d}",
            "\u{feff}sk-1\u{200b}",
            "\u{a0}sk-1\u{3000}",
            "Bearer sk-1",
            "bearer\tsk-1",
            " \"Bearer 'sk-1' \" ",
            "Bearer Bearer sk-1",
        ] {
            assert_eq!(cleaned(pasted), "sk-1", "{pasted:?}");
        }
    }

    #[test]
    fn the_inside_of_a_key_is_left_alone() {
        for key in ["sk 1", "a\"b", "Bearersk-1", "bearer", "AQ.x-y_z==", "ключ"] {
            assert_eq!(cleaned(key), key);
        }
    }

    #[test]
    fn nothing_stays_nothing() {
        for pasted in ["", "   ", "\"\"", "\u{200b}\n"] {
            assert_eq!(cleaned(pasted), "", "{pasted:?}");
        }
    }

    #[test]
    fn a_length_beyond_the_buffer_is_cut_to_it() {
        let mut buffer = *b" key ";
        assert_eq!(clean(&mut buffer, 99), 3);
        assert_eq!(&buffer, b"key\0\0");
    }

    #[test]
    fn bytes_that_are_no_text_are_kept_and_the_rest_is_zeroed() {
        let mut buffer = [0xff, b' ', 0xfe, 0x11, 0x22];
        assert_eq!(clean(&mut buffer, 3), 3);
        assert_eq!(buffer, [0xff, b' ', 0xfe, 0, 0]);
    }
}
