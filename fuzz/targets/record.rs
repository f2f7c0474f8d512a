//! A vault record opens exactly where it was made and as it was made.
#![no_main]

use std::sync::{Arc, LazyLock};

use byo_fuzz::{Counted, Input, edit, text};
use byo_server::vault::{Binding, MasterKey, Purpose, Vault};
use libfuzzer_sys::fuzz_target;

static VAULT: LazyLock<Vault> = LazyLock::new(|| {
    let master =
        MasterKey::parse("qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw=").expect("it is random enough");
    Vault::new(&master, Arc::new(Counted::default()))
});

const PURPOSES: [Purpose; 4] =
    [Purpose::ProviderKey, Purpose::WebhookSecret, Purpose::SealingKey, Purpose::MasterKeyCheck];

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let (purpose, other) = (purpose(input.byte()), purpose(input.byte()));
    let (id, first, second, plaintext) = (input.text(), input.bytes(), input.bytes(), input.bytes());
    let version = i64::from(input.byte());
    let edits = input.rest();

    let binding = Binding { purpose, id: &id, version, context: &[first, second] };
    assert!(VAULT.open(&binding, edits).is_err(), "nobody but the vault makes a record");
    let record = VAULT.seal(&binding, plaintext);
    assert_eq!(&**VAULT.open(&binding, &record).expect("its own record"), plaintext);

    let good = vec![
        record,
        id.clone().into_bytes(),
        first.to_vec(),
        second.to_vec(),
        version.to_be_bytes().to_vec(),
    ];
    let mut parts = good.clone();
    edit(&mut parts, edits);
    let said = text(&parts[1]);
    let numbered = <[u8; 8]>::try_from(&parts[4][..]).map(i64::from_be_bytes).ok();
    let unchanged = other == purpose
        && said == id
        && numbered == Some(version)
        && [0, 2, 3].iter().all(|part| parts[*part] == good[*part]);
    let binding = Binding {
        purpose: other,
        id: &said,
        version: numbered.unwrap_or(-1),
        context: &[&parts[2], &parts[3]],
    };
    let opened = VAULT.open(&binding, &parts[0]);
    assert_eq!(opened.is_ok(), unchanged, "a record opens exactly when nothing was changed");
    // More or fewer fields of the same bytes are another place.
    let joined = [&parts[2][..], &parts[3]].concat();
    let joined = Binding { context: &[&joined], ..binding };
    assert!(VAULT.open(&joined, &parts[0]).is_err());
});

fn purpose(byte: u8) -> Purpose {
    PURPOSES[usize::from(byte) % PURPOSES.len()]
}
