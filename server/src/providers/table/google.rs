//! Google Gemini. The key travels in a header, never as `?key=`, which ends up in logs.

use byo_seal::ProviderId;

use super::super::{
    paths,
    reason::Reason,
    rules::{Test, rule},
    spec::{Auth, Call, ModelList, Paging, Probe, Proof, Spec, When},
};

pub(super) const GOOGLE: Spec = Spec {
    id: ProviderId::Google,
    when: When::Always,
    subject: "Google Gemini",
    default_base: Some("https://generativelanguage.googleapis.com"),
    own_hosts: &["generativelanguage.googleapis.com"],
    surplus: &["/v1beta/openai", "/v1beta", "/v1"],
    root: "",
    paths: paths::GOOGLE,
    settings: &[],
    auth: Auth::Header("x-goog-api-key"),
    headers: &[],
    probe: Probe { call: Call::get("/v1beta/models", &[("pageSize", "1000")]), proof: Proof::Models },
    fallback: Some(Probe {
        call: Call::post("/v1beta/models/gemini-2.5-flash:generateContent", "{}"), // some gateways list no models
        proof: Proof::BadRequest,
    }),
    always_compare: false,
    openai_base: false,
    yields_to_known_bases: false,
    rules: &[
        rule(400, &[Test::Member("reason", "API_KEY_INVALID")], Reason::UnknownKey),
        rule(400, &[Test::Member("status", "FAILED_PRECONDITION")], Reason::Refused), // the region
        rule(403, &[Test::Text("leaked")], Reason::Blocked),
        rule(403, &[Test::Member("reason", "CONSUMER_SUSPENDED")], Reason::Blocked),
        rule(403, &[Test::Member("reason", "SERVICE_DISABLED")], Reason::Refused),
        rule(403, &[Test::Member("reason", "API_KEY_SERVICE_BLOCKED")], Reason::Refused),
        rule(403, &[Test::Member("reason", "API_KEY_IP_ADDRESS_BLOCKED")], Reason::Refused),
        rule(403, &[Test::Member("reason", "API_KEY_HTTP_REFERRER_BLOCKED")], Reason::Refused),
        rule(403, &[Test::Member("status", "PERMISSION_DENIED")], Reason::MissingPermissions),
        rule(404, &[Test::Member("status", "NOT_FOUND")], Reason::Accepted), // the model is unknown, the key is not
        rule(429, &[Test::Text("perminute")], Reason::RateLimited), // the quota's id tells its period
        rule(429, &[Test::Member("status", "RESOURCE_EXHAUSTED")], Reason::NoQuota),
    ],
    models: ModelList {
        call: None,
        items: "/models",
        id: "name",
        strip: "models/",
        paging: Some(Paging { parameter: "pageToken", cursor: "/nextPageToken", more: None }),
    },
    key_prefixes: &["AIza", "AQ."],
    admin_prefixes: &[],
};
