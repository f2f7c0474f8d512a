//! What must be true after a restart, and at the end. Everything that is not is a line.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tokio::task::JoinSet;

use crate::{
    client::{Client, Sent},
    customer::{Customer, State, Step, Write},
    ledger,
    rig::{Access, Rig},
};

/// Keys that are opened at once.
const OPENING: usize = 8;

impl Rig {
    /// Starts the server and compares it with what was acknowledged; settles what was in doubt.
    pub(crate) async fn recover(&mut self) -> Vec<String> {
        self.start().await;
        let mut client = self.client();
        let access = std::sync::Arc::clone(&self.access);
        let found = access.keys(&mut client).await;
        let mut wrong = Vec::new();
        let (mut again, mut doubts) = (Vec::new(), self.doubts);
        for customer in self.every_customer() {
            let rows = found.get(&customer.ref_id).map(Vec::as_slice).unwrap_or_default();
            let doubt = customer.doubt.take();
            match standing(customer, doubt.as_ref(), rows, &access) {
                Ok(is_done) => {
                    let Some(write) = &doubt else { continue };
                    doubts[usize::from(is_done)] += 1;
                    if is_done {
                        customer.adopt(write);
                    }
                }
                Err(what) => wrong.push(format!("{}: {what}", customer.ref_id)),
            }
            if let Some(write) = doubt.filter(Write::is_sealed) {
                again.push((customer.ref_id.clone(), write));
            }
        }
        self.doubts = doubts;
        if !wrong.is_empty() {
            return wrong;
        }
        wrong.extend(self.open_all().await);
        for (ref_id, write) in again {
            let customer = self.every_customer().find(|customer| customer.ref_id == ref_id);
            let customer = customer.expect("its name was taken from there");
            if let Step::Wrong(what) = customer.send_again(write, &access, &mut client).await {
                wrong.push(what);
            }
        }
        wrong
    }

    /// Has the server open every key and send it to the provider, who must get the very one that was acknowledged.
    async fn open_all(&mut self) -> Vec<String> {
        self.outside.asked_with();
        let mut stored = Vec::new();
        for customer in self.every_customer() {
            if let State::Stored { key, .. } = &customer.state {
                stored.push((customer.ref_id.clone(), key.clone()));
            }
        }
        let mut running = JoinSet::new();
        for part in stored.chunks(stored.len().div_ceil(OPENING).max(1)) {
            let (mut client, access) = (self.client(), std::sync::Arc::clone(&self.access));
            let part = part.to_vec();
            running.spawn(async move {
                let mut wrong = Vec::new();
                for (ref_id, _) in part {
                    wrong.extend(open(&ref_id, &access, &mut client).await);
                }
                wrong
            });
        }
        let mut wrong: Vec<_> = running.join_all().await.into_iter().flatten().collect();
        let wanted: BTreeSet<String> = stored.into_iter().map(|(_, key)| key).collect();
        let sent = self.outside.asked_with();
        wrong.extend(wanted.difference(&sent).map(|key| format!("{key}: did not come to the provider")));
        wrong.extend(sent.difference(&wanted).map(|key| format!("{key}: came to the provider")));
        wrong
    }

    /// Compares events, deliveries and rows with everything that happened; the server is down afterwards.
    pub(crate) async fn settle(&mut self) -> Vec<String> {
        self.process.kill();
        let ledger = ledger::read(&self.launch.folder).await;
        let (mut changes, mut keys) = (BTreeMap::new(), BTreeMap::new());
        let access = std::sync::Arc::clone(&self.access);
        for customer in self.every_customer() {
            for ((kind, key), times) in &customer.changes {
                let change = (customer.ref_id.clone(), (*kind).to_owned(), access.fingerprint(key));
                changes.insert(change, *times);
            }
            let there = usize::from(customer.state != State::Nothing);
            if there + customer.revoked > 0 {
                keys.insert(customer.ref_id.clone(), (customer.revoked, there));
            }
        }
        let mut told = BTreeMap::new();
        for event in ledger.events.values() {
            let change = (event.ref_id.clone(), event.kind.clone(), event.fingerprint.clone());
            *told.entry(change).or_default() += 1;
        }
        let mut wrong = ledger::differences("events", &changes, &told);
        for (ref_id, wanted) in &keys {
            let found = ledger.keys.get(ref_id).copied().unwrap_or_default();
            if found != *wanted {
                wrong.push(format!("{ref_id}: (revoked, in use) are {wanted:?} keys and {found:?} rows"));
            }
        }
        self.start().await;
        let ids = ledger.events.keys().cloned().collect();
        let delivered = self.outside.delivered(&ids, self.patience).await;
        for (id, event) in &ledger.events {
            match delivered.get(id) {
                None => wrong.push(format!("{id}: was never delivered")),
                Some(came) if came.bodies != BTreeSet::from([event.body.clone().into_bytes()]) => {
                    wrong.push(format!("{id}: was delivered with another body"));
                }
                Some(_) => {}
            }
        }
        let unknown = delivered.keys().filter(|id| !ledger.events.contains_key(*id));
        wrong.extend(unknown.map(|id| format!("{id}: was delivered and is no event")));
        self.process.kill();
        wrong
    }
}

/// Whether the write in doubt happened, if the rows are those of one permitted state.
fn standing(
    customer: &Customer,
    doubt: Option<&Write>,
    rows: &[(String, String)],
    access: &Access,
) -> Result<bool, String> {
    if rows.len() > 1 {
        return Err(format!("has {} keys in use", rows.len()));
    }
    let is = |state: &State| match (state, rows) {
        (State::Nothing, []) => true,
        (State::Stored { key, disabled }, [(fingerprint, status)]) => {
            let wanted = if *disabled { "disabled" } else { "active" };
            *fingerprint == access.fingerprint(key) && status == wanted
        }
        _ => false,
    };
    let after = doubt.map(Write::after);
    if is(&customer.state) {
        return Ok(false);
    }
    if after.is_some_and(is) {
        return Ok(true);
    }
    let may_be = [Some(&customer.state), after];
    Err(match rows {
        [] => format!("an acknowledged key is lost; it may be {may_be:?}"),
        _ if customer.state == State::Nothing && after.is_none() => {
            format!("a revoked key is back: {rows:?}")
        }
        _ => format!("is {rows:?} and may be {may_be:?}"),
    })
}

async fn open(ref_id: &str, access: &Access, client: &mut Client) -> Option<String> {
    let body = json!({"provider": "openai", "refId": ref_id});
    match client.post("/v1/keys/validate", &access.secret, &body).await {
        Sent::Answered(reply) if reply.status == 200 && reply.json()["valid"] == true => None,
        Sent::Answered(reply) => Some(format!("{ref_id}: its key does not open: {reply}")),
        Sent::Unsent | Sent::Unanswered => Some(format!("{ref_id}: its key is not looked for")),
    }
}
