//! The pinned vectors of keys that are sealed for requests.

use std::collections::{BTreeMap, BTreeSet};

use byo_seal::{RequestEnvelope, base64url};
use serde_json::Value;

use crate::{
    generate,
    pinned::{
        Expect,
        request::{RequestVector, check},
    },
};

const BYO_REQUEST_V1: &str = include_str!("../../vectors/byo-request-v1.json");

fn committed() -> Vec<RequestVector> {
    serde_json::from_str::<generate::request::RequestVectorFile>(BYO_REQUEST_V1)
        .expect("the committed file is well-formed")
        .vectors
}

#[test]
fn every_committed_vector_holds() {
    let failures: Vec<String> = committed()
        .iter()
        .filter_map(|vector| check(vector).err().map(|error| format!("{}: {error}", vector.name)))
        .collect();
    assert_eq!(failures, Vec::<String>::new());
}

#[test]
fn the_committed_file_is_current() {
    let is_current = generate::request::file() == BYO_REQUEST_V1;
    assert!(
        is_current,
        "run `cargo run -p byo-seal --example vectors -- request > seal/vectors/byo-request-v1.json`"
    );
}

#[test]
fn names_are_unique_and_every_kind_is_there() {
    let vectors = committed();
    let names: BTreeSet<&str> = vectors.iter().map(|vector| vector.name.as_str()).collect();
    assert_eq!(names.len(), vectors.len());
    let of = |expect| vectors.iter().filter(|vector| vector.expect == expect).count();
    assert_eq!([Expect::Opens, Expect::Refused, Expect::Malformed].map(of), [6, 22, 41]);
}

#[test]
fn what_opens_is_written_as_it_was_read_unless_it_was_spelled_otherwise() {
    for vector in committed().iter().filter(|vector| vector.expect == Expect::Opens) {
        let written = RequestEnvelope::parse(&vector.header).unwrap().to_text();
        assert_eq!(written.as_ref() == Some(&vector.header), vector.reason.is_none(), "{}", vector.name);
    }
}

#[test]
fn the_header_is_the_envelope_as_text_wherever_there_is_one() {
    for vector in committed() {
        let Some(envelope) = vector.envelope else { continue };
        let json = base64url::decode(&vector.header).unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&json).unwrap(), envelope, "{}", vector.name);
    }
}

#[test]
fn what_must_not_open_differs_from_what_opens_in_the_named_members_only() {
    let vectors = committed();
    let opening: BTreeMap<&str, &RequestVector> = vectors
        .iter()
        .filter(|vector| vector.expect == Expect::Opens)
        .map(|v| (v.name.as_str(), v))
        .collect();
    for vector in vectors.iter().filter(|vector| vector.expect != Expect::Opens) {
        let base = opening[vector.base.as_deref().unwrap()];
        let expected: BTreeSet<String> = vector.changed.iter().cloned().collect();
        assert_eq!(differences(base, vector), expected, "{}", vector.name);
        assert!(vector.reason.is_some(), "{}", vector.name);
    }
}

/// The members of `privateKey`, `call` and `envelope` in which two vectors differ; `header` where one has no envelope.
fn differences(one: &RequestVector, other: &RequestVector) -> BTreeSet<String> {
    let members = |vector: &RequestVector| -> BTreeMap<String, Value> {
        let whole = serde_json::to_value(vector).expect("only text and numbers");
        let mut members = BTreeMap::from([("privateKey".to_owned(), whole["privateKey"].clone())]);
        for part in ["call", "envelope"] {
            for (name, value) in whole[part].as_object().into_iter().flatten() {
                members.insert(format!("{part}.{name}"), value.clone());
            }
        }
        members
    };
    if other.envelope.is_none() {
        return BTreeSet::from(["header".to_owned()]);
    }
    let (one, other) = (members(one), members(other));
    one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
