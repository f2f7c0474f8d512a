//! Anthropic.

use byo_seal::ProviderId;

use super::super::{
    paths,
    reason::Reason,
    rules::{Test, rule},
    spec::{Auth, Call, ModelList, Paging, Probe, Proof, Spec, When},
};

pub(super) const ANTHROPIC: Spec = Spec {
    id: ProviderId::Anthropic,
    when: When::Always,
    subject: "Anthropic",
    default_base: Some("https://api.anthropic.com"),
    own_hosts: &["api.anthropic.com"],
    surplus: &["/v1"],
    root: "",
    paths: paths::ANTHROPIC,
    settings: &[],
    // Bearer is what its SDKs send with the newer versions.
    auth: Auth::Versioned { header: "x-api-key", version: "anthropic-version", until: "2023-06-01" },
    headers: &[("anthropic-version", "2023-06-01")],
    probe: Probe { call: Call::get("/v1/models", &[("limit", "1000")]), proof: Proof::Models },
    fallback: Some(Probe { call: Call::post("/v1/messages", "{}"), proof: Proof::BadRequest }), // for gateways
    always_compare: false,
    openai_base: false,
    yields_to_known_bases: false,
    rules: &[
        rule(403, &[Test::Member("type", "permission_error")], Reason::MissingPermissions),
        rule(400, &[Test::Text("credit balance is too low")], Reason::NoQuota),
        rule(400, &[Test::Text("specified api usage limits")], Reason::NoQuota),
        rule(429, &[Test::Member("error_code", "enforced_spend_limit_reached")], Reason::NoQuota),
    ],
    models: ModelList {
        paging: Some(Paging { parameter: "after_id", cursor: "/last_id", more: Some("/has_more") }),
        ..ModelList::data(None)
    },
    key_prefixes: &["sk-ant-"],
    admin_prefixes: &["sk-ant-admin"],
};
