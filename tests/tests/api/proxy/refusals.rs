//! byo's own refusals in the form of each provider, as its official clients classify them.

use std::collections::BTreeSet;

use byo_server::token::{Token, TokenKind};
use byo_server::{entropy::SystemEntropy, environment::Environment};
use byo_tests::{Answer, answer_with, unique};
use http::Method;
use serde_json::{Value, json};

use super::stage::{APIS, Api, Form, Stage, main_call, request};

fn members(value: &Value) -> BTreeSet<&str> {
    value.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default()
}

/// The types of OpenAI's and of Anthropic's errors, and Google's status, by HTTP status.
fn kinds(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        400 => ("invalid_request_error", "invalid_request_error", "INVALID_ARGUMENT"),
        401 => ("authentication_error", "authentication_error", "UNAUTHENTICATED"),
        403 => ("permission_error", "permission_error", "PERMISSION_DENIED"),
        404 => ("not_found_error", "not_found_error", "NOT_FOUND"),
        413 => ("request_error", "request_too_large", "INVALID_ARGUMENT"),
        422 => ("request_error", "invalid_request_error", "INVALID_ARGUMENT"),
        429 => ("rate_limit_error", "rate_limit_error", "RESOURCE_EXHAUSTED"),
        502 => ("server_error", "api_error", "UNAVAILABLE"),
        504 => ("server_error", "timeout_error", "DEADLINE_EXCEEDED"),
        _ => panic!("{status} is none of these"),
    }
}

/// Asserts everything that a client reads of a refusal.
pub(super) fn assert_refused(form: Form, what: &str, answer: &Answer, status: u16, code: &str) {
    let what = format!("{what}: {} {}", answer.status, answer.text);
    assert_eq!(answer.status.as_u16(), status, "{what}");
    assert_eq!(answer.headers["content-type"], "application/json", "{what}");
    assert_eq!(answer.headers["cache-control"], "no-store", "{what}");
    let id = answer.headers["x-request-id"].to_str().expect("ids are ASCII");
    assert_eq!(answer.headers["x-byo-request-id"], id, "{what}");
    assert!(!answer.headers.contains_key("x-byo-mode"), "{what}");
    // The SDKs try again on these unless told not to; waiting helps with 429 and 5xx alone.
    let retried = status == 429 || status >= 500;
    assert_eq!(
        answer.headers.get("x-should-retry").map(|value| value == "false"),
        (!retried).then_some(true),
        "{what}"
    );
    assert_eq!(answer.headers.contains_key("retry-after"), status == 429, "{what}");
    let (openai, anthropic, google) = kinds(status);
    let error = &answer.json["error"];
    let message = match form {
        Form::Openai => {
            assert_eq!(members(&answer.json), ["error"].into(), "{what}");
            assert_eq!(members(error), ["code", "message", "param", "type"].into(), "{what}");
            assert_eq!(error["type"], openai, "{what}");
            assert_eq!(error["param"], Value::Null, "{what}");
            assert_eq!(error["code"], if status == 401 { "invalid_api_key" } else { code }, "{what}");
            &error["message"]
        }
        Form::Anthropic => {
            assert_eq!(members(&answer.json), ["error", "request_id", "type"].into(), "{what}");
            assert_eq!(
                (&answer.json["type"], &answer.json["request_id"]),
                (&json!("error"), &json!(id)),
                "{what}"
            );
            assert_eq!((&error["type"], &error["code"]), (&json!(anthropic), &json!(code)), "{what}");
            &error["message"]
        }
        Form::Google => {
            assert_eq!(members(&answer.json), ["error"].into(), "{what}");
            assert_eq!((&error["code"], &error["status"]), (&json!(status), &json!(google)), "{what}");
            assert_eq!(error["details"][0]["reason"], code.to_uppercase(), "{what}");
            &error["message"]
        }
        Form::Message => {
            assert_eq!(members(&answer.json), ["id", "message"].into(), "{what}");
            assert_eq!(answer.json["id"], id, "{what}");
            &answer.json["message"]
        }
        Form::Text => {
            assert_eq!(members(&answer.json), ["error"].into(), "{what}");
            error
        }
    };
    assert!(message.as_str().is_some_and(|message| message.len() > 15), "{what}");
}

/// A path of this API that the table does not name.
fn unlisted(api: &Api) -> String {
    let base = api.chat.rsplit_once('/').expect("paths have segments").0;
    api.at(&format!("{base}/nothing/here"))
}

#[tokio::test]
async fn every_refusal_has_the_providers_form() {
    let stage = Stage::with(|setup| setup.proxy.max_body = 2_000).await;
    let impatient = stage.impatient().await;
    let secret = &stage.project.secret;
    let headers = [("x-byo-ref-id", "customer_1")];
    for api in &APIS {
        let (key, _) = stage.connect(api.id, "customer_1").await;
        let call = async |path: &str, headers: &[(&str, &str)], body: String| {
            stage.send(Method::POST, path, secret, headers, body).await
        };
        let check = |what: &str, answer: &Answer, status, code: &str| {
            assert_refused(api.form, &format!("{} {what}", api.id), answer, status, code);
            assert!(!answer.text.contains(&key) && !answer.text.contains(secret.as_str()));
        };
        let (path, body) = (api.path(), || "{}".to_owned());
        let before = stage.upstream.count();
        check("no customer", &call(&path, &[], body()).await, 400, "malformed_request");
        let other = Token::generate(TokenKind::Secret, Environment::Live, &SystemEntropy);
        let two = [headers[0], ("api-key", other.expose())];
        check("two tokens", &call(&path, &two, body()).await, 400, "conflicting_credentials");
        check(
            "a key in the URL",
            &call(&format!("{path}?key=x"), &headers, body()).await,
            400,
            "credential_in_url",
        );
        let nobody = stage.app.send(request(Method::POST, &path, &headers, "{}")).await;
        check("no token", &nobody, 401, "unauthenticated");
        let nobody = stage.send(Method::POST, &path, other.expose(), &headers, "{}").await;
        check("an unknown token", &nobody, 401, "unauthenticated");
        let browser = stage.send(Method::POST, &path, &stage.project.publishable, &headers, "{}").await;
        check("a publishable key", &browser, 403, "forbidden");
        let nobodys = call(&path, &[("x-byo-ref-id", "customer_without_any")], body()).await;
        check("no key", &nobodys, 403, "no_key_connected");
        stage.set_models(Some("customer_1"), byo_server::store::ModelMode::Enabled, &[]).await;
        check("no model", &call(&path, &headers, body()).await, 403, "model_not_allowed");
        stage.set_models(Some("customer_1"), byo_server::store::ModelMode::All, &[]).await;
        check("an unlisted path", &call(&unlisted(api), &headers, body()).await, 404, "not_found");
        let long = json!({"model": "m", "x": "x".repeat(2_000)}).to_string();
        check("too long", &call(&path, &headers, long).await, 413, "payload_too_large");
        assert_eq!(stage.upstream.count(), before, "{}: the provider was asked", api.id);

        stage.upstream.answers(|_| answer_with(200, &[("content-type", "text/html")], "<p>Log in"));
        check("a page", &call(&path, &headers, body()).await, 502, "provider_unreachable");
        stage.upstream.hold(|_| true);
        check("silence", &impatient.send(main_call(api, secret)).await, 504, "provider_timeout");
        stage.upstream.let_go();
        stage.upstream.answers_well();
    }
}

#[tokio::test]
async fn who_guesses_tokens_is_told_to_wait_in_the_providers_form() {
    let stage = Stage::with(|setup| setup.limits.failed_authentications_per_minute = 3).await;
    stage.connect(byo_seal::ProviderId::Openai, "customer_1").await;
    let unknown = Token::generate(TokenKind::Secret, Environment::Live, &SystemEntropy);
    let headers = [("x-byo-ref-id", "customer_1")];
    let mut last = 0;
    for _ in 0..8 {
        last =
            stage.send(Method::POST, &APIS[0].path(), unknown.expose(), &headers, "{}").await.status.as_u16();
    }
    assert_eq!(last, 429);
    for api in &APIS {
        let answer = stage.send(Method::POST, &api.path(), unknown.expose(), &headers, "{}").await;
        assert_refused(api.form, api.id.as_str(), &answer, 429, "rate_limited");
    }
    // Whoever has a good token is not slowed down by it.
    assert_eq!(stage.chat(byo_seal::ProviderId::Openai, "customer_1").await.status, 200);
}

#[tokio::test]
async fn a_destination_that_the_operator_closed_since_is_refused_in_the_providers_form() {
    let stage = Stage::new().await;
    let own = byo_tests::ScriptedProvider::start().await;
    for api in &APIS {
        let body =
            json!({"provider": api.id, "refId": "customer_1", "providerConfig": {"baseUrl": own.origin}});
        stage.connect_as(body).await;
    }
    let Stage { app, upstream, project } = stage;
    let app = app.restart(byo_tests::Setup { allow: Vec::new(), ..byo_tests::Setup::default() }).await;
    let stage = Stage { app, upstream, project };
    let before = own.count();
    for api in &APIS {
        let answer = stage.chat(api.id, "customer_1").await;
        assert_refused(api.form, api.id.as_str(), &answer, 422, "destination_not_allowed");
    }
    assert_eq!(own.count(), before);
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_told_of_in_its_form() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        format!("http://{}", listener.local_addr().expect("it is bound"))
    };
    let stage = Stage::with(|setup| {
        for base in setup.providers.values_mut() {
            base.clone_from(&closed);
        }
    })
    .await;
    for (header, api) in [("x-openai-key", &APIS[0]), ("x-claude-key", &APIS[1]), ("x-gemini-key", &APIS[2])]
    {
        let given = unique("sk-given-");
        let answer =
            stage.send(Method::POST, &api.path(), &stage.project.secret, &[(header, &given)], "{}").await;
        assert_refused(api.form, api.id.as_str(), &answer, 502, "provider_unreachable");
    }
}

#[tokio::test]
async fn what_a_provider_refuses_passes_with_its_status_headers_and_body() {
    let stage = Stage::new().await;
    for api in &APIS {
        stage.connect(api.id, "customer_1").await;
        for status in [400, 402, 404, 409, 418, 422, 429, 500, 503, 529] {
            let body = format!(r#"{{"error" : {{"message":"In {} own words","n":1e2}}}} "#, api.id);
            let sent = body.clone();
            stage.upstream.answers(move |_| {
                let headers = [
                    ("content-type", "application/json"),
                    ("retry-after", "17"),
                    ("x-request-id", "req_theirs"),
                    ("x-ratelimit-remaining-requests", "0"),
                    ("x-should-retry", "true"),
                ];
                answer_with(status, &headers, sent.clone())
            });
            let answer = stage.chat(api.id, "customer_1").await;
            assert_eq!((answer.status.as_u16(), &answer.text), (status, &body), "{}", api.id);
            for (name, value) in [
                ("retry-after", "17"),
                ("x-request-id", "req_theirs"),
                ("x-should-retry", "true"),
                ("x-ratelimit-remaining-requests", "0"),
                ("x-byo-mode", "byok"),
            ] {
                assert_eq!(answer.headers[name], value, "{} {status}", api.id);
            }
        }
        stage.upstream.answers_well();
    }
}

#[tokio::test]
async fn a_refusal_that_cannot_be_passed_on_becomes_byos_own_with_the_same_status() {
    let stage = Stage::new().await;
    let (key, _) = stage.connect(byo_seal::ProviderId::Openai, "customer_1").await;
    let long = "x".repeat(300 * 1024);
    for (what, headers, body) in [
        (
            "encoded",
            vec![("content-type", "application/json"), ("content-encoding", "gzip")],
            "gzip?".to_owned(),
        ),
        ("a page", vec![("content-type", "text/html")], format!("<p>{key}")),
        ("too long", vec![("content-type", "application/json")], long),
    ] {
        let own = headers.clone();
        let sent: Vec<(String, String)> =
            own.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        stage.upstream.answers(move |_| {
            let headers: Vec<_> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            answer_with(429, &headers, body.clone())
        });
        let answer = stage.chat(byo_seal::ProviderId::Openai, "customer_1").await;
        assert_eq!(answer.status, 429, "{what}");
        assert_eq!(members(&answer.json["error"]), ["code", "message", "param", "type"].into(), "{what}");
        assert_eq!(answer.json["error"]["code"], "provider_refused", "{what}");
        assert!(!answer.headers.contains_key("content-encoding") && !answer.text.contains(&key), "{what}");
    }
    for status in [301, 302, 307, 308] {
        stage
            .upstream
            .answers(move |_| answer_with(status, &[("location", "https://elsewhere.example/")], ""));
        let answer = stage.chat(byo_seal::ProviderId::Openai, "customer_1").await;
        assert_eq!(answer.status, 502, "{status}");
        assert!(!answer.headers.contains_key("location"), "{status}");
    }
}

#[tokio::test]
async fn what_a_provider_tells_of_the_key_does_not_pass() {
    let stage = Stage::new().await;
    for api in &APIS {
        let (key, _) = stage.connect(api.id, "customer_1").await;
        let told = key.clone();
        stage.upstream.answers(move |seen| {
            let credential = ["authorization", "x-api-key", "x-goog-api-key", "api-key"].map(|name| seen.header(name).to_owned()).concat();
            let body = json!({"error": {"message": format!("Incorrect API key provided: {told}. {credential} {}...{}", &told[..12], &told[told.len() - 8..])}});
            let headers = [("content-type", "application/json"), ("x-request-id", told.as_str()), ("openai-organization", told.as_str())];
            answer_with(403, &headers, body.to_string())
        });
        let answer = stage.chat(api.id, "customer_1").await;
        assert_eq!(answer.status, 403, "{}: {}", api.id, answer.text);
        let secret = &key["sk-live-".len()..];
        for start in (0..=secret.len() - 8).step_by(1) {
            let piece = &secret[start..start + 8];
            assert!(!answer.text.contains(piece), "{}: {piece} in {}", api.id, answer.text);
            assert!(!format!("{:?}", answer.headers).contains(piece), "{}: {piece} in a header", api.id);
        }
        stage.upstream.answers_well();
    }
}
