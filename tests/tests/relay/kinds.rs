//! Everything that makes byo ask a provider.

use byo_tests::{ADMIN_KEY, Project, Reply, request};
use serde_json::{Value, json};

use crate::stage::CUSTOMER;

/// A request that is not answered before a provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Proxied,
    Unified,
    UnifiedStream,
    /// Checks of a key that is new, that takes another's place, that is stored, and that is the operator's own.
    Connect,
    Rotate,
    Validate,
    PlatformKey,
}

/// All of them.
pub(crate) const KINDS: [Kind; 7] = [
    Kind::Proxied,
    Kind::Unified,
    Kind::UnifiedStream,
    Kind::Connect,
    Kind::Rotate,
    Kind::Validate,
    Kind::PlatformKey,
];

impl Kind {
    /// Whether it uses the key for what it is for.
    pub(crate) const fn is_call(self) -> bool {
        matches!(self, Self::Proxied | Self::Unified | Self::UnifiedStream)
    }

    /// Its method.
    pub(crate) const fn method(self) -> &'static str {
        if matches!(self, Self::PlatformKey) { "PUT" } else { "POST" }
    }

    /// The request, to OpenAI, with this key where it brings one.
    pub(crate) fn request(self, host: &str, project: &Project, key: &str) -> Vec<u8> {
        let (path, body) = self.path_and_body(project, key);
        let bearer = format!("Bearer {}", project.secret);
        let credential = match self {
            Self::PlatformKey => ("x-admin-key", ADMIN_KEY),
            _ => ("authorization", bearer.as_str()),
        };
        let headers = [("host", host), credential, ("x-byo-ref-id", CUSTOMER)];
        request(self.method(), &path, &headers, body.to_string().as_bytes())
    }

    /// An answer that a provider gives when all is well: what it is, and itself.
    pub(crate) const fn good(self) -> (&'static str, &'static str) {
        match self {
            Self::Proxied | Self::Unified => (
                "application/json",
                r#"{"model":"gpt-4.1","choices":[{"message":{"role":"assistant","content":"Hi."},"finish_reason":"stop"}]}"#,
            ),
            Self::UnifiedStream => (
                "text/event-stream",
                "data: {\"choices\":[{\"delta\":{\"content\":\"Hi.\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            ),
            _ => ("application/json", r#"{"object":"list","data":[{"id":"gpt-4.1","object":"model"}]}"#),
        }
    }

    /// Asserts that byo made nothing of the provider's answer with this status, and says so; not of what passes as it is.
    #[track_caller]
    pub(crate) fn assert_unusable(self, status: u16, reply: &Reply, what: &str) {
        let json = reply.json();
        match self {
            Self::Proxied => {
                let expected =
                    if status == 200 { (502, "provider_unreachable") } else { (status, "provider_refused") };
                let error = &json["error"];
                assert_eq!(
                    (reply.status, error["code"].as_str()),
                    (expected.0, Some(expected.1)),
                    "{what}: {reply}"
                );
                assert!(
                    error["message"].as_str().is_some_and(|message| message.len() > 10),
                    "{what}: {reply}"
                );
            }
            Self::Unified | Self::UnifiedStream if status == 400 => {
                assert_eq!(
                    (reply.status, &json["code"]),
                    (422, &json!("provider_refused")),
                    "{self:?}, {what}"
                );
            }
            Self::Validate => {
                assert_eq!(reply.status, 200, "{self:?}, {what}: {reply}");
                assert_eq!(
                    (&json["valid"], &json["verdict"]),
                    (&json!(false), &json!("unreachable")),
                    "{what}"
                );
            }
            // What has begun as a stream ends as one.
            Self::UnifiedStream if reply.status == 200 => {
                let text = String::from_utf8_lossy(&reply.body);
                let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
                assert!(
                    last.starts_with("event: error\n") && !text.contains("event: done"),
                    "{what}: {text}"
                );
            }
            _ => {
                assert_eq!(
                    (reply.status, &json["code"]),
                    (502, &json!("provider_unreachable")),
                    "{self:?}, {what}"
                );
                assert_eq!(
                    reply.header("content-type"),
                    Some("application/problem+json"),
                    "{self:?}, {what}"
                );
            }
        }
    }

    fn path_and_body(self, project: &Project, key: &str) -> (String, Value) {
        let of = |ref_id: &str| json!({"provider": "openai", "refId": ref_id, "providerKey": key});
        match self {
            Self::Proxied => ("/v1/proxy/openai/v1/chat/completions".to_owned(), json!({"model": "gpt-4.1"})),
            Self::Unified | Self::UnifiedStream => {
                let stream = self == Self::UnifiedStream;
                let body =
                    json!({"provider": "openai", "model": "gpt-4.1", "prompt": "Hello", "stream": stream});
                ("/v1/unified".to_owned(), body)
            }
            Self::Connect => ("/v1/keys/connect".to_owned(), of("customer_2")),
            Self::Rotate => ("/v1/keys/rotate".to_owned(), of(CUSTOMER)),
            Self::Validate => {
                ("/v1/keys/validate".to_owned(), json!({"provider": "openai", "refId": CUSTOMER}))
            }
            Self::PlatformKey => {
                let environment = format!("/v1/admin/projects/{}/environments/live", project.id);
                (format!("{environment}/platform-keys/openai"), json!({"providerKey": key}))
            }
        }
    }
}
