//! Many clients at once, and a SIGKILL among them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    client::Client,
    customer::{Customer, Step},
    rig::{Access, Rig},
};

/// The longest that a kill waits after the last write it counted, in microseconds: some writes are then somewhere
/// between request, disk and answer.
const JITTER: u64 = 8_000;
/// The longest that a server lives which is killed while it starts, in milliseconds.
const YOUTH: u64 = 60;

#[derive(Default)]
struct Watch {
    acknowledged: AtomicUsize,
    again: Notify,
    is_killed: AtomicBool,
}

impl Rig {
    /// Works until so many writes were acknowledged, then kills the server. Gives what was answered wrongly.
    pub(crate) async fn storm(&mut self, writes: usize) -> Vec<String> {
        let watch = Arc::new(Watch::default());
        let mut running = JoinSet::new();
        for (number, customers) in std::mem::take(&mut self.customers).into_iter().enumerate() {
            let rng = ChaCha20Rng::seed_from_u64(self.rng.next_u64());
            let work = work(customers, rng, Arc::clone(&self.access), self.client(), Arc::clone(&watch));
            running.spawn(async move { (number, work.await) });
        }
        let enough = async {
            loop {
                let again = watch.again.notified();
                if watch.acknowledged.load(Ordering::SeqCst) >= writes {
                    return;
                }
                again.await;
            }
        };
        enough.await;
        // Not until anything: the moment of the kill is random, and the seed's.
        tokio::time::sleep(Duration::from_micros(self.draw(JITTER))).await;
        watch.is_killed.store(true, Ordering::SeqCst);
        self.process.kill();
        let mut ended = running.join_all().await;
        ended.sort_by_key(|(number, _)| *number);
        let mut wrong = Vec::new();
        for (_, (customers, found)) in ended {
            self.customers.push(customers);
            wrong.extend(found);
        }
        self.acknowledged += watch.acknowledged.load(Ordering::SeqCst);
        wrong
    }

    /// Starts the server and kills it before, or as, it is ready.
    pub(crate) async fn kill_at_start(&mut self) {
        let mut process = self.launch.begin();
        // Random too: any moment of a start.
        tokio::time::sleep(Duration::from_millis(self.draw(YOUTH))).await;
        process.kill();
    }
}

/// One client's work until the server is gone. After a wrong answer it goes on, so that the kill comes all the same.
async fn work(
    mut customers: Vec<Customer>,
    mut rng: ChaCha20Rng,
    access: Arc<Access>,
    mut client: Client,
    watch: Arc<Watch>,
) -> (Vec<Customer>, Vec<String>) {
    let mut wrong = Vec::new();
    loop {
        let one = rng.next_u32() as usize % customers.len();
        match customers[one].step(&access, &mut client).await {
            Step::Acknowledged => {
                watch.acknowledged.fetch_add(1, Ordering::SeqCst);
                watch.again.notify_one();
            }
            Step::Unchanged => {}
            Step::Wrong(what) => {
                wrong.push(what);
                watch.acknowledged.fetch_add(1, Ordering::SeqCst);
                watch.again.notify_one();
            }
            Step::Gone => {
                if !watch.is_killed.load(Ordering::SeqCst) {
                    wrong.push("the server hung up without having been killed".to_owned());
                    watch.acknowledged.fetch_add(usize::MAX / 2, Ordering::SeqCst);
                    watch.again.notify_one();
                }
                return (customers, wrong);
            }
        }
    }
}
