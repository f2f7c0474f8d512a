//! The test environment's providers: checks and proxied calls answered in the process, with no account anywhere.
//!
//! A key's name decides what it meets; the answer repeats what was said, in the provider's own shape, so that official
//! clients read it, streams included. The same writers serve demo mode, where no key is at hand. Everything here is a
//! function of its arguments: the same call gets the same answer.

mod anthropic;
mod check;
mod cohere;
mod demo;
mod fault;
mod google;
mod ollama;
mod openai;
mod reply;
mod request;
mod shape;
mod vector;
mod words;

use byo_seal::ProviderId;
use http::Method;

use self::{
    fault::{Echo, Fault},
    request::{Access, Request, Voice},
};
use super::reason::Reason;
use crate::secret::ProviderKey;

pub(super) use check::check;
pub use demo::{DemoCall, demo_answer};
pub use reply::{SimulatedAnswer, SimulatedBody};

/// A proxied call as the simulator sees it.
pub struct SimulatedCall<'a> {
    /// Whose API is simulated.
    pub provider: ProviderId,
    /// The call's method.
    pub method: &'a Method,
    /// What follows `/v1/proxy/{provider}`, starting with `/`, without the query.
    pub path: &'a str,
    /// What follows `?`.
    pub query: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
    /// The customer's key.
    pub key: &'a ProviderKey,
    /// Unique per request; ids in the answer are made of it.
    pub id: &'a str,
    /// When the call came, for the answer's time stamps.
    pub unix_seconds: i64,
}

/// What the simulated provider answers; `None` where it cannot be reached.
#[must_use]
pub fn answer(call: &SimulatedCall<'_>) -> Option<SimulatedAnswer> {
    let SimulatedCall { provider, method, path, query, body, id, unix_seconds, .. } = *call;
    let demo = DemoCall { provider, method, path, query, body, id, unix_seconds };
    let request = |access| Request::new(&demo, Voice::Test, access);
    // Like the providers, look at the key before anything else.
    let access = match check::meaning(call.key) {
        Some(Reason::NoAnswer) => return None,
        Some(Reason::Accepted | Reason::NotProtected | Reason::KeyNotNeeded) => Ok(Access::Full),
        Some(Reason::MissingPermissions) => Ok(Access::NoModelLists),
        Some(Reason::NoQuota) => Ok(Access::NoCredit),
        Some(Reason::RateLimited) => Err(Fault::RateLimited),
        Some(_) => Err(Fault::RejectedKey(Some(Echo::of(call.key)))),
        None => Err(Fault::RejectedKey(None)),
    };
    Some(match access {
        Ok(access) => shape::answer(&request(access)),
        Err(fault) => shape::refuse(&request(Access::Full), &fault),
    })
}

#[cfg(test)]
mod tests;
