//! Encodings as others write them, for texts to scrub.

use base64::{Engine, engine::general_purpose as engines};

/// Picks in no visible order, the same for the same seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn coin(&mut self) -> bool {
        self.below(2) == 0
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// One encoding, in one of its variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Percent,
    SomePercent,
    Json,
    SomeJson,
    Hex,
    Decimal,
    Base64,
    UrlBase64,
    MimeBase64,
    Entity,
    QuotedPrintable,
    Reversed,
    Upper,
    Lower,
    Utf16Le,
    Utf16Be,
    Separated,
}

use Encoding::*;

impl Encoding {
    pub(super) const ALL: [Self; 17] = [
        Percent,
        SomePercent,
        Json,
        SomeJson,
        Hex,
        Decimal,
        Base64,
        UrlBase64,
        MimeBase64,
        Entity,
        QuotedPrintable,
        Reversed,
        Upper,
        Lower,
        Utf16Le,
        Utf16Be,
        Separated,
    ];

    /// Whether `outer` over this one can be undone at all, and is promised to be.
    pub(super) fn can_be_under(self, outer: Self) -> bool {
        let is_base64 = matches!(self, Base64 | UrlBase64 | MimeBase64);
        match outer {
            Upper | Lower => !is_base64,
            Separated => matches!(self, Reversed | Upper | Lower),
            _ => true,
        }
    }

    pub(super) fn apply(self, text: &[u8], dice: &mut Dice) -> Vec<u8> {
        match self {
            Percent => {
                each(text, |byte| if dice.coin() { format!("%{byte:02x}") } else { format!("%{byte:02X}") })
            }
            SomePercent => some(text, b"%", dice, |byte| format!("%{byte:02X}")),
            Json => each(text, |byte| format!("\\u{byte:04x}")),
            SomeJson => some(text, b"\"\\", dice, |byte| match byte {
                b'"' | b'\\' | b'/' => format!("\\{}", char::from(byte)),
                b'\n' => "\\n".to_owned(),
                byte => format!("\\u{byte:04X}"),
            }),
            Hex => hexed(text, dice),
            Decimal => joined(text, dice.one(&[", ", ",", " ", ";"]), |byte| byte.to_string()),
            Base64 => based(&engines::STANDARD, text, dice),
            UrlBase64 => based(&engines::URL_SAFE_NO_PAD, text, dice),
            MimeBase64 => {
                let (line, end) = (dice.one(&[8, 64, 76]), dice.one(&["\n", "\r\n", "\r\n  "]));
                let lines: Vec<_> =
                    based(&engines::STANDARD, text, dice).chunks(line).map(<[u8]>::to_vec).collect();
                lines.join(end.as_bytes())
            }
            Entity => {
                let hex = dice.coin();
                each(text, |byte| if hex { format!("&#x{byte:x};") } else { format!("&#{byte};") })
            }
            QuotedPrintable => quoted_printable(text, dice),
            Reversed => text.iter().rev().copied().collect(),
            Upper => text.to_ascii_uppercase(),
            Lower => text.to_ascii_lowercase(),
            Utf16Le => text.iter().flat_map(|byte| [*byte, 0]).collect(),
            Utf16Be => text.iter().flat_map(|byte| [0, *byte]).collect(),
            Separated => {
                let separator = dice.one(b"- .,|\n");
                text.iter().flat_map(|byte| [*byte, separator]).collect()
            }
        }
    }
}

fn each(text: &[u8], mut write: impl FnMut(u8) -> String) -> Vec<u8> {
    text.iter().flat_map(|byte| write(*byte).into_bytes()).collect()
}

/// About half of the bytes, and always those of `must`.
fn some(text: &[u8], must: &[u8], dice: &mut Dice, write: impl Fn(u8) -> String) -> Vec<u8> {
    let encode = |byte: &u8| {
        if must.contains(byte) || *byte < b' ' || dice.coin() {
            write(*byte).into_bytes()
        } else {
            vec![*byte]
        }
    };
    text.iter().flat_map(encode).collect()
}

fn joined(text: &[u8], separator: &str, write: impl Fn(u8) -> String) -> Vec<u8> {
    text.iter().map(|byte| write(*byte)).collect::<Vec<_>>().join(separator).into_bytes()
}

fn hexed(text: &[u8], dice: &mut Dice) -> Vec<u8> {
    let style = dice.one(&["", ":", " ", "-", "%", "0x", "\\x", ", 0x"]);
    let upper = dice.coin();
    let pair = |byte: u8| if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
    match style {
        "0x" => [b"0x".to_vec(), joined(text, "", pair)].concat(),
        ", 0x" => [b"0x".to_vec(), joined(text, ", 0x", pair)].concat(),
        "\\x" => each(text, |byte| format!("\\x{}", pair(byte))),
        style => joined(text, style, pair),
    }
}

/// As part of a larger text, so that it may begin at each of the three places within four characters.
fn based(engine: &impl Engine, text: &[u8], dice: &mut Dice) -> Vec<u8> {
    let before = dice.one(&["", "B", "Be", "Authorization: Bearer ", "{\"k\":\""]);
    let after = dice.one(&["", "\r\nHost: x", "\"}"]);
    engine.encode([before.as_bytes(), text, after.as_bytes()].concat()).into_bytes()
}

fn quoted_printable(text: &[u8], dice: &mut Dice) -> Vec<u8> {
    let style = dice.below(3);
    let mut out = Vec::new();
    for (at, byte) in text.iter().enumerate() {
        if at % 20 == 19 {
            out.extend_from_slice(b"=\r\n");
        }
        // All of it, some, or only what has to be.
        if style == 0 || style == 1 && dice.coin() || *byte < b' ' || *byte == b'=' {
            out.extend(format!("={byte:02X}").bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}
