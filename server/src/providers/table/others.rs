//! Providers whose API is OpenAI's, or near it.

use byo_seal::ProviderId;

use super::{
    super::{
        paths,
        reason::Reason,
        rules::{Test, rule},
        spec::{Auth, Call, ModelList, Paging, Probe, Proof, Spec, When},
    },
    openai::LIST,
};

/// What these rows share.
const BASE: Spec = Spec {
    id: ProviderId::Mistral,
    when: When::Always,
    subject: "",
    default_base: None,
    own_hosts: &[],
    surplus: &[],
    root: "/v1",
    paths: paths::OPENAI,
    settings: &[],
    auth: Auth::Bearer,
    headers: &[],
    probe: LIST,
    fallback: None,
    always_compare: false,
    openai_base: true,
    yields_to_known_bases: false,
    rules: &[],
    models: ModelList::data(None),
    key_prefixes: &[],
    admin_prefixes: &[],
};

const MODELS: Call = Call::get("/models", &[]);

/// The balance proves the key and tells of its credit at once.
pub(super) const DEEPSEEK: Spec = Spec {
    id: ProviderId::Deepseek,
    subject: "DeepSeek",
    default_base: Some("https://api.deepseek.com"),
    root: "",
    paths: paths::DEEPSEEK,
    own_hosts: &["api.deepseek.com"],
    surplus: &["/v1", "/beta"],
    probe: Probe { call: Call::get("/user/balance", &[]), proof: Proof::Json("/is_available") },
    rules: &[rule(200, &[Test::Flag("/is_available", false)], Reason::NoQuota)],
    models: ModelList::data(Some(MODELS)),
    ..BASE
};

pub(super) const MISTRAL: Spec = Spec {
    id: ProviderId::Mistral,
    subject: "Mistral",
    default_base: Some("https://api.mistral.ai/v1"),
    paths: paths::MISTRAL,
    own_hosts: &["api.mistral.ai"],
    rules: &[rule(403, &[], Reason::MissingPermissions)],
    ..BASE
};

pub(super) const GROQ: Spec = Spec {
    id: ProviderId::Groq,
    subject: "Groq",
    default_base: Some("https://api.groq.com/openai/v1"),
    root: "/openai/v1",
    own_hosts: &["api.groq.com"],
    rules: &[
        rule(400, &[Test::Member("code", "organization_restricted")], Reason::Blocked),
        rule(403, &[Test::Member("code", "organization_restricted")], Reason::Blocked),
        rule(403, &[Test::Text("permission")], Reason::MissingPermissions),
        rule(498, &[], Reason::RateLimited), // flex capacity
    ],
    key_prefixes: &["gsk_"],
    ..BASE
};

/// Its model list is public and proves nothing; `/key` tells about the key itself.
pub(super) const OPENROUTER: Spec = Spec {
    id: ProviderId::Openrouter,
    subject: "OpenRouter",
    default_base: Some("https://openrouter.ai/api/v1"),
    root: "/api/v1",
    paths: paths::OPENROUTER,
    own_hosts: &["openrouter.ai"],
    probe: Probe { call: Call::get("/key", &[]), proof: Proof::Json("/data") },
    rules: &[
        rule(200, &[Test::Flag("/data/is_management_key", true)], Reason::AdminKey),
        rule(200, &[Test::Flag("/data/is_provisioning_key", true)], Reason::AdminKey), // its older name
        rule(200, &[Test::AtMost("/data/limit_remaining", 0.0)], Reason::NoQuota),
    ],
    models: ModelList::data(Some(MODELS)),
    key_prefixes: &["sk-or-"],
    ..BASE
};

/// Its list is a bare array.
pub(super) const TOGETHER: Spec = Spec {
    id: ProviderId::Together,
    subject: "Together AI",
    default_base: Some("https://api.together.xyz/v1"),
    paths: paths::TOGETHER,
    own_hosts: &["api.together.xyz", "api.together.ai"],
    probe: Probe { call: MODELS, proof: Proof::Json("/0/id") },
    models: ModelList { items: "", ..ModelList::data(None) },
    key_prefixes: &["tgp_v1_"],
    ..BASE
};

/// Wrong keys get 400, and a known key may be blocked at three levels.
pub(super) const XAI: Spec = Spec {
    id: ProviderId::Xai,
    subject: "xAI",
    default_base: Some("https://api.x.ai/v1"),
    paths: paths::XAI,
    own_hosts: &["api.x.ai", ".api.x.ai"],
    probe: Probe { call: Call::get("/api-key", &[]), proof: Proof::Json("/redacted_api_key") },
    rules: &[
        rule(400, &[Test::Text("incorrect api key")], Reason::UnknownKey),
        rule(400, &[Test::Member("code", "unauthenticated:no-credentials")], Reason::UnknownKey),
        rule(200, &[Test::Flag("/api_key_blocked", true)], Reason::Blocked),
        rule(200, &[Test::Flag("/api_key_disabled", true)], Reason::Blocked),
        rule(200, &[Test::Flag("/team_blocked", true)], Reason::Blocked),
        rule(403, &[Test::Text("blocked")], Reason::Blocked),
        rule(403, &[Test::Text("permission")], Reason::MissingPermissions),
    ],
    models: ModelList::data(Some(MODELS)),
    key_prefixes: &["xai-"],
    ..BASE
};

/// Answers 200 to wrong keys too, and says so inside.
pub(super) const COHERE: Spec = Spec {
    id: ProviderId::Cohere,
    subject: "Cohere",
    default_base: Some("https://api.cohere.com"),
    root: "",
    paths: paths::COHERE,
    own_hosts: &["api.cohere.com", "api.cohere.ai"],
    surplus: &["/v1", "/v2"],
    openai_base: false,
    probe: Probe { call: Call::post("/v1/check-api-key", "{}"), proof: Proof::Json("/valid") },
    rules: &[rule(200, &[Test::Flag("/valid", false)], Reason::UnknownKey)],
    models: ModelList {
        call: Some(Call::get("/v1/models", &[("page_size", "1000")])),
        items: "/models",
        id: "name",
        strip: "",
        paging: Some(Paging { parameter: "page_token", cursor: "/next_page_token", more: None }),
    },
    ..BASE
};
