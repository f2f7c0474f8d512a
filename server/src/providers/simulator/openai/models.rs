//! `GET /models` and one of them, <https://platform.openai.com/docs/api-reference/models>.

use byo_seal::ProviderId;
use serde_json::{Value, json};

use super::super::{check, fault::Fault, reply::SimulatedAnswer, request::Request};

/// When the simulated models came into the world; clients show it.
const CREATED: i64 = 1_735_689_600;

pub(super) fn list(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let models: Vec<_> = check::models(request.provider).iter().map(|id| model(id)).collect();
    Ok(SimulatedAnswer::ok(&match request.provider {
        ProviderId::Together => json!(models),
        _ => json!({"object": "list", "data": models}),
    }))
}

pub(super) fn one(request: &Request<'_>, id: &str) -> Result<SimulatedAnswer, Fault> {
    request.may_list_models()?;
    let known = check::models(request.provider).iter().any(|known| known == id);
    if known { Ok(SimulatedAnswer::ok(&model(id))) } else { Err(Fault::UnknownModel) }
}

fn model(id: &str) -> Value {
    json!({"id": id, "object": "model", "created": CREATED, "owned_by": "byo-simulator"})
}
