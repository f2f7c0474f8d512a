//! Whose key a call uses: sent along, stored, the operator's, none; and that nothing takes another's place.

use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{Answer, answer_json, unique};
use http::Method;
use serde_json::json;

use super::stage::{APIS, Stage, api_of};

const CHAT: &str = "/v1/proxy/openai/v1/chat/completions";

/// Headers that carry a key for one call.
const GIVEN: [(&str, ProviderId); 5] = [
    ("x-openai-key", ProviderId::Openai),
    ("x-chatgpt-key", ProviderId::Openai),
    ("x-claude-key", ProviderId::Anthropic),
    ("x-gemini-key", ProviderId::Google),
    ("x-deepseek-key", ProviderId::Deepseek),
];

fn mode(answer: &Answer) -> (u16, &str, Option<&str>) {
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok());
    (answer.status.as_u16(), header("x-byo-mode").unwrap_or_default(), header("x-byo-key-id"))
}

#[tokio::test]
async fn the_order_is_sent_along_stored_platform_demo_and_none() {
    let stage = Stage::new().await;
    let given = unique("sk-given-");
    let with_given = [("x-byo-ref-id", "customer_1"), ("x-openai-key", given.as_str())];
    let openai = |key: &str| format!("Bearer {key}");
    let chat = async || stage.chat(ProviderId::Openai, "customer_1").await;

    let refused = chat().await;
    assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (403, &json!("no_key_connected")));
    let (platform, platform_id) = stage.platform_key(ProviderId::Openai).await;
    assert_eq!(chat().await.status, 403, "a platform key is used only where the environment allows it");
    assert_eq!(stage.upstream.count(), 0);

    stage.settings(json!({"demo": true})).await;
    assert_eq!(mode(&chat().await), (200, "demo", None));
    assert_eq!(stage.upstream.count(), 0, "a demo asks nobody");

    stage.settings(json!({"platformKeys": true})).await;
    assert_eq!(mode(&chat().await), (200, "server", Some(platform_id.as_str())));
    assert_eq!(stage.upstream.last().header("authorization"), openai(&platform));

    let (stored, id) = stage.connect(ProviderId::Openai, "customer_1").await;
    assert_eq!(mode(&chat().await), (200, "byok", Some(id.as_str())));
    assert_eq!(stage.upstream.last().header("authorization"), openai(&stored));

    let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &with_given, "{}").await;
    assert_eq!(mode(&answer), (200, "byok", None));
    assert_eq!(stage.upstream.last().header("authorization"), openai(&given));

    // A customer without a key still gets the platform's; a named key that is not there too.
    assert_eq!(mode(&stage.chat(ProviderId::Openai, "customer_2").await).1, "server");
    let named = [("x-byo-ref-id", "customer_1"), ("x-byo-key-name", "other")];
    let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &named, "{}").await;
    assert_eq!(mode(&answer).1, "server");
    stage.settings(json!({"platformKeys": false})).await;
    assert_eq!(mode(&stage.chat(ProviderId::Openai, "customer_2").await).1, "demo");
    // Without a platform key for this provider it is a demo too.
    stage.settings(json!({"platformKeys": true})).await;
    assert_eq!(mode(&stage.chat(ProviderId::Groq, "customer_1").await).1, "demo");
}

#[tokio::test]
async fn a_key_that_is_bad_fails_and_nothing_takes_its_place() {
    let stage = Stage::new().await;
    stage.platform_key(ProviderId::Openai).await;
    stage.settings(json!({"platformKeys": true, "demo": true})).await;
    let (stored, _) = stage.connect(ProviderId::Openai, "customer_1").await;
    let given = unique("sk-given-");
    let (bad_given, bad_stored) = (given.clone(), stored.clone());
    stage.upstream.answers(move |seen| {
        let bad = seen.holds(&bad_given) || seen.holds(&bad_stored);
        let status = if bad { 401 } else { 200 };
        answer_json(status, &json!({"error": {"message": "No.", "type": "authentication_error", "param": null, "code": "invalid_api_key"}}))
    });
    let before = stage.upstream.count();
    let headers = [("x-byo-ref-id", "customer_1"), ("x-openai-key", given.as_str())];
    let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &headers, "{}").await;
    assert_eq!(mode(&answer), (401, "byok", None));
    assert_eq!(stage.upstream.count(), before + 1, "one call, with the key that was sent along");
    assert_eq!(stage.upstream.last().header("authorization"), format!("Bearer {given}"));
    let answer = stage.chat(ProviderId::Openai, "customer_1").await;
    assert_eq!(mode(&answer).0, 401);
    assert_eq!(stage.upstream.count(), before + 2, "one call, with the key that is stored");
    assert_eq!(stage.upstream.last().header("authorization"), format!("Bearer {stored}"));
}

#[tokio::test]
async fn a_disabled_or_revoked_key_is_refused_at_once() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let name = json!({"provider": "openai", "refId": "customer_1"});
    let before = stage.upstream.count();
    for (step, setting, status) in [
        ("disable", json!({}), 403),
        // A key that is disabled is not as if it were not there.
        ("disable", json!({"platformKeys": true, "demo": true}), 403),
        ("enable", json!({"platformKeys": false, "demo": false}), 200),
        ("revoke", json!({}), 403),
    ] {
        stage.settings(setting).await;
        stage.app.post(&format!("/v1/keys/{step}"), &stage.project.secret, name.clone()).await.ok();
        let answer = stage.chat(ProviderId::Openai, "customer_1").await;
        assert_eq!(answer.status.as_u16(), status, "{step}: {}", answer.text);
        if status == 403 {
            assert_eq!(answer.json["error"]["code"], "no_key_connected", "{step}");
            assert_eq!(answer.headers["x-should-retry"], "false", "{step}");
            assert!(!answer.headers.contains_key("x-byo-mode"), "{step}");
        }
    }
    assert_eq!(stage.upstream.count(), before + 1, "only the enabled key was used");
    // Gone for good: now there is none, and what the environment allows steps in.
    stage.settings(json!({"demo": true})).await;
    assert_eq!(mode(&stage.chat(ProviderId::Openai, "customer_1").await).1, "demo");
}

#[tokio::test]
async fn keys_have_names_and_each_call_uses_the_one_it_names() {
    let stage = Stage::new().await;
    let (first, first_id) = stage.connect(ProviderId::Openai, "customer_1").await;
    let named = json!({"provider": "openai", "refId": "customer_1", "name": "team"});
    let (team, team_id) = stage.connect_as(named).await;
    for (name, key, id) in
        [(None, &first, &first_id), (Some("team"), &team, &team_id), (Some("default"), &first, &first_id)]
    {
        let mut headers = vec![("x-byo-ref-id", "customer_1")];
        headers.extend(name.map(|name| ("x-byo-key-name", name)));
        let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &headers, "{}").await;
        assert_eq!(mode(&answer), (200, "byok", Some(id.as_str())), "{name:?}");
        assert_eq!(stage.upstream.last().header("authorization"), format!("Bearer {key}"), "{name:?}");
    }
    for name in ["tea", "team2", "Team", "default2"] {
        let headers = [("x-byo-ref-id", "customer_1"), ("x-byo-key-name", name)];
        let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &headers, "{}").await;
        assert_eq!(answer.json["error"]["code"], "no_key_connected", "{name}");
    }
}

#[tokio::test]
async fn a_key_sent_along_goes_to_its_own_provider_and_to_no_other() {
    let stage = Stage::new().await;
    for (header, provider) in GIVEN {
        for api in &APIS {
            let given = unique("sk-given-");
            let before = stage.upstream.count();
            let answer =
                stage.send(Method::POST, &api.path(), &stage.project.secret, &[(header, &given)], "{}").await;
            if api.id == provider {
                // Without a refId too: the key says whose call it is.
                assert_eq!(mode(&answer), (200, "byok", None), "{header} {}: {}", api.id, answer.text);
                let seen = stage.upstream.last();
                assert_eq!(seen.header(api.header), api.credential(&given));
                assert!(!seen.headers.contains_key(header), "{header} went upstream");
            } else {
                assert_eq!(answer.status, 400, "{header} {}: {}", api.id, answer.text);
                assert_eq!(stage.upstream.count(), before, "{header} {}", api.id);
            }
            assert!(!answer.text.contains(&given));
        }
    }
    let twice = [("x-openai-key", "sk-one-0123456789"), ("x-chatgpt-key", "sk-two-0123456789")];
    let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &twice, "{}").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json["error"]["code"]),
        (400, &json!("conflicting_credentials"))
    );
    let listed = stage.app.get("/v1/keys", &stage.project.secret).await.ok();
    assert_eq!(listed["data"], json!([]), "keys that are sent along are not stored");
}

#[tokio::test]
async fn a_stored_key_goes_to_its_own_base_url_and_a_key_sent_along_never_does() {
    let stage = Stage::new().await;
    let own = byo_tests::ScriptedProvider::start().await;
    for provider in [ProviderId::Openai, ProviderId::Anthropic] {
        let api = api_of(provider);
        let base = format!("{}/gateway{}", own.origin, api.root);
        let body = json!({"provider": provider, "refId": "customer_1", "providerConfig": {"baseUrl": base}});
        let (key, _) = stage.connect_as(body).await;
        let before = (stage.upstream.count(), own.count());
        assert_eq!(stage.chat(provider, "customer_1").await.status, 200);
        assert_eq!((stage.upstream.count(), own.count()), (before.0, before.1 + 1));
        assert_eq!(own.last().header(api.header), api.credential(&key));
        assert_eq!(own.last().target, format!("/gateway{}", api.chat));
        let header = if provider == ProviderId::Openai { "x-openai-key" } else { "x-claude-key" };
        let given = unique("sk-given-");
        let headers = [("x-byo-ref-id", "customer_1"), (header, given.as_str())];
        stage.send(Method::POST, &api.path(), &stage.project.secret, &headers, "{}").await;
        assert_eq!((stage.upstream.count(), own.count()), (before.0 + 1, before.1 + 1));
    }
}

#[tokio::test]
async fn answers_say_whose_key_it_was_and_which_request() {
    let stage = Stage::new().await;
    stage.upstream.answers(|_| {
        let headers = [
            ("content-type", "application/json"),
            ("x-request-id", "req_of_the_provider"),
            ("x-byo-mode", "forged"),
            ("x-byo-key-id", "forged"),
            ("set-cookie", "a=b"),
        ];
        byo_tests::answer_with(200, &headers, "{}")
    });
    let given = [("x-openai-key", "sk-given-0123456789")];
    let answer = stage.send(Method::POST, CHAT, &stage.project.secret, &given, "{}").await;
    assert_eq!(mode(&answer), (200, "byok", None), "what the provider says of it does not pass");
    assert_eq!(answer.headers["x-request-id"], "req_of_the_provider");
    assert!(answer.headers["x-byo-request-id"].to_str().unwrap().starts_with("req_"));
    assert!(!answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn in_the_test_environment_no_provider_is_asked_whatever_the_base_url_is() {
    let stage = Stage::new().await;
    let path = format!("/v1/admin/projects/{}/tokens", stage.project.id);
    let body = json!({"environment": Environment::Test, "kind": "secret", "name": "tests"});
    let made = stage.app.admin(Method::POST, &path, Some(body)).await.json;
    let secret = made["token"].as_str().unwrap();
    for api in &APIS {
        let body = json!({"provider": api.id, "refId": "customer_1", "providerKey": "sk-byo-test-valid-0123456789",
            "providerConfig": {"baseUrl": stage.upstream.origin}});
        let stored = stage.app.post("/v1/keys/connect", secret, body).await.ok();
        let chat = json!({"model": "test-model-small", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9,
            "contents": [{"role": "user", "parts": [{"text": "Hi"}]}]});
        let headers = [("x-byo-ref-id", "customer_1")];
        let answer = stage.send(Method::POST, &api.path(), secret, &headers, chat.to_string()).await;
        assert_eq!(mode(&answer), (200, "byok", stored["id"].as_str()), "{}: {}", api.id, answer.text);
    }
    assert_eq!(stage.upstream.count(), 0);
}
