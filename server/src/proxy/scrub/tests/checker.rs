//! A second opinion: decodes a text in every way it knows, simply and slowly, and looks for the key.
//!
//! Shares nothing with what it checks.

use std::collections::HashSet;

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

pub(super) struct Checker {
    fragments: HashSet<[u8; 8]>,
}

impl Checker {
    pub(super) fn new(key: &str) -> Self {
        let public = ["sk-proj-", "sk-ant-api03-"];
        let public = public.iter().filter(|known| key.starts_with(**known)).map(|known| known.len()).max();
        let key = key.to_ascii_lowercase().into_bytes();
        let mut fragments = HashSet::new();
        for start in (public.unwrap_or(7) - 7)..=key.len() - 8 {
            let mut fragment: [u8; 8] = key[start..start + 8].try_into().unwrap();
            fragments.insert(fragment);
            fragment.reverse();
            fragments.insert(fragment);
        }
        Self { fragments }
    }

    /// Whether any fragment is in the text, in any two encodings.
    pub(super) fn finds(&self, text: &[u8]) -> bool {
        let first = decodings(text);
        let second: Vec<_> = first.iter().flat_map(|text| decodings(text)).collect();
        let all: HashSet<_> = [vec![text.to_vec()], first, second].concat().into_iter().collect();
        all.iter().any(|text| self.reads(text))
    }

    fn reads(&self, text: &[u8]) -> bool {
        let loose = |byte: &u8| *byte > b' ' && !b"\"',\\".contains(byte);
        let readings = [
            text.to_vec(),
            text.iter().copied().filter(loose).collect(),
            text.iter().copied().step_by(2).collect(),
            text.iter().copied().skip(1).step_by(2).collect(),
        ];
        readings.iter().any(|reading| {
            let folded = reading.to_ascii_lowercase();
            folded.windows(8).any(|window| self.fragments.contains(window))
        })
    }
}

/// All that one step of decoding makes of it.
fn decodings(text: &[u8]) -> Vec<Vec<u8>> {
    // One character a byte, so that texts can be handled as strings.
    let latin: String = text.iter().map(|byte| char::from(*byte)).collect();
    let mut all = vec![
        latin.chars().rev().collect(),
        latin.replace('\0', ""),
        latin.replace("=\r\n", "").replace("=\n", ""),
        latin.replace("\r\n", "\n").replace("\ndata: ", "").replace('\n', ""),
        numbered(&latin, "%", "", 2, 16),
        numbered(&latin, "=", "", 2, 16).replace("=\r\n", ""),
        numbered(&numbered(&latin, "\\u", "", 4, 16), "\\U", "", 4, 16),
        numbered(&latin, "&#", ";", 0, 10),
        numbered(&numbered(&latin, "&#x", ";", 0, 16), "&#X", ";", 0, 16),
    ];
    // What JSON's parser makes of it as the inside of a string.
    let quoted = format!("\"{}\"", latin.replace("\\U", "\\u").replace(|c: char| c < ' ', " "));
    all.extend(serde_json::from_str::<String>(&quoted).ok());
    all.extend(hex_stretches(&latin));
    all.extend(decimal_stretches(&latin));
    all.extend(base64_stretches(&latin));
    all.into_iter()
        .map(|text| text.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect())
        .collect()
}

/// Replaces numbers of `digits` digits (0: as many as there are) between `open` and `close`.
fn numbered(text: &str, open: &str, close: &str, digits: usize, radix: u32) -> String {
    let mut parts = text.split(open);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let count =
            if digits > 0 { digits } else { part.find(|c: char| !c.is_digit(radix)).unwrap_or(part.len()) };
        let code = part.get(..count).and_then(|number| u8::from_str_radix(number, radix).ok());
        match code.zip(part.get(count..).and_then(|rest| rest.strip_prefix(close))) {
            Some((code, rest)) => out.extend([char::from(code).to_string(), rest.to_owned()]),
            None => out.extend([open, part]),
        }
    }
    out
}

const SEPARATORS: &str = " \t\r\n:,;-.%\\\"'=|/";

fn hex_stretches(text: &str) -> Vec<String> {
    let text = text.replace("0x", "").replace("0X", "").replace("\\x", "").replace("\\X", "");
    let all = text.split(|c: char| !c.is_ascii_hexdigit() && !SEPARATORS.contains(c));
    all.flat_map(|stretch| {
        let digits = stretch.replace(|c: char| !c.is_ascii_hexdigit(), "");
        [0, 1].map(|skip| {
            let digits = digits.get(skip..).unwrap_or_default();
            let bytes = hex::decode(&digits[..digits.len() / 2 * 2]).unwrap();
            bytes.into_iter().map(char::from).collect()
        })
    })
    .collect()
}

fn decimal_stretches(text: &str) -> Vec<String> {
    let all = text.split(|c: char| !c.is_ascii_digit() && !SEPARATORS.contains(c));
    all.map(|stretch| {
        let numbers = stretch.split(|c: char| !c.is_ascii_digit()).filter(|number| !number.is_empty());
        numbers.map(|number| number.parse::<u8>().map_or('?', char::from)).collect()
    })
    .collect()
}

fn base64_stretches(text: &str) -> Vec<String> {
    let lax = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&STANDARD, lax);
    let is_of = |c: char| c.is_ascii_alphanumeric() || "+/".contains(c);
    let lines: Vec<_> = text.split(['\r', '\n']).map(str::trim_start).collect();
    let whole = text.replace('-', "+").replace('_', "/");
    let joined = lines.concat().replace('-', "+").replace('_', "/");
    let mut out = Vec::new();
    for text in [whole, joined] {
        for stretch in text.split(|c: char| !is_of(c)).filter(|stretch| stretch.len() > 10) {
            for skip in 0..4 {
                let digits = &stretch[skip..];
                let digits = if digits.len() % 4 == 1 { &digits[..digits.len() - 1] } else { digits };
                let bytes = engine.decode(digits).unwrap();
                out.push(bytes.into_iter().map(char::from).collect());
            }
        }
    }
    out
}
