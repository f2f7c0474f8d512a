//! One customer: what was done for them, what was acknowledged, and what must be there now.
//!
//! One client at a time works for a customer, so at any time their key is in one known state, or, after a write
//! that was not answered, in one of two.

use std::collections::BTreeMap;

use byo_tests::{Claims, Reply};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};

use crate::{
    client::{Client, Sent},
    outside::KEYS,
    rig::Access,
};

/// A customer's one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Nothing,
    Stored { key: String, disabled: bool },
}

/// What an event tells: the kind, and which key.
pub(crate) type Change = (&'static str, String);

/// See the module.
pub(crate) struct Customer {
    pub(crate) ref_id: String,
    pub(crate) state: State,
    /// A write that was not answered.
    pub(crate) doubt: Option<Write>,
    /// How often each change happened.
    pub(crate) changes: BTreeMap<Change, usize>,
    /// How many keys were revoked.
    pub(crate) revoked: usize,
    keys: u32,
    rng: ChaCha20Rng,
    /// The last envelope that was answered, or after a revoke the last that must open nothing any more.
    envelope: Option<Envelope>,
}

/// A request that changes something.
pub(crate) struct Write {
    path: String,
    body: Value,
    after: State,
    change: Change,
    /// With what it was sealed.
    params: Option<Value>,
}

struct Envelope {
    params: Value,
    body: Value,
    answer: Value,
    is_stale: bool,
}

/// How a step ended.
pub(crate) enum Step {
    Acknowledged,
    /// Nothing was to be changed, and nothing was.
    Unchanged,
    /// The server did not answer.
    Gone,
    /// The server answered what it must not.
    Wrong(String),
}

#[derive(Clone, Copy)]
enum Deed {
    Connect,
    ConnectSealed,
    Rotate,
    Revoke,
    Revert,
    Disable,
    Enable,
    /// The last envelope's very request once more.
    Repeat,
    /// The last envelope's challenge for another key.
    Reuse,
}

impl Customer {
    pub(crate) fn new(seed: u64, number: usize) -> Self {
        Self {
            ref_id: format!("customer_{number}"),
            state: State::Nothing,
            doubt: None,
            changes: BTreeMap::new(),
            revoked: 0,
            keys: 0,
            rng: ChaCha20Rng::seed_from_u64(seed.wrapping_mul(1_000).wrapping_add(number as u64)),
            envelope: None,
        }
    }

    /// Does one thing for them.
    pub(crate) async fn step(&mut self, access: &Access, client: &mut Client) -> Step {
        let deed = self.choose();
        let write = match deed {
            Deed::Repeat => return self.repeat(access, client).await,
            Deed::Reuse => return self.reuse(access, client).await,
            Deed::ConnectSealed => match self.sealed(access, client).await {
                Ok(write) => write,
                Err(step) => return step,
            },
            _ => self.plain(deed),
        };
        self.send(write, access, client).await
    }

    /// Sends an unanswered envelope again after it is known whether it was carried out: either way it now is, once.
    pub(crate) async fn send_again(&mut self, write: Write, access: &Access, client: &mut Client) -> Step {
        match self.send(write, access, client).await {
            Step::Gone => Step::Wrong("does not answer an envelope that is sent again".to_owned()),
            step => step,
        }
    }

    /// Takes over that a write happened.
    pub(crate) fn adopt(&mut self, write: &Write) {
        // An envelope that is sent again changes nothing.
        if self.state == write.after {
            return;
        }
        self.state = write.after.clone();
        *self.changes.entry(write.change.clone()).or_default() += 1;
        if self.state == State::Nothing {
            self.revoked += 1;
            if let Some(envelope) = &mut self.envelope {
                envelope.is_stale = true;
            }
        }
    }

    fn choose(&mut self) -> Deed {
        use Deed::{Connect, ConnectSealed, Disable, Enable, Repeat, Reuse, Revert, Revoke, Rotate};
        let deeds: &[Deed] = match &self.state {
            State::Nothing => &[Connect, Connect, ConnectSealed, ConnectSealed, ConnectSealed, Repeat],
            State::Stored { disabled: true, .. } => &[Enable, Enable, Revoke, Revert, Repeat],
            State::Stored { .. } => &[
                Connect,
                ConnectSealed,
                ConnectSealed,
                Rotate,
                Rotate,
                Rotate,
                Revoke,
                Revert,
                Disable,
                Repeat,
                Reuse,
            ],
        };
        let deed = deeds[self.rng.next_u32() as usize % deeds.len()];
        if self.envelope.is_none() && matches!(deed, Repeat | Reuse) { deeds[0] } else { deed }
    }

    fn plain(&mut self, deed: Deed) -> Write {
        let mut body = json!({"provider": "openai", "refId": self.ref_id});
        let standing = match &self.state {
            State::Stored { key, .. } => key.clone(),
            State::Nothing => String::new(),
        };
        let mut new_key = || {
            let key = self.new_key();
            body["providerKey"] = json!(key);
            key
        };
        let stored = |key: String, disabled| State::Stored { key, disabled };
        let (path, after, change) = match deed {
            Deed::Rotate => {
                let key = new_key();
                ("/v1/keys/rotate", stored(key.clone(), false), ("key.rotated", key))
            }
            Deed::Revoke => ("/v1/keys/revoke", State::Nothing, ("key.revoked", standing)),
            Deed::Revert => {
                body = json!({"confirm": true});
                let path = format!("/v1/customers/{}/revert", self.ref_id);
                let change = ("key.revoked", standing);
                return Write { path, body, after: State::Nothing, change, params: None };
            }
            Deed::Disable => ("/v1/keys/disable", stored(standing.clone(), true), ("key.disabled", standing)),
            Deed::Enable => ("/v1/keys/enable", stored(standing.clone(), false), ("key.enabled", standing)),
            _ => {
                let key = new_key();
                ("/v1/keys/connect", stored(key.clone(), false), ("key.connected", key))
            }
        };
        Write { path: path.to_owned(), body, after, change, params: None }
    }

    async fn sealed(&mut self, access: &Access, client: &mut Client) -> Result<Write, Step> {
        let params = match client.call("GET", "/v1/connect/params", &access.publishable, None).await {
            Sent::Answered(reply) if reply.status == 200 => reply.json(),
            Sent::Answered(reply) => return Err(self.wrong("/v1/connect/params", &reply)),
            Sent::Unsent | Sent::Unanswered => return Err(Step::Gone),
        };
        let key = self.new_key();
        Ok(Write {
            path: "/v1/keys/connect".to_owned(),
            body: self.seal(access, &params, &key),
            after: State::Stored { key: key.clone(), disabled: false },
            change: ("key.connected", key),
            params: Some(params),
        })
    }

    async fn send(&mut self, write: Write, access: &Access, client: &mut Client) -> Step {
        let token = if write.params.is_some() { &access.publishable } else { &access.secret };
        match client.post(&write.path, token, &write.body).await {
            Sent::Unsent => Step::Gone,
            Sent::Unanswered => {
                self.doubt = Some(write);
                Step::Gone
            }
            Sent::Answered(reply) if reply.status == 200 => self.acknowledged(write, &reply, access),
            // The clock has not moved on since this customer's last revoke.
            Sent::Answered(reply) if is(&reply, 409, "challenge_stale") => Step::Unchanged,
            Sent::Answered(reply) => self.wrong(&write.path, &reply),
        }
    }

    fn acknowledged(&mut self, write: Write, reply: &Reply, access: &Access) -> Step {
        self.adopt(&write);
        let answer = reply.json();
        let fingerprint = access.fingerprint(&write.change.1);
        if write.after != State::Nothing && answer["fingerprint"] != json!(fingerprint) {
            return self.wrong(&write.path, reply);
        }
        if let Some(params) = write.params {
            self.envelope = Some(Envelope { params, body: write.body, answer, is_stale: false });
        }
        Step::Acknowledged
    }

    async fn repeat(&mut self, access: &Access, client: &mut Client) -> Step {
        let envelope = self.envelope.as_ref().expect("it was looked for");
        match client.post("/v1/keys/connect", &access.publishable, &envelope.body).await {
            Sent::Unsent | Sent::Unanswered => Step::Gone,
            Sent::Answered(reply) if envelope.is_stale && is(&reply, 409, "challenge_stale") => {
                Step::Unchanged
            }
            Sent::Answered(reply)
                if !envelope.is_stale && reply.status == 200 && reply.json() == envelope.answer =>
            {
                Step::Unchanged
            }
            Sent::Answered(reply) => self.wrong("an envelope sent again", &reply),
        }
    }

    async fn reuse(&mut self, access: &Access, client: &mut Client) -> Step {
        let key = self.new_key();
        let envelope = self.envelope.as_ref().expect("it was looked for");
        let body = self.seal(access, &envelope.params, &key);
        let code = if envelope.is_stale { "challenge_stale" } else { "sealed_key_replayed" };
        match client.post("/v1/keys/connect", &access.publishable, &body).await {
            Sent::Unsent | Sent::Unanswered => Step::Gone,
            Sent::Answered(reply) if is(&reply, 409, code) => Step::Unchanged,
            Sent::Answered(reply) => self.wrong("a challenge used again", &reply),
        }
    }

    fn seal(&self, access: &Access, params: &Value, key: &str) -> Value {
        let claims = Claims::new(&access.origin, &access.publishable, &self.ref_id);
        claims.body(&claims.seal(params, key))
    }

    /// No two writes ever bring the same key.
    fn new_key(&mut self) -> String {
        self.keys += 1;
        format!("{KEYS}{}-{:06}", self.ref_id, self.keys)
    }

    fn wrong(&self, what: &str, reply: &Reply) -> Step {
        Step::Wrong(format!("{}: {what}: {reply}", self.ref_id))
    }
}

impl Write {
    /// What would be there had it happened.
    pub(crate) const fn after(&self) -> &State {
        &self.after
    }

    /// Whether it brought an envelope, which may be sent again.
    pub(crate) const fn is_sealed(&self) -> bool {
        self.params.is_some()
    }
}

fn is(reply: &Reply, status: u16, code: &str) -> bool {
    reply.status == status && reply.json()["code"] == code
}
