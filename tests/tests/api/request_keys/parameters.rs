//! `GET /v1/connect/params?purpose=request`.

use byo_server::environment::Environment;
use byo_tests::TestApp;
use serde_json::json;

use super::stage::Stage;

const PATH: &str = "/v1/connect/params";

#[tokio::test]
async fn a_challenge_lives_as_long_as_was_asked_for() {
    let stage = Stage::publishable().await;
    for (query, minutes) in [
        ("", 10),
        ("?purpose=request", 60),
        ("?purpose=request&expiresIn=60", 1),
        ("?expiresIn=86400&purpose=request", 24 * 60),
    ] {
        let params = stage.app.get(&format!("{PATH}{query}"), &stage.token).await.ok();
        let time = |name: &str| -> byo_server::clock::Timestamp {
            serde_json::from_value(params[name].clone()).expect("times are RFC 3339")
        };
        let lifetime = time("expiresAt").since(time("serverTime"));
        assert_eq!(lifetime, std::time::Duration::from_mins(minutes), "{query}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_for_is_named_by_its_field() {
    let stage = Stage::publishable().await;
    for (query, field) in [
        ("?purpose=request&expiresIn=59", "expiresIn"),
        ("?purpose=request&expiresIn=86401", "expiresIn"),
        ("?purpose=request&expiresIn=0", "expiresIn"),
        ("?purpose=request&expiresIn=-60", "expiresIn"),
        ("?purpose=request&expiresIn=99999999999999999999999", "expiresIn"),
        ("?purpose=request&expiresIn=1h", "expiresIn"),
        ("?purpose=request&expiresIn=", "expiresIn"),
        ("?purpose=request&expiresIn=60&expiresIn=60", "expiresIn"),
        ("?expiresIn=60", "expiresIn"),
        ("?purpose=", "purpose"),
        ("?purpose=connect", "purpose"),
        ("?purpose=Request", "purpose"),
        ("?purpose=request&refId=c", "refId"),
    ] {
        let answer = stage.app.get(&format!("{PATH}{query}"), &stage.token).await;
        answer.assert_refused(422, "invalid_request");
        assert_eq!(answer.fields(), [field], "{query}");
    }
}

#[tokio::test]
async fn only_who_may_seal_for_requests_gets_a_challenge_for_them() {
    let app = TestApp::new().await;
    let project = app.project(Environment::Test).await;
    let usual = app.session(&project, json!({"refId": "c"})).await;
    let request = app.session(&project, json!({"refId": "c", "allow": ["request"]})).await;
    let path = format!("{PATH}?purpose=request");
    for (writes, key, session) in
        [("open", 200, 200), ("open_replace", 200, 200), ("session", 403, 200), ("off", 403, 403)]
    {
        app.settings(&project, Environment::Test, json!({"writes": writes})).await;
        for (token, wanted) in [(&project.publishable, key), (&request, session), (&usual, 403)] {
            let answer = app.get(&path, token).await;
            assert_eq!(answer.status, wanted, "{writes}: {}", answer.text);
            app.get(PATH, token).await.ok();
        }
    }
    app.get(&path, &project.secret).await.assert_refused(403, "forbidden");
}
