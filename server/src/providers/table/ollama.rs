//! Ollama: its cloud, and servers of one's own, which are open unless something in front protects them.

use byo_seal::ProviderId;

use super::super::{
    paths,
    spec::{Auth, Call, ModelList, Probe, Proof, Spec, When},
};

/// Its model list is public, so an empty chat has to prove the key: 400 when it is good, 401 when it is not.
pub(super) const CLOUD: Spec = Spec {
    when: When::OwnHost,
    subject: "Ollama's cloud",
    probe: Probe { call: Call::post("/v1/chat/completions", "{}"), proof: Proof::BadRequest },
    always_compare: false,
    models: ModelList { call: Some(TAGS), ..LOCAL.models },
    ..LOCAL
};

pub(super) const LOCAL: Spec = Spec {
    id: ProviderId::Ollama,
    when: When::Always,
    subject: "Ollama",
    default_base: Some("http://localhost:11434"), // reached only where the operator allows it
    own_hosts: &["ollama.com"],
    surplus: &["/v1", "/api"],
    root: "",
    paths: paths::OLLAMA,
    settings: &[],
    auth: Auth::Bearer,
    headers: &[],
    probe: Probe { call: TAGS, proof: Proof::Models },
    fallback: None,
    always_compare: true,
    openai_base: false,
    yields_to_known_bases: false,
    rules: &[],
    models: ModelList { call: None, items: "/models", id: "name", strip: "", paging: None },
    key_prefixes: &[],
    admin_prefixes: &[],
};

const TAGS: Call = Call::get("/api/tags", &[]);
