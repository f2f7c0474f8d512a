//! Where the token stands, and what else stands there.

use byo_seal::ProviderId;
use byo_tests::ADMIN_KEY;
use http::Method;
use serde_json::json;

use super::stage::{APIS, Stage, request};

const CARRIERS: [&str; 4] = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

fn carried(carrier: &str, token: &str) -> String {
    if carrier == "authorization" { format!("Bearer {token}") } else { token.to_owned() }
}

#[tokio::test]
async fn a_token_is_taken_wherever_an_sdk_puts_it_and_only_the_key_reaches_the_provider() {
    let stage = Stage::new().await;
    let secret = &stage.project.secret;
    for api in &APIS {
        let (key, id) = stage.connect(api.id, "customer_1").await;
        for carrier in CARRIERS {
            let before = stage.upstream.count();
            let token = carried(carrier, secret);
            // Clients that must send a key somewhere send a dummy there.
            let dummies =
                CARRIERS.iter().filter(|other| **other != carrier).map(|other| (*other, "Bearer dummy"));
            for headers in [Vec::new(), dummies.collect::<Vec<_>>()] {
                let all =
                    [&[(carrier, token.as_str()), ("x-byo-ref-id", "customer_1")], &headers[..]].concat();
                let answer = stage.app.send(request(Method::POST, &api.path(), &all, "{}")).await;
                assert_eq!(answer.status, 200, "{} {carrier} {headers:?}: {}", api.id, answer.text);
                assert_eq!(answer.headers["x-byo-mode"], "byok");
                assert_eq!(answer.headers["x-byo-key-id"], id.as_str());
                let seen = stage.upstream.last();
                assert_eq!(seen.header(api.header), api.credential(&key), "{} {carrier}", api.id);
                for other in CARRIERS.iter().filter(|other| **other != api.header) {
                    assert!(!seen.headers.contains_key(*other), "{} {carrier}: {other}", api.id);
                }
                assert!(!seen.holds(secret) && !seen.holds("dummy") && !seen.holds("customer_1"), "{seen:?}");
            }
            assert_eq!(stage.upstream.count(), before + 2);
        }
    }
}

#[tokio::test]
async fn calls_without_one_good_credential_are_refused_and_no_provider_hears_of_them() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let secret = stage.project.secret.clone();
    let other = stage.app.project(byo_server::environment::Environment::Live).await.secret;
    let session = stage.app.session(&stage.project, json!({"refId": "customer_1"})).await;
    let publishable = stage.project.publishable.clone();
    let bearer = |token: &str| ("authorization", format!("Bearer {token}"));
    let before = stage.upstream.count();
    for (what, headers, status, code) in [
        ("none", vec![], 401, "invalid_api_key"),
        ("a key of the provider's", vec![bearer("sk-live-0123456789")], 401, "invalid_api_key"),
        ("a publishable key", vec![bearer(&publishable)], 403, "forbidden"),
        ("a session", vec![bearer(&session)], 403, "forbidden"),
        ("a publishable key elsewhere", vec![("api-key", publishable.clone())], 403, "forbidden"),
        ("two", vec![bearer(&secret), ("x-api-key", other.clone())], 400, "conflicting_credentials"),
        (
            "two in one header",
            vec![("api-key", secret.clone()), ("api-key", other.clone())],
            400,
            "conflicting_credentials",
        ),
        ("two bearers", vec![bearer(&secret), bearer(&other)], 400, "conflicting_credentials"),
        (
            "the admin key too",
            vec![bearer(&secret), ("x-admin-key", ADMIN_KEY.to_owned())],
            400,
            "conflicting_credentials",
        ),
        ("the admin key", vec![("x-admin-key", ADMIN_KEY.to_owned())], 400, "conflicting_credentials"),
        ("the admin key as bearer", vec![bearer(ADMIN_KEY)], 401, "invalid_api_key"),
        ("basic", vec![("authorization", format!("Basic {secret}"))], 401, "invalid_api_key"),
        ("a cookie", vec![("cookie", format!("token={secret}"))], 401, "invalid_api_key"),
    ] {
        let mut all: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        all.push(("x-byo-ref-id", "customer_1"));
        let answer =
            stage.app.send(request(Method::POST, "/v1/proxy/openai/v1/chat/completions", &all, "{}")).await;
        assert_eq!(answer.status.as_u16(), status, "{what}: {}", answer.text);
        assert_eq!(answer.json["error"]["code"], code, "{what}: {}", answer.text);
        assert_eq!(answer.headers["x-should-retry"], "false", "{what}");
    }
    assert_eq!(stage.upstream.count(), before, "a provider was asked");
}

#[tokio::test]
async fn no_credential_travels_in_a_url() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Google, "customer_1").await;
    let before = stage.upstream.count();
    let secret = stage.project.secret.clone();
    for query in ["key=AIzaSomething", "alt=sse&key=dummy", "KEY=x", "%6Bey=x", "access_token=x", "api_key=x"]
    {
        let path = format!("/v1/proxy/google/v1beta/models/gemini-2.5-flash:generateContent?{query}");
        let answer = stage.post(&path, "customer_1", &json!({})).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert_eq!(answer.json["error"]["status"], "INVALID_ARGUMENT");
        assert_eq!(answer.json["error"]["details"][0]["reason"], "CREDENTIAL_IN_URL");
    }
    // byo's own tokens are refused wherever in a query they stand.
    for query in [format!("key={secret}"), format!("x={secret}"), format!("{secret}=1")] {
        let path = format!("/v1/proxy/google/v1beta/models?{query}");
        let headers = [("x-byo-ref-id", "customer_1")];
        let answer = stage.app.send(request(Method::GET, &path, &headers, "")).await;
        assert_eq!(answer.status, 400, "{query}: {}", answer.text);
        assert!(!answer.text.contains(&secret));
    }
    assert_eq!(stage.upstream.count(), before, "a provider was asked");
}

#[tokio::test]
async fn a_call_names_its_customer_once_and_well() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let before = stage.upstream.count();
    let path = "/v1/proxy/openai/v1/chat/completions";
    for (headers, word) in [
        (vec![], "X-BYO-Ref-Id"),
        (vec![("x-byo-ref-id", "")], "X-BYO-Ref-Id"),
        (vec![("x-byo-ref-id", "customer 1")], "X-BYO-Ref-Id"),
        (vec![("x-byo-ref-id", "customer_1"), ("x-byo-ref-id", "customer_1")], "x-byo-ref-id"),
        (vec![("x-byo-ref-id", "customer_1"), ("x-byo-ref-id", "customer_2")], "x-byo-ref-id"),
        (vec![("x-byo-ref-id", "customer_1"), ("x-byo-key-name", "no name!")], "X-BYO-Key-Name"),
        (vec![("x-byo-ref-id", "customer_1"), ("x-byo-key-name", "")], "X-BYO-Key-Name"),
    ] {
        let answer = stage.send(Method::POST, path, &stage.project.secret, &headers, "{}").await;
        assert_eq!(answer.status, 400, "{headers:?}: {}", answer.text);
        assert_eq!(answer.json["error"]["type"], "invalid_request_error");
        let message = answer.json["error"]["message"].as_str().unwrap();
        assert!(message.contains(word), "{message} names {word}");
    }
    assert_eq!(stage.upstream.count(), before, "a provider was asked");
}

#[tokio::test]
async fn a_runtime_token_is_its_customer_within_its_limits_until_it_expires() {
    let stage = Stage::new().await;
    let (key, _) = stage.connect(ProviderId::Openai, "customer_1").await;
    let (other, _) = stage.connect(ProviderId::Openai, "customer_2").await;
    stage.connect(ProviderId::Groq, "customer_1").await;
    let token = stage.runtime(|limits| limits.providers = Some(vec![ProviderId::Openai])).await;
    let path = "/v1/proxy/openai/v1/chat/completions";
    for headers in [&[][..], &[("x-byo-ref-id", "customer_1")]] {
        let answer = stage.send(Method::POST, path, &token, headers, "{}").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(stage.upstream.last().header("authorization"), format!("Bearer {key}"));
    }
    let before = stage.upstream.count();
    let answer = stage.send(Method::POST, path, &token, &[("x-byo-ref-id", "customer_2")], "{}").await;
    assert_eq!((answer.status.as_u16(), &answer.json["error"]["code"]), (403, &json!("forbidden")));
    let groq = "/v1/proxy/groq/openai/v1/chat/completions";
    let answer = stage.send(Method::POST, groq, &token, &[], "{}").await;
    assert_eq!((answer.status.as_u16(), &answer.json["error"]["code"]), (403, &json!("forbidden")));
    // Nor with a key of somebody's sent along.
    let headers = [("x-byo-ref-id", "customer_2"), ("x-openai-key", other.as_str())];
    assert_eq!(stage.send(Method::POST, path, &token, &headers, "{}").await.status, 403);
    stage.app.clock.advance(std::time::Duration::from_secs(3_601));
    let answer = stage.send(Method::POST, path, &token, &[], "{}").await;
    assert_eq!(answer.status, 401, "{}", answer.text);
    assert_eq!(stage.upstream.count(), before, "a provider was asked");
}

#[tokio::test]
async fn a_runtime_token_ends_with_the_secret_key_that_made_it() {
    let stage = Stage::new().await;
    stage.connect(ProviderId::Openai, "customer_1").await;
    let path = format!("/v1/admin/projects/{}/tokens", stage.project.id);
    let body = json!({"environment": "live", "kind": "secret", "name": "short-lived"});
    let made = stage.app.admin(Method::POST, &path, Some(body)).await.json;
    let secret = made["token"].as_str().unwrap();
    let token = super::stage::runtime(&stage.app, secret, "customer_1", |_| ()).await;
    let call = "/v1/proxy/openai/v1/chat/completions";
    assert_eq!(stage.send(Method::POST, call, &token, &[], "{}").await.status, 200);
    let end = format!("/v1/admin/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(stage.app.admin(Method::DELETE, &end, None).await.status, 204);
    let before = stage.upstream.count();
    assert_eq!(stage.send(Method::POST, call, &token, &[], "{}").await.status, 401);
    let headers = [("x-byo-ref-id", "customer_1")];
    assert_eq!(stage.send(Method::POST, call, secret, &headers, "{}").await.status, 401);
    assert_eq!(stage.upstream.count(), before, "a provider was asked");
}
