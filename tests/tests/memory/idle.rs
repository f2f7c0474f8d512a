//! A while after its last use no provider key is in the server's memory, whole or in pieces of eight bytes.

use std::time::{Duration, Instant};

use byo_seal::Purpose;
use byo_tests::{ADMIN_KEY, FakeProvider, Folder, Process, Receiver, is_long, unique};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::json;

use super::{backend::Backend, scan::Needles};

/// For the made-up keys.
const SEED: u64 = 20_261_121;
const PREFIX: &str = "sk-proj-";
/// How long after the last use keys may still be in memory, by promise.
const PROMISE: Duration = Duration::from_secs(60);
/// The same in the short tier, which has less time than was promised.
const SHORT: Duration = Duration::from_secs(35);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_of_the_idle_server_holds_no_piece_of_any_provider_key() {
    println!("keys are made with seed {SEED}");
    let rounds = if is_long() { 25 } else { 8 };
    let keys = Keys::new(rounds);
    let known: Vec<&str> = keys.good.iter().chain(&keys.rotated).map(String::as_str).collect();
    let provider = FakeProvider::start(&known).await;
    let receiver = Receiver::start(&[500, 204]).await;
    let folder = Folder::new();
    let marker = unique("marker-");
    let process = Process::serve(
        folder.as_path(),
        &[
            ("BYO_VAULT__MASTER_KEY", "qXka8hyU1uqnqerw98GAGeCdpeajbjt/50cGmO1Eagw="),
            ("BYO_ADMIN__KEY", ADMIN_KEY),
            ("BYO_PROVIDERS__OPENAI__BASE_URL", &provider.base_url),
            ("BYO_EGRESS__ALLOW", "127.0.0.1"),
            // Without it only root could look.
            ("BYO_SERVER__CORE_DUMPS", "true"),
            ("BYO_LOG__FILTER", "trace"),
            ("MARKER", &marker),
        ],
    );
    let sockets = open_sockets(&process);
    let mut backend = Backend::new(&process).await;
    let hook = backend.post("/v1/webhook-endpoints", &json!({"url": receiver.url})).await;
    assert_eq!(hook.status, 201, "{hook}");

    keys.use_all(&mut backend).await;
    assert_is_found_while_in_use(&process, &provider, &mut backend, &keys.good[0]).await;
    let asked = provider.asked();

    let last_use = Instant::now();
    let patience = if is_long() { PROMISE } else { SHORT };
    let needles = Needles::new(&keys.all(), PREFIX.len());
    // A process tells nobody when it has become idle; but its connections go, and with them their buffers.
    while open_sockets(&process) > sockets && last_use.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let idle_after = last_use.elapsed();
    let (mut found, mut looked_at) = needles.search(process.id());
    while !found.is_empty() && last_use.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(500)).await;
        (found, looked_at) = needles.search(process.id());
    }
    println!(
        "{} keys, {asked} requests to the provider; idle after {:.1} s, clean after {:.1} s, {} MiB looked at",
        keys.all().len(),
        idle_after.as_secs_f32(),
        last_use.elapsed().as_secs_f32(),
        looked_at >> 20
    );
    let (marked, _) = Needles::new(std::slice::from_ref(&marker), "marker-".len()).search(process.id());
    assert!(marked.get(marker.as_str()).is_some_and(|trace| trace.whole > 0), "the scan sees what is there");
    drop(backend);
    assert!(found.is_empty(), "of {} keys: {found:#?}", found.len());
}

/// The scan finds a key while the server needs it.
async fn assert_is_found_while_in_use(
    process: &Process,
    provider: &FakeProvider,
    backend: &mut Backend,
    key: &str,
) {
    let asked = provider.asked();
    provider.hold();
    let body = json!({"provider": "openai", "refId": "held", "providerKey": key});
    let looking = async {
        provider.until_asked(asked + 1).await;
        let (found, _) = Needles::new(&[key.to_owned()], PREFIX.len()).search(process.id());
        provider.let_go();
        found.get(key).map_or(0, |trace| trace.whole)
    };
    let (reply, copies) = tokio::join!(backend.post("/v1/keys/connect", &body), looking);
    assert_eq!(reply.status, 200, "{reply}");
    println!("{copies} copies while in use");
    assert!(copies > 0, "a key in use is in memory, and the scan does not find it");
}

/// Keys that stand nowhere else.
struct Keys {
    /// The provider takes these.
    good: Vec<String>,
    /// And these, which take the place of others.
    rotated: Vec<String>,
    /// The provider refuses these.
    bad: Vec<String>,
    /// These come in requests that are refused before anybody is asked.
    misplaced: Vec<String>,
}

impl Keys {
    fn new(rounds: usize) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(SEED);
        let mut keys = || (0..2 * rounds).map(|_| key(&mut rng)).collect();
        Self { good: keys(), rotated: keys(), bad: keys(), misplaced: keys() }
    }

    fn all(&self) -> Vec<String> {
        [&self.good, &self.rotated, &self.bad, &self.misplaced].into_iter().flatten().cloned().collect()
    }

    /// Every way a key takes, half of the time sealed.
    async fn use_all(&self, backend: &mut Backend) {
        for (number, good) in self.good.iter().enumerate() {
            let ref_id = format!("customer_{number}");
            let name = json!({"provider": "openai", "refId": ref_id});
            let sealed = number % 2 == 0;
            submit(backend, sealed, Purpose::Connect, &ref_id, good, 200).await;
            assert_eq!(backend.post("/v1/keys/validate", &name).await.status, 200);
            submit(backend, sealed, Purpose::Test, &ref_id, &self.bad[number], 200).await;
            submit(backend, sealed, Purpose::Rotate, &ref_id, &self.bad[number], 422).await;
            submit(backend, sealed, Purpose::Rotate, &ref_id, &self.rotated[number], 200).await;
            self.call(backend, number, &ref_id).await;
            self.misplace(backend, number).await;
            if number % 3 == 0 {
                assert_eq!(backend.post("/v1/keys/revoke", &name).await.status, 200);
            }
        }
    }

    /// Calls that pass through: with the key that is stored, whole and streamed, and with keys that are sent along.
    async fn call(&self, backend: &mut Backend, number: usize, ref_id: &str) {
        let chat = "/v1/proxy/openai/v1/chat/completions";
        let whole = json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello"}]});
        let mut streamed = whole.clone();
        streamed["stream"] = json!(true);
        let (good, bad) = (self.good[number].as_str(), self.bad[number].as_str());
        for (path, given, body, expected) in [
            (chat, None, &whole, 200),
            (chat, None, &streamed, 200),
            (chat, Some(("x-openai-key", good)), &streamed, 200),
            // The provider repeats this one in its refusal.
            (chat, Some(("x-openai-key", bad)), &whole, 401),
        ] {
            let reply = backend.ask(path, ref_id, given, body).await;
            assert_eq!(reply.status, expected, "{reply}");
        }
        let unified = json!({"provider": "openai", "prompt": "Hello", "stream": true});
        assert_eq!(backend.ask("/v1/unified", ref_id, Some(("x-api-key", good)), &unified).await.status, 200);
        assert_eq!(backend.ask("/v1/unified", ref_id, Some(("x-api-key", bad)), &unified).await.status, 422);
    }

    /// Requests with a key that no handler sees to the end.
    async fn misplace(&self, backend: &mut Backend, number: usize) {
        let key = &self.misplaced[number];
        let whole = json!({"provider": "openai", "refId": "x", "providerKey": key}).to_string();
        let connect = "/v1/keys/connect";
        let (reply, expected) = match number % 5 {
            0 => (backend.post_anything(connect, "text/plain", whole.as_bytes()).await, 415),
            1 => (
                backend
                    .post_anything(connect, "application/json", &whole.as_bytes()[..whole.len() - 1])
                    .await,
                400,
            ),
            2 => (
                backend.post(connect, &json!({"provider": key, "refId": "x", "providerKey": [key]})).await,
                422,
            ),
            3 => (
                backend
                    .post(connect, &json!({"provider": "openai", "refId": "x", "providerKey": key, key: 1}))
                    .await,
                422,
            ),
            // Not as a refId that could be one: what names a customer is no secret, and is remembered.
            _ => {
                (backend.post("/v1/keys/validate", &json!({"provider": "openai", "refId": [key]})).await, 422)
            }
        };
        assert_eq!(reply.status, expected, "{}: {reply}", number % 5);
    }
}

async fn submit(
    backend: &mut Backend,
    sealed: bool,
    purpose: Purpose,
    ref_id: &str,
    key: &str,
    expected: u16,
) {
    let reply = if sealed {
        backend.submit(purpose, ref_id, key).await
    } else {
        let body = json!({"provider": "openai", "refId": ref_id, "providerKey": key});
        backend.post(&format!("/v1/keys/{purpose}"), &body).await
    };
    assert_eq!(reply.status, expected, "{purpose} {ref_id}: {reply}");
}

fn key(rng: &mut ChaCha20Rng) -> String {
    const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let digits = (0..40).map(|_| char::from(DIGITS[rng.next_u32() as usize % DIGITS.len()]));
    PREFIX.chars().chain(digits).collect()
}

fn open_sockets(process: &Process) -> usize {
    let files = std::fs::read_dir(format!("/proc/{}/fd", process.id())).expect("the process runs");
    let targets = files.filter_map(Result::ok).filter_map(|file| std::fs::read_link(file.path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}
