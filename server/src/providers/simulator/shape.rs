//! Which API a path belongs to, and what within it.

use byo_seal::ProviderId;

use super::{
    anthropic, cohere, fault::Fault, google, ollama, openai, reply::SimulatedAnswer, request::Request,
};

/// The APIs that are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Openai,
    Anthropic,
    Google,
    Cohere,
    Ollama,
}

/// What a path says.
pub(super) struct Route<'a> {
    pub(super) shape: Shape,
    pub(super) tail: Option<&'a str>,
    pub(super) deployment: Option<&'a str>,
}

/// Answers, or says why not.
pub(super) fn answer(request: &Request<'_>) -> SimulatedAnswer {
    let answered = match request.shape {
        Shape::Openai => openai::answer(request),
        Shape::Anthropic => anthropic::answer(request),
        Shape::Google => google::answer(request),
        Shape::Cohere => cohere::answer(request),
        Shape::Ollama => ollama::answer(request),
    };
    match answered {
        Ok(answer) => identified(request, answer),
        Err(fault) => refuse(request, &fault),
    }
}

/// Says what is wrong, as this API does.
pub(super) fn refuse(request: &Request<'_>, fault: &Fault) -> SimulatedAnswer {
    let (status, body) = match request.shape {
        Shape::Openai => openai::fault(request, fault),
        Shape::Anthropic => anthropic::fault(request, fault),
        Shape::Google => google::fault(request, fault),
        Shape::Cohere => cohere::fault(request, fault),
        Shape::Ollama => ollama::fault(request, fault),
    };
    let mut answer = SimulatedAnswer::json(status, &body);
    if matches!(fault, Fault::RateLimited) {
        answer.headers.push(("retry-after", "1".to_owned()));
    }
    identified(request, answer)
}

/// Official clients hand the request's id on, under these names.
fn identified(request: &Request<'_>, mut answer: SimulatedAnswer) -> SimulatedAnswer {
    let name = match request.shape {
        Shape::Openai => "x-request-id",
        Shape::Anthropic => "request-id",
        Shape::Google | Shape::Cohere | Shape::Ollama => return answer,
    };
    answer.headers.push((name, format!("req_{}", request.id)));
    answer
}

impl<'a> Route<'a> {
    pub(super) fn of(provider: ProviderId, path: &'a str, query: Option<&str>) -> Self {
        let route = |shape, tail| Self { shape, tail, deployment: None };
        let openai = |prefixes: &[&str]| prefixes.iter().find_map(|prefix| under(path, prefix));
        match provider {
            ProviderId::Anthropic => route(Shape::Anthropic, Some(path)),
            ProviderId::Google => match openai(&["/v1beta/openai", "/v1/openai"]) {
                Some(tail) => route(Shape::Openai, Some(tail)),
                None => route(Shape::Google, Some(path)),
            },
            ProviderId::Cohere => match openai(&["/compatibility/v1"]) {
                Some(tail) => route(Shape::Openai, Some(tail)),
                None => route(Shape::Cohere, Some(path)),
            },
            ProviderId::Ollama if path.starts_with("/api/") => route(Shape::Ollama, Some(path)),
            ProviderId::Openai | ProviderId::Ollama => route(Shape::Openai, openai(&["/v1"])),
            ProviderId::Azure => Self::azure(path, query),
            // Each has another of these in its base URL, and some take several.
            _ => route(Shape::Openai, openai(&["/openai/v1", "/api/v1", "/v1", ""])),
        }
    }

    fn azure(path: &'a str, query: Option<&str>) -> Self {
        if let Some(tail) = under(path, "/anthropic") {
            return Self { shape: Shape::Anthropic, tail: Some(tail), deployment: None };
        }
        let openai = |tail, deployment| Self { shape: Shape::Openai, tail, deployment };
        if let Some(tail) = under(path, "/openai/v1") {
            return openai(Some(tail), None);
        }
        // The older paths exist only with a version in the query.
        let dated = query.is_some_and(|query| query.split('&').any(|pair| pair.starts_with("api-version=")));
        let older = under(path, "/openai").filter(|_| dated);
        let deployed = older.and_then(|tail| tail.strip_prefix("/deployments/"));
        match deployed.and_then(|rest| rest.find('/').map(|at| rest.split_at(at))) {
            Some((deployment, tail)) => openai(Some(tail), Some(deployment)),
            None => openai(older, None),
        }
    }
}

/// What follows `prefix`, when that is whole segments.
fn under<'a>(path: &'a str, prefix: &str) -> Option<&'a str> {
    path.strip_prefix(prefix).filter(|tail| tail.starts_with('/'))
}
