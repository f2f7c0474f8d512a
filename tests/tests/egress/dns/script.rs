//! What the name server says, name by name: each line is one thing that an attacker's name server can do.

use std::net::IpAddr;

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{
        Name, RData, Record, RecordType,
        rdata::{A, AAAA, CNAME},
    },
};

/// Every name here ends in this; what is before its last label tells askers apart.
pub(crate) const ZONE: &str = "names.example.net";
/// The public addresses of this zone's names.
pub(crate) const PUBLIC_V4: &str = "93.184.216.34";
/// The public addresses of this zone's names.
pub(crate) const PUBLIC_V6: &str = "2606:2800:220:1::1";

/// What must become of a call to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Its addresses are refused.
    Refused,
    /// It has none.
    Unresolvable,
    /// Public when it is saved, refused when it is used.
    Rebound,
    /// Called or not: what is dialled is public.
    Harmless,
    /// Called at its public addresses.
    Called,
}
use Expect::{Called, Harmless, Rebound, Refused, Unresolvable};

/// One thing a name server can do.
pub(crate) struct Behaviour {
    /// The label that asks for it.
    pub(crate) label: &'static str,
    pub(crate) expect: Expect,
    script: Script,
}

enum Script {
    /// All of these, as they fit the type asked for.
    Addresses(&'static [&'static str]),
    /// Anything.
    Reply(fn(&Question, Message) -> Reply),
}
use Script::{Addresses, Reply as Says};

/// A question as it came.
pub(crate) struct Question {
    pub(crate) name: Name,
    pub(crate) of: RecordType,
    pub(crate) over_tcp: bool,
    /// How often this was asked, from 1.
    pub(crate) nth: usize,
    /// The saving is over.
    pub(crate) sending: bool,
}

pub(crate) enum Reply {
    Message(Box<Message>),
    Bytes(Vec<u8>),
    Silence,
}

const fn says(label: &'static str, expect: Expect, script: Script) -> Behaviour {
    Behaviour { label, expect, script }
}

/// All of them.
pub(crate) const BEHAVIOURS: &[Behaviour] = &[
    // public controls
    says("public-a", Called, Addresses(&[PUBLIC_V4])),
    says("public-aaaa", Called, Addresses(&[PUBLIC_V6])),
    says("public-both", Called, Addresses(&[PUBLIC_V4, PUBLIC_V6])),
    says("public-many", Called, Says(|question, message| many(question, message, &[]))),
    says("public-cname", Called, Says(|question, message| alias(question, message, "public-a", true))),
    says("public-over-tcp", Called, Says(|question, message| over_tcp(question, message, &[], &[PUBLIC_V4]))),
    // one private address
    says("loopback", Refused, Addresses(&["127.0.0.1"])),
    says("loopback-other", Refused, Addresses(&["127.8.8.8"])),
    says("private-10", Refused, Addresses(&["10.0.0.5"])),
    says("private-172", Refused, Addresses(&["172.16.0.5"])),
    says("private-192", Refused, Addresses(&["192.168.0.5"])),
    says("in-open-network", Refused, Addresses(&["10.30.0.1"])),
    says("half-in-open-network", Refused, Addresses(&["10.30.0.1", "10.0.0.5"])),
    says("carrier-grade", Refused, Addresses(&["100.64.0.5"])),
    says("metadata", Refused, Addresses(&["169.254.169.254"])),
    says("metadata-ecs", Refused, Addresses(&["169.254.170.2"])),
    says("metadata-alibaba", Refused, Addresses(&["100.100.100.200"])),
    says("metadata-azure", Refused, Addresses(&["168.63.129.16"])),
    says("metadata-oracle", Refused, Addresses(&["192.0.0.192"])),
    says("metadata-aws-v6", Refused, Addresses(&["fd00:ec2::254"])),
    says("metadata-google-v6", Refused, Addresses(&["fd20:ce::254"])),
    says("unspecified", Refused, Addresses(&["0.0.0.0"])),
    says("this-network", Refused, Addresses(&["0.1.2.3"])),
    says("benchmarking", Refused, Addresses(&["198.18.0.5"])),
    says("documentation", Refused, Addresses(&["203.0.113.5"])),
    says("multicast", Refused, Addresses(&["224.0.0.1"])),
    says("reserved", Refused, Addresses(&["240.0.0.5"])),
    says("broadcast", Refused, Addresses(&["255.255.255.255"])),
    says("loopback-v6", Refused, Addresses(&["::1"])),
    says("unspecified-v6", Refused, Addresses(&["::"])),
    says("unique-local", Refused, Addresses(&["fd12:3456:789a::5"])),
    says("link-local-v6", Refused, Addresses(&["fe80::5"])),
    says("site-local", Refused, Addresses(&["fec0::5"])),
    says("multicast-v6", Refused, Addresses(&["ff02::1"])),
    says("documentation-v6", Refused, Addresses(&["2001:db8::5"])),
    says("discard-only", Refused, Addresses(&["100::5"])),
    // one private address inside an IPv6 one
    says("mapped", Refused, Addresses(&["::ffff:10.0.0.5"])),
    says("mapped-metadata", Refused, Addresses(&["::ffff:169.254.169.254"])),
    says("compatible", Refused, Addresses(&["::10.0.0.5"])),
    says("siit", Refused, Addresses(&["::ffff:0:10.0.0.5"])),
    says("nat64", Refused, Addresses(&["64:ff9b::10.0.0.5"])),
    says("nat64-metadata", Refused, Addresses(&["64:ff9b::169.254.169.254"])),
    says("nat64-local", Refused, Addresses(&["64:ff9b:1::10.0.0.5"])),
    says("6to4", Refused, Addresses(&["2002:a00:5::1"])),
    says("teredo", Refused, Addresses(&["2001:0:a00:5:0:0:f5ff:fffa"])),
    says("isatap", Refused, Addresses(&["2600:1f00::5efe:10.0.0.5"])),
    // a private one among public ones
    says("private-last", Refused, Addresses(&[PUBLIC_V4, "10.0.0.5"])),
    says("private-first", Refused, Addresses(&["10.0.0.5", PUBLIC_V4])),
    says("v4-public-v6-private", Refused, Addresses(&[PUBLIC_V4, "fd12:3456:789a::5"])),
    says("v4-private-v6-public", Refused, Addresses(&["10.0.0.5", PUBLIC_V6])),
    says("v4-public-v6-mapped", Refused, Addresses(&[PUBLIC_V4, "::ffff:10.0.0.5"])),
    says("v4-public-v6-nat64", Refused, Addresses(&[PUBLIC_V4, "64:ff9b::10.0.0.5"])),
    says("v4-public-v6-loopback", Refused, Addresses(&[PUBLIC_V4, "::1"])),
    says("public-and-metadata", Refused, Addresses(&[PUBLIC_V4, "169.254.169.254", PUBLIC_V6])),
    says("fifty-and-private", Refused, Says(|question, message| many(question, message, &["10.0.0.5"]))),
    says("fifty-and-private-v6", Refused, Says(|question, message| many(question, message, &["fd12::5"]))),
    // behind other names
    says("cname", Refused, Says(|question, message| alias(question, message, "private-10", true))),
    says("cname-alone", Refused, Says(|question, message| alias(question, message, "private-10", false))),
    says("cname-chain", Refused, Says(|question, message| alias(question, message, "cname-alone", false))),
    says(
        "cname-to-metadata",
        Refused,
        Says(|question, message| elsewhere(question, message, "metadata.google.internal.")),
    ),
    says("cname-to-localhost", Refused, Says(|question, message| elsewhere(question, message, "localhost."))),
    says(
        "cname-to-single-label",
        Refused,
        Says(|question, message| elsewhere(question, message, "intranet.")),
    ),
    says("cname-and-address", Harmless, Says(cname_and_address)),
    says("cname-loop", Unresolvable, Says(|question, message| alias(question, message, "cname-loop", false))),
    // one answer now, another later
    says("rebinding", Rebound, Says(|question, message| by_phase(question, message, &["10.0.0.5"]))),
    says(
        "rebinding-to-loopback",
        Rebound,
        Says(|question, message| by_phase(question, message, &["127.0.0.1"])),
    ),
    says(
        "rebinding-to-metadata",
        Rebound,
        Says(|question, message| by_phase(question, message, &["169.254.169.254"])),
    ),
    says("rebinding-to-v6", Rebound, Says(|question, message| by_phase(question, message, &["fd12::5"]))),
    says(
        "rebinding-to-mixed",
        Rebound,
        Says(|question, message| by_phase(question, message, &[PUBLIC_V4, "10.0.0.5"])),
    ),
    says("alternating", Harmless, Says(|question, message| alternating(question, message, 1))),
    says("alternating-private-first", Harmless, Says(|question, message| alternating(question, message, 0))),
    says(
        "long-lived-private",
        Refused,
        Says(|question, message| with_ttl(question, message, &["10.0.0.5"], u32::MAX >> 1)),
    ),
    says("other-case", Refused, Says(other_case)),
    // over TCP
    says(
        "private-over-tcp",
        Refused,
        Says(|question, message| over_tcp(question, message, &[], &["10.0.0.5"])),
    ),
    says(
        "public-then-private-over-tcp",
        Refused,
        Says(|question, message| over_tcp(question, message, &[PUBLIC_V4], &["10.0.0.5"])),
    ),
    // what is beside the answer
    says("private-in-additional", Harmless, Says(|question, message| beside(question, message, false))),
    says("private-in-authority", Harmless, Says(|question, message| beside(question, message, true))),
    says("private-of-another-name", Harmless, Says(|question, message| of_another(question, message, true))),
    says("only-of-another-name", Harmless, Says(|question, message| of_another(question, message, false))),
    says("private-of-the-other-type", Harmless, Says(of_the_other_type)),
    says("denied-with-private", Harmless, Says(denied_with_private)),
    // half an answer
    says("v6-fails", Harmless, Says(|question, message| v6_fails(question, message, PUBLIC_V4))),
    says("v6-fails-v4-private", Refused, Says(|question, message| v6_fails(question, message, "10.0.0.5"))),
    says(
        "v6-silent-v4-private",
        Harmless,
        Says(|question, message| match question.of {
            RecordType::AAAA => Reply::Silence,
            _ => addresses(question, message, &["10.0.0.5"]),
        }),
    ),
    // none
    says("nxdomain", Unresolvable, Says(|_, message| code(message, ResponseCode::NXDomain))),
    says("servfail", Unresolvable, Says(|_, message| code(message, ResponseCode::ServFail))),
    says("refused", Unresolvable, Says(|_, message| code(message, ResponseCode::Refused))),
    says("empty", Unresolvable, Addresses(&[])),
    says("silent", Unresolvable, Says(|_, _| Reply::Silence)),
    says("garbage", Unresolvable, Says(|_, _| Reply::Bytes(b"\xff\xff not a message".to_vec()))),
    says("wrong-id", Unresolvable, Says(wrong_id)),
];

/// The behaviour that a name asks for, played.
pub(super) fn reply(question: &Question, message: Message) -> Reply {
    let name = question.name.to_ascii().to_ascii_lowercase();
    match name.as_str() {
        "metadata.google.internal." => return addresses(question, message, &["169.254.169.254"]),
        "localhost." => return addresses(question, message, &["127.0.0.1", "::1"]),
        "intranet." => return addresses(question, message, &["10.0.0.5"]),
        _ => {}
    }
    let label = name.strip_suffix(&format!(".{ZONE}.")).map(|rest| rest.rsplit('.').next().unwrap_or(rest));
    match BEHAVIOURS.iter().find(|behaviour| Some(behaviour.label) == label) {
        Some(Behaviour { script: Addresses(all), .. }) => addresses(question, message, all),
        Some(Behaviour { script: Says(script), .. }) => script(question, message),
        None => code(message, ResponseCode::NXDomain),
    }
}

fn done(message: Message) -> Reply {
    Reply::Message(Box::new(message))
}

fn code(mut message: Message, code: ResponseCode) -> Reply {
    message.metadata.response_code = code;
    done(message)
}

fn record(name: &Name, ttl: u32, address: &str) -> Record {
    let data = match address.parse().expect("scripts name addresses") {
        IpAddr::V4(v4) => RData::A(A(v4)),
        IpAddr::V6(v6) => RData::AAAA(AAAA(v6)),
    };
    Record::from_rdata(name.clone(), ttl, data)
}

fn records(question: &Question, name: &Name, ttl: u32, all: &[&str]) -> Vec<Record> {
    let made = all.iter().map(|address| record(name, ttl, address));
    made.filter(|record| record.record_type() == question.of).collect()
}

fn addresses(question: &Question, message: Message, all: &[&str]) -> Reply {
    with_ttl(question, message, all, 0)
}

fn with_ttl(question: &Question, mut message: Message, all: &[&str], ttl: u32) -> Reply {
    message.add_answers(records(question, &question.name, ttl, all));
    done(message)
}

/// Fifty public ones and these at the end.
fn many(question: &Question, mut message: Message, last: &[&str]) -> Reply {
    let public: Vec<String> = (1..=50).map(|host| format!("93.184.217.{host}")).collect();
    let all: Vec<&str> = public.iter().map(String::as_str).chain(last.iter().copied()).collect();
    message.add_answers(records(question, &question.name, 0, &all));
    done(message)
}

/// An alias of another behaviour's name, with the address behind it or without.
fn alias(question: &Question, mut message: Message, label: &str, whole: bool) -> Reply {
    let target = Name::from_ascii(format!("alias.{label}.{ZONE}.")).expect("labels are names");
    message.add_answer(Record::from_rdata(question.name.clone(), 0, RData::CNAME(CNAME(target.clone()))));
    if let Some(Behaviour { script: Addresses(all), .. }) =
        BEHAVIOURS.iter().find(|behaviour| behaviour.label == label).filter(|_| whole)
    {
        message.add_answers(records(question, &target, 0, all));
    }
    done(message)
}

/// An alias of a name that means something on the inside, with its address.
fn elsewhere(question: &Question, mut message: Message, target: &str) -> Reply {
    let target = Name::from_ascii(target).expect("scripts name names");
    message.add_answer(Record::from_rdata(question.name.clone(), 0, RData::CNAME(CNAME(target.clone()))));
    message.add_answers(records(question, &target, 0, &["10.0.0.5"]));
    done(message)
}

/// Both at one name, which no zone may have.
fn cname_and_address(question: &Question, message: Message) -> Reply {
    let Reply::Message(mut message) = alias(question, message, "private-10", true) else {
        unreachable!("an alias is a message")
    };
    message.add_answers(records(question, &question.name, 0, &[PUBLIC_V4]));
    Reply::Message(message)
}

fn by_phase(question: &Question, message: Message, later: &[&str]) -> Reply {
    addresses(question, message, if question.sending { later } else { &[PUBLIC_V4] })
}

fn alternating(question: &Question, message: Message, public: usize) -> Reply {
    let good = question.nth % 2 == public;
    addresses(question, message, if good { &[PUBLIC_V4] } else { &["10.0.0.5"] })
}

/// The owner of the record is written in other letters than it was asked for.
fn other_case(question: &Question, mut message: Message) -> Reply {
    let shouted = question.name.to_ascii().to_ascii_uppercase();
    let name = Name::from_ascii(shouted).expect("letters stay letters");
    message.add_answers(records(question, &name, 0, &["10.0.0.5"]));
    done(message)
}

/// Over UDP an answer that was cut off.
fn over_tcp(question: &Question, message: Message, before: &[&str], whole: &[&str]) -> Reply {
    if question.over_tcp {
        return addresses(question, message, whole);
    }
    let Reply::Message(mut message) = addresses(question, message, before) else {
        unreachable!("addresses are a message")
    };
    message.metadata.truncation = true;
    Reply::Message(message)
}

fn beside(question: &Question, mut message: Message, authority: bool) -> Reply {
    message.add_answers(records(question, &question.name, 0, &[PUBLIC_V4]));
    let private = records(question, &question.name, 0, &["10.0.0.5"]);
    if authority {
        message.add_authorities(private);
    } else {
        message.add_additionals(private);
    }
    done(message)
}

fn of_another(question: &Question, mut message: Message, with_own: bool) -> Reply {
    let other = Name::from_ascii("other.example.org.").expect("it is a name");
    message.add_answers(records(question, &other, 0, &["10.0.0.5"]));
    if with_own {
        message.add_answers(records(question, &question.name, 0, &[PUBLIC_V4]));
    }
    done(message)
}

/// IPv4 for whoever asks for IPv6.
fn of_the_other_type(question: &Question, mut message: Message) -> Reply {
    let address = if question.of == RecordType::AAAA { "10.0.0.5" } else { PUBLIC_V4 };
    message.add_answer(record(&question.name, 0, address));
    done(message)
}

fn denied_with_private(question: &Question, mut message: Message) -> Reply {
    message.add_answers(records(question, &question.name, 0, &["10.0.0.5"]));
    code(message, ResponseCode::NXDomain)
}

fn v6_fails(question: &Question, message: Message, v4: &str) -> Reply {
    match question.of {
        RecordType::AAAA => code(message, ResponseCode::ServFail),
        _ => addresses(question, message, &[v4]),
    }
}

fn wrong_id(question: &Question, mut message: Message) -> Reply {
    message.metadata.id = message.metadata.id.wrapping_add(1);
    addresses(question, message, &["10.0.0.5"])
}
