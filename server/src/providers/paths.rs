//! Which of a provider's calls the proxy forwards: inference, models, embeddings, files and batches. What manages an
//! account, spends on training or reads others' data is left out; a project can be given leave for all of it.

use http::Method;

/// Lines of the table. A pattern's `*` is one segment, a last `**` is any number of them, none included.
pub(super) enum Line {
    Get(&'static str),
    Post(&'static str),
    /// Reading, making, changing and deleting.
    Any(&'static str),
    /// Further lines below this prefix.
    Below(&'static str, &'static [Line]),
}

/// OpenAI's API, below its version.
pub(super) const OPENAI: &[Line] = &[
    Line::Any("chat/completions/**"),
    Line::Post("completions"),
    Line::Any("responses/**"),
    Line::Post("embeddings"),
    Line::Get("models"),
    Line::Get("models/*"),
    Line::Post("moderations"),
    Line::Post("images/*"),
    Line::Post("audio/*"),
    Line::Any("files/**"),
    Line::Any("uploads/**"),
    Line::Any("batches/**"),
];

/// Anthropic's, below its host.
pub(super) const ANTHROPIC: &[Line] = &[
    Line::Post("v1/messages"),
    Line::Post("v1/messages/count_tokens"),
    Line::Any("v1/messages/batches/**"),
    Line::Post("v1/complete"),
    Line::Get("v1/models"),
    Line::Get("v1/models/*"),
    Line::Any("v1/files/**"),
];

/// Gemini's. The method of a model stands behind a colon, within the segment.
const GEMINI: &[Line] = &[
    Line::Get("models"),
    Line::Get("models/*"),
    Line::Post("models/*"),
    Line::Get("tunedModels"),
    Line::Get("tunedModels/*"),
    Line::Post("tunedModels/*"),
    Line::Any("files/**"),
    Line::Any("cachedContents/**"),
    Line::Any("batches/**"),
    Line::Below("openai", OPENAI),
];

pub(super) const GOOGLE: &[Line] = &[
    Line::Below("v1", GEMINI),
    Line::Below("v1beta", GEMINI),
    Line::Below("v1alpha", GEMINI),
    Line::Post("upload/*/files"),
];

pub(super) const AZURE: &[Line] = &[
    Line::Post("openai/deployments/*/**"),
    Line::Below("openai", OPENAI),
    Line::Below("openai/v1", OPENAI),
    Line::Below("anthropic", ANTHROPIC),
];

pub(super) const DEEPSEEK: &[Line] = &[
    Line::Below("", OPENAI),
    Line::Below("v1", OPENAI),
    Line::Below("beta", OPENAI),
    Line::Below("anthropic", ANTHROPIC),
];

pub(super) const OPENROUTER: &[Line] =
    &[Line::Below("", OPENAI), Line::Get("models/*/*/endpoints"), Line::Post("messages")];

pub(super) const TOGETHER: &[Line] = &[Line::Below("", OPENAI), Line::Post("rerank")];

pub(super) const XAI: &[Line] = &[
    Line::Below("", OPENAI),
    Line::Get("language-models"),
    Line::Get("language-models/*"),
    Line::Post("messages"),
];

pub(super) const MISTRAL: &[Line] = &[
    Line::Below("", OPENAI),
    Line::Post("fim/completions"),
    Line::Post("chat/moderations"),
    Line::Post("ocr"),
    Line::Any("batch/jobs/**"),
];

pub(super) const COHERE: &[Line] = &[
    Line::Post("v2/chat"),
    Line::Post("v2/embed"),
    Line::Post("v2/rerank"),
    Line::Post("v1/chat"),
    Line::Post("v1/embed"),
    Line::Post("v1/rerank"),
    Line::Post("v1/tokenize"),
    Line::Post("v1/detokenize"),
    Line::Post("v1/classify"),
    Line::Get("v1/models"),
    Line::Get("v1/models/*"),
    Line::Below("compatibility/v1", OPENAI),
];

/// Not what changes the models of the machine: pull, create, copy, delete.
pub(super) const OLLAMA: &[Line] = &[
    Line::Post("api/chat"),
    Line::Post("api/generate"),
    Line::Post("api/embed"),
    Line::Post("api/embeddings"),
    Line::Post("api/show"),
    Line::Get("api/tags"),
    Line::Get("api/ps"),
    Line::Get("api/version"),
    Line::Below("v1", OPENAI),
];

/// Whether a line names this call. `path` has no slash in front.
pub(super) fn lists(lines: &[Line], method: &Method, path: &str) -> bool {
    lines.iter().any(|line| match line {
        Line::Get(pattern) => method == Method::GET && matches(pattern, path),
        Line::Post(pattern) => method == Method::POST && matches(pattern, path),
        Line::Any(pattern) => is_plain(method) && matches(pattern, path),
        Line::Below("", lines) => lists(lines, method, path),
        Line::Below(prefix, lines) => {
            let below = path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/'));
            below.is_some_and(|path| lists(lines, method, path))
        }
    })
}

/// Methods that stand in any provider's API.
pub(super) fn is_plain(method: &Method) -> bool {
    [Method::POST, Method::GET, Method::DELETE, Method::PUT, Method::PATCH].contains(method)
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut segments = path.as_bytes().split(|byte| *byte == b'/');
    for expected in pattern.as_bytes().split(|byte| *byte == b'/') {
        if expected == b"**" {
            return true;
        }
        if !segments.next().is_some_and(|segment| expected == b"*" || segment == expected) {
            return false;
        }
    }
    segments.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inference_is_listed_and_the_account_is_not() {
        let (get, post, delete) = (Method::GET, Method::POST, Method::DELETE);
        for (lines, method, path, listed) in [
            (OPENAI, &post, "chat/completions", true),
            (OPENAI, &get, "chat/completions/id/messages", true),
            (OPENAI, &get, "models/gpt-4.1", true),
            (OPENAI, &delete, "models/ft:gpt-4.1", false),
            (OPENAI, &post, "fine_tuning/jobs", false),
            (OPENAI, &get, "organization/costs", false),
            (OPENAI, &post, "organization/admin_api_keys", false),
            (OPENAI, &post, "realtime/client_secrets", false),
            (OPENAI, &Method::CONNECT, "files", false),
            (ANTHROPIC, &post, "v1/messages", true),
            (ANTHROPIC, &get, "v1/organizations/me", false),
            (GOOGLE, &post, "v1beta/models/gemini-2.5-flash:generateContent", true),
            (GOOGLE, &post, "v1/models/gemini-2.5-flash:streamGenerateContent", true),
            (GOOGLE, &post, "v1beta/openai/chat/completions", true),
            (GOOGLE, &post, "v9/models/x:generateContent", false),
            (AZURE, &post, "openai/deployments/prod/chat/completions", true),
            (AZURE, &post, "openai/v1/responses", true),
            (AZURE, &get, "openai/deployments", false),
            (OLLAMA, &post, "api/pull", false),
            (OLLAMA, &delete, "api/delete", false),
        ] {
            assert_eq!(lists(lines, method, path), listed, "{method} {path}");
        }
    }
}
