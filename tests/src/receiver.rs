//! A product's webhook receiver on loopback.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use bytes::Bytes;
use serde_json::Value;
use tokio::{net::TcpListener, sync::Notify};

/// Something that arrived.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as it came.
    pub body: Bytes,
}

impl Delivery {
    /// Its body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("byo sends JSON")
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// A running receiver.
pub struct Receiver {
    /// For `POST /v1/webhook-endpoints`.
    pub url: String,
    shared: Arc<Shared>,
}

struct Shared {
    arrived: Mutex<Vec<Delivery>>,
    answers: Mutex<Vec<StatusCode>>,
    again: Notify,
}

impl Receiver {
    /// One that answers with these, then with 204.
    pub async fn start(answers: &[u16]) -> Self {
        let answers =
            answers.iter().rev().map(|&code| StatusCode::from_u16(code).expect("a status")).collect();
        let shared = Arc::new(Shared {
            arrived: Mutex::default(),
            answers: Mutex::new(answers),
            again: Notify::new(),
        });
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let url = format!("{}/webhooks", listen(router).await);
        Self { url, shared }
    }

    /// Completes with the first so many that arrived.
    pub async fn first(&self, count: usize) -> Vec<Delivery> {
        loop {
            let again = self.shared.again.notified();
            let arrived = lock(&self.shared.arrived).clone();
            if arrived.len() >= count {
                return arrived[..count].to_vec();
            }
            again.await;
        }
    }

    /// How many arrived until now.
    pub fn count(&self) -> usize {
        lock(&self.shared.arrived).len()
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    lock(&shared.arrived).push(Delivery { headers, body });
    shared.again.notify_waiters();
    lock(&shared.answers).pop().unwrap_or(StatusCode::NO_CONTENT)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves on a free port of loopback; gives the origin.
pub async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    #[expect(
        clippy::disallowed_methods,
        reason = "a test's own receiver, asked only by the server under test"
    )]
    let serving = axum::serve(listener, router);
    tokio::spawn(async move { serving.await });
    format!("http://{address}")
}
