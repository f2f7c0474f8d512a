//! Whoever asks for the end of a key or a token hangs up before they are answered.
//!
//! A change and its consequences are one: when the database says that a key is gone, no call goes on with it.

use std::{
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    time::Duration,
};

use axum::body::Body;
use byo_seal::ProviderId;
use byo_server::environment::Environment;
use byo_tests::{Answer, Project, ScriptedProvider, Setup, TestApp};
use http::{Method, Request};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::database;

const KEY: &str = "sk-proj-0123456789abcdefghij";
const OTHER: &str = "sk-proj-abcdefghij0123456789";
/// Nothing here takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A change that ends uses.
struct Ending {
    method: Method,
    path: String,
    body: Option<Value>,
    by: By,
    /// Counts nothing until it is done.
    done: &'static str,
    /// How many of the calls it leaves.
    leaves: usize,
}

#[derive(Clone, Copy)]
enum By {
    Backend,
    Operator,
}

const REVOKED: &str = "SELECT count(*) FROM provider_keys WHERE status = 'revoked'";
const DISABLED: &str = "SELECT count(*) FROM provider_keys WHERE status = 'disabled'";
const REPLACED: &str = "SELECT count(*) FROM provider_keys WHERE version > 1";

impl Ending {
    /// All there are. The customer's key is used by two calls, one of them with the runtime token; the operator's by one.
    fn all(scene: &Scene) -> Vec<Self> {
        let name = json!({"provider": "openai", "refId": "customer_1"});
        let key = json!({"provider": "openai", "refId": "customer_1", "providerKey": OTHER});
        let backend = |path: &str, body: &Value, done, leaves| Self {
            method: Method::POST,
            path: path.to_owned(),
            body: Some(body.clone()),
            by: By::Backend,
            done,
            leaves,
        };
        let operator =
            |method, path, body, done| Self { method, path, body, by: By::Operator, done, leaves: 2 };
        let platform = platform_key(&scene.project);
        let maker = format!("/v1/admin/tokens/{}", scene.maker);
        vec![
            backend("/v1/keys/revoke", &name, REVOKED, 1),
            backend("/v1/keys/disable", &name, DISABLED, 1),
            backend("/v1/customers/customer_1/revert", &json!({"confirm": true}), REVOKED, 1),
            backend("/v1/keys/rotate", &key, REPLACED, 1),
            backend("/v1/keys/connect", &key, REPLACED, 1),
            Self {
                method: Method::DELETE,
                path: format!("/v1/runtime-tokens/{}", scene.runtime),
                body: None,
                by: By::Backend,
                done: "SELECT count(*) FROM runtime_tokens WHERE revoked_at IS NOT NULL",
                leaves: 2,
            },
            operator(Method::DELETE, maker, None, "SELECT count(*) FROM tokens WHERE revoked_at IS NOT NULL"),
            operator(Method::PUT, platform.clone(), Some(json!({"providerKey": OTHER})), REPLACED),
            operator(Method::DELETE, platform, None, REVOKED),
        ]
    }

    async fn ask(&self, scene: &Scene) -> Answer {
        match self.by {
            By::Backend => {
                scene
                    .app
                    .call(self.method.clone(), &self.path, &scene.project.secret, self.body.clone())
                    .await
            }
            By::Operator => scene.app.admin(self.method.clone(), &self.path, self.body.clone()).await,
        }
    }
}

fn platform_key(project: &Project) -> String {
    format!("/v1/admin/projects/{}/environments/live/platform-keys/mistral", project.id)
}

/// A server whose providers leave every call without an answer, and three calls that wait there.
struct Scene {
    app: Arc<TestApp>,
    project: Project,
    _upstream: ScriptedProvider,
    /// Id of a runtime token.
    runtime: String,
    /// Id of the secret key that made it.
    maker: String,
    calls: Vec<JoinHandle<Answer>>,
}

impl Scene {
    async fn new() -> Self {
        let upstream = ScriptedProvider::start().await;
        let base = format!("{}/v1", upstream.origin);
        let providers = [(ProviderId::Openai, base.clone()), (ProviderId::Mistral, base)].into();
        let app = Arc::new(TestApp::with(Setup { providers, ..Setup::default() }).await);
        let project = app.project(Environment::Live).await;
        app.settings(&project, Environment::Live, json!({"platformKeys": true})).await;
        app.admin(Method::PUT, &platform_key(&project), Some(json!({"providerKey": KEY}))).await.ok();
        let key = json!({"provider": "openai", "refId": "customer_1", "providerKey": KEY});
        app.post("/v1/keys/connect", &project.secret, key).await.ok();
        // A key that is replaced within the millisecond is no other version.
        app.clock.advance(Duration::from_millis(1));

        let maker = json!({"environment": "live", "kind": "secret", "name": "another"});
        let tokens = format!("/v1/admin/projects/{}/tokens", project.id);
        let (maker, secret) = made(&app.admin(Method::POST, &tokens, Some(maker)).await);
        let (runtime, token) =
            made(&app.post("/v1/runtime-tokens", &secret, json!({"refId": "customer_1"})).await);

        let before = upstream.count();
        upstream.hold(|seen| seen.target.ends_with("/chat/completions"));
        let calls = [(&project.secret, "openai"), (&token, "openai"), (&project.secret, "mistral")]
            .map(|(token, provider)| tokio::spawn(call(Arc::clone(&app), token.clone(), provider)));
        upstream.until_asked(before + calls.len()).await;
        assert_eq!(app.app.in_use.len(), calls.len());
        Self { app, project, _upstream: upstream, runtime, maker, calls: calls.into() }
    }

    async fn quiet(&self) {
        quiet(&self.app, &self.project, Environment::Live).await;
    }
}

/// Completes when all that was begun is done.
async fn quiet(app: &TestApp, project: &Project, environment: Environment) {
    app.app.tasks.close();
    tokio::time::timeout(PATIENCE, app.app.tasks.wait()).await.expect("nothing hangs");
    app.app.tasks.reopen();
    // Writes are one after another, so those before this one are done with it.
    app.settings(project, environment, json!({})).await;
}

fn made(answer: &Answer) -> (String, String) {
    assert_eq!(answer.status, 201, "{}", answer.text);
    let text = |member: &str| answer.json[member].as_str().expect("it is told once").to_owned();
    (text("id"), text("token"))
}

async fn call(app: Arc<TestApp>, token: String, provider: &'static str) -> Answer {
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}]});
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/v1/proxy/{provider}/v1/chat/completions"))
        .header("authorization", format!("Bearer {token}"))
        .header("content-type", "application/json")
        .header("x-byo-ref-id", "customer_1");
    app.send(request.body(Body::from(body.to_string())).expect("a good request")).await
}

/// When to hang up.
#[derive(Clone, Copy, Debug)]
enum Point {
    /// The server has begun, and nothing of it is done yet: there is one thread, and the test has it.
    Begun,
    /// The change is on the disk. What follows from it may be done or not.
    Done,
}

/// Whether somebody is to be polled again.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Asks, and hangs up at that point.
async fn hang_up(app: &TestApp, asking: impl Future<Output = Answer>, point: Point, done: &'static str) {
    let mut asking = pin!(asking);
    let woken = Arc::new(Woken(AtomicBool::new(true)));
    let waker = Waker::from(Arc::clone(&woken));
    let tasks = app.app.tasks.len();
    let at_the_point = async {
        loop {
            // Looked at first: whoever is woken by the change is not polled after it.
            let is_woken = woken.0.swap(false, Ordering::SeqCst);
            let is_there = match point {
                Point::Begun => app.app.tasks.len() > tasks,
                Point::Done => database::count(app, done).await > 0,
            };
            if is_there {
                return;
            }
            if is_woken && let Poll::Ready(answer) = asking.as_mut().poll(&mut Context::from_waker(&waker)) {
                panic!("answered before it was {point:?}: {}", answer.text);
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, at_the_point).await.expect("it gets there");
}

#[tokio::test]
async fn calls_end_with_what_they_use_even_if_whoever_ended_it_has_gone() {
    let endings = Ending::all(&Scene::new().await).len();
    for (at, point) in (0..endings).flat_map(|at| [(at, Point::Begun), (at, Point::Done)]) {
        let scene = Scene::new().await;
        let ending = Ending::all(&scene).swap_remove(at);
        let named = format!("{} {}, {point:?}", ending.method, ending.path);
        assert_eq!(database::count(&scene.app, ending.done).await, 0, "{named}");
        hang_up(&scene.app, ending.ask(&scene), point, ending.done).await;
        scene.quiet().await;
        assert_eq!(database::count(&scene.app, ending.done).await, 1, "{named}");
        assert_eq!(scene.app.app.in_use.len(), ending.leaves, "{named}: calls go on");
        scene.calls.iter().for_each(JoinHandle::abort);
    }
}

/// Browsers must not go on sealing to a key that was destroyed because somebody has it.
#[tokio::test]
async fn compromised_sealing_keys_are_let_go_of_even_if_the_operator_has_gone() {
    for point in [Point::Begun, Point::Done] {
        let app = TestApp::new().await;
        let project = app.project(Environment::Test).await;
        let browser = app.browser(&project.publishable);
        let before = browser.params().await["kid"].clone();
        let body = Some(json!({"compromised": true}));
        let asking = app.admin(Method::POST, "/v1/admin/sealing-keys/rotate", body);
        hang_up(&app, asking, point, "SELECT count(*) FROM sealing_keys WHERE state = 'destroyed'").await;
        quiet(&app, &project, Environment::Test).await;
        let active = "SELECT kid FROM sealing_keys WHERE state = 'active'";
        let active: String =
            sqlx::query_scalar(active).fetch_one(&mut database::open(&app).await).await.unwrap();
        assert_ne!(before, json!(active), "{point:?}");
        assert_eq!(browser.params().await["kid"], json!(active), "{point:?}");
    }
}
