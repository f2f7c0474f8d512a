//! Grants as they were last read, until anything at all is written.
//!
//! No call may be let through by what was true before an acknowledged change. One task alone writes to this database, and
//! it has everything forgotten after each commit and before it answers; what was read before that is not taken in any
//! more. A lock on the file keeps other processes out. What is remembered is sealed as it is in the database, and wiped
//! when it is forgotten.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::store::{Grant, GrantQuery};

/// Then all is forgotten, some ten megabytes. Reading again costs microseconds.
const MOST: usize = 8192;

#[derive(Default)]
pub(super) struct Remembered(Mutex<State>);

#[derive(Default)]
struct State {
    /// How many times all was forgotten.
    generation: u64,
    grants: HashMap<Box<[u8]>, Arc<Grant>>,
}

/// What was not remembered and is to be read.
pub(super) struct Missing {
    generation: u64,
    asked: Box<[u8]>,
}

impl Remembered {
    pub(super) fn find(&self, query: &GrantQuery<'_>) -> Result<Arc<Grant>, Missing> {
        let asked = text(query);
        let state = self.lock();
        match state.grants.get(&asked) {
            Some(grant) => Ok(Arc::clone(grant)),
            None => Err(Missing { generation: state.generation, asked }),
        }
    }

    /// Takes in what has been read since it was missing, unless something was written meanwhile.
    pub(super) fn keep(&self, missing: Missing, grant: &Arc<Grant>) {
        let mut state = self.lock();
        if state.generation != missing.generation {
            return;
        }
        if state.grants.len() >= MOST {
            state.grants.clear();
        }
        state.grants.insert(missing.asked, Arc::clone(grant));
    }

    pub(super) fn forget_all(&self) {
        let mut state = self.lock();
        state.generation += 1;
        state.grants.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All that a grant depends on but the time, and that decides only about runtime tokens, which are not remembered.
fn text(query: &GrantQuery<'_>) -> Box<[u8]> {
    let GrantQuery { token, is_runtime: _, ref_id, provider, name, now: _ } = query;
    let ref_id = ref_id.map_or(&b"\0"[..], str::as_bytes);
    // None of them holds the byte between them; the hash is always as long.
    [token.as_bytes(), provider.as_str().as_bytes(), b"\0", name.as_bytes(), b"\0", ref_id].concat().into()
}
