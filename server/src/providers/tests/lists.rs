//! Model lists are bounded and clean, whoever writes them.

use byo_seal::{ProviderConfig, ProviderId, Verdict};
use serde_json::json;

use super::{
    super::{Check, models::MAX_MODELS},
    key, openai, providers,
};
use crate::{
    egress::tests::server::{Server, reply},
    environment::Environment,
};

async fn check(providers: &super::Providers, provider: ProviderId) -> Check {
    providers.check(Environment::Live, provider, &ProviderConfig::default(), &key("sk-live-key")).await
}

#[tokio::test]
async fn ids_that_are_no_ids_are_left_out_and_each_stands_once() {
    let (_server, providers) = openai(|_, _| {
        let ids = json!([
            "gpt-4.1",
            "<script>",
            "a b",
            "",
            "gpt-4.1",
            "x".repeat(201),
            "модель",
            "ok/x:1@2+3_4",
            "a\r\nb",
            7
        ]);
        let data: Vec<_> = ids.as_array().unwrap().iter().map(|id| json!({ "id": id })).collect();
        Some(reply(200, "application/json", json!({ "data": data }).to_string()))
    })
    .await;
    assert_eq!(check(&providers, ProviderId::Openai).await.models, ["gpt-4.1", "ok/x:1@2+3_4"]);
}

#[tokio::test]
async fn a_list_ends_after_two_thousand_ids() {
    let (_server, providers) = openai(|_, _| {
        let data: Vec<_> = (0..5_000).map(|number| json!({ "id": format!("m{number}") })).collect();
        Some(reply(200, "application/json", json!({ "data": data }).to_string()))
    })
    .await;
    assert_eq!(check(&providers, ProviderId::Openai).await.models.len(), MAX_MODELS);
}

#[tokio::test]
async fn an_endless_list_ends_after_ten_pages() {
    let server = Server::start(|number, _| {
        let page = json!({ "data": [{ "id": format!("m{number}") }], "has_more": true, "last_id": "m" });
        Some(reply(200, "application/json", page.to_string()))
    })
    .await;
    let providers = providers(&[], &[], &[(ProviderId::Anthropic, &server.url(""))]);
    let check = check(&providers, ProviderId::Anthropic).await;
    assert_eq!((check.verdict, check.models.len(), server.seen().len()), (Verdict::Valid, 10, 10));
}

#[tokio::test]
async fn a_page_that_fails_leaves_what_came_before() {
    let server = Server::start(|number, _| {
        let page = json!({ "data": [{ "id": "first" }], "has_more": true, "last_id": "first" });
        Some(if number == 0 {
            reply(200, "application/json", page.to_string())
        } else {
            reply(500, "text/plain", "")
        })
    })
    .await;
    let providers = providers(&[], &[], &[(ProviderId::Anthropic, &server.url(""))]);
    let check = check(&providers, ProviderId::Anthropic).await;
    assert_eq!((check.verdict, check.models), (Verdict::Valid, vec!["first".to_owned()]));
}

/// Whatever answers 200 and happens to have a member of that name must not pass for a provider.
#[tokio::test]
async fn what_is_no_list_of_models_proves_no_key() {
    let item = |member: &str| json!([{ member: "gpt-4.1" }]);
    for (provider, list, id, other) in [
        (ProviderId::Openai, "data", "id", "name"),
        (ProviderId::Groq, "data", "id", "name"),
        (ProviderId::Anthropic, "data", "id", "name"),
        (ProviderId::Google, "models", "name", "id"),
    ] {
        let good = [json!([]), item(id), json!(["x", { id: "gpt-4.1" }, 7])];
        let bad = [
            json!("x"),
            json!(true),
            json!(0),
            json!({}),
            json!({ id: "gpt-4.1" }),
            json!([null]),
            json!(["gpt-4.1"]),
            json!([{ id: 7 }]),
            item(other),
        ];
        let cases = good.map(|good| (good, Verdict::Valid)).into_iter();
        for (value, verdict) in cases.chain(bad.map(|bad| (bad, Verdict::Unreachable))) {
            let body = json!({ list: value }).to_string();
            let answer = body.clone();
            let server =
                Server::start(move |_, _| Some(reply(200, "application/json", answer.clone()))).await;
            let providers = providers(&[], &[], &[(provider, &server.url(""))]);
            let check = check(&providers, provider).await;
            assert_eq!(check.verdict, verdict, "{provider}: {body}");
            if verdict == Verdict::Unreachable {
                assert_eq!(check.error.unwrap().code, "unexpected_answer", "{provider}: {body}");
            }
        }
    }
}

#[tokio::test]
async fn an_enormous_answer_is_unexpected() {
    let (_server, providers) = openai(|_, _| Some(reply(200, "application/json", vec![b' '; 5 << 20]))).await;
    let check = check(&providers, ProviderId::Openai).await;
    assert_eq!(check.error.unwrap().code, "unexpected_answer");
}

#[tokio::test]
async fn a_dead_server_is_unreachable_and_says_nothing_about_the_key() {
    // Bound, so that nobody else gets the port, but not listening.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let providers = providers(&[], &[], &[(ProviderId::Openai, &url)]);
    let check = check(&providers, ProviderId::Openai).await;
    assert_eq!(check.verdict, Verdict::Unreachable);
    let error = check.error.unwrap();
    assert_eq!(error.code, "provider_unreachable");
    assert_eq!(
        error.message,
        "OpenAI could not be reached, so the key could not be checked. Try again later."
    );
}
