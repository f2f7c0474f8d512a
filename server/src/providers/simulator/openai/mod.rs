//! OpenAI's API, and those of Azure and of everything compatible.

mod chat;
mod embeddings;
mod fault;
mod models;
mod responses;

use super::{fault::Fault, reply::SimulatedAnswer, request::Request};

pub(super) use fault::fault;

pub(super) fn answer(request: &Request<'_>) -> Result<SimulatedAnswer, Fault> {
    let (method, path) = request.call();
    match (method, path.as_slice()) {
        ("POST", ["chat", "completions"]) => chat::answer(request),
        ("POST", ["responses"]) => responses::answer(request),
        ("POST", ["embeddings"]) => embeddings::answer(request),
        ("GET", ["models"]) => models::list(request),
        ("GET", ["models", id @ ..]) => models::one(request, &id.join("/")),
        _ => Err(Fault::UnknownPath),
    }
}
