//! Lists of models: of the environment, the customer and the runtime token, and every way around them.

use byo_seal::ProviderId;
use byo_server::store::ModelMode::{Disabled, Enabled};
use byo_tests::Answer;
use http::Method;
use serde_json::json;

use super::stage::{APIS, Form, Stage, list};

const CHAT: &str = "/v1/proxy/openai/v1/chat/completions";

async fn raw(stage: &Stage, path: &str, body: impl Into<axum::body::Body>) -> Answer {
    let headers = [("x-byo-ref-id", "customer_1")];
    stage.send(Method::POST, path, &stage.project.secret, &headers, body).await
}

async fn assert_refused(stage: &Stage, what: &str, answer: &Answer, before: usize) {
    assert_eq!(answer.status, 403, "{what}: {} {}", answer.status, answer.text);
    assert_eq!(answer.headers["x-should-retry"], "false", "{what}");
    assert!(answer.text.contains("model lists"), "{what}: {}", answer.text);
    assert_eq!(stage.upstream.count(), before, "{what}: the provider was asked");
}

#[tokio::test]
async fn the_strictest_of_all_lists_decides() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let models = ["openai/gpt-4.1", "openai/gpt-4o*"];
    let runtime = stage.runtime(|limits| limits.models = list(Disabled, &["openai/gpt-4o-mini"])).await;
    stage.set_models(None, Enabled, &models).await;
    stage.set_models(Some("customer_1"), Disabled, &["openai/gpt-4o"]).await;
    stage.set_models(Some("customer_2"), Disabled, &["openai/*"]).await;
    for (model, by_secret, by_runtime) in [
        ("gpt-4.1", true, true),
        ("gpt-4o-mini", true, false),
        ("gpt-4o-large", true, true),
        ("gpt-4o", false, false),
        ("gpt-4.1-mini", false, false),
        ("GPT-4.1", false, false),
        ("gpt-4.1 ", false, false),
        ("", false, false),
        ("*", false, false),
    ] {
        let body = json!({"model": model}).to_string();
        for (token, allowed) in [(&stage.project.secret, by_secret), (&runtime, by_runtime)] {
            let before = stage.upstream.count();
            let answer =
                stage.send(Method::POST, CHAT, token, &[("x-byo-ref-id", "customer_1")], body.clone()).await;
            if allowed {
                assert_eq!(answer.status, 200, "{model:?}: {}", answer.text);
                assert_eq!(stage.upstream.last().body, body.as_bytes(), "it passes byte for byte");
            } else {
                assert_refused(&stage, model, &answer, before).await;
            }
        }
    }
    // A key that is sent along is no way around them.
    let headers = [("x-byo-ref-id", "customer_1"), ("x-openai-key", "sk-given-0123456789")];
    let before = stage.upstream.count();
    let answer =
        stage.send(Method::POST, CHAT, &stage.project.secret, &headers, r#"{"model":"gpt-4o"}"#).await;
    assert_refused(&stage, "a key sent along", &answer, before).await;
}

#[tokio::test]
async fn a_call_that_does_not_plainly_name_one_model_is_refused_where_lists_restrict() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let gzip: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV\xcaM-I\xcdKI,I\x04\x00";
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("twice", br#"{"model":"cheap","model":"dear"}"#.to_vec()),
        ("twice, the dear one first", br#"{"model":"dear","model":"cheap"}"#.to_vec()),
        ("another case", br#"{"model":"cheap","Model":"dear"}"#.to_vec()),
        ("only another case", br#"{"MODEL":"cheap"}"#.to_vec()),
        ("an escape", br#"{"model":"cheap","mod\u0065l":"dear"}"#.to_vec()),
        ("an array", br#"{"model":["cheap"]}"#.to_vec()),
        ("an object", br#"{"model":{"id":"cheap"}}"#.to_vec()),
        ("a number", br#"{"model":1}"#.to_vec()),
        ("alternatives", br#"{"model":"cheap","models":["cheap","dear"]}"#.to_vec()),
        ("alternatives twice", br#"{"models":["cheap"],"models":["dear"]}"#.to_vec()),
        ("none", br#"{"messages":[]}"#.to_vec()),
        ("null", br#"{"model":null}"#.to_vec()),
        ("nested", br#"{"request":{"model":"cheap"}}"#.to_vec()),
        ("an empty body", Vec::new()),
        ("an array of calls", br#"[{"model":"cheap"}]"#.to_vec()),
        ("two values", br#"{"model":"cheap"}{"model":"dear"}"#.to_vec()),
        ("broken", br#"{"model":"cheap""#.to_vec()),
        ("another encoding", "{\"model\":\"cheap\"}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a byte order mark", b"\xef\xbb\xbf{\"model\":\"cheap\"}".to_vec()),
        ("gzip", gzip.to_vec()),
        (
            "multipart",
            b"--x\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\ncheap\r\n--x--\r\n".to_vec(),
        ),
        ("a form", b"model=cheap".to_vec()),
    ];
    for mode in [Enabled, Disabled] {
        stage.set_models(None, mode, &[if mode == Enabled { "openai/cheap" } else { "openai/dear" }]).await;
        let before = stage.upstream.count();
        for (what, body) in &bodies {
            let answer = raw(&stage, CHAT, body.clone()).await;
            assert_refused(&stage, &format!("{mode:?} {what}"), &answer, before).await;
        }
        // Where it stands and what it is called in is up to the caller; that byo can read it is not.
        for (name, value) in [
            ("content-encoding", "gzip"),
            ("content-encoding", "br"),
            ("content-type", "multipart/form-data; boundary=x"),
        ] {
            let headers = [("x-byo-ref-id", "customer_1"), (name, value)];
            let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &headers, gzip.to_vec()).await;
            assert_refused(&stage, value, &answer, before).await;
        }
        assert_eq!(
            raw(&stage, CHAT, br#" { "x" : { "model" : "dear" } , "model" : "cheap" } "#.to_vec())
                .await
                .status,
            200
        );
    }
}

#[tokio::test]
async fn an_encoded_body_that_would_read_otherwise_is_refused_where_lists_restrict() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    stage.set_models(None, Enabled, &["openai/cheap"]).await;
    let before = stage.upstream.count();
    // byo reads the bytes as they are; the provider would decode them first.
    for (name, value) in [("content-encoding", "gzip"), ("content-encoding", "deflate")] {
        let headers = [("x-byo-ref-id", "customer_1"), (name, value)];
        let answer =
            stage.send(Method::POST, CHAT, &stage.project.secret, &headers, r#"{"model":"cheap"}"#).await;
        if name == "content-encoding" {
            assert_refused(&stage, value, &answer, before).await;
        }
    }
}

#[tokio::test]
async fn models_in_paths_are_held_to_the_lists_however_they_are_spelt() {
    let stage = Stage::new().await;
    for provider in [ProviderId::Google, ProviderId::Azure] {
        stage.connect(provider, "customer_1").await;
    }
    let google = |model: &str| format!("/v1/proxy/google/v1beta/models/{model}");
    let azure = |name: &str| {
        format!("/v1/proxy/azure/openai/deployments/{name}/chat/completions?api-version=2024-10-21")
    };
    for mode in [Enabled, Disabled] {
        let models = match mode {
            Enabled => ["google/cheap", "azure/cheap"],
            _ => ["google/dear", "azure/dear"],
        };
        stage.set_models(None, mode, &models).await;
        for path in
            [google("cheap:generateContent"), google("cheap:streamGenerateContent?alt=sse"), azure("cheap")]
        {
            assert_eq!(raw(&stage, &path, "{}").await.status, 200, "{mode:?} {path}");
        }
        let same = raw(&stage, &google("cheap:generateContent"), r#"{"model":"models/cheap"}"#).await;
        assert_eq!(same.status, 200, "{}", same.text);
        // Azure calls what its deployment is, whatever the body says.
        assert_eq!(raw(&stage, &azure("cheap"), r#"{"model":"dear"}"#).await.status, 200);
        let before = stage.upstream.count();
        for path in [
            google("dear:generateContent"),
            google("dear:streamGenerateContent?alt=sse"),
            google("dear"),
            google("%64ear:generateContent"),
            google("dear%3AgenerateContent"),
            google("de%61r%3agenerateContent"),
            azure("dear"),
            azure("%64ear"),
        ] {
            let answer = raw(&stage, &path, "{}").await;
            assert_refused(&stage, &format!("{mode:?} {path}"), &answer, before).await;
        }
        for body in
            [r#"{"model":"dear"}"#, r#"{"model":"models/dear"}"#, r#"{"model":"cheap","Model":"dear"}"#]
        {
            let answer = raw(&stage, &google("cheap:generateContent"), body).await;
            assert_refused(&stage, &format!("{mode:?} {body}"), &answer, before).await;
        }
        // Reading is no inference; but a model that is not allowed is not there either.
        let headers = [("x-byo-ref-id", "customer_1")];
        let read = stage.send(Method::GET, &google("dear"), &stage.project.secret, &headers, "").await;
        assert_refused(&stage, "reading one", &read, before).await;
        let all = stage
            .send(Method::GET, "/v1/proxy/google/v1beta/models", &stage.project.secret, &headers, "")
            .await;
        assert_eq!(all.status, 200, "{}", all.text);
    }
}

#[tokio::test]
async fn what_only_reads_calls_no_model() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    stage.set_models(None, Enabled, &["openai/cheap"]).await;
    let headers = [("x-byo-ref-id", "customer_1")];
    for (method, tail, status) in [
        (Method::GET, "/v1/models", 200),
        (Method::GET, "/v1/responses/resp_1", 200),
        (Method::POST, "/v1/batches", 403),
        (Method::POST, "/v1/files", 403),
        (Method::DELETE, "/v1/files/file-1", 403),
    ] {
        let path = format!("/v1/proxy/openai{tail}");
        let answer = stage.send(method.clone(), &path, &stage.project.secret, &headers, "").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {tail}: {}", answer.text);
    }
}

#[tokio::test]
async fn every_provider_has_lists_of_its_own_and_says_no_in_its_own_words() {
    let stage = Stage::new().await;
    for api in &APIS {
        stage.connect(api.id, "customer_1").await;
    }
    for api in &APIS {
        let model = if api.id == ProviderId::Google { "gemini-2.5-flash" } else { "gpt-4.1" };
        stage.set_models(None, Disabled, &[&format!("{}/{model}", api.id)]).await;
        for other in &APIS {
            let answer = raw(
                &stage,
                &other.path(),
                json!({"model": if other.form == Form::Google { "gemini-2.5-flash" } else { model }})
                    .to_string(),
            )
            .await;
            let status = if api.id == other.id { 403 } else { 200 };
            assert_eq!(
                answer.status.as_u16(),
                status,
                "{} under a list of {}: {}",
                other.id,
                api.id,
                answer.text
            );
        }
    }
}

#[tokio::test]
async fn the_demo_and_the_operators_key_are_held_to_the_lists_too() {
    let stage = Stage::new().await;
    stage.set_models(None, Enabled, &["openai/cheap"]).await;
    stage.settings(json!({"demo": true})).await;
    let body = |model: &str| json!({"model": model, "messages": [{"role": "user", "content": "Hi"}]});
    for mode in ["demo", "server"] {
        if mode == "server" {
            stage.platform_key(ProviderId::Openai).await;
            stage.settings(json!({"platformKeys": true})).await;
        }
        let allowed = stage.post(CHAT, "customer_1", &body("cheap")).await;
        assert_eq!((allowed.status.as_u16(), allowed.headers["x-byo-mode"].to_str().unwrap()), (200, mode));
        let before = stage.upstream.count();
        let refused = stage.post(CHAT, "customer_1", &body("dear")).await;
        assert_refused(&stage, mode, &refused, before).await;
    }
}
