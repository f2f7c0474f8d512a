//! A server in a process of its own, whose memory is nobody else's.

use byo_tests::{
    ADMIN_KEY, Launch, Process, Project, Wire, request, unique,
    upstream::{Call, Upstream},
};
use serde_json::{Value, json};

use crate::{
    kinds::Kind,
    stage::{CUSTOMER, within},
};

/// By how much the memory of a server may grow that holds nothing of what passes, in KiB.
const SLACK_KIB: u64 = 16 << 10;

/// See the module. Its provider is OpenAI, and its one customer has a key.
pub(crate) struct Alone {
    pub(crate) upstream: Upstream,
    pub(crate) process: Process,
    pub(crate) host: String,
    project: Project,
    _launch: Launch,
}

impl Alone {
    pub(crate) async fn new() -> Self {
        let upstream = Upstream::start().await;
        let base = format!("http://{}/v1", upstream.address);
        let launch = Launch::new(&[
            ("BYO_LOG__FILTER", "error"),
            ("BYO_PROVIDERS__OPENAI__BASE_URL", &base),
            ("BYO_LIMITS__FAILURES_PER_HOUR", "1000000"),
        ]);
        let process = launch.start();
        let host = process.address().to_string();
        let project = Project { id: String::new(), publishable: String::new(), secret: String::new() };
        let mut alone = Self { upstream, process, host, project, _launch: launch };
        let made =
            alone.made("/v1/admin/projects", ("x-admin-key", ADMIN_KEY), &json!({"name": "Northwind"})).await;
        made["id"].as_str().expect("ids are text").clone_into(&mut alone.project.id);
        let secret = made["environments"]["live"]["secretKey"].as_str().expect("tokens are text");
        secret.clone_into(&mut alone.project.secret);
        let bearer = format!("Bearer {secret}");
        let key = json!({"provider": "openai", "refId": CUSTOMER, "providerKey": unique("sk-proj-")});
        alone.made("/v1/keys/connect", ("authorization", &bearer), &key).await;
        alone.upstream.hand_over_lists();
        alone
    }

    async fn made(&self, path: &str, credential: (&str, &str), body: &Value) -> Value {
        let headers = [("host", self.host.as_str()), credential];
        let request = request("POST", path, &headers, body.to_string().as_bytes());
        let reply = within(self.wire().await.ask("POST", &request)).await;
        assert!(reply.status < 300, "{reply}");
        reply.json()
    }

    pub(crate) async fn wire(&self) -> Wire {
        Wire::open(self.process.address()).await.expect("it listens")
    }

    /// The line and the headers of a call, without what says how long its body is and without the empty line.
    pub(crate) fn head(&self, path: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\nx-byo-ref-id: {CUSTOMER}\r\n\
             content-type: application/json\r\n",
            self.host, self.project.secret
        )
    }

    /// A request that has reached the provider.
    pub(crate) async fn asked(&self, kind: Kind) -> (Wire, Call) {
        let mut wire = self.wire().await;
        let request = kind.request(&self.host, &self.project, &unique("sk-proj-"));
        wire.send(&request).await.expect("it reads");
        let asking = async {
            tokio::select! {
                call = self.upstream.call() => call,
                reply = wire.answer(kind.method()) => panic!("{kind:?} asks nobody: {reply:?}"),
            }
        };
        let mut call = within(asking).await;
        let _: Option<Vec<u8>> = within(call.body()).await;
        (wire, call)
    }

    /// Lets the provider answer every kind of request well; gives the most memory it took, in KiB.
    pub(crate) async fn warm(&self) -> u64 {
        for kind in crate::kinds::KINDS {
            let (mut wire, call) = self.asked(kind).await;
            let (content_type, body) = kind.good();
            call.answer("200 OK", &[("content-type", content_type)], body.as_bytes()).await;
            let reply = within(wire.answer(kind.method())).await.expect("it is HTTP").expect("it answers");
            within(call.end()).await;
            assert!(reply.status < 300, "{kind:?}: {reply}");
        }
        self.process.peak_kib()
    }

    /// Asserts that it never held much more than before and what it has to hold.
    #[track_caller]
    pub(crate) fn assert_held(&self, before: u64, bytes: u64) {
        let peak = self.process.peak_kib();
        println!("at most {before} KiB before, {peak} KiB in all");
        assert!(peak < before + bytes / 1024 + SLACK_KIB, "memory grew from {before} KiB to {peak} KiB");
    }
}
