//! SIGKILL in the middle of everything: what was acknowledged is there afterwards, once, and nothing else is.
//!
//! Clients write as fast as they can until the server process is killed. It is started again on the same files and
//! compared with what it had acknowledged. A write without an answer may have happened or not; which of the two is
//! looked up, and holds from then on.

mod check;
mod client;
mod customer;
mod ledger;
mod outside;
mod planted;
mod rig;
mod storm;

use std::time::Duration;

use byo_tests::is_long;
use rig::Rig;

const SEED: u64 = 1_2021;
/// Acknowledged writes before a kill: at least so many, and fewer than twice as many more.
const WRITES: u64 = 60;

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_every_kill_exactly_once() {
    let (kills, least) = if is_long() { (300, 30_000) } else { (20, 1_200) };
    let mut rig = Rig::new(SEED).await;
    for kill in 1..=kills {
        let writes = WRITES + rig.draw(WRITES * 2);
        none(kill, &rig.storm(usize::try_from(writes).expect("it is small")).await);
        if rig.draw(4) == 0 {
            rig.kill_at_start().await;
        }
        none(kill, &rig.recover().await);
    }
    none(kills, &rig.settle().await);
    println!("{kills} kills, {} acknowledged writes, none lost, doubled or undone", rig.acknowledged);
    let [undone, done] = rig.doubts;
    println!("{} writes without an answer: {done} had happened, {undone} had not", done + undone);
    println!("ready after {}", quantiles(&mut rig.starts));
    assert!(rig.acknowledged >= least, "only {} writes were acknowledged", rig.acknowledged);
    assert!(done > 0 && undone > 0, "no kill came in the middle of a write");
}

fn none(kill: usize, wrong: &[String]) {
    assert!(wrong.is_empty(), "seed {SEED}, kill {kill}:\n{}", wrong.join("\n"));
}

fn quantiles(times: &mut [Duration]) -> String {
    times.sort_unstable();
    let at = |per_cent: usize| times[(times.len() - 1) * per_cent / 100].as_millis();
    format!("{} ms (median), {} ms (95 %), {} ms (longest)", at(50), at(95), at(100))
}
