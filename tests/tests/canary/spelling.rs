//! The forms in which a secret could get somewhere unnoticed, and one search for all of them.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

/// Shorter spellings would be found by chance.
const SHORTEST: usize = 8;

/// A secret in all its spellings, among others.
pub(crate) struct Search {
    spellings: Vec<Spelling>,
    by_start: HashMap<[u8; SHORTEST], Vec<usize>>,
    /// Whether a spelling starts with these three bytes: that decides nearly everywhere.
    starts: Vec<bool>,
}

struct Spelling {
    secret: String,
    form: &'static str,
    bytes: Vec<u8>,
}

/// A secret where it has no business.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Leak {
    /// Which one, by name.
    pub(crate) secret: String,
    /// How it is written.
    pub(crate) form: &'static str,
    /// What stands around it.
    pub(crate) around: String,
}

impl Search {
    /// For these secrets, each with its name.
    pub(crate) fn new<'a>(secrets: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        let mut search =
            Self { spellings: Vec::new(), by_start: HashMap::new(), starts: vec![false; 1 << 24] };
        for (name, secret) in secrets {
            for (form, bytes) in spellings(secret) {
                let start = bytes[..SHORTEST].try_into().expect("no spelling is shorter");
                search.starts[number(&bytes)] = true;
                search.by_start.entry(start).or_default().push(search.spellings.len());
                search.spellings.push(Spelling { secret: name.to_owned(), form, bytes });
            }
        }
        search
    }

    /// Everything that stands in these bytes.
    pub(crate) fn find(&self, bytes: &[u8]) -> Vec<Leak> {
        let mut leaks = Vec::new();
        for at in 0..bytes.len().saturating_sub(SHORTEST - 1) {
            let rest = &bytes[at..];
            if !self.starts[number(rest)] {
                continue;
            }
            let start: [u8; SHORTEST] = rest[..SHORTEST].try_into().expect("the loop ends before");
            for &index in self.by_start.get(&start).into_iter().flatten() {
                let Spelling { secret, form, bytes: spelling } = &self.spellings[index];
                if rest.starts_with(spelling) {
                    let around = &bytes[at.saturating_sub(60)..(at + spelling.len() + 20).min(bytes.len())];
                    let around = around.escape_ascii().to_string();
                    leaks.push(Leak { secret: secret.clone(), form, around });
                }
            }
        }
        leaks
    }
}

fn number(bytes: &[u8]) -> usize {
    usize::from(bytes[0]) << 16 | usize::from(bytes[1]) << 8 | usize::from(bytes[2])
}

/// Every spelling with its name. What a person may see, the last four characters, is in none.
pub(crate) fn spellings(secret: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let percent = percent(secret, |byte| !byte.is_ascii_alphanumeric());
    let percent_all = percent_every(secret);
    let hash = Sha256::digest(secret);
    let random = random_part(secret);
    let wide: Vec<u8> = secret.iter().flat_map(|&byte| [byte, 0]).collect();
    let mut spellings = vec![
        ("as it is", secret.to_vec()),
        ("lower case", secret.to_ascii_lowercase()),
        ("upper case", secret.to_ascii_uppercase()),
        ("percent-encoded", percent.clone()),
        ("percent-encoded twice", percent_twice(&percent)),
        ("every byte percent-encoded", percent_all.clone()),
        ("every byte percent-encoded twice", percent_twice(&percent_all)),
        ("hex", hex::encode(secret).into_bytes()),
        ("HEX", hex::encode_upper(secret).into_bytes()),
        ("JSON escapes", escapes(secret, false)),
        ("JSON ESCAPES", escapes(secret, true)),
        ("reversed", secret.iter().rev().copied().collect()),
        ("UTF-16", wide),
        ("numbers", secret.iter().map(u8::to_string).collect::<Vec<_>>().join(", ").into_bytes()),
        ("SHA-256 in hex", hex::encode(hash).into_bytes()),
        ("its first 12 characters", random[..12].to_vec()),
        ("its last 8 characters", secret[secret.len() - 8..].to_vec()),
    ];
    let names = [
        ["base64", "base64 one byte later", "base64 two bytes later"],
        ["base64url", "base64url one byte later", "base64url two bytes later"],
    ];
    for (names, safe) in names.into_iter().zip([false, true]) {
        for (shift, name) in names.into_iter().enumerate() {
            spellings.push((name, base64(secret, shift, safe)));
        }
    }
    spellings.sort_by(|one, other| one.1.cmp(&other.1));
    spellings.dedup_by(|one, other| one.1 == other.1);
    spellings
}

/// What follows the words that say what kind of secret it is, which are no secret.
fn random_part(secret: &[u8]) -> &[u8] {
    let start = secret.iter().rposition(|byte| b"-_".contains(byte)).map_or(0, |at| at + 1);
    if secret.len() - start >= 12 { &secret[start..] } else { secret }
}

fn percent(secret: &[u8], wanted: impl Fn(u8) -> bool) -> Vec<u8> {
    let spell = |&byte: &u8| if wanted(byte) { format!("%{byte:02X}").into_bytes() } else { vec![byte] };
    secret.iter().flat_map(spell).collect()
}

fn percent_every(secret: &[u8]) -> Vec<u8> {
    percent(secret, |_| true)
}

fn percent_twice(once: &[u8]) -> Vec<u8> {
    percent(once, |byte| byte == b'%')
}

fn escapes(secret: &[u8], upper: bool) -> Vec<u8> {
    let spell = |byte: &u8| if upper { format!("\\u{byte:04X}") } else { format!("\\u{byte:04x}") };
    secret.iter().map(spell).collect::<String>().into_bytes()
}

/// The digits that the secret alone decides, when it starts so many bytes after a multiple of three.
fn base64(secret: &[u8], shift: usize, safe: bool) -> Vec<u8> {
    const COMMON: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let digit = |value: usize| match (value, safe) {
        (62, false) => b'+',
        (63, false) => b'/',
        (62, true) => b'-',
        (63, true) => b'_',
        (value, _) => COMMON[value],
    };
    let start = (3 - shift) % 3;
    let threes = secret[start..].chunks_exact(3);
    threes
        .flat_map(|three| {
            let bits = usize::from(three[0]) << 16 | usize::from(three[1]) << 8 | usize::from(three[2]);
            [bits >> 18, bits >> 12 & 63, bits >> 6 & 63, bits & 63].map(digit)
        })
        .collect()
}
