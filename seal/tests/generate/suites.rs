//! Envelopes of one suite that pass for the other's. One key pair serves both suites, so nothing but the names and
//! the key schedule keeps them apart.

use byo_seal::{KeyId, PublicKey, Suite};

use super::{
    edit,
    raw::{self, Algorithms},
    refused::{padded, refused},
};
use crate::pinned::Vector;

pub(super) fn all(base: &Vector) -> Vec<Vector> {
    [relabelled(base), mixed(base)].concat()
}

/// What request or envelope says of suite and kid was changed.
fn relabelled(base: &Vector) -> Vec<Vector> {
    let suite = other(base.context.suite);
    let kid = || KeyId::of(suite, &PublicKey::from_bytes(base.public_key));
    vec![
        refused(
            base,
            ("suite-request-only", "another suite than the envelope was made for"),
            &["context.suite"],
            |v| v.context.suite = suite,
        ),
        refused(
            base,
            ("suite-envelope-only", "the envelope names another suite"),
            &["sealedKey.suite"],
            |v| {
                edit(v, |sealed| sealed.suite = suite);
            },
        ),
        refused(
            base,
            ("suite", "another suite than it was made for"),
            &["context.suite", "sealedKey.suite"],
            |v| {
                v.context.suite = suite;
                edit(v, |sealed| sealed.suite = suite);
            },
        ),
        refused(
            base,
            ("suite-and-its-kid", "another suite than it was made for, with that suite's kid"),
            &["context.kid", "context.suite", "sealedKey.kid", "sealedKey.suite"],
            |v| {
                (v.context.suite, v.context.kid) = (suite, kid());
                edit(v, |sealed| (sealed.suite, sealed.kid) = (suite, kid()));
            },
        ),
        refused(
            base,
            ("kid-of-other-suite", "the kid that the key has under another suite"),
            &["context.kid", "sealedKey.kid"],
            |v| {
                v.context.kid = kid();
                edit(v, |sealed| sealed.kid = kid());
            },
        ),
        refused(
            base,
            ("kid-of-other-suite-envelope-only", "the envelope names the kid of another suite"),
            &["sealedKey.kid"],
            |v| edit(v, |sealed| sealed.kid = kid()),
        ),
    ]
}

/// The encryption took an algorithm from the other suite; all names are right.
fn mixed(base: &Vector) -> Vec<Vector> {
    let (own, other) = (base.context.suite, other(base.context.suite));
    let with = |name: &str, reason: &str, algorithms: Algorithms| {
        refused(base, (name, reason), &["sealedKey.ciphertext"], |v| {
            let public = PublicKey::from_bytes(v.public_key);
            let (enc, ciphertext) =
                raw::seal_mixed(algorithms, &public, v.ikm_e, &v.info, &padded(b"sk", 512));
            edit(v, |sealed| (sealed.enc, sealed.ciphertext) = (enc, ciphertext));
        })
    };
    vec![
        with(
            "encrypted-with-other-suite",
            "encrypted with another suite than all names say",
            Algorithms { schedule: other, cipher: other },
        ),
        with(
            "schedule-of-other-suite",
            "the key schedule names another suite",
            Algorithms { schedule: other, cipher: own },
        ),
        with("cipher-of-other-suite", "another suite's cipher", Algorithms { schedule: own, cipher: other }),
    ]
}

fn other(suite: Suite) -> Suite {
    let is_other = |candidate: &&Suite| **candidate != suite;
    *Suite::ALL.iter().find(is_other).expect("there are two")
}
