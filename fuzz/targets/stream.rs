//! A stream of lines or elements passes byte for byte but for errors, wherever it is cut, and of those nothing of the key
//! is left.
#![no_main]

use std::collections::VecDeque;

use byo_fuzz::Input;
use byo_server::{
    proxy::{
        stream::{Form, Stream},
        values::{Layout, Part, Splitter},
    },
    secret::ProviderKey,
};
use bytes::Bytes;
use libfuzzer_sys::fuzz_target;

const KEY: &str = "zq-8FkW3xLp0VbT6nYdR2mHs";

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let (layout, form) = match input.byte() % 2 {
        0 => (Layout::Lines, Form::Lines),
        _ => (Layout::Array, Form::Array),
    };
    let most = usize::from(input.byte()) + 1;
    let cuts = input.bytes();
    let bytes = input.rest();

    // Cut, nothing is lost, and what is too long is never held.
    let mut splitter = Splitter::new(layout, most);
    let (mut all, mut put) = (Vec::new(), 0);
    for chunk in chunks(bytes, cuts) {
        put += chunk.len();
        splitter.push(&Bytes::copy_from_slice(chunk), &mut |part| {
            let (Part::Plain(bytes) | Part::Told(bytes) | Part::Oversized(bytes)) = part;
            all.extend_from_slice(&bytes);
        });
        assert!(put - all.len() <= most, "{} bytes are held", put - all.len());
    }
    all.extend_from_slice(&splitter.finish().unwrap_or_default());
    assert_eq!(all, bytes);

    // Where it is cut does not matter.
    let whole = passed(form, &[bytes]);
    let pieces: Vec<&[u8]> = chunks(bytes, cuts).collect();
    assert_eq!(passed(form, &pieces), whole);
    let mut tells = false;
    let mut splitter = Splitter::new(layout, usize::MAX);
    splitter.push(&Bytes::copy_from_slice(bytes), &mut |part| tells |= matches!(part, Part::Told(_)));
    if !tells && splitter.finish().is_none() {
        assert_eq!(whole, bytes);
    }

    // An error that holds the key, where one can be read as such.
    if layout == Layout::Lines {
        let error = format!("\n{{\"error\":\"no {KEY}\"}}\n");
        let holding = [bytes, error.as_bytes()].concat();
        let pieces: Vec<&[u8]> = chunks(&holding, cuts).collect();
        let left = passed(form, &pieces);
        assert!(left.ends_with(b"\n{\"error\":\"no [redacted]\"}\n"), "{}", left.escape_ascii());
    }
});

fn key() -> ProviderKey {
    ProviderKey::new(KEY.as_bytes().to_vec().into()).expect("it is one")
}

/// What goes on to the client.
fn passed(form: Form, chunks: &[&[u8]]) -> Vec<u8> {
    let mut stream = Stream::new(form, Bytes::new(), key());
    let mut ready = VecDeque::new();
    for chunk in chunks {
        stream.push(Bytes::copy_from_slice(chunk), &mut ready);
    }
    ready.extend(stream.finish());
    ready.iter().flatten().copied().collect()
}

/// The bytes, cut after so many each time and as often as it says.
fn chunks<'a>(bytes: &'a [u8], cuts: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = bytes;
    let first =
        cuts.iter().map(move |cut| rest.split_off(..rest.len().min(usize::from(*cut))).unwrap_or_default());
    let cut = cuts.iter().map(|cut| usize::from(*cut)).sum::<usize>().min(bytes.len());
    first.chain([&bytes[cut..]])
}
