//! The pretend product's backend, through its router.

use std::{sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::oneshot, time::timeout};
use tower::ServiceExt;

use super::*;
use crate::{
    clock::{Clock, Timestamp},
    egress::{EgressLimits, Policy, Roots, StaticResolver},
    entropy::SystemEntropy,
    environment::Environment,
    token::TokenKind,
    webhook::sign,
};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);
const EVENT: &str =
    r#"{"id":"evt_1","type":"key.connected","environment":"test","data":{"refId":"customer_a"}}"#;

struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// The product, the secrets it checks webhooks with, and a byo that answers as told.
struct Demo {
    router: Router,
    log: Arc<ActivityLog>,
    test_secret: WebhookSecret,
}

impl Demo {
    async fn new() -> Self {
        Self::with_byo(Router::new()).await
    }

    async fn with_byo(byo: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let byo_origin = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(serve(listener, None, routed(byo), LIMITS, std::future::pending()));
        let (test_secret, test) = environment(Environment::Test);
        let (_, live) = environment(Environment::Live);
        let egress = Egress::new(
            Policy::default(),
            Arc::new(StaticResolver::default()),
            &Roots::default(),
            EgressLimits::default(),
        );
        let egress = egress.opening([byo_origin.as_str()]).unwrap();
        let settings = DemoSettings {
            byo_origin,
            own_origin: "http://demo.test:8788".into(),
            test,
            live,
            egress,
            clock: Arc::new(FixedClock),
            entropy: Arc::new(SystemEntropy),
        };
        let state = DemoState::new(settings).unwrap();
        Self { log: Arc::clone(&state.log), router: routes(state), test_secret }
    }

    async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    async fn page(&self, path: &str) -> Response {
        self.send(page_request(path).body(Body::empty()).unwrap()).await
    }

    async fn webhook(&self, secret: &WebhookSecret, id: &str, body: &'static str) -> StatusCode {
        let mut request = Request::post("/webhooks/byo").body(Body::from(body)).unwrap();
        request.headers_mut().extend(signed(secret, id, body));
        self.send(request).await.status()
    }

    /// What a customer's page has been told so far.
    async fn seen_by(&self, ref_id: &str) -> Vec<Value> {
        let mut body = self.page(&format!("/api/events?refId={ref_id}")).await.into_body();
        let mut text = String::new();
        while !text.contains("event: caught-up") {
            text.push_str(&next_text(&mut body).await);
        }
        activities(&text)
    }
}

#[tokio::test]
async fn a_signed_webhook_is_shown_to_its_customer_and_to_no_other() {
    let demo = Demo::new().await;
    assert_eq!(demo.webhook(&demo.test_secret, "evt_1", EVENT).await, StatusCode::NO_CONTENT);
    let seen = demo.seen_by("customer_a").await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["verified"], true);
    assert_eq!(seen[0]["checks"], json!({"byoSignature": true, "standardWebhooks": true}));
    assert_eq!(seen[0]["body"], EVENT);
    assert_eq!(demo.seen_by("customer_b").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_webhook_delivered_twice_is_taken_twice_and_shown_once() {
    let demo = Demo::new().await;
    for _ in 0..2 {
        assert_eq!(demo.webhook(&demo.test_secret, "evt_1", EVENT).await, StatusCode::NO_CONTENT);
    }
    assert_eq!(demo.seen_by("customer_a").await.len(), 1);
}

#[tokio::test]
async fn a_webhook_signed_with_another_secret_is_refused_and_its_body_is_not_shown() {
    let demo = Demo::new().await;
    let (foreign, _) = environment(Environment::Test);
    assert_eq!(demo.webhook(&foreign, "evt_1", EVENT).await, StatusCode::UNAUTHORIZED);
    let seen = demo.seen_by("customer_a").await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["verified"], false);
    assert_eq!(seen[0]["body"], Value::Null);
    assert!(!seen[0].to_string().contains("key.connected"));
}

#[tokio::test]
async fn a_webhook_with_only_one_right_signature_is_refused_and_shown_so() {
    for (dropped, byo, standard) in [
        ("x-byo-signature", false, true),
        ("webhook-signature", true, false),
        ("webhook-timestamp", true, false),
        ("webhook-id", true, false),
    ] {
        let demo = Demo::new().await;
        let mut request = Request::post("/webhooks/byo").body(Body::from(EVENT)).unwrap();
        request.headers_mut().extend(signed(&demo.test_secret, "evt_1", EVENT));
        request.headers_mut().remove(dropped);
        assert_eq!(demo.send(request).await.status(), StatusCode::UNAUTHORIZED, "without {dropped}");
        let checks = &demo.seen_by("customer_a").await[0]["checks"];
        assert_eq!(*checks, json!({"byoSignature": byo, "standardWebhooks": standard}), "without {dropped}");
    }
}

#[tokio::test]
async fn a_refused_webhook_does_not_use_up_its_id() {
    let demo = Demo::new().await;
    let (foreign, _) = environment(Environment::Test);
    demo.webhook(&foreign, "evt_1", EVENT).await;
    demo.webhook(&demo.test_secret, "evt_1", EVENT).await;
    let verified = demo.seen_by("customer_a").await.into_iter().filter(|seen| seen["verified"] == true);
    assert_eq!(verified.count(), 1);
}

#[tokio::test]
async fn a_body_over_64_kib_is_not_read() {
    let demo = Demo::new().await;
    let request = Request::post("/webhooks/byo").body(Body::from(vec![b' '; (64 << 10) + 1])).unwrap();
    assert_eq!(demo.send(request).await.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_page_that_is_open_hears_of_a_webhook_as_it_comes() {
    let demo = Demo::new().await;
    let mut stream = demo.page("/api/events?refId=customer_a").await.into_body();
    assert!(next_text(&mut stream).await.contains("event: caught-up"));
    demo.webhook(&demo.test_secret, "evt_1", EVENT).await;
    let seen = activities(&next_text(&mut stream).await);
    assert_eq!(seen[0]["webhookId"], "evt_1");
}

#[tokio::test]
async fn a_page_that_reconnects_continues_where_it_was() {
    let demo = Demo::new().await;
    for id in ["evt_1", "evt_2"] {
        demo.webhook(&demo.test_secret, id, EVENT).await;
    }
    let request = page_request("/api/events?refId=customer_a").header("last-event-id", "1");
    let mut stream = demo.send(request.body(Body::empty()).unwrap()).await.into_body();
    assert_eq!(activities(&next_text(&mut stream).await)[0]["webhookId"], "evt_2");
}

#[tokio::test]
async fn event_streams_end_when_the_demo_is_shut_down() {
    let demo = Demo::new().await;
    let mut stream = demo.page("/api/events?refId=customer_a").await.into_body();
    assert!(next_text(&mut stream).await.contains("event: caught-up"));
    demo.log.close();
    let end = timeout(Duration::from_secs(5), stream.frame()).await.unwrap();
    assert!(end.is_none());
}

#[tokio::test]
async fn the_test_mode_is_a_publishable_key_and_a_new_customer() {
    let demo = Demo::new().await;
    let (status, config) = json_of(demo.page("/api/config?mode=test").await).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(config["environment"], "test");
    assert!(config["publishableKey"].as_str().unwrap().starts_with("byo_pk_test_"));
    assert!(config["refId"].as_str().unwrap().starts_with("customer_"));
    assert_eq!(config["providers"], json!(["openai", "anthropic", "google"]));
    assert!(config.get("sessionToken").is_none());
    let (_, other) = json_of(demo.page("/api/config?mode=test").await).await;
    assert_ne!(config["refId"], other["refId"]);
}

#[tokio::test]
async fn a_session_mode_asks_byo_with_the_secret_key_and_shows_the_request_but_not_the_token() {
    let (told, asked) = oneshot::channel();
    let demo = Demo::with_byo(byo_that_tells(told)).await;
    let (_, config) = json_of(demo.page("/api/config?mode=live&refId=customer_a").await).await;
    assert_eq!(config["sessionToken"], "byo_cs_live_x");
    assert_eq!(config["environment"], "live");
    assert!(config.get("publishableKey").is_none());

    let (authorization, request) = asked.await.unwrap();
    assert!(authorization.starts_with("Bearer byo_sk_live_"));
    assert_eq!(request["refId"], "customer_a");
    assert_eq!(request["origins"], json!(["http://demo.test:8788"]));

    let seen = demo.seen_by("customer_a").await;
    assert_eq!(seen[0]["kind"], "session");
    let shown: Value = serde_json::from_str(seen[0]["request"].as_str().unwrap()).unwrap();
    assert_eq!(shown, request);
    assert!(!seen[0].to_string().contains("byo_cs_") && !seen[0].to_string().contains("byo_sk_"));
}

#[tokio::test]
async fn a_session_that_byo_refuses_is_an_error_with_byos_code() {
    let refuse = || async { (StatusCode::FORBIDDEN, Json(json!({"code": "forbidden"}))) };
    let demo = Demo::with_byo(Router::new().route("/v1/connect-sessions", post(refuse))).await;
    let (status, problem) = json_of(demo.page("/api/config?mode=test-session").await).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert_eq!(problem["message"], "byo refused to make a session: 403 Forbidden forbidden");
}

#[tokio::test]
async fn other_sites_can_neither_read_nor_cause_anything() {
    let demo = Demo::new().await;
    for site in ["cross-site", "same-site"] {
        let request = page_request("/api/config?mode=test-session").header("sec-fetch-site", site);
        let response = demo.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
    }
    let rebound = Request::get("/api/config?mode=test").header(header::HOST, "evil.example:8788");
    let response = demo.send(rebound.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::MISDIRECTED_REQUEST);
    let renamed = Request::get("/").header(header::HOST, "localhost:8788").body(Body::empty()).unwrap();
    let response = demo.send(renamed).await;
    assert_eq!(response.headers()[header::LOCATION], "http://demo.test:8788");
}

#[tokio::test]
async fn unusable_queries_are_refused() {
    let demo = Demo::new().await;
    for path in [
        "/api/config",
        "/api/config?mode=prod",
        "/api/config?mode=test&refId=a%20b",
        "/api/events",
        "/api/events?refId=",
    ] {
        assert_eq!(demo.page(path).await.status(), StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn the_page_loads_the_widget_from_byo_and_allows_scripts_from_nowhere_else() {
    let demo = Demo::new().await;
    let response = demo.page("/").await;
    let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
    let page = String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let byo = page.split(r#"src="http://"#).nth(1).unwrap().split("/connect.js").next().unwrap();
    assert!(policy.contains(&format!("script-src 'self' http://{byo} 'wasm-unsafe-eval';")), "{policy}");
    assert!(!policy.contains("unsafe-inline") && !page.contains("{{"));
    assert_eq!(
        demo.page("/assets/base.css").await.headers()[header::CONTENT_TYPE],
        "text/css; charset=utf-8"
    );
    assert_eq!(demo.page("/assets/nothing.css").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(demo.page("/assets/..%2Fbase.css").await.status(), StatusCode::NOT_FOUND);
}

#[test]
fn only_an_origin_is_taken_for_one() {
    for text in ["http://127.0.0.1:8787", "https://byo.example", "http://[::1]:8787"] {
        assert!(origin_authority(text).is_some(), "{text}");
    }
    for text in [
        "",
        "127.0.0.1:8787",
        "http://",
        "http://a/",
        "http://a b",
        "http://a\"><script>",
        "ftp://a",
        "http://a;b",
    ] {
        assert!(origin_authority(text).is_none(), "{text}");
    }
}

fn environment(environment: Environment) -> (WebhookSecret, DemoEnvironment) {
    let secret = WebhookSecret::generate(&SystemEntropy);
    let again = WebhookSecret::parse(secret.expose()).unwrap();
    let demo = DemoEnvironment {
        publishable_key: Token::generate(TokenKind::Publishable, environment, &SystemEntropy),
        secret_key: Token::generate(TokenKind::Secret, environment, &SystemEntropy),
        webhook_secret: again,
    };
    (secret, demo)
}

fn signed(secret: &WebhookSecret, id: &str, body: &str) -> HeaderMap {
    let signatures = sign(secret, id, NOW, body.as_bytes());
    let mut headers = HeaderMap::new();
    headers.insert("x-byo-signature", signatures.byo.parse().unwrap());
    headers.insert("webhook-id", signatures.id.parse().unwrap());
    headers.insert("webhook-timestamp", signatures.timestamp.parse().unwrap());
    headers.insert("webhook-signature", signatures.standard.parse().unwrap());
    headers
}

/// Answers with a session and tells what it was asked, once.
fn byo_that_tells(told: oneshot::Sender<(String, Value)>) -> Router {
    let told = Arc::new(std::sync::Mutex::new(Some(told)));
    let handler = move |headers: HeaderMap, Json(body): Json<Value>| async move {
        let authorization = headers[header::AUTHORIZATION].to_str().unwrap().to_owned();
        told.lock().unwrap().take().unwrap().send((authorization, body)).unwrap();
        (
            StatusCode::CREATED,
            Json(json!({"token": "byo_cs_live_x", "expiresAt": "2023-11-14T22:43:20Z", "url": "x"})),
        )
            .into_response()
    };
    Router::new().route("/v1/connect-sessions", post(handler))
}

fn page_request(path: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::HOST, "demo.test:8788")
}

async fn next_text(body: &mut Body) -> String {
    let frame = timeout(Duration::from_secs(5), body.frame()).await.expect("an event arrives");
    String::from_utf8(frame.unwrap().unwrap().into_data().unwrap().to_vec()).unwrap()
}

fn activities(text: &str) -> Vec<Value> {
    let lines = text.split("\n\n").filter(|event| event.contains("event: activity"));
    lines
        .map(|event| {
            let data = event.lines().find_map(|line| line.strip_prefix("data: ")).unwrap();
            serde_json::from_str(data).unwrap()
        })
        .collect()
}

async fn json_of(response: Response) -> (StatusCode, Value) {
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&body).unwrap())
}
