//! From a checked request to what the provider's own SDK would have sent.

use std::borrow::Cow;

use byo_seal::{ProviderConfig, ProviderId};

use super::{Served, UnifiedCall, Wire, address, model};
use crate::domain::Invalid;

/// What goes to the provider: always a POST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// What language it is in, and the answer will be.
    pub wire: Wire,
    /// Who is asked.
    pub provider: ProviderId,
    /// The model, as the provider names it; what lists of allowed models are about.
    pub model: String,
    /// The path behind `/v1/proxy/{provider}`.
    pub path: String,
    /// Without its question mark.
    pub query: Option<Cow<'static, str>>,
    /// Besides the one with the key.
    pub headers: Vec<(&'static str, &'static str)>,
    /// JSON.
    pub body: Vec<u8>,
}

impl Outgoing {
    /// What is told of the answer besides its text. `mode` is whose key it was made with.
    #[must_use]
    pub fn served(&self, mode: &'static str) -> Served {
        Served { wire: self.wire, provider: self.provider, model: self.model.clone(), mode }
    }
}

/// Writes a call in the provider's language.
///
/// # Errors
/// What this provider, or this customer's configuration of it, cannot do; one entry a fault.
pub fn outgoing(call: &UnifiedCall, config: &ProviderConfig) -> Result<Outgoing, Vec<Invalid>> {
    let wire = Wire::of(call.provider, config);
    let mut faults = Vec::new();
    if wire == Wire::Messages && call.temperature.is_some_and(|temperature| temperature > 1.0) {
        faults.push(Invalid::new("temperature", "must be between 0 and 1 for this provider"));
    }
    if wire == Wire::Responses && !call.stop.is_empty() {
        faults.push(Invalid::new(
            "stop",
            "must be left out; the customer's key is used with an API without it",
        ));
    }
    let model = model::chosen(call, config).map_err(|fault| faults.push(fault)).ok();
    let address = match &model {
        Some(model) => address::address(call, wire, model, config).map_err(|fault| faults.push(fault)).ok(),
        None => None,
    };
    let (Some(model), Some((path, query)), true) = (model, address, faults.is_empty()) else {
        return Err(faults);
    };
    let body = wire.body(call, &model, config);
    Ok(Outgoing {
        wire,
        provider: call.provider,
        path,
        query,
        headers: wire.headers(call.stream),
        body: serde_json::to_vec(&body).expect("a JSON value always serialises"),
        model,
    })
}
