//! OpenAI, and whatever speaks its API at another base URL.

use byo_seal::ProviderId;

use super::super::{
    paths,
    reason::Reason,
    rules::{Rule, Test, rule},
    spec::{Auth, Call, ModelList, Probe, Proof, Setting, Spec, When},
};

pub(super) const OPENAI: Spec = Spec {
    id: ProviderId::Openai,
    when: When::Trusted,
    subject: "OpenAI",
    default_base: Some("https://api.openai.com/v1"),
    own_hosts: &["api.openai.com", ".api.openai.com"], // regions: eu.api.openai.com
    surplus: &[],
    root: "/v1",
    paths: paths::OPENAI,
    settings: &[Setting::WireApi],
    auth: Auth::Bearer,
    headers: &[],
    probe: LIST,
    fallback: None,
    always_compare: false,
    openai_base: false,
    yields_to_known_bases: false,
    rules: RULES,
    models: ModelList::data(None),
    key_prefixes: &["sk-proj-", "sk-svcacct-", "sk-service-"],
    admin_prefixes: &["sk-admin-"],
};

/// Any server with OpenAI's API. Nothing is known of it, so what it lets in is compared with a made-up key.
pub(super) const COMPATIBLE: Spec = Spec {
    when: When::Always,
    subject: "The server at this base URL",
    default_base: None,
    own_hosts: &[],
    fallback: Some(EMPTY_CHAT), // some list no models
    always_compare: true,
    yields_to_known_bases: true,
    rules: COMPATIBLE_RULES,
    key_prefixes: &[],
    admin_prefixes: &[],
    ..OPENAI
};

/// The model list proves who the key belongs to, not that there is credit.
pub(super) const LIST: Probe = Probe { call: Call::get("/models", &[]), proof: Proof::Models };

const EMPTY_CHAT: Probe = Probe { call: Call::post("/{wire}", "{}"), proof: Proof::BadRequest };

/// A key made for inference only is refused the model list with 401 or 403; that proves it is known.
const RULES: &[Rule] = &[
    rule(401, &[Test::Text("missing scopes")], Reason::MissingPermissions),
    rule(403, &[Test::Text("missing scopes")], Reason::MissingPermissions),
    rule(401, &[Test::Text("insufficient permissions")], Reason::MissingPermissions),
    rule(403, &[Test::Text("insufficient permissions")], Reason::MissingPermissions),
    rule(401, &[Test::Text("ip not authorized")], Reason::Refused),
    rule(401, &[Test::Member("code", "ip_not_authorized")], Reason::Refused),
    rule(401, &[Test::Text("must be a member of an organization")], Reason::Refused),
    rule(401, &[Test::Member("code", "account_deactivated")], Reason::Blocked),
    rule(429, &[Test::Member("code", "insufficient_quota")], Reason::NoQuota),
    rule(429, &[Test::Member("type", "insufficient_quota")], Reason::NoQuota),
    rule(429, &[Test::Member("code", "credit_balance_exhausted")], Reason::NoQuota),
    rule(429, &[Test::Member("code", "organization_spend_limit_exceeded")], Reason::NoQuota),
    rule(429, &[Test::Member("code", "project_spend_limit_exceeded")], Reason::NoQuota),
];

/// The same, and the refusals with 400 that compatible routes of Google and xAI give.
const COMPATIBLE_RULES: &[Rule] = &[
    rule(401, &[Test::Text("missing scopes")], Reason::MissingPermissions),
    rule(403, &[Test::Text("missing scopes")], Reason::MissingPermissions),
    rule(429, &[Test::Member("code", "insufficient_quota")], Reason::NoQuota),
    rule(429, &[Test::Member("type", "insufficient_quota")], Reason::NoQuota),
    rule(400, &[Test::Member("reason", "API_KEY_INVALID")], Reason::UnknownKey),
    rule(400, &[Test::Text("api key not valid")], Reason::UnknownKey),
    rule(400, &[Test::Text("incorrect api key")], Reason::UnknownKey),
];
