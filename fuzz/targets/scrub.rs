//! Of a key nothing is left in a text, whatever stands around it, and JSON stays JSON.
#![no_main]

use byo_fuzz::Input;
use byo_seal::ProviderId;
use byo_server::{
    proxy::scrub::{Glimpse, Scrubber},
    secret::ProviderKey,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let bytes = input.bytes().to_vec();
    let Ok(key) = ProviderKey::of(ProviderId::Ollama, bytes.clone().into()) else { return };
    let place = usize::from(input.byte());
    let scrubber = Scrubber::new(&key);
    let text = input.rest();
    let scrubbed = scrubber.scrub(text);
    assert_eq!(scrubbed.is_some(), scrubber.finds(text));
    if serde_json::from_slice::<serde_json::Value>(text).is_ok() {
        let left = scrubbed.as_deref().unwrap_or(text);
        serde_json::from_slice::<serde_json::Value>(left).expect("JSON stays JSON");
    }
    if key.is_empty() {
        assert!(scrubbed.is_none() && !Glimpse::new(&key).sees(text), "no key is nowhere");
        return;
    }
    // The key itself somewhere in the text.
    let mut holding = text.to_vec();
    let at = place.min(holding.len());
    holding.splice(at..at, bytes.iter().copied());
    assert!(Glimpse::new(&key).sees(&holding));
    let left = scrubber.scrub(&holding).expect("it is there");
    // One that overlaps with the replacement may come about anew.
    if bytes.len() >= 8 && !bytes.contains(&b'[') && !bytes.contains(&b']') && bytes != b"redacted" {
        assert!(!has(&left, &bytes), "it is still there");
    }
});

fn has(text: &[u8], piece: &[u8]) -> bool {
    text.windows(piece.len()).any(|window| window == piece)
}
