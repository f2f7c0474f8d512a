//! Azure OpenAI and AI Foundry: with a dated `apiVersion`, and with the undated v1 API.

use byo_seal::ProviderId;

use super::super::{
    paths,
    reason::Reason,
    rules::{Rule, Test, rule},
    spec::{Auth, Call, ModelList, Probe, Proof, Setting, Spec, When},
};

pub(super) const DATED: Spec = Spec {
    when: When::DatedApiVersion,
    probe: Probe {
        call: Call::get("/openai/models", &[("api-version", "{apiVersion}")]),
        proof: Proof::Models,
    },
    ..V1
};

pub(super) const V1: Spec = Spec {
    id: ProviderId::Azure,
    when: When::Always,
    subject: "Azure OpenAI",
    default_base: None, // every resource has its own host
    own_hosts: &[".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"],
    surplus: &["/openai/v1", "/openai"],
    root: "",
    paths: paths::AZURE,
    settings: &[Setting::Azure],
    auth: Auth::Header("api-key"),
    headers: &[],
    probe: Probe { call: Call::get("/openai/v1/models", &[]), proof: Proof::Models },
    fallback: None,
    always_compare: false,
    openai_base: false,
    yields_to_known_bases: false,
    rules: RULES,
    // Callers name deployments, which only this old version lists.
    models: ModelList::data(Some(Call::get("/openai/deployments", &[("api-version", "2023-03-15-preview")]))),
    key_prefixes: &[],
    admin_prefixes: &[],
};

/// A wrong key and a wrong resource give the same 401, so that one is left to its status.
const RULES: &[Rule] = &[
    rule(401, &[Test::Member("code", "PermissionDenied")], Reason::MissingPermissions),
    rule(404, &[Test::Member("code", "DeploymentNotFound")], Reason::Accepted),
];
