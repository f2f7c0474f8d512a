//! A text is a token when its parts and its checksum, computed here another way, say so; then it prints back the same.
#![no_main]

use byo_fuzz::{Counted, Input};
use byo_server::{
    environment::Environment,
    token::{Token, TokenKind, looks_like_token},
};
use libfuzzer_sys::fuzz_target;

const BASE62: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KINDS: [(&str, TokenKind); 4] = [
    ("pk", TokenKind::Publishable),
    ("sk", TokenKind::Secret),
    ("cs", TokenKind::Session),
    ("rt", TokenKind::Runtime),
];

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        judge(text);
    }
    let mut input = Input::new(data);
    let kind = KINDS[usize::from(input.byte()) % KINDS.len()].1;
    let environment = Environment::ALL[usize::from(input.byte()) % Environment::ALL.len()];
    let token = Token::generate(kind, environment, &Counted::default());
    assert!(judge(token.expose()), "a new token is one");
    let mut changed = token.expose().as_bytes().to_vec();
    let (place, flip) = (usize::from(input.byte()) % changed.len(), input.byte());
    changed[place] ^= flip;
    if let Ok(changed) = std::str::from_utf8(&changed) {
        assert_eq!(judge(changed), flip == 0, "one changed character is one too many: {changed}");
    }
});

/// Whether it is a token; panics when byo and this file disagree.
fn judge(text: &str) -> bool {
    let parsed = Token::parse(text);
    assert_eq!(parsed.is_some(), is_token(text), "{text:?}");
    let Some(token) = parsed else { return false };
    assert_eq!(token.expose(), text);
    assert!(looks_like_token(text));
    let (kind, environment) = (&text[4..6], &text[7..11]);
    assert!(KINDS.contains(&(kind, token.kind())) && environment == token.environment().as_str(), "{text}");
    true
}

fn is_token(text: &str) -> bool {
    let Some((start, digits)) = text.split_at_checked(12) else { return false };
    let starts = KINDS.iter().any(|(tag, _)| {
        ["live", "test"].iter().any(|environment| start == format!("byo_{tag}_{environment}_"))
    });
    if !starts || digits.len() != 49 || !digits.chars().all(|digit| BASE62.contains(digit)) {
        return false;
    }
    let (body, check) = text.split_at(text.len() - 6);
    check.chars().fold(0, |sum, digit| sum * 62 + BASE62.find(digit).expect("checked above") as u64)
        == u64::from(crc32(body.as_bytes()))
}

/// CRC-32 (IEEE 802.3) bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}
