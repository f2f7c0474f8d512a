//! A delivery verifies when both signatures are those of its id, time and body, and its time is now; never otherwise.
#![no_main]

use byo_fuzz::{Input, edit, text};
use byo_server::{
    clock::Timestamp,
    webhook::{Signatures, WebhookSecret, sign, verify},
};
use libfuzzer_sys::fuzz_target;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: i64 = 1_790_000_000;
const TOLERANCE: i64 = 300;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(secret) = WebhookSecret::parse(text)
    {
        assert_eq!(secret.expose(), text);
    }
    let secret = WebhookSecret::parse(SECRET).expect("the standard's example");
    let mut input = Input::new(data);
    let age = i64::from(i16::from_be_bytes([input.byte(), input.byte()]));
    let (id, body) = (input.text(), input.bytes());
    let made = sign(&secret, &id, seconds(NOW - age), body);
    let fresh = age.abs() <= TOLERANCE;
    assert_eq!(verify(&secret, &made, seconds(NOW), body).is_ok(), fresh, "{age} s");

    let mut parts =
        [&made.byo, &made.id, &made.timestamp, &made.standard].map(|part| part.clone().into_bytes()).to_vec();
    parts.push(body.to_vec());
    edit(&mut parts, input.rest());
    let given = Signatures {
        byo: text(&parts[0]),
        id: text(&parts[1]),
        timestamp: text(&parts[2]),
        standard: text(&parts[3]),
    };
    let body = &parts[4];
    let taken = verify(&secret, &given, seconds(NOW), body).is_ok();
    assert_eq!(taken, is_right(&secret, &given, body), "{given:?}");
});

/// What it would have to be, by signing anew.
fn is_right(secret: &WebhookSecret, given: &Signatures, body: &[u8]) -> bool {
    let Ok(at) = given.timestamp.parse::<i64>() else { return false };
    if NOW.abs_diff(at) > TOLERANCE.unsigned_abs() {
        return false;
    }
    let right = sign(secret, &given.id, seconds(at), body);
    // Hex in either case is the same bytes; other spellings of the time were signed by nobody.
    right.byo.eq_ignore_ascii_case(&given.byo)
        && right.timestamp == given.timestamp
        && given.standard.split(' ').take(10).any(|one| one == right.standard)
}

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_millis(seconds * 1000)
}
