//! Demo mode: where a project allows it, a customer without a key gets answers from templates.

use byo_seal::ProviderId;
use http::Method;

use super::{
    reply::SimulatedAnswer,
    request::{Access, Request, Voice},
    shape,
};

/// A proxied call for which there is no key.
pub struct DemoCall<'a> {
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
    /// Unique per request; ids in the answer are made of it.
    pub id: &'a str,
    /// When the call came, for the answer's time stamps.
    pub unix_seconds: i64,
}

/// An answer that says that it is a demo's, in the provider's shape. It never fails for want of a key.
#[must_use]
pub fn demo_answer(call: &DemoCall<'_>) -> SimulatedAnswer {
    shape::answer(&Request::new(call, Voice::Demo, Access::Full))
}
