//! Every way a key may come back in.

mod checker;
mod cost;
mod encode;
mod forms;
mod glimpse;
mod intact;
mod masks;
mod properties;

use byo_seal::ProviderId;
use zeroize::Zeroizing;

use super::Scrubber;
use crate::secret::ProviderKey;

/// Made up, in the shapes providers issue.
const OPENAI: &str = "sk-proj-Zr8Qw3LxT0vB6nYp2KdHs9FgJc4MuE7aXi1oRtNq5WbVyCzGkPlDhSfAjUmIeOx3T7w_V-q9";
const ANTHROPIC: &str = "sk-ant-api03-Qm7VtXz2LpRk9WnYb4HsJd6FgCa8EuTi0OxMvNq3-ZrPl5SfKjGhDwByUeIoAc1Q_AA";
const GOOGLE: &str = "AIzaSyD3kQ9xVbN7mZpL2wRtY8uJhG5fCsXe4Ao";
const AZURE: &str = "9f3c7a1e5b8d4f6092c8e7a3b1d5f49c";
const PLAIN: &str = "Wq8/Zr+x3LTv0B6nYp2KdHs9FgJc4==";

const ALL: [&str; 5] = [OPENAI, ANTHROPIC, GOOGLE, AZURE, PLAIN];

fn key(text: &str) -> ProviderKey {
    ProviderKey::of(ProviderId::Ollama, Zeroizing::new(text.as_bytes().to_vec())).expect("a key, or none")
}

fn scrubber(text: &str) -> Scrubber {
    Scrubber::new(&key(text))
}

/// What is left of the text; the text itself when nothing was found.
fn scrubbed(key: &str, text: &[u8]) -> Vec<u8> {
    let scrubber = scrubber(key);
    let scrubbed = scrubber.scrub(text);
    assert_eq!(scrubbed.is_some(), scrubber.finds(text), "both ways of asking agree");
    scrubbed.unwrap_or_else(|| text.to_vec())
}

fn scrubbed_text(key: &str, text: &str) -> String {
    String::from_utf8(scrubbed(key, text.as_bytes())).expect("stays UTF-8")
}

/// So many cases in the short tier, and sixteen times as many in the long one.
#[expect(clippy::disallowed_methods, reason = "which tier runs is said by `cargo xtask test --long`")]
fn cases(short: u32) -> u32 {
    let long = std::env::var_os("BYO_TEST_LONG").is_some_and(|long| long == "1");
    if long { short * 16 } else { short }
}
