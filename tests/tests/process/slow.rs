//! Clients that take their time, at a server process with short patience.

use std::{net::SocketAddr, time::Duration};

use byo_tests::{Launch, Process, Wire};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout},
};

/// So long that only a server that never lets go reaches it.
const FOR_EVER: Duration = Duration::from_secs(60);
const SLOW: usize = 200;

/// What a slow client says at first, and then again and again.
#[derive(Clone, Copy)]
struct Manner {
    first: &'static str,
    then: &'static str,
}

const MANNERS: [Manner; 3] = [
    Manner { first: "GET /healthz HTTP/1.1\r\nhost: x\r\n", then: "a: b\r\n" },
    Manner {
        first: "POST /v1/keys/connect HTTP/1.1\r\nhost: x\r\nauthorization: SECRET\r\n\
                content-type: application/json\r\ncontent-length: 9000\r\n\r\n",
        then: " ",
    },
    Manner { first: "", then: "" },
];

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_silent_clients_are_hung_up_on_and_others_are_answered_all_the_while() {
    const PATIENCE: Duration = Duration::from_secs(2);
    let (_launch, process) = patient_for("2s").await;
    let secret = secret(&process).await;
    let mut slow = JoinSet::new();
    for manner in MANNERS {
        for _ in 0..SLOW {
            let mut wire = Wire::open(process.address()).await.expect("it listens");
            let first = manner.first.replace("SECRET", &format!("Bearer {secret}"));
            wire.send(first.as_bytes()).await.expect("it listens");
            slow.spawn(dribble(wire, manner.then));
        }
    }
    let mut answered = 0;
    let mut healthy = Steady::open(&process, PATIENCE).await;
    let all_ended = async { while slow.join_next().await.is_some() {} };
    tokio::pin!(all_ended);
    let deadline = Instant::now() + FOR_EVER;
    loop {
        tokio::select! {
            () = &mut all_ended => break,
            () = healthy.ask() => answered += 1,
            () = tokio::time::sleep_until(deadline) => panic!("some slow clients are still listened to"),
        }
    }
    println!("{} slow clients were hung up on, {answered} answers meanwhile", MANNERS.len() * SLOW);
    assert!(answered > 10, "only {answered} answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_in_use_is_never_taken_for_an_idle_one() {
    const PATIENCE: Duration = Duration::from_millis(500);
    let (_launch, process) = patient_for("500ms").await;
    let mut client = Steady::open(&process, PATIENCE).await;
    let started = Instant::now();
    // Far longer than an idle connection is kept.
    while started.elapsed() < PATIENCE * 6 {
        client.ask().await;
    }
}

/// A server that waits so long for whatever a client has to say.
async fn patient_for(patience: &str) -> (Launch, Process) {
    let launch = Launch::new(&[
        ("BYO_SERVER__HEADER_TIMEOUT", patience),
        ("BYO_SERVER__BODY_TIMEOUT", patience),
        ("BYO_SERVER__MAX_CONNECTIONS_PER_IP", "4096"),
        ("BYO_LOG__FILTER", "warn"),
    ]);
    let process = launch.start();
    (launch, process)
}

/// A new project's secret key.
async fn secret(process: &Process) -> String {
    let mut wire = Wire::open(process.address()).await.expect("it listens");
    let request = format!(
        "POST /v1/admin/projects HTTP/1.1\r\nhost: x\r\nx-admin-key: {}\r\ncontent-type: application/json\r\n\
         content-length: 12\r\n\r\n{{\"name\":\"x\"}}",
        byo_tests::ADMIN_KEY
    );
    wire.send(request.as_bytes()).await.expect("it listens");
    let made = wire.answer("POST").await.expect("it answers well").expect("it answers").json();
    made["environments"]["test"]["secretKey"].as_str().expect("a project has tokens").to_owned()
}

/// A client that asks again and again on one connection.
struct Steady {
    server: SocketAddr,
    patience: Duration,
    wire: Wire,
    /// When it sent what was answered last.
    asked: Instant,
}

impl Steady {
    async fn open(process: &Process, patience: Duration) -> Self {
        let server = process.address();
        let asked = Instant::now();
        let wire = Wire::open(server).await.expect("there is room for one more");
        Self { server, patience, wire, asked }
    }

    /// Is answered. Where this test itself was kept waiting for too long, the server was right to hang up.
    async fn ask(&mut self) {
        loop {
            let now = Instant::now();
            if self.is_answered().await {
                self.asked = now;
                return;
            }
            let idle = self.asked.elapsed();
            assert!(idle >= self.patience, "hung up on {idle:?} after a request");
            self.asked = Instant::now();
            self.wire = Wire::open(self.server).await.expect("it listens");
        }
    }

    async fn is_answered(&mut self) -> bool {
        if self.wire.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n").await.is_err() {
            return false;
        }
        let answer = timeout(FOR_EVER, self.wire.answer("GET")).await.expect("it answers in the end");
        let Ok(Some(answer)) = answer else { return false };
        assert_eq!(answer.status, 200);
        true
    }
}

/// Says a little again and again until the server hangs up.
async fn dribble(mut wire: Wire, then: &str) {
    loop {
        match timeout(Duration::from_millis(200), wire.rest()).await {
            Ok(_) => return,
            // The server may be gone by now, which the next look tells.
            Err(_) => drop(wire.send(then.as_bytes()).await),
        }
    }
}
