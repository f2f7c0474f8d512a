//! The policy as a table, and the client against real sockets on loopback.

mod destinations;
mod exchange;
mod names;
mod parsers;
pub(crate) mod server;
mod trust;

use std::sync::Arc;

use super::{Egress, EgressLimits, OwnAddresses, Policy, Resolve, Roots};

/// A policy with these allow rules.
pub(crate) fn policy(allow: &[&str]) -> Policy {
    let allow = allow.iter().map(|rule| rule.parse().unwrap()).collect();
    Policy::new(allow, OwnAddresses::default())
}

/// A client with these allow rules and this resolver.
pub(crate) fn egress(allow: &[&str], resolver: impl Resolve + 'static) -> Egress {
    Egress::new(policy(allow), Arc::new(resolver), &Roots::default(), EgressLimits::default())
}
