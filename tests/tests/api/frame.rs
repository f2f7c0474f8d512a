//! The page inside the widget's frame, and which pages may hold it.

use std::time::Duration;

use axum::body::Body;
use byo_seal::principal_id;
use byo_server::environment::Environment;
use byo_tests::{Answer, PAGE, Project, TestApp};
use http::{Method, Request};
use serde_json::{Value, json};

#[tokio::test]
async fn the_frame_has_exactly_these_headers_and_nothing_in_it() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Live).await;
    let answer = frame(&app, &project.publishable).await;
    let expected = [
        (
            "content-security-policy",
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; \
             img-src 'none'; font-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; \
             frame-ancestors https://app.example.com",
        ),
        ("content-type", "text/html; charset=utf-8"),
        ("cross-origin-resource-policy", "cross-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.headers.get_all(name).iter().collect::<Vec<_>>(), [value], "{name}");
    }
    for absent in ["x-frame-options", "access-control-allow-origin", "set-cookie", "etag"] {
        assert!(!answer.headers.contains_key(absent), "{absent}");
    }
    assert!(answer.text.contains("<script type=\"module\" src=\"/frame.js\"></script>"), "{}", answer.text);
    assert!(answer.text.contains("<link rel=\"stylesheet\" href=\"/pages/frame/frame.css\">"));
    assert!(answer.text.contains("<body></body>"));
    let style = get(&app, "/pages/frame/frame.css").await;
    assert_eq!(
        (style.status.as_u16(), &style.headers["content-type"]),
        (200, &"text/css; charset=utf-8".parse().unwrap())
    );
}

#[tokio::test]
async fn pages_around_are_those_of_the_environment_or_of_the_session() {
    let app = TestApp::new().await;
    let live = app.project(Environment::Live).await;
    let test = app.project(Environment::Test).await;
    let session = async |project: &Project, body: Value| app.session(project, body).await;
    let two = json!(["https://one.example.com", "http://localhost:5173"]);
    for (token, pages) in [
        (live.publishable.clone(), PAGE),
        (session(&live, json!({"refId": "c"})).await, PAGE),
        (
            session(&live, json!({"refId": "c", "origins": two})).await,
            "https://one.example.com http://localhost:5173",
        ),
        (session(&live, json!({"refId": "c", "origins": []})).await, "'none'"),
        (test.publishable.clone(), "*"),
        (session(&test, json!({"refId": "c"})).await, "*"),
        (session(&test, json!({"refId": "c", "origins": [PAGE]})).await, PAGE),
        (live.secret.clone(), "'none'"),
        (test.secret.clone(), "'none'"),
    ] {
        assert_eq!(ancestors(&frame(&app, &token).await), pages);
    }
    let several = json!({"allowedOrigins": ["https://a.example.com", "https://b.example.com"]});
    app.settings(&live, Environment::Live, several).await;
    assert_eq!(
        ancestors(&frame(&app, &live.publishable).await),
        "https://a.example.com https://b.example.com"
    );
    app.settings(&live, Environment::Live, json!({"allowedOrigins": []})).await;
    assert_eq!(ancestors(&frame(&app, &live.publishable).await), "'none'");
}

#[tokio::test]
async fn what_has_ended_or_may_write_nothing_stands_in_no_page() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "c", "expiresIn": 60})).await;
    assert_eq!(ancestors(&frame(&app, &session).await), "*");
    app.clock.advance(Duration::from_secs(61));
    assert_eq!(ancestors(&frame(&app, &session).await), "'none'", "expired");

    let session = app.session(&project, json!({"refId": "c", "origins": [PAGE]})).await;
    app.settings(&project, Environment::Test, json!({"writes": "off"})).await;
    for token in [&session, &project.publishable] {
        assert_eq!(ancestors(&frame(&app, token).await), "'none'", "writes are off");
    }
    app.settings(&project, Environment::Test, json!({"writes": "open"})).await;
    assert_eq!(ancestors(&frame(&app, &session).await), PAGE);

    let tokens =
        app.admin(Method::GET, &format!("/v1/admin/projects/{}/tokens", project.id), None).await.ok();
    for token in tokens["data"].as_array().unwrap() {
        let path = format!("/v1/admin/tokens/{}", token["id"].as_str().unwrap());
        assert_eq!(app.admin(Method::DELETE, &path, None).await.status, 204);
    }
    for token in [&session, &project.publishable] {
        assert_eq!(ancestors(&frame(&app, token).await), "'none'", "revoked");
    }
}

#[tokio::test]
async fn a_runtime_token_stands_in_no_page() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let made = app.post("/v1/runtime-tokens", &project.secret, json!({"refId": "c"})).await;
    assert_eq!(ancestors(&frame(&app, made.json["token"].as_str().unwrap()).await), "'none'");
}

/// They pass as origins, and would end the directive or let any page in.
#[tokio::test]
async fn origins_that_mean_something_else_in_a_policy_are_left_out() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Live).await;
    for origin in ["https://a;sandbox", "https://*", "https://*.example.com", "https://a,b", "https://'self'"]
    {
        let made = app
            .post("/v1/connect-sessions", &project.secret, json!({"refId": "c", "origins": [origin, PAGE]}))
            .await;
        assert_eq!(made.status, 201, "{origin} is an origin: {}", made.text);
        let answer = frame(&app, made.json["token"].as_str().unwrap()).await;
        assert_eq!(ancestors(&answer), PAGE, "{origin}");
    }
}

#[tokio::test]
async fn five_hundred_hostile_spellings_of_a_principal_let_nobody_in_and_get_the_same_page() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let good = principal_id(&project.publishable);
    let page = frame(&app, &project.publishable).await;
    assert_eq!(ancestors(&page), "*");
    let spellings = spellings(&good);
    assert!(spellings.len() >= 500, "{}", spellings.len());
    for query in spellings {
        let answer = get(&app, &format!("/frame{query}")).await;
        assert_eq!((answer.status.as_u16(), ancestors(&answer)), (200, "'none'".to_owned()), "{query}");
        assert_eq!(answer.text, page.text, "{query}");
    }
}

/// Every one of them differs from `?principal=` and the id.
fn spellings(good: &str) -> Vec<String> {
    let mut all = vec![String::new(), "?".to_owned(), "?principal".to_owned(), "?principal=".to_owned()];
    for name in ["Principal", "principals", "principal[]", "principal%00", "token", "%70rincipal", ""] {
        all.push(format!("?{name}={good}"));
    }
    let inside =
        ["=", "==", "%3D", "%00", "%0d%0aX-Evil:%201", "%20", "+", ";", ",", "/", "'", "%22", "*", "\u{e9}"]
            .map(|piece| piece.replace('\u{e9}', "%C3%A9"));
    for piece in &inside {
        all.push(format!("?principal={piece}{good}"));
        all.push(format!("?principal={good}{piece}"));
        all.push(format!("?principal={}{piece}{}", &good[..20], &good[20..]));
        all.push(format!("?principal={}{piece}", &good[..42]));
    }
    for rest in ["&a=b", "&principal=", "&principal=x", "&", "#f"] {
        // What follows `#` is never sent; here it stands encoded.
        all.push(format!("?principal={good}{}", rest.replace('#', "%23")));
        all.push(format!("?{}&principal={good}", rest.trim_start_matches('&').replace('#', "%23")));
    }
    all.push(format!("?principal={good}&principal={good}"));
    for length in 0..good.len() {
        all.push(format!("?principal={}", &good[..length]));
        all.push(format!("?principal={}", "A".repeat(44 + length * 20)));
        // One character another one, and one of them percent-encoded.
        let other = if good.as_bytes()[length] == b'A' { "B" } else { "A" };
        all.push(format!("?principal={}{other}{}", &good[..length], &good[length + 1..]));
        all.push(format!(
            "?principal={}%{:02x}{}",
            &good[..length],
            good.as_bytes()[length],
            &good[length + 1..]
        ));
        all.push(format!("?principal={}{}", &good[length..], &good[..length]).replace(good, "rotated"));
        all.push(format!("?principal={}+{}", &good[..length], &good[length + 1..]));
        all.push(format!("?principal={}/{}", &good[..length], &good[length + 1..]));
        all.push(format!("?principal={}.{}", &good[..length], &good[length + 1..]));
        all.push(format!("?principal={}%2A{}", &good[..length], &good[length + 1..]));
        all.push(format!("?principal={}%3B%20sandbox{}", &good[..length], &good[length..]));
    }
    let swapped: String = good
        .chars()
        .map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
        .collect();
    all.push(format!("?principal={swapped}"));
    all.sort();
    all.dedup();
    assert!(!all.contains(&format!("?principal={good}")));
    all
}

#[tokio::test]
async fn a_token_itself_has_no_place_in_the_address() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let session = app.session(&project, json!({"refId": "c"})).await;
    for token in [&project.publishable, &session, &project.secret] {
        let answer = get(&app, &format!("/frame?principal={token}")).await;
        answer.assert_refused(400, "credential_in_url");
        assert!(!answer.text.contains(token));
    }
}

#[tokio::test]
async fn the_frames_script_comes_with_the_widget_or_is_plainly_not_there() {
    let app = TestApp::new().await;
    let answer = get(&app, "/frame.js").await;
    if answer.status == 200 {
        assert_eq!(answer.headers["content-type"], "text/javascript; charset=utf-8");
        assert_eq!(answer.headers["cache-control"], "public, no-cache");
    } else {
        answer.assert_refused(404, "not_found");
        assert!(answer.text.contains("cargo xtask build"), "{}", answer.text);
    }
}

async fn frame(app: &TestApp, token: &str) -> Answer {
    let answer = get(app, &format!("/frame?principal={}", principal_id(token))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

async fn get(app: &TestApp, path: &str) -> Answer {
    app.send(Request::builder().uri(path).body(Body::empty()).expect("a good request")).await
}

/// The sources of the one directive that differs.
fn ancestors(answer: &Answer) -> String {
    let policy = answer.headers["content-security-policy"].to_str().expect("it is ASCII");
    let (_, sources) = policy.split_once("; frame-ancestors ").expect("it is the last directive");
    assert!(!sources.contains(';'), "{policy}");
    sources.to_owned()
}
